"""Filling the past of many SLOs: hours first, worst budget first, no question twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries
from fireline.domain.slo.corrections import HOUR_SECONDS, spread
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import DataState, SloStatus
from fireline.usecases.mend_ledger import FLOW, LedgerMender
from fireline.usecases.ports import FetchRequest, FetchResult, Services
from fireline.usecases.watch_budgets import FEW, Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, T, slo

MANY = FEW + 5
DAY = 86_400
DAYS = 9
WINDOW = timedelta(days=DAYS)


@dataclass
class Platform:
    """Steady traffic; `bad` is the share per SLO, `hour_factor` how much more an hour counts."""

    bad: dict[str, float] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    down: bool = False
    hour_factor: float = 1.0
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    asked_hours: list[tuple[str, int, int]] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        until = int(at.timestamp()) // BUCKET_SECONDS * BUCKET_SECONDS
        self.asked += [(r.slo.name, r.start, until) for r in requests]
        return [self._one(r, until, BUCKET_SECONDS, 1.0) for r in requests]

    def hours(self, requests: Sequence[FetchRequest], until: int) -> list[FetchResult]:
        self.asked_hours += [(r.slo.name, r.start, until) for r in requests]
        return [self._one(r, until, HOUR_SECONDS, self.hour_factor) for r in requests]

    def can_check(self, one: Slo) -> bool:
        return bool(one.name)

    def exact(self, one: Slo) -> bool:
        return not one.name

    def _one(self, request: FetchRequest, until: int, step: int, factor: float) -> FetchResult:
        name = request.slo.name
        if self.down or name in self.broken:
            return FetchResult(name, None, error="Prometheus is down.")
        total = np.full(max(0, until - request.start) // step, factor * step / 3)
        good = total * (1 - self.bad.get(name, 0.0))
        if step == HOUR_SECONDS:
            return FetchResult(name, spread(request.start, good, total, total > 0))
        flags = np.zeros(len(total), np.uint8)
        return FetchResult(name, BucketSeries(request.start, good, total, flags), None, T)


@dataclass
class World:
    store: RecordingStore
    platform: Platform
    definitions: FakeDefinitions
    s: Services

    def watcher(self) -> Watcher:
        return Watcher(self.s, past_apart=True)

    def mender(self) -> LedgerMender:
        return LedgerMender(self.s, self.platform)

    def status(self, name: str) -> SloStatus:
        with self.store() as uow:
            found = uow.statuses.get(name)
        assert found is not None
        return found

    def ledger(self, name: str) -> BucketSeries:
        one = self.definitions.slos[name]
        with self.store() as uow:
            return uow.ledger.read(name, one.revision, EPOCH - DAYS * DAY, EPOCH)


@pytest.fixture
def world(sqlite_store: RecordingStore) -> World:
    names = [f"s{i:02d}" for i in range(MANY)]
    definitions = FakeDefinitions({n: replace(slo(window=WINDOW), name=n) for n in names})
    platform = Platform()
    clock = FakeClock(T)
    s = services(sqlite_store, definitions=definitions, source=platform, clock=clock)
    return World(sqlite_store, platform, definitions, s)


def filled(mender: LedgerMender, at: datetime = T) -> int:
    steps = 1
    while mender.mend(at):
        steps += 1
    return steps


def test_the_first_tick_of_many_asks_for_hours_only_and_has_the_rest_filled(world: World) -> None:
    world.watcher().tick(T)
    assert {until - start for _, start, until in world.platform.asked} <= {22_500, 24_900, 26_100}
    (call,) = world.store.started(FLOW)
    assert (call.queue, call.partition) == ("ledger", "ledger")
    status = world.status("s00")
    assert status.data_state is DataState.PROVISIONAL
    assert status.remaining is None
    assert status.sentence == "the history is being read, its budget follows in a moment"


def test_the_past_of_few_is_read_at_once(world: World) -> None:
    world.definitions.slos = {"s00": world.definitions.slos["s00"]}
    world.watcher().tick(T)
    assert world.store.started(FLOW) == []
    assert world.status("s00").remaining == 1.0


def test_no_alert_fires_on_a_budget_of_hours_only(world: World) -> None:
    world.platform.bad = {"s00": 0.5}
    watcher = world.watcher()
    assert watcher.tick(T).opened == []
    filled(world.mender())
    assert watcher.tick(T + timedelta(minutes=1)).opened == ["s00"]


def test_hours_come_before_any_detail_and_give_a_budget(world: World) -> None:
    watcher, mender = world.watcher(), world.mender()
    world.platform.bad = {"s03": 0.0005}
    watcher.tick(T)
    world.platform.asked.clear()
    while not world.platform.asked:
        mender.mend(T)
    asked = world.platform.asked_hours
    assert {name for name, _, _ in asked} == set(world.definitions.slos)
    assert (world.ledger("s10").flags[:100] & BucketFlag.COARSE).all()
    watcher.tick(T + timedelta(minutes=1))
    assert world.status("s03").remaining == pytest.approx(0.5, abs=0.01)
    assert world.status("s03").coverage == pytest.approx(1.0)


def test_detail_of_the_worst_budget_comes_first(world: World) -> None:
    names = [f"t{i:03d}" for i in range(70)]
    world.definitions.slos = {n: replace(slo(window=WINDOW), name=n) for n in names}
    world.platform.bad = {"t067": 0.01}
    watcher, mender = world.watcher(), world.mender()
    watcher.tick(T)
    while any(s.lacks_hours for s, _ in mender._filler.lacking(T)):  # noqa: SLF001
        mender.mend(T)
    watcher.tick(T + timedelta(minutes=1))
    world.platform.asked.clear()
    mender.mend(T)
    assert world.platform.asked[0][0] == "t067"
    assert len(world.platform.asked) == 50


def test_all_is_filled_in_the_end_and_nothing_is_asked_for_twice(world: World) -> None:
    world.watcher().tick(T)
    mender = world.mender()
    world.platform.asked.clear()
    for _ in range(4):
        mender.mend(T)
    filled_before = list(world.platform.asked_hours), list(world.platform.asked)
    again = world.mender()  # a restart
    while again._filler.lacking(T):  # noqa: SLF001
        again.mend(T)
    stretches = sorted(world.platform.asked)
    assert filled_before[0] or filled_before[1]
    for name in world.definitions.slos:
        mine = [(start, until) for who, start, until in stretches if who == name]
        assert all(a[1] == b[0] for a, b in pairwise(mine)), "side by side"
        series = world.ledger(name)
        assert not (series.flags & (BucketFlag.COARSE | BucketFlag.MISSING)).any()
        assert series.total.sum() == pytest.approx(len(series.total) * 100)


def test_a_restarted_watcher_does_not_ask_for_the_past_again(world: World) -> None:
    world.watcher().tick(T)
    world.platform.asked.clear()
    world.watcher().tick(T + timedelta(minutes=1))
    assert max(until - start for _, start, until in world.platform.asked) <= 900
    assert len(world.store.started(FLOW)) == 1


def test_one_broken_slo_rests_and_the_others_are_filled(world: World) -> None:
    world.platform.broken = {"s05"}
    world.watcher().tick(T)
    mender = world.mender()
    filled(mender)
    with world.store() as uow:
        assert {s.slo for s in uow.books.unfilled()} == {"s05"}
    world.platform.broken = set()
    assert not any(s.slo == "s05" for s, _ in mender._filler.lacking(T))  # noqa: SLF001
    filled(mender, T + timedelta(minutes=6))
    with world.store() as uow:
        assert uow.books.unfilled() == []


def test_a_source_that_is_down_ends_the_run_instead_of_spinning(world: World) -> None:
    world.watcher().tick(T)
    world.platform.down = True
    assert filled(world.mender()) <= 3


def test_an_slo_that_is_gone_or_changed_is_not_filled(world: World) -> None:
    world.watcher().tick(T)
    world.definitions.slos = {n: s for n, s in world.definitions.slos.items() if n != "s00"}
    world.mender().mend(T)
    with world.store() as uow:
        assert "s00" not in {s.slo for s in uow.books.unfilled()}


def test_detail_that_lost_events_is_scaled_to_its_hours(world: World) -> None:
    world.platform.hour_factor = 1.25
    world.watcher().tick(T)
    filled(world.mender())
    series = world.ledger("s00")
    old = series.total[: (DAYS - 1) * 288]
    assert old.sum() == pytest.approx(len(old) * 125)
    assert (series.flags[: (DAYS - 1) * 288] & BucketFlag.AUDITED).all()


def test_an_hour_that_is_over_is_checked_and_the_correction_is_in_the_audit_trail(
    world: World,
) -> None:
    watcher, mender = world.watcher(), world.mender()
    watcher.tick(T)
    filled(mender)
    world.platform.hour_factor = 1.5
    for minutes in range(5, 90, 5):
        watcher.tick(T + timedelta(minutes=minutes))
    at = T + timedelta(minutes=85)
    filled(mender, at)
    with world.store() as uow:
        entries = [e for e in uow.audit.all() if e.action == "ledger_corrected"]
    mine = [e.detail for e in entries if e.subject == "slo:s00"]
    assert (mine[0]["from"], mine[0]["buckets"]) == ("2026-11-20T11:00:00+00:00", 24)
    assert (mine[0]["old_total"], mine[0]["new_total"]) == (2400.0, 3600.0)
    assert filled(mender, at) == 1, "an hour is checked once"
    watcher.tick(at)
    with world.store() as uow:
        count = len(uow.audit.all())
    mender.mend(at)
    with world.store() as uow:
        again = [e for e in uow.audit.all()[count:] if e.subject == "slo:s00"]
    assert len(again) <= 1, "the same difference is corrected once"
