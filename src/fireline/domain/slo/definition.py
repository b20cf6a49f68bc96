"""What an SLO is: an objective over an SLI for a window, with the people it concerns."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from typing_extensions import override

from fireline.domain.slo.calendar import CalendarWindow
from fireline.domain.slo.grid import BUCKET_SECONDS
from fireline.domain.slo.sli import (
    Absent,
    CompositePart,
    CompositeSli,
    DeadlineSli,
    EntityRatioSli,
    Family,
    LatencySli,
    Method,
    Newborn,
    OnNoTraffic,
    RatioSli,
    Sli,
    Sliced,
    SlicedRatioSli,
    TimeSliceSli,
    family_of,
)

__all__ = [
    "Absent",
    "CompositePart",
    "CompositeSli",
    "DeadlineSli",
    "EntityRatioSli",
    "Family",
    "LatencySli",
    "Method",
    "Newborn",
    "OnNoTraffic",
    "RatioSli",
    "Sli",
    "Sliced",
    "SlicedRatioSli",
    "Slo",
    "SourceRef",
    "TimeSliceSli",
    "family_of",
]

BURN_REACH = 3 * 86400
MINUTE = 60
HOUR = 3600
UNITS = {
    Family.EVENTS: "events",
    Family.SLICES: "minutes",
    Family.ENTITIES: "entity-hours",
    Family.DEADLINES: "misses",
    Family.SHARES: "share of budget",
}


def allowed_bad(objective: Decimal) -> float:
    """The share that an objective in percent allows to be bad, `(100 - objective) / 100`."""
    return float((Decimal(100) - objective) / Decimal(100))


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a definition stands."""

    file: str
    line: int

    @override
    def __str__(self) -> str:
        """`file:line`; what stands in no file has no line."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Slo:
    """One objective. `objective` is a percentage, exact decimal; `tier` is 0, 1 or 2.

    `window` rolls, unless `calendar` says that the budget starts anew with each period; then it is
    the usual length of one, which scales the burn alerts. `data_source` names one of several
    Prometheus servers; None is the usual one.
    """

    name: str
    title: str
    service: str
    tier: int
    objective: Decimal
    window: timedelta
    sli: Sli
    source: SourceRef
    absent: Absent = Absent.UNKNOWN
    owner: str | None = None
    channel: str | None = None
    runbook: str | None = None
    datasets: tuple[str, ...] = ()
    min_events: int = 200
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    calendar: CalendarWindow | None = None
    zero_tolerance: bool = False
    data_source: str | None = None

    @property
    def budget_fraction(self) -> float:
        """The share of events or slices allowed to be bad."""
        return allowed_bad(self.objective)

    @property
    def window_seconds(self) -> int:
        """Length of the window in seconds; of a calendar window its usual length."""
        return int(self.window.total_seconds())

    @property
    def family(self) -> Family:
        """What is counted."""
        return family_of(self.sli)

    @property
    def unit(self) -> str:
        """What the budget is counted in, such as `events`, `minutes` or `misses`."""
        return UNITS[self.family]

    @property
    def unit_size(self) -> float:
        """How much of `unit` one counted good or total stands for."""
        if isinstance(self.sli, TimeSliceSli | SlicedRatioSli):
            return self.sli.slice_seconds / MINUTE
        if isinstance(self.sli, EntityRatioSli):
            return BUCKET_SECONDS / HOUR
        if isinstance(self.sli, CompositeSli):
            return 1 / self.budget_fraction if self.budget_fraction else 1.0
        return 1.0

    def span(self, epoch: int) -> tuple[int, int]:
        """Start and end (epoch seconds) of the budget window at an instant.

        A rolling window ends there; a calendar window at the end of its period.
        """
        if self.calendar is not None:
            return self.calendar.period(epoch)
        return epoch - self.window_seconds, epoch

    def needed_from(self, epoch: int) -> int:
        """From when on the ledger is needed: the budget window and the longest burn window.

        Of a calendar window also the period before, whose size the projection takes.
        """
        start = self.span(epoch)[0]
        if self.calendar is None:
            return start
        return min(self.calendar.period(start)[0], epoch - BURN_REACH)

    @property
    def revision(self) -> str:
        """A short hash of the SLI: a changed SLI opens a new ledger, a changed objective not."""
        text = f"{type(self.sli).__name__}:{self.sli!r}:{self.absent.value}"
        if isinstance(self.sli, RatioSli) and self.sli.newborn is Newborn.COUNT:
            text += ":newborn"
        if self.data_source is not None:
            text += f":{self.data_source}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]
