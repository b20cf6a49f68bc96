"""Who is on call for an incident's service, and so its operations by default."""

from datetime import datetime

from fireline.domain.incident.incident import Incident, Role
from fireline.usecases.who_is_on_call import Switchboard, behind


def on_call_alias(s: Switchboard, incident: Incident) -> str:
    """Who is called for the production of the incident's service: its rotation, else the tier's."""
    own = s.oncall.current().of_service(incident.service) if incident.service else None
    if own is not None:
        return own
    steps = s.policy.incidents.escalation.get(incident.tier, ())
    return next((step.notify[0] for step in steps if step.when is None), "")


def on_call_for(s: Switchboard, incident: Incident, at: datetime) -> str:
    """The Slack id of whoever that is now; empty once somebody has operations, or for nobody."""
    alias = on_call_alias(s, incident)
    if not alias or not incident.open or incident.drill or incident.roles.get(Role.OPERATIONS):
        return ""
    found = behind(s, alias, at)
    return "" if found.group else found.slack
