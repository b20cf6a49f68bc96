"""What an SLO is: an objective over an SLI for a window, with the people it concerns."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum


class Absent(StrEnum):
    """How a bucket without samples counts."""

    BAD = "bad"
    IGNORE = "ignore"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RatioSli:
    """Counts of good (or bad) and total events; each expression holds `$window`."""

    total: str
    good: str | None = None
    bad: str | None = None


@dataclass(frozen=True, slots=True)
class TimeSliceSli:
    """A gauge compared with a threshold once per slice, in Python, never in PromQL."""

    value: str
    op: str
    threshold: float
    slice_seconds: int = 60


Sli = RatioSli | TimeSliceSli


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a definition stands."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Slo:
    """One objective. `objective` is a percentage, exact decimal; `tier` is 0, 1 or 2."""

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

    @property
    def budget_fraction(self) -> float:
        """The share of events or slices allowed to be bad, `(100 - objective) / 100`."""
        return float((Decimal(100) - self.objective) / Decimal(100))

    @property
    def window_seconds(self) -> int:
        """The rolling window in seconds."""
        return int(self.window.total_seconds())

    @property
    def unit(self) -> str:
        """What the budget is counted in: `events` or `minutes`."""
        return "minutes" if isinstance(self.sli, TimeSliceSli) else "events"

    @property
    def revision(self) -> str:
        """A short hash of the SLI: a changed SLI opens a new ledger, a changed objective not."""
        text = f"{type(self.sli).__name__}:{self.sli!r}:{self.absent.value}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]
