"""The repair of an incident's data as plain facts."""

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.repair import tag_of, waits_for
from fireline.usecases import incident_queries
from fireline.usecases.incident_record import load
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.repair_views import RepairMessage, UnitLine

LAST = 1_000_000


def repair(s: Services, incident_id: int) -> RepairMessage:
    """Units and checks as they stand."""
    with s.store() as uow:
        incident = load(uow, incident_id)
    return message_of(s, incident)


def checks(s: Services, uow: UnitOfWork, ref: str) -> RepairMessage | None:
    """Projection of units and checks; `ref` is the incident's id."""
    incident = uow.incidents.get(int(ref))
    return message_of(s, incident) if incident is not None else None


def message_of(s: Services, incident: Incident) -> RepairMessage:
    """The units in the order in which they are to be done, the checks with red ones first."""
    details, now = incident.details, s.clock.now()
    units = sorted(details.units, key=lambda unit: (unit.order or LAST, unit.number))
    shown = sorted(details.checks, key=lambda check: (check.green, check.name))
    green = bool(shown) and all(check.green for check in shown)
    since = max(check.green_since or check.at for check in shown) if green else None
    safe_at = since + s.policy.incidents.sustain if since is not None else None
    return RepairMessage(
        ref=incident.ref,
        units=tuple(
            UnitLine(
                unit,
                tag_of(incident, unit),
                tuple(other.number for other in waits_for(incident, unit)),
            )
            for unit in units
        ),
        checks=tuple(shown),
        green_since=since,
        safe_at=safe_at,
        sustained=safe_at is not None and safe_at <= now,
        by_hand=tuple((one.sql, one.good) for one in incident_queries.by_hand(s, incident)),
    )
