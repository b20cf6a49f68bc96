"""Random counters: births, restarts, lost scrapes, bursts, ends; the sums are those of the scrapes.

Many histories share one write and one question; each is also fetched tick by tick, as the bot does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.definition import Newborn, RatioSli, Slo
from fireline.domain.slo.ledger import first_known, merge
from fireline.usecases.ports import FetchRequest
from tests.integration.truth import START, Counter, at_minutes, instant, minutes
from tests.servers import LabelsKey, Samples, TestPrometheus
from tests.unit.slo_builders import slo

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]

MINUTES = 120
HISTORIES = 40
READ_AGAIN = 900
runs = count()
some = settings(max_examples=4, deadline=None)
few = settings(max_examples=2, deadline=None)
seeds = st.lists(st.integers(0, 2**32), min_size=HISTORIES, max_size=HISTORIES, unique=True)


@dataclass(frozen=True)
class Pods:
    """The counters of one SLO."""

    good: tuple[Counter, ...]
    bad: tuple[Counter, ...]
    newborn: Newborn


def pods_of(seed: int) -> Pods:
    """A history; small numbers stand for long ones, so that a failure can be made again."""
    chance = Random(seed)  # noqa: S311 - a test
    good, bad = (
        tuple(_counter(chance) for _ in range(chance.randint(1, 3))) for _ in ("good", "bad")
    )
    return Pods(good, bad, chance.choice(list(Newborn)))


def _counter(chance: Random) -> Counter:
    """A counter with anything that may happen to one, but for resets that no scrape shows."""
    first = chance.choice([0, chance.randint(1, 70)])
    last = chance.choice([MINUTES, chance.randint(first, MINUTES)])
    rate = chance.choice([0, 0, 1, 7])
    bursts = {chance.randint(1, MINUTES): chance.randint(1, 10_000) for _ in range(5)}
    starts = [chance.randint(1, MINUTES) for _ in range(chance.randint(0, 2))]
    lost = minutes(*((start, start + chance.randint(0, 25)) for start in starts))
    marks = frozenset(chance.randint(first, last) for _ in range(chance.randint(0, 2))) - lost
    born = next((m for m in range(first, MINUTES) if m not in lost | marks), MINUTES)
    restarts = [chance.randint(born + 6, MINUTES + 6) for _ in range(chance.randint(0, 3))]
    return Counter(
        events=at_minutes({m: float(rate + bursts.get(m, 0)) for m in range(1, MINUTES + 1)}),
        first=first,
        last=last,
        initial=float(chance.randint(0, 50)) if first == 0 else 0.0,
        lost=lost,
        marks=marks | chance.choice([frozenset(), frozenset({last + 1})]),
        restarts=frozenset(m for m in restarts if not {m - 1, m} & (lost | marks)),
    )


def visible(counter: Counter, newborn: Newborn) -> float:
    """What the scrapes show: every step up, and all of a value that is less than the one before."""
    values = [v for at, v in counter.samples() if v == v]  # noqa: PLR0124 - stale markers are NaN
    born = values[0] if values and counter.first_seen > 0 and newborn is Newborn.COUNT else 0.0
    steps = pairwise(values)
    return born + sum(after - before if after >= before else after for before, after in steps)


def definition(run: int, newborn: Newborn) -> Slo:
    total = f'sum(increase(random_total{{run="{run}"}}[$window]))'
    bad = f'sum(increase(random_total{{kind="bad",run="{run}"}}[$window]))'
    sli = RatioSli(total=total, bad=bad, newborn=newborn)
    return slo(sli, name=f"run-{run}", window=timedelta(minutes=MINUTES))


def written(server: TestPrometheus, drawn: Sequence[int]) -> list[Slo]:
    """Put the histories into the server; gives an SLO for each."""
    series: dict[LabelsKey, Samples] = {}
    slos = []
    for pods in map(pods_of, drawn):
        run = next(runs)
        slos.append(definition(run, pods.newborn))
        for kind, several in (("good", pods.good), ("bad", pods.bad)):
            for number, counter in enumerate(several):
                key = f'random_total{{kind="{kind}",pod="{number}",run="{run}"}}'
                series[key] = counter.samples()
    server.write(series)
    return slos


def by_hand(pods: Pods) -> tuple[float, float]:
    """Bad and total."""
    bad = sum(visible(counter, pods.newborn) for counter in pods.bad)
    return bad, bad + sum(visible(counter, pods.newborn) for counter in pods.good)


def compare(drawn: Sequence[int], found: Sequence[BucketSeries | None]) -> None:
    """Every history whose sums are not those by hand, by its seed."""
    wrong = []
    for seed, series in zip(drawn, found, strict=True):
        assert series is not None
        sums = float((series.total - series.good).sum()), float(series.total.sum())
        if sums != pytest.approx(by_hand(pods_of(seed))):
            wrong.append((seed, sums, by_hand(pods_of(seed))))
    assert wrong == []


@some
@given(drawn=seeds)
def test_any_history_sums_up_to_what_its_scrapes_show(
    prometheus: TestPrometheus, drawn: list[int]
) -> None:
    slos = written(prometheus, drawn)
    with PrometheusSource(prometheus.url) as source:
        results = source.fetch([FetchRequest(one, START) for one in slos], instant(MINUTES))
    compare(drawn, [result.series for result in results])


@some
@given(drawn=seeds)
def test_victoria_metrics_gives_the_same(victoria: TestPrometheus, drawn: list[int]) -> None:
    slos = written(victoria, drawn)
    with PrometheusSource(victoria.url) as source:
        results = source.fetch([FetchRequest(one, START) for one in slos], instant(MINUTES))
    compare(drawn, [result.series for result in results])


@few
@given(drawn=seeds)
def test_ticks_add_up_to_the_same_and_the_open_part_never_counts_twice(
    prometheus: TestPrometheus, drawn: list[int]
) -> None:
    slos = written(prometheus, drawn)
    ledgers = {one.name: BucketSeries.empty(START) for one in slos}
    with PrometheusSource(prometheus.url) as source:
        for minute in range(5, MINUTES + 1, 5):
            requests = []
            for one in slos:
                start = max(START, ledgers[one.name].end - READ_AGAIN)
                requests.append(FetchRequest(one, start, first_known(ledgers[one.name])))
            for result in source.fetch(requests, instant(minute)):
                assert result.series is not None
                ledgers[result.slo] = merge(ledgers[result.slo], result.series)
    compare(drawn, [ledgers[one.name] for one in slos])


def odd_scrapes(seed: int, interval: int) -> list[tuple[float, float]]:
    """A counter with restarts, scraped a little early or late, from before the start on."""
    chance = Random(seed)  # noqa: S311 - a test
    value, points = float(chance.randint(0, 100)), []
    for number in range((3600 + 600) // interval):
        at = START - 600 + interval * (number + chance.uniform(0.3, 0.7))
        value = 0.0 if chance.random() < interval / 1000 else value
        value += chance.choice([0, 0, 0, 1, 5, 200])
        points.append((round(at, 3), value))
    return points


@pytest.mark.parametrize("interval", [10, 15, 30])
def test_scrapes_of_any_rhythm_need_not_meet_the_edges(
    prometheus: TestPrometheus, interval: int
) -> None:
    drawn = range(40)
    names = [f'odd_total{{every="{interval}",run="{seed}"}}' for seed in drawn]
    series: dict[LabelsKey, Samples] = {
        name: odd_scrapes(seed, interval) for name, seed in zip(names, drawn, strict=True)
    }
    prometheus.write(series)
    slos = [
        slo(RatioSli(total=f"sum(increase({selector}))", bad=f"sum(increase({selector})) * 0"))
        for name in names
        for selector in [f"{name}[$window]"]
    ]
    with PrometheusSource(prometheus.url) as source:
        results = source.fetch([FetchRequest(one, START) for one in slos], instant(60))
    for name, result in zip(names, results, strict=True):
        assert result.series is not None
        before = [value for at, value in series[name] if at <= START]
        inside = [value for at, value in series[name] if START < at <= START + 3600]
        steps = pairwise([before[-1], *inside])
        grown = sum(new - old if new >= old else new for old, new in steps)
        assert result.series.total.sum() == pytest.approx(grown), name
