"""Ticks over many SLOs: the quiet ones cost nothing each, and nobody is overlooked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Absent, Slo
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from fireline.usecases.ports import FetchRequest, FetchResult, Services
from fireline.usecases.report_budgets import report
from fireline.usecases.watch_budgets import TickReport, Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import T, slo

COUNT = 40
DAY = timedelta(days=1)


@dataclass
class Traffic:
    """Even traffic for everybody; `bad` is the share of bad events by SLO since `T`."""

    bad: dict[str, float] = field(default_factory=dict)
    down: bool = False
    silent: set[str] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        epoch = int(at.timestamp())
        self.asked = [epoch - r.start for r in requests]
        return [self._one(r, epoch, at) for r in requests]

    def _one(self, request: FetchRequest, epoch: int, at: datetime) -> FetchResult:
        name = request.slo.name
        if self.down:
            return FetchResult(name, None, error="Prometheus is down.")
        end = epoch // BUCKET_SECONDS * BUCKET_SECONDS
        starts = np.arange(request.start, end, BUCKET_SECONDS)
        total = np.full(len(starts), 100.0)
        good = total * np.where(starts >= T.timestamp(), 1 - self.bad.get(name, 0.0), 1.0)
        newest = at - timedelta(hours=1 if name in self.silent else 0)
        series = BucketSeries(request.start, good, total, np.zeros(len(starts), np.uint8))
        return FetchResult(name, series, None, newest)


@dataclass
class Team:
    """A watcher of many SLOs."""

    s: Services
    traffic: Traffic
    definitions: FakeDefinitions
    watcher: Watcher

    def tick(self, **after: float) -> TickReport:
        return self.watcher.tick(T + timedelta(**after))

    def statuses(self) -> dict[str, SloStatus]:
        with self.s.store() as uow:
            return {s.slo: s for s in uow.statuses.all()}


@pytest.fixture
def team(sqlite_store: RecordingStore) -> Team:
    made = {f"s{n:02}": slo(name=f"s{n:02}", window=2 * DAY, tier=n % 3) for n in range(COUNT)}
    definitions, traffic = FakeDefinitions(made), Traffic()
    s = services(sqlite_store, definitions=definitions, source=traffic, clock=FakeClock(T))
    return Team(s, traffic, definitions, Watcher(s))


def alone(team: Team, minutes: float) -> dict[str, SloStatus]:
    """What a report without any memory says."""
    found = report(
        list(team.definitions.slos.values()), team.traffic, T + timedelta(minutes=minutes)
    )
    return {s.slo: s for s in found}


def test_every_status_is_the_one_of_a_look_without_memory(team: Team) -> None:
    team.traffic.bad = {"s03": 0.0005, "s07": 0.004, "s11": 0.5}
    for minutes in (-30, 0, 5, 7, 35):
        team.tick(minutes=minutes)
    shown, true = team.statuses(), alone(team, 35)
    assert shown.keys() == true.keys()
    for name, status in shown.items():
        for figure in ("data_state", "budget_state", "sentence", "burning", "at"):
            assert getattr(status, figure) == getattr(true[name], figure)
        for figure in ("good", "total", "remaining", "budget", "coverage"):
            assert getattr(status, figure) == pytest.approx(getattr(true[name], figure))


def test_those_that_burn_are_found_among_the_quiet(team: Team) -> None:
    team.tick()
    team.traffic.bad = {"s11": 0.5, "s12": 0.5}
    found = team.tick(minutes=10)
    assert sorted(found.opened) == ["s11", "s12"]
    assert found.evaluated == COUNT
    states = {n for n, s in team.statuses().items() if s.budget_state is not BudgetState.HEALTHY}
    assert states == {"s11", "s12"}


def test_a_recovered_alert_closes_although_its_slo_is_quiet_again(team: Team) -> None:
    team.tick()
    team.traffic.bad = {"s11": 0.06}
    for minutes in range(5, 31, 5):
        team.tick(minutes=minutes)
    team.traffic.bad = {}
    closed = []
    for minutes in range(35, 60 * 8, 15):
        closed += team.tick(minutes=minutes).closed
    assert "s11" in closed


def test_one_that_falls_silent_is_stale_and_one_that_returns_is_not(team: Team) -> None:
    team.tick()
    team.traffic.silent = {"s05"}
    team.tick(minutes=90)
    assert {n for n, s in team.statuses().items() if s.data_state is DataState.STALE} == {"s05"}
    team.traffic.silent = set()
    team.tick(minutes=95)
    assert {s.data_state for s in team.statuses().values()} == {DataState.OK}


def test_while_the_source_is_down_the_last_figures_stay(team: Team) -> None:
    team.tick()
    team.traffic.down = True
    for minutes in (5, 10):
        assert len(team.tick(minutes=minutes).failed) == COUNT
    status = team.statuses()["s09"]
    assert status.data_state is DataState.QUERY_ERROR
    assert (status.remaining, status.burns) == (1.0, ())
    assert status.sentence == ("Prometheus is down. Last figures of 12:00 UTC, 10 min ago.")
    team.traffic.down = False
    team.tick(minutes=15)
    assert team.statuses()["s09"].data_state is DataState.OK
    assert set(team.traffic.asked) == {1800}


def test_definitions_may_come_go_and_change(team: Team) -> None:
    team.tick()
    slos: dict[str, Slo] = dict(team.definitions.slos)
    del slos["s00"]
    slos["new"] = slo(name="new", window=5 * DAY)
    slos["s01"] = replace(slos["s01"], objective=slos["s01"].objective - 1)
    slos["s02"] = replace(slos["s02"], absent=Absent.BAD)
    team.definitions.slos = slos
    found = team.tick(minutes=5)
    assert found.evaluated == COUNT
    lengths = dict(zip(slos, team.traffic.asked, strict=True))
    assert (lengths["s01"], lengths["s03"]) == (1200, 1200)
    shown = team.statuses()
    assert float(shown["s01"].objective) == pytest.approx(98.9)
    assert shown["new"].total == pytest.approx(100 * 5 * 288)
    assert shown["s02"].total == pytest.approx(100 * 2 * 288)


def test_a_clock_set_back_and_a_long_sleep_lose_nothing(team: Team) -> None:
    team.tick(minutes=60)
    team.tick(minutes=10)
    # Nobody ever asked for the fifty minutes before the first window.
    assert team.statuses()["s01"].total == pytest.approx(57_600 - 1_000)
    team.tick(days=9)
    assert team.statuses()["s01"].total == pytest.approx(57_600)
    assert team.statuses()["s01"].coverage == 1.0


def test_a_restart_goes_on_with_the_ledger(team: Team) -> None:
    team.tick()
    team.watcher = Watcher(team.s)
    team.tick(minutes=10)
    assert set(team.traffic.asked) == {1500}
    assert team.statuses()["s01"].total == pytest.approx(57_600)
