"""Events first: counters made of known events, and the plain sums that must come out again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fireline.demo.remote_write import STALE
from tests.servers import LabelsKey, Samples

# Long past on any machine: VictoriaMetrics takes no samples from the future.
BASE = datetime(2025, 6, 14, tzinfo=UTC)
START = int(BASE.timestamp())
MINUTE = 60
Points = list[tuple[float, float]]
PerMinute = Callable[[int], float]


@dataclass(frozen=True)
class Counter:
    """A counter scraped every minute, and the events it counted.

    Args:
        events: how many happened in the minute that ends at `m`, for minutes 1 to `last`.
        first: minute of the first scrape; the counter holds `initial` and earlier events by then.
        last: minute of the last scrape.
        initial: what it counted before minute 0.
        restarts: minutes at whose beginning it was set back to zero.
        lost: minutes without a scrape.
        marks: minutes at which Prometheus wrote that the series is gone.
    """

    events: PerMinute
    first: int = 0
    last: int = 360
    initial: float = 0.0
    restarts: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()
    marks: frozenset[int] = frozenset()

    def samples(self) -> Points:
        """What a Prometheus scraped."""
        found: Points = []
        value = self.initial
        for minute in range(max(self.last, *self.marks, 0) + 1):
            if minute in self.restarts:
                value = 0.0
            value += self.events(minute) if minute else 0.0
            if minute in self.marks:
                found.append((START + MINUTE * minute, STALE))
            elif self.first <= minute <= self.last and minute not in self.lost:
                found.append((START + MINUTE * minute, value))
        return found

    @property
    def first_seen(self) -> int:
        """Minute of the first scrape that gave a value; 0 when none did."""
        return min(self.seen(), default=0)

    def seen(self) -> frozenset[int]:
        """Minutes with a scrape that gave a value."""
        there = range(self.first, self.last + 1)
        return frozenset(m for m in there if m not in self.lost and m not in self.marks)

    def between(self, after: int, until: int) -> float:
        """Events in the minutes `(after, until]` that any scrape could see, counted one by one."""
        return sum(self.events(m) for m in range(after + 1, min(until, self.last) + 1))


@dataclass(frozen=True)
class Truth:
    """What a window must come to."""

    bad: float
    total: float

    def remaining(self, objective: float) -> float:
        """The share of the budget left, by hand."""
        return 1 - self.bad / self.total / ((100 - objective) / 100)


@dataclass
class History:
    """Series by name, each a counter or plain points."""

    series: dict[LabelsKey, Samples] = field(default_factory=dict)

    def add(self, name: str, *counters: Counter | Points) -> None:
        """Several get a label `pod` each."""
        for number, counter in enumerate(counters):
            key = name if len(counters) == 1 else f'{name}{{pod="{number}"}}'
            self.series[key] = counter.samples() if isinstance(counter, Counter) else counter


def steady(per_minute: float) -> PerMinute:
    return lambda _: per_minute


def within(first: int, last: int, per_minute: float, other: float = 0.0) -> PerMinute:
    """So many in the minutes from `first` to `last`, and `other` in all others."""
    return lambda m: per_minute if first <= m <= last else other


def at_minutes(events: Mapping[int, float]) -> PerMinute:
    return lambda m: events.get(m, 0.0)


def gauge(values: Callable[[int], float | None], last: int = 360) -> Points:
    """A gauge scraped every minute; None is no scrape."""
    found = ((START + float(MINUTE * m), values(m)) for m in range(last + 1))
    return [(at, value) for at, value in found if value is not None]


def minutes(*spans: tuple[int, int]) -> frozenset[int]:
    """All minutes of the spans, ends included."""
    return frozenset(m for first, last in spans for m in range(first, last + 1))


def total_of(counters: Iterable[Counter], until: int = 360, after: int = 0) -> float:
    return sum(counter.between(after, until) for counter in counters)


def coverage_of(counters: Iterable[Counter], until: int = 360) -> float:
    """The share of five-minute buckets in which any counter was scraped."""
    seen = frozenset[int]().union(*(counter.seen() for counter in counters))
    buckets = [range(m + 1, m + 6) for m in range(0, until, 5)]
    return sum(not seen.isdisjoint(bucket) for bucket in buckets) / len(buckets)


def instant(minute: float) -> datetime:
    return BASE + timedelta(minutes=minute)
