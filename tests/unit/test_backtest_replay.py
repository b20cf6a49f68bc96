"""A replay decides exactly as the running bot would have, with and without the sieve before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.domain.backtest.replay import Past, edges_of, replay
from fireline.domain.policy.policy import BurnPair, Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.definition import Absent, DeadlineSli, EntityRatioSli, Sli, Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.ledger import cut
from fireline.domain.slo.status import AlertKind, BurnSeverity, Episode
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, RATIO, SLICES, T, slo

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = pytest.mark.no_cover

DAY = 288
WINDOW = timedelta(days=1)
DAILY = CalendarWindow(CalendarUnit.DAY, "Europe/Berlin")


KINDS: dict[str, Sli] = {
    "events": RATIO,
    "slices": SLICES,
    "entities": EntityRatioSli("count(ok == 1)", "count(ok)"),
    "deadlines": DeadlineSli("landed", time(7)),
}


@dataclass
class Ledger:
    """A source that knows one series and gives what had closed by then."""

    series: BucketSeries

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        edge = int(at.timestamp())
        return [FetchResult(r.slo.name, cut(self.series, r.start, edge)) for r in requests]


def a_past(seed: int, kind: str = "events", *, holes: bool = False, quiet: float = 0.0) -> Past:
    """Three days of noise with stretches that are bad by more or less; ends at T."""
    random = np.random.default_rng(seed)
    count = 3 * DAY
    mean = random.choice([3, 40, 900])
    total = {
        "events": random.poisson(mean, count),
        "slices": np.full(count, 5),
        "entities": np.full(count, 40),
        "deadlines": (np.arange(count) % 36 == 5),
    }[kind].astype(np.float64)
    share = np.full(count, random.choice([0.0, 0.0005]))
    for _ in range(int(random.integers(1, 6))):
        begin, length = random.integers(0, count), random.integers(1, 60)
        share[begin : begin + length] = random.choice([0.002, 0.05, 0.3, 1.0])
    total[random.random(count) < quiet] = 0.0
    bad = np.asarray(random.binomial(total.astype(np.int64), share), np.float64)
    flags = np.zeros(count, np.uint8)
    if holes:
        hole = int(random.integers(DAY, count))
        gone = np.s_[hole : hole + int(random.integers(1, 40))]
        total[gone] = bad[gone] = 0.0
        flags[gone] = int(BucketFlag.MISSING)
    absent = Absent(str(random.choice(["bad", "unknown"]))) if holes else Absent.UNKNOWN
    of = slo(
        KINDS[kind],
        objective=str(random.choice(["99.9", "99", "95"])),
        window=WINDOW,
        min_events=int(random.choice([0, 200, 5000])),
        absent=absent,
    )
    return Past(of, BucketSeries(EPOCH - count * BUCKET_SECONDS, total - bad, total, flags))


START = T - timedelta(days=2)
HALF_DAY_AGO = T - timedelta(hours=12)


@given(
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(sorted(KINDS)),
    holes=st.booleans(),
    quiet=st.sampled_from([0.0, 0.3, 0.97]),
    excluded=st.booleans(),
    calendar=st.booleans(),
)
@settings(max_examples=10, deadline=None)
def test_the_sieve_changes_nothing_but_the_work(
    *, seed: int, kind: str, holes: bool, quiet: float, excluded: bool, calendar: bool
) -> None:
    past = a_past(seed, kind, holes=holes, quiet=quiet)
    if excluded:
        maintenance = Exclusion(EPOCH - 150_000, EPOCH - 130_000)
        past = replace(past, exclusions=(maintenance,))
    if calendar:
        past = replace(past, slo=replace(past.slo, calendar=DAILY))
    edges = edges_of(START, T)
    sieved = replay(past, Policy(), edges)
    every = replay(past, Policy(), edges, screened=False)
    assert sieved.alerts == every.alerts
    assert every.judged == len(edges) == 576
    assert sieved.judged <= every.judged


def test_odd_windows_pass_the_sieve_too() -> None:
    pairs = (
        BurnPair(BurnSeverity.PAGE, 2520, 420, 0.1),
        BurnPair(BurnSeverity.TICKET, 40_000, 3333, 0.1),
    )
    fired = 0
    for seed in (1, 7, 9, 10):
        past, edges = a_past(seed), edges_of(HALF_DAY_AGO, T)
        found = replay(past, Policy(pairs=pairs), edges)
        assert found.alerts == replay(past, Policy(pairs=pairs), edges, screened=False).alerts
        fired += len(found.alerts)
    assert fired > 1


def stepped(store: RecordingStore, past: Past) -> list[Episode]:
    """The episodes of the running bot when it ticks at every close of a bucket of half a day."""
    of: Slo = past.slo
    s = services(store, definitions=FakeDefinitions({of.name: of}), source=Ledger(past.series))
    watcher = Watcher(s)
    for edge in edges_of(HALF_DAY_AGO, T):
        watcher.tick(past.reading(int(edge)).at)
    with store() as uow:
        every = uow.episodes.between(HALF_DAY_AGO, T + timedelta(days=1))
    return [episode for episode in every if episode.kind is AlertKind.BURN]


@pytest.mark.parametrize(
    "past",
    [
        a_past(17, holes=True),
        a_past(33, quiet=0.97),
        a_past(6, "deadlines"),
    ],
    ids=["holes", "sparse", "deadlines"],
)
def test_the_bot_stepped_through_the_same_buckets_raises_the_same_alerts(
    sqlite_store: RecordingStore, past: Past
) -> None:
    live = stepped(sqlite_store, past)
    found = replay(past, Policy(), edges_of(HALF_DAY_AGO, T)).alerts
    assert len(found) >= 1

    def told(episode: Episode) -> tuple[object, ...]:
        return (
            episode.severity,
            episode.opened_at,
            episode.closed_at,
            episode.first_bad_at,
            episode.last_firing_at,
            episode.peak_burn,
            episode.spent,
        )

    assert [told(f.episode) for f in found] == [told(e) for e in live]


def test_a_quiet_month_is_replayed_without_a_close_look() -> None:
    past = a_past(1)
    calm = past.series.total - 0.0
    quiet = Past(past.slo, BucketSeries(past.series.start, calm, calm, past.series.flags))
    found = replay(quiet, Policy(), edges_of(START, T))
    assert (found.alerts, found.judged, found.steps) == ((), 0, 576)


def test_an_alert_knows_its_pair_delay_and_budget() -> None:
    total = np.full(3 * DAY, 100.0)
    good = total.copy()
    good[-DAY : -DAY + 6] = 0.0
    past = Past(
        slo(window=timedelta(days=2), min_events=100),
        BucketSeries(EPOCH - 3 * DAY * 300, good, total, np.zeros(3 * DAY, np.uint8)),
    )
    (fired,) = replay(past, Policy(), edges_of(START, T)).alerts
    assert fired.episode.severity is BurnSeverity.PAGE
    assert fired.episode.first_bad_at == T - timedelta(days=1)
    assert fired.delay == timedelta(minutes=5)
    assert fired.remaining == pytest.approx(1 - 100 / 57.6)
    assert (fired.pair.long_seconds, fired.pair.firing) == (3600, True)
    assert fired.ref == "orders 2026-11-19T12:05Z"
    assert not fired.at_start


def test_what_burned_before_the_range_is_marked() -> None:
    total = np.full(2 * DAY, 100.0)
    past = Past(
        slo(window=WINDOW, min_events=100),
        BucketSeries(EPOCH - 2 * DAY * 300, total / 2, total, np.zeros(2 * DAY, np.uint8)),
    )
    (fired,) = replay(past, Policy(), edges_of(T - timedelta(hours=3), T)).alerts
    assert fired.at_start
    assert fired.episode.open
    assert fired.until(T) == T


def test_a_ticket_that_grows_into_a_page_is_one_alert() -> None:
    total = np.full(3 * DAY, 1000.0)
    good = total.copy()
    good[-260:-20] -= 3.0
    good[-20:-10] -= 400.0
    past = Past(
        slo(window=timedelta(days=2), objective="99"),
        BucketSeries(EPOCH - 3 * DAY * 300, good, total, np.zeros(3 * DAY, np.uint8)),
    )
    (fired,) = replay(past, Policy(), edges_of(START, T)).alerts
    assert fired.pair.severity is BurnSeverity.TICKET
    assert fired.episode.severity is BurnSeverity.PAGE
    assert fired.escalated_at is not None
    assert fired.escalated_at > fired.episode.opened_at
