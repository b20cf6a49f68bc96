"""Whatever happens to Prometheus, afterwards the ledger is as if nothing had happened."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.adapters.store import open_engine
from fireline.demo.processes import EMPTY_CONFIG, start_prometheus
from fireline.demo.remote_write import Series
from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.definition import EntityRatioSli, RatioSli, Slo, TimeSliceSli
from fireline.domain.slo.status import DataState, SloStatus
from fireline.usecases.mend_ledger import LedgerMender
from fireline.usecases.ports import FetchRequest
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.e2e.prometheus_front import (
    BOMB,
    BROKEN,
    HALF_OPEN,
    HTML,
    HUGE,
    PARTIAL,
    REDIRECT,
    SHORT,
    SKEWED,
    SLOW,
    UP,
    WARNING,
    Front,
)
from tests.fakes import FakeClock, FakeDefinitions
from tests.servers import TestPrometheus
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

STEP = 15
BEGIN = int(datetime(2026, 11, 9, tzinfo=UTC).timestamp())
HOUR = 3600
DAY = timedelta(hours=12)
MINUTES_BEFORE = (60, 82)
MINUTES_WITHIN = (95, 121)
MINUTES_AFTER = (126, 205)


def slos(prefix: str) -> dict[str, Slo]:
    """One of each way of asking."""
    made = [
        slo(
            RatioSli(
                total=f"sum(increase({prefix}_all_total[$window]))",
                bad=f"sum(increase({prefix}_bad_total[$window]))",
            ),
            name="rows",
            window=DAY,
        ),
        slo(TimeSliceSli(f"max({prefix}_lag_seconds)", "<=", 50.0), name="lag", window=DAY),
        slo(
            EntityRatioSli(
                f"count({prefix}_ok == 1) or 0 * count({prefix}_ok)", f"count({prefix}_ok)"
            ),
            name="entities",
            window=DAY,
        ),
    ]
    return {one.name: one for one in made}


def history(prefix: str, hours: int = 4) -> list[Series]:
    """Uneven counts, a lag that goes over its limit, entities that fail now and then."""
    chance = np.random.default_rng(7)
    times = np.arange(BEGIN, BEGIN + hours * HOUR + 1, STEP, dtype=np.float64)
    each = chance.integers(1, 9, len(times)).astype(np.float64)
    lag = chance.integers(0, 60, len(times)).astype(np.float64)
    bad = np.where(chance.random(len(times)) < 0.05, each, 0.0)
    series = [
        Series({"__name__": f"{prefix}_all_total"}, times, np.cumsum(each)),
        Series({"__name__": f"{prefix}_bad_total"}, times, np.cumsum(bad)),
        Series({"__name__": f"{prefix}_lag_seconds"}, times, lag),
    ]
    for number in range(3):
        fine = (chance.random(len(times)) < 0.9).astype(np.float64)
        series.append(Series({"__name__": f"{prefix}_ok", "set": str(number)}, times, fine))
    return series


def moment(minutes: float) -> datetime:
    return datetime.fromtimestamp(BEGIN + minutes * 60 + 20, UTC)


@dataclass
class Bot:
    """A watcher with a database of its own."""

    store: RecordingStore
    definitions: FakeDefinitions
    watcher: Watcher
    mender: LedgerMender
    clock: FakeClock

    def ticks(self, minutes: tuple[int, ...]) -> None:
        for minute in minutes:
            self.clock.set(moment(minute))
            self.watcher.tick(moment(minute))

    def mend(self, minute: int) -> None:
        while self.mender.mend(moment(minute)):
            pass

    def status(self, name: str) -> SloStatus:
        with self.store() as uow:
            found = uow.statuses.get(name)
        assert found is not None
        return found

    def ledger(self, name: str) -> BucketSeries:
        one = self.definitions.slos[name]
        with self.store() as uow:
            return uow.ledger.read(name, one.revision, BEGIN, BEGIN + 205 * 60 // 300 * 300)


@pytest.fixture
def bots(tmp_path: Path, migrated_sqlite: Path) -> Iterator["Bots"]:
    with ExitStack() as running:
        yield Bots(tmp_path, migrated_sqlite, running)


@dataclass
class Bots:
    """Makes bots that ask an address."""

    folder: Path
    empty: Path
    running: ExitStack

    def asking(self, url: str, prefix: str, name: str, deadline: float = 8) -> Bot:
        file = self.folder / f"{name}.db"
        shutil.copy(self.empty, file)
        engine = open_engine(f"sqlite:///{file}")
        self.running.callback(engine.dispose)
        server = Server(Access(url), timedelta(seconds=STEP), deadline=deadline)
        source = self.running.enter_context(NamedSources({"default": server}))
        store, definitions = RecordingStore(engine), FakeDefinitions(slos(prefix))
        clock = FakeClock(moment(0))
        s = services(store, definitions=definitions, source=source, clock=clock)
        return Bot(store, definitions, Watcher(s), LedgerMender(s, source.apart()), clock)


def same(one: BucketSeries, other: BucketSeries) -> None:
    assert list(one.total) == pytest.approx(list(other.total))
    assert list(one.good) == pytest.approx(list(other.good))
    assert (one.total > 0).all()


@pytest.fixture(scope="module")
def seeded(prometheus: TestPrometheus) -> TestPrometheus:
    prometheus.write_series(sorted(history("sv"), key=lambda s: sorted(s.labels.items())))
    return prometheus


@pytest.fixture
def front(seeded: TestPrometheus) -> Iterator[Front]:
    door = Front(seeded.url)
    yield door
    door.close()


ERROR = DataState.QUERY_ERROR


@pytest.mark.parametrize(
    ("mode", "state", "said"),
    [
        ("shut", ERROR, "cannot be reached (connection refused)"),
        (SLOW, ERROR, "did not answer within 0.6 s"),
        (HALF_OPEN, ERROR, "did not answer within 0.6 s"),
        (HUGE, ERROR, "answered with more than 64 MB"),
        (BOMB, ERROR, "answered with more than 64 MB"),
        (SHORT, ERROR, "is not a Prometheus (it answers with a page, not JSON)"),
        (HTML, ERROR, "is not a Prometheus (it answers with a page, not JSON)"),
        (REDIRECT, ERROR, "redirects to https://login.example.com/, which is not followed"),
        (BROKEN, ERROR, "failed (HTTP 503)"),
        (PARTIAL, DataState.PARTIAL, WARNING),
        (SKEWED, DataState.PARTIAL, "s ahead of ours: set both by NTP"),
    ],
)
def test_a_bad_hour_is_told_and_leaves_no_trace_in_the_ledger(
    bots: Bots, seeded: TestPrometheus, front: Front, mode: str, state: DataState, said: str
) -> None:
    calm = bots.asking(seeded.url, "sv", "calm")
    tried = bots.asking(front.url, "sv", "tried", 0.6 if mode in {SLOW, HALF_OPEN} else 8)
    for bot in (calm, tried):
        bot.ticks(MINUTES_BEFORE)
    if mode == "shut":
        front.shut()
    front.mode = UP if mode == "shut" else mode
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tried.ticks(MINUTES_WITHIN)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 4 * 96 * 1024, (
        "one answer of 64 MB for each of four connections"
    )
    assert front.sent < 100, "a huge answer is not read"
    told = tried.status("rows")
    assert told.data_state is state
    assert said in told.sentence
    front.recovers()
    for bot in (calm, tried):
        bot.ticks(MINUTES_AFTER)
        bot.mend(205)
    assert tried.status("rows").error is None
    assert tried.status("rows").data_state is calm.status("rows").data_state
    for name in calm.definitions.slos:
        same(tried.ledger(name), calm.ledger(name))


def test_a_prometheus_that_was_restarted_is_found_again(
    bots: Bots, tmp_path: Path, front: Front
) -> None:
    folder = tmp_path / "prometheus"
    config = EMPTY_CONFIG + "storage: {tsdb: {out_of_order_time_window: 90d}}\n"
    first = TestPrometheus(start_prometheus(folder, config))
    try:
        first.write_series(sorted(history("rs"), key=lambda s: sorted(s.labels.items())))
        front.behind = first.url
        calm, tried = bots.asking(first.url, "rs", "calm"), bots.asking(front.url, "rs", "tried")
        calm.ticks((*MINUTES_BEFORE, *MINUTES_WITHIN, *MINUTES_AFTER))
        tried.ticks(MINUTES_BEFORE)
    finally:
        first.stop()
    front.shut()
    tried.ticks(MINUTES_WITHIN)
    assert tried.status("rows").data_state is ERROR
    again = TestPrometheus(start_prometheus(folder, config))
    try:
        front.behind = again.url
        front.recovers()
        tried.ticks(MINUTES_AFTER)
    finally:
        again.stop()
    assert tried.status("rows").error is None
    for name in calm.definitions.slos:
        same(tried.ledger(name), calm.ledger(name))


def test_hours_of_every_kind_come_near_their_buckets(seeded: TestPrometheus) -> None:
    server = Server(Access(seeded.url), timedelta(seconds=STEP))
    wanted = [FetchRequest(one, BEGIN) for one in slos("sv").values()]
    with NamedSources({"default": server}) as source:
        hours = source.hours(wanted, BEGIN + 3 * HOUR)
        buckets = source.fetch(wanted, datetime.fromtimestamp(BEGIN + 3 * HOUR, UTC))
    for rough, fine in zip(hours, buckets, strict=True):
        assert rough.series is not None
        assert fine.series is not None
        later = slice(12, 36)
        assert rough.series.total[later].sum() == pytest.approx(
            fine.series.total[later].sum(), rel=0.01
        )
        assert rough.series.good[later].sum() == pytest.approx(
            fine.series.good[later].sum(), rel=0.01
        )


def test_samples_of_the_future_are_not_counted_before_their_time(
    bots: Bots, seeded: TestPrometheus
) -> None:
    bot = bots.asking(seeded.url, "sv", "early")
    bot.ticks((60,))
    counted = float(bot.ledger("rows").total.sum())
    newest = bot.status("rows").newest_sample
    assert newest is not None
    assert newest <= moment(60)
    rows = seeded.query("sv_all_total", moment(60).timestamp())
    all_so_far = float(str(rows[0]["value"][1]))  # type: ignore[index]  # as Prometheus answers
    assert counted <= all_so_far
