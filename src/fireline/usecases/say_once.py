"""Saying something in an incident's channel once, whatever happens again."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.details import Fired
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.people import SYSTEM
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import show
from fireline.usecases.ports import Services, UnitOfWork


def say_once(
    s: Services,
    incident_id: int,
    action: str,
    key: str,
    text: str,
    line: str,
    *,
    commander: bool = False,
) -> Incident:
    """Say `text` in the thread of the card, with `line` on the timeline; a known key says nothing.

    With `commander` whoever leads is called by name.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        fired = incident.details.fired
        if any(one.key == key for one in fired):
            return incident, ""
        leads = incident.roles.get(Role.COMMANDER) if commander else None
        said = Fired(key, now, text, (leads,) if leads else ())
        return replace(incident, details=replace(incident.details, fired=(*fired, said))), line

    def then(uow: UnitOfWork, incident: Incident) -> None:
        if incident.channel_id is not None:
            show(s, uow, "incident_notice", incident.channel_id, f"{incident.id}|{key}")

    return record(s, incident_id, action, edit, SYSTEM, then=then)
