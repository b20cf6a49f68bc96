"""Incidents on record as alerts are held against them: from when until when, of which SLOs."""

from datetime import datetime, timedelta

from fireline.domain.backtest.scoring import KnownIncident
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.review.facts import NOT_COUNTED
from fireline.usecases.ports import UnitOfWork

# What is over may be recorded as long afterwards as its times can be typed.
DECLARED_LATE = timedelta(days=366)
WITHHELD = "restricted"


def recorded_incidents(
    uow: UnitOfWork, start: datetime, end: datetime
) -> tuple[KnownIncident, ...]:
    """The incidents on record that touch the range; drills and what was declined are none.

    Restricted ones count, but nothing of them is told.
    """
    found = uow.incidents.between(start, end + DECLARED_LATE)
    known = (known_incident(incident) for incident in found if counts(incident))
    return tuple(incident for incident in known if incident.touches(start, end))


def counts(incident: Incident) -> bool:
    """Whether it was something that really went wrong."""
    return incident.state not in NOT_COUNTED and not incident.drill


def known_incident(incident: Incident) -> KnownIncident:
    """From when its impact started until service was restored."""
    stamps = (Stamp.IMPACT_STARTED, Stamp.DETECTED, Stamp.DECLARED)
    started = next(at for stamp in stamps if (at := incident.at(stamp)) is not None)
    over = incident.at(Stamp.RESTORED) or incident.at(Stamp.RESOLVED)
    return KnownIncident(
        ref=WITHHELD if incident.restricted else incident.ref,
        start=started,
        end=over,
        title="" if incident.restricted else incident.title,
        slos=incident.slos,
        service=incident.service,
        withheld=incident.restricted,
    )
