"""Alerts held against the incidents that really happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from fireline.domain.backtest.replay import Fired, pages
from fireline.domain.slo.definition import Slo


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """Something that went wrong, as people recorded it; `end` None while it lasts.

    It concerns the SLOs it names; one that names none concerns those of its service. Of one that is
    `withheld` nothing is told but that it counted.
    """

    ref: str
    start: datetime
    end: datetime | None = None
    title: str = ""
    slos: tuple[str, ...] = ()
    service: str | None = None
    withheld: bool = False

    def concerns(self, slo: Slo) -> bool:
        """Whether an alert of this SLO could have told of it."""
        if self.slos:
            return slo.name in self.slos
        return self.service is not None and self.service.casefold() == slo.service.casefold()

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it lasted at some time within the range."""
        return self.start <= end and (self.end is None or self.end >= start)


@dataclass(frozen=True, slots=True)
class Found:
    """An incident with the alerts that told of it, first one first; none when it was missed."""

    incident: KnownIncident
    alerts: tuple[Fired, ...]

    @property
    def delay(self) -> timedelta | None:
        """From the incident's start to its first alert; negative when that came before."""
        if not self.alerts:
            return None
        return self.alerts[0].episode.opened_at - self.incident.start


@dataclass(frozen=True, slots=True)
class Score:
    """How the alerts did; `unjudged` are incidents that concern none of the SLOs.

    Precision is the share of alerts that told of an incident, recall the share of incidents that
    an alert told of; None where there is nothing to divide by.
    """

    found: tuple[Found, ...]
    missed: tuple[KnownIncident, ...]
    unjudged: tuple[KnownIncident, ...]
    true: tuple[Fired, ...]
    false: tuple[Fired, ...]

    @property
    def precision(self) -> float | None:
        """True alerts over all."""
        alerts = len(self.true) + len(self.false)
        return len(self.true) / alerts if alerts else None

    @property
    def recall(self) -> float | None:
        """Incidents found over all that were judged."""
        judged = len(self.found) + len(self.missed)
        return len(self.found) / judged if judged else None

    @property
    def median_delay(self) -> timedelta | None:
        """The median time from an incident's start to its first alert."""
        delays = [f.delay.total_seconds() for f in self.found if f.delay is not None]
        return timedelta(seconds=median(delays)) if delays else None

    @property
    def pages(self) -> int:
        """Alerts that woke somebody."""
        return pages((*self.true, *self.false))


def score(
    alerts: Sequence[Fired],
    incidents: Iterable[KnownIncident],
    slos: Sequence[Slo],
    start: datetime,
    end: datetime,
) -> Score:
    """Hold the alerts of a range against the incidents that touch it.

    An alert tells of an incident when it is of an SLO that the incident concerns and its burn, from
    the first bad bucket to its close, overlaps the incident.
    """
    by_name = {slo.name: slo for slo in slos}
    found, missed, unjudged = [], [], []
    told: set[str] = set()
    for incident in sorted(incidents, key=lambda i: (i.start, i.ref)):
        if not incident.touches(start, end):
            continue
        if not any(incident.concerns(slo) for slo in slos):
            unjudged.append(incident)
            continue
        telling = [
            fired
            for fired in sorted(alerts, key=lambda f: f.episode.opened_at)
            if incident.concerns(by_name[fired.episode.slo])
            and incident.touches(fired.episode.first_bad_at, fired.until(end))
        ]
        told.update(fired.ref for fired in telling)
        if telling:
            found.append(Found(incident, tuple(telling)))
        else:
            missed.append(incident)
    return Score(
        tuple(found),
        tuple(missed),
        tuple(unjudged),
        tuple(f for f in alerts if f.ref in told),
        tuple(f for f in alerts if f.ref not in told),
    )
