"""A signal that may be an incident: shown to whoever reported it, or beside its alert.

Nothing of it is announced and it has no channel before somebody confirms it.
"""

from fireline.domain.incident.exposure import outside_ref
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.usecases.impact_views import TriageMessage
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting

TRIAGE, RECORD, CARD = "triage", "record", "card"


def triage_key(incident_id: int) -> str:
    """The key of the message with which a signal is judged."""
    return f"{TRIAGE}:{incident_id}"


def show_in_place(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Start bringing up to date what stands for an incident without a channel, where it has one."""
    place, ref = incident.details.place, str(incident.id)
    if not place:
        return
    key, kind = triage_key(incident.id), TRIAGE
    if incident.details.past:
        key, kind = f"{RECORD}:{ref}", CARD
    uow.start(posting(s.ids, key=key, channel=place, kind=kind, ref=ref))


def triage(_s: Services, uow: UnitOfWork, ref: str) -> TriageMessage | None:
    """Projection of a signal that is judged, and of what became of it; `ref` is its id."""
    incident = uow.incidents.get(int(ref))
    if incident is None:
        return None
    target = uow.incidents.get(incident.merged_into) if incident.merged_into else None
    return TriageMessage(
        incident_id=incident.id,
        ref=incident.ref,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        severity_reason=incident.severity_reason,
        reported_by=incident.declared_by,
        reported_at=incident.stamps[Stamp.DECLARED],
        thread=incident.details.thread,
        channel_id=incident.channel_id,
        lives_on_in=outside_ref(target) if target else None,
    )


def announced(uow: UnitOfWork, incident: Incident) -> bool:
    """Whether the public may read of it: it was confirmed, and was not over when recorded."""
    if incident.details.past and incident.channel_id is None:
        return False
    quiet = bool(incident.details.place) or incident.state is IncidentState.TRIAGE
    judged = incident.state in {
        IncidentState.TRIAGE,
        IncidentState.DECLINED,
        IncidentState.MERGED,
        IncidentState.CANCELLED,
    }
    if quiet and judged:
        return uow.messages.get(f"announcement:{incident.id}") is not None
    return True
