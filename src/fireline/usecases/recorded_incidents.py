"""Incidents on record as alerts are held against them: from when until when, of which SLOs."""

from datetime import datetime

from fireline.domain.backtest.scoring import KnownIncident
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.review.facts import NOT_COUNTED
from fireline.usecases.ports import UnitOfWork


def recorded_incidents(
    uow: UnitOfWork, start: datetime, end: datetime
) -> tuple[KnownIncident, ...]:
    """The incidents on record that touch the range; what was declined or merged is none."""
    found = (i for i in uow.incidents.all() if i.state not in NOT_COUNTED)
    known = (known_incident(incident) for incident in found)
    return tuple(incident for incident in known if incident.touches(start, end))


def known_incident(incident: Incident) -> KnownIncident:
    """From when its impact started until service was restored."""
    stamps = (Stamp.IMPACT_STARTED, Stamp.DETECTED, Stamp.DECLARED)
    started = next(at for stamp in stamps if (at := incident.at(stamp)) is not None)
    over = incident.at(Stamp.RESTORED) or incident.at(Stamp.RESOLVED)
    return KnownIncident(
        ref=incident.ref,
        start=started,
        end=over,
        title=incident.title,
        slos=incident.slos,
        service=incident.service,
    )
