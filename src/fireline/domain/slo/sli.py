"""The kinds of SLI. Each is reduced to counts of good and total per 5-minute bucket."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from fireline.domain.errors import InvalidInputError


class Absent(StrEnum):
    """How a bucket without samples counts."""

    BAD = "bad"
    IGNORE = "ignore"
    UNKNOWN = "unknown"


class Newborn(StrEnum):
    """Whether a counter that appears brings its first value as events."""

    COUNT = "count"
    IGNORE = "ignore"


class Method(StrEnum):
    """How a ratio spends budget: per event, per good slice, or by the mean of slice ratios."""

    OCCURRENCES = "occurrences"
    TIMESLICES = "timeslices"
    RATIO_TIMESLICES = "ratio_timeslices"


class OnNoTraffic(StrEnum):
    """How a slice without any event counts."""

    GOOD = "good"
    BAD = "bad"
    IGNORE = "ignore"


class Family(StrEnum):
    """What is counted, which decides the guards against luck and the unit shown."""

    EVENTS = "events"
    SLICES = "slices"
    ENTITIES = "entities"
    DEADLINES = "deadlines"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class RatioSli:
    """Counts of good (or bad) and total events; each expression holds `$window`."""

    total: str
    good: str | None = None
    bad: str | None = None
    newborn: Newborn = field(default=Newborn.IGNORE, repr=False)


@dataclass(frozen=True, slots=True)
class LatencySli(RatioSli):
    """Requests at or below a threshold (seconds) by a histogram; `good` and `total` count them.

    `histogram` is the selector without `_bucket`; `native` ones have no `le` to exist.
    """

    histogram: str = ""
    threshold: float = 0.0
    native: bool = False


@dataclass(frozen=True, slots=True)
class SlicedRatioSli:
    """A ratio judged slice by slice instead of event by event.

    Either `total` with `good` or `bad`, or `raw`, a ratio itself (of errors when `raw_is_error`).
    With `TIMESLICES` a slice is good when its ratio of good events reaches `slice_target`.
    Expressions hold `$window`, which stands for the slice.
    """

    method: Method
    slice_seconds: int = 300
    slice_target: float | None = None
    total: str | None = None
    good: str | None = None
    bad: str | None = None
    raw: str | None = None
    raw_is_error: bool = True
    on_no_traffic: OnNoTraffic = OnNoTraffic.IGNORE


@dataclass(frozen=True, slots=True)
class TimeSliceSli:
    """A gauge compared with a threshold once per slice, in Python, never in PromQL."""

    value: str
    op: str
    threshold: float
    slice_seconds: int = 60


@dataclass(frozen=True, slots=True)
class DeadlineSli:
    """Landed by a time of day, on some days of the week, in an IANA zone.

    `landed_when` is asked at the deadline with `$slot_start` (epoch seconds) filled in: non-zero
    means landed. `days` are ISO weekdays (1 Monday to 7); a slot begins at `since`, the midnight
    of the deadline's day unless said otherwise; a `since` after `by` is of the day before.
    """

    landed_when: str
    by: time
    zone: str = "UTC"
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    since: time = time(0, 0)
    at_risk_before: timedelta = field(default=timedelta(minutes=30), repr=False)


@dataclass(frozen=True, slots=True)
class EntityRatioSli:
    """How many of the entities are fine, as instant counts at each bucket's end."""

    good: str
    total: str


@dataclass(frozen=True, slots=True)
class CompositePart:
    """Another SLO's part in a composite, by name."""

    slo: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CompositeSli:
    """Several SLOs seen as one; all have its window and its budgeting method."""

    parts: tuple[CompositePart, ...]
    method: Method = Method.OCCURRENCES


Sli = (
    RatioSli
    | LatencySli
    | SlicedRatioSli
    | TimeSliceSli
    | DeadlineSli
    | EntityRatioSli
    | CompositeSli
)
Sliced = TimeSliceSli | SlicedRatioSli

_FAMILIES: dict[type[object], Family] = {
    RatioSli: Family.EVENTS,
    LatencySli: Family.EVENTS,
    SlicedRatioSli: Family.SLICES,
    TimeSliceSli: Family.SLICES,
    DeadlineSli: Family.DEADLINES,
    EntityRatioSli: Family.ENTITIES,
    CompositeSli: Family.SHARES,
}


def plain(sli: Sli) -> RatioSli | TimeSliceSli:
    """The SLI if it is a ratio of events or a gauge.

    Raises:
        InvalidInputError: it is of another kind.
    """
    if isinstance(sli, RatioSli | TimeSliceSli):
        return sli
    kind = type(sli).__name__.removesuffix("Sli")
    raise InvalidInputError(f"A {kind} SLI is neither a ratio of events nor a gauge.")


def family_of(sli: Sli) -> Family:
    """What the SLI counts."""
    return _FAMILIES[type(sli)]
