"""The own retention of restricted incidents: in time the words go, counts and chain stay."""

from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.incident.closing_time import OVER
from fireline.domain.incident.exposure import public_view
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import SYSTEM
from fireline.domain.postmortem.promise import NEUTRAL
from fireline.usecases.incident_record import Change, load, retried, write_down
from fireline.usecases.ports import Services, UnitOfWork

FORGOTTEN = "the words were taken out after their time"


def forget_restricted(s: Services, now: datetime) -> int:
    """Take the words out of restricted incidents over for long enough; gives how many."""
    days = s.retention.restricted_days
    if days is None:
        return 0
    edge = now - timedelta(days=days)
    with s.store() as uow:
        due = [incident.id for incident in uow.incidents.all() if _due(incident, edge)]
    for incident_id in due:
        _forget(s, incident_id, now)
    return len(due)


def _due(incident: Incident, edge: datetime) -> bool:
    ended = incident.at(Stamp.CLOSED) or incident.details.over_since
    over = incident.state in OVER and ended is not None and ended <= edge
    return incident.restricted and over and incident.details.exposed_because != FORGOTTEN


@retried
def _forget(s: Services, incident_id: int, now: datetime) -> None:
    """What people wrote, kept and drafted goes, in one transaction; instants and severity stay."""
    with s.store() as uow:
        incident = load(uow, incident_id)
        entries = uow.timeline.chain(incident_id)
        uow.timeline.erase(incident_id, [entry.seq for entry in entries])
        for entry in entries:
            where = entry.provenance
            if where.channel and where.ts:
                uow.kept_files.erase(incident_id, where.channel, where.ts)
        for channel in (incident.channel_id, *(c.id for c in incident.details.left_channels)):
            if channel is not None:
                uow.raw_messages.erase(channel)
        uow.postmortems.erase(incident_id)
        _forget_actions(uow, incident_id)
        saved = uow.incidents.save(_without_words(incident))
        days = s.retention.restricted_days
        write_down(uow, saved, Change("incident.forgotten", SYSTEM, now, {"after_days": days}))
        uow.commit()


def _without_words(incident: Incident) -> Incident:
    details = public_view(incident).details
    kept = replace(
        details,
        access=incident.details.access,
        exposed_because=FORGOTTEN,
        over_since=incident.details.over_since,
        private_channel=incident.details.private_channel,
        security_signoff_by=incident.details.security_signoff_by,
    )
    seen = public_view(incident)
    return replace(
        seen,
        stamps=incident.stamps,
        roles=incident.roles,
        tier=incident.tier,
        channel_id=incident.channel_id,
        channel_name=incident.channel_name,
        details=kept,
    )


def _forget_actions(uow: UnitOfWork, incident_id: int) -> None:
    for item in uow.actions.all():
        if item.incident_id == incident_id:
            uow.actions.save(replace(item, text=NEUTRAL, evidence=None))
