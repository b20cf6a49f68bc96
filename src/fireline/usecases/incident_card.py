"""The status card, rebuilt from the database."""

from datetime import date

from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.timeline_text import latest_said
from fireline.domain.postmortem.action import ActionItem
from fireline.usecases import find_runbook
from fireline.usecases.card_views import IncidentCard
from fireline.usecases.incident_views import linked
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import change_lines

NOTES = 3


def card(s: Services, uow: UnitOfWork, ref: str) -> IncidentCard | None:
    """Projection of the status card; `ref` is the incident's id."""
    incident = uow.incidents.get(int(ref))
    if incident is None:
        return None
    hits = find_runbook.for_incident(s, incident)
    return IncidentCard(
        incident_id=incident.id,
        version=incident.version,
        ref=incident.ref,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        severity_reason=incident.severity_reason,
        tier=incident.tier,
        stamps=incident.stamps,
        now=s.clock.now(),
        mttr_target_minutes=s.policy.mttr_target(incident.tier),
        roles={role: incident.roles.get(role) for role in Role},
        slos=linked(s, uow, incident),
        runbook=hits[0] if hits else None,
        latest_notes=latest_said(uow.timeline.entries(incident.id), NOTES),
        actions=_promises(uow, incident),
        budget_cost=incident.budget_cost,
        raw_budget_cost=incident.raw_budget_cost,
        channel_id=incident.channel_id,
        postmortem_ready=uow.postmortems.latest(incident.id) is not None,
        changes=change_lines(incident),
        links=incident.details.links,
    )


def _promises(uow: UnitOfWork, incident: Incident) -> tuple[str, ...]:
    """Its open action items, in words."""
    items = sorted((i for i in uow.actions.open() if i.incident_id == incident.id), key=_by_due)
    return tuple(f"{i.ref} {i.text} ({i.owner_name}, due {i.due})" for i in items)


def _by_due(item: ActionItem) -> tuple[date, int]:
    return item.due, item.id
