"""SLOs that join an alert whose incident is open: they are the incident's from then on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.people import SYSTEM
from fireline.domain.slo.alerting.group import SOURCE, AlertGroup
from fireline.usecases.incident_record import Change, happened, save
from fireline.usecases.ports import Services, UnitOfWork

NAMED = 5


def attach(
    s: Services, uow: UnitOfWork, group: AlertGroup, slos: Sequence[str], at: datetime
) -> None:
    """Link the SLOs that the incident does not have yet, and say so on its timeline."""
    if group.incident_id is None:
        return
    uow.lock()
    incident = uow.incidents.get(group.incident_id)
    if incident is None or not incident.open:
        return
    new = [n for n in dict.fromkeys(slos) if n not in incident.slos and not n.startswith(SOURCE)]
    if not new:
        return
    more = f" and {len(new) - NAMED} more" if len(new) > NAMED else ""
    text = f"The alert tells of more SLOs: {', '.join(new[:NAMED])}{more}"
    where = Provenance(source="burn alert", detail=group.id)
    entry = happened(SYSTEM, text, at, EntryKind.ALERT, where)
    change = Change("incident.attach", SYSTEM, at, {"alert": group.id, "slos": new}, (entry,))
    save(s, uow, replace(incident, slos=(*incident.slos, *new)), change)
