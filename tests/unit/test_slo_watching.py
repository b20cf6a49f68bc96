"""Ticks on the real store with a scripted source: ledger, episodes and their messages."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Stamp
from fireline.domain.people import Actor
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries
from fireline.domain.slo.status import AlertKind, BurnSeverity, DataState, Episode
from fireline.usecases.alert_projection import alert
from fireline.usecases.handle_alerts import acknowledge, link_incident, snooze
from fireline.usecases.incident_costs import cost_on
from fireline.usecases.ports import FetchRequest, FetchResult, Services
from fireline.usecases.report_budgets import report, status_json
from fireline.usecases.slo_views import slo_detail, slo_list
from fireline.usecases.watch_budgets import TickReport, Watcher, first_bad, tick
from tests.builders import an_incident, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, T, slo

WINDOW = timedelta(days=2)
ANA = Actor("U1", "ana")
TRAFFIC = 100.0


@dataclass
class Platform:
    """A source with steady traffic, in which stretches can be made bad; asks are remembered."""

    bad: list[tuple[datetime, datetime, float]] = field(default_factory=list)
    error: str | None = None
    asked: list[int] = field(default_factory=list)
    silent_from: datetime | None = None

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        self.asked += [int(at.timestamp()) - r.start for r in requests]
        return [self._one(r, at) for r in requests]

    def _one(self, request: FetchRequest, at: datetime) -> FetchResult:
        if self.error:
            return FetchResult(request.slo.name, None, error=self.error)
        epoch = int(at.timestamp())
        count = (epoch // BUCKET_SECONDS * BUCKET_SECONDS - request.start) // BUCKET_SECONDS
        starts = request.start + BUCKET_SECONDS * np.arange(count)
        total = np.full(count, TRAFFIC)
        good = total.copy()
        for begin, end, share in self.bad:
            inside = (starts >= begin.timestamp()) & (starts < end.timestamp())
            good[inside] = TRAFFIC * (1 - share)
        flags = np.zeros(count, np.uint8)
        newest = at
        if self.silent_from is not None:
            gone = starts >= self.silent_from.timestamp()
            good[gone] = total[gone] = 0
            flags[gone] = int(BucketFlag.MISSING)
            newest = min(at, self.silent_from)
        return FetchResult(
            request.slo.name, BucketSeries(request.start, good, total, flags), None, newest
        )


@dataclass
class World:
    """A watcher with its surroundings."""

    store: RecordingStore
    platform: Platform
    definitions: FakeDefinitions
    clock: FakeClock
    s: Services
    watcher: Watcher

    def tick(self, **after: float) -> TickReport:
        at = T + timedelta(**after)
        self.clock.set(at)
        return self.watcher.tick(at)

    def episodes(self, kind: AlertKind = AlertKind.BURN) -> list[Episode]:
        with self.store() as uow:
            every = uow.episodes.between(T - timedelta(days=9), T + timedelta(days=9))
        return [e for e in every if e.kind is kind]

    def alert(self) -> AlertGroup:
        """The only one there is."""
        with self.store() as uow:
            (group,) = uow.alerts.between(T - timedelta(days=9), T + timedelta(days=9))
        return group

    def posts(self) -> int:
        return len(self.store.started("publish"))


@pytest.fixture
def world(sqlite_store: RecordingStore) -> World:
    definitions = FakeDefinitions({"orders": slo(window=WINDOW, min_events=100)})
    platform, clock = Platform(), FakeClock(T)
    s = services(sqlite_store, definitions=definitions, source=platform, clock=clock)
    return World(sqlite_store, platform, definitions, clock, s, Watcher(s))


def outage(world: World, start_minutes: int = 0, end_minutes: int = 30, share: float = 1) -> None:
    world.platform.bad.append(
        (T + timedelta(minutes=start_minutes), T + timedelta(minutes=end_minutes), share)
    )


def test_the_window_is_fetched_once_and_then_only_the_last_buckets(world: World) -> None:
    world.tick()
    world.tick(minutes=5)
    world.tick(minutes=10, seconds=30)
    assert world.platform.asked == [2 * 86400, 900, 1200, 1230]


def test_a_restart_reads_the_ledger_instead_of_the_source(world: World) -> None:
    world.tick()
    Watcher(world.s).tick(T + timedelta(minutes=5))
    assert world.platform.asked[-1] == 1200
    with world.store() as uow:
        kept = uow.ledger.read("orders", slo(window=WINDOW).revision, EPOCH - 3600, EPOCH)
    assert list(kept.total) == [TRAFFIC] * 12


def test_after_an_outage_of_the_source_the_gap_is_fetched(world: World) -> None:
    world.tick()
    world.platform.error = "Prometheus is down."
    assert world.tick(hours=1).failed == ["orders"]
    world.platform.error = None
    world.tick(hours=2)
    assert world.platform.asked[-1] == 2 * 3600 + 900
    with world.store() as uow:
        status = uow.statuses.get("orders")
    assert status is not None
    assert status.data_state is DataState.OK


def test_a_burn_opens_one_page_posts_it_and_closes_when_it_recovers(world: World) -> None:
    world.tick()
    outage(world, 0, 30)
    assert world.tick(minutes=15).opened == ["orders"]
    page = world.episodes()[0]
    assert page.severity is BurnSeverity.PAGE
    assert page.first_bad_at == T
    assert page.channel == "#data-platform-alerts"
    call = world.store.started("publish")[0]
    assert call.args == (f"alert:{page.id}", page.channel, "alert", page.id)
    assert call.partition == page.channel
    for minutes in range(20, 180, 5):
        world.tick(minutes=minutes)
    closed = world.episodes()[0]
    assert closed.closed_at is not None
    assert closed.spent == pytest.approx(600 / (0.001 * 57_600), rel=0.05)
    assert closed.peak_burn >= page.peak_burn
    assert len(world.episodes()) == 1


def test_an_open_alert_is_not_opened_again_by_a_restarted_watcher(world: World) -> None:
    outage(world, -60, 60)
    world.tick()
    again = Watcher(world.s).tick(T + timedelta(minutes=5))
    assert again.opened == []
    assert len(world.episodes()) == 1


def test_a_ticket_that_grows_becomes_a_page_in_the_same_message(world: World) -> None:
    world.definitions.slos = {"orders": slo(window=timedelta(days=30), min_events=100)}
    outage(world, -2880, 600, share=0.004)
    assert world.tick().opened == ["orders"]
    ticket = world.episodes()[0]
    assert ticket.severity is BurnSeverity.TICKET
    acknowledge(world.s, ticket.id, ANA)
    world.platform.bad.clear()
    outage(world, -2880, 5, share=0.004)
    outage(world, 5, 600, share=0.5)
    for minutes in (10, 15, 20, 25):
        world.tick(minutes=minutes)
    (page,) = world.episodes()
    assert (page.id, page.severity) == (ticket.id, BurnSeverity.PAGE)
    group = world.alert()
    assert (group.severity, group.acknowledged_by) == (BurnSeverity.PAGE, None)


def test_a_recovered_page_is_not_followed_by_a_ticket_on_the_same_events(world: World) -> None:
    world.definitions.slos = {"orders": slo(window=timedelta(days=30), min_events=100)}
    outage(world, 0, 60)
    for minutes in range(0, 60 * 8, 10):
        world.tick(minutes=minutes)
    assert [e.severity for e in world.episodes()] == [BurnSeverity.PAGE]


def test_the_message_is_refreshed_when_figures_changed_and_not_more_often(world: World) -> None:
    outage(world, -60, 600, share=0.5)
    world.tick()
    opened = world.posts()
    for seconds in range(30, 300, 30):
        world.tick(seconds=seconds)
    assert world.posts() == opened
    world.tick(minutes=5)
    assert world.posts() == opened + 1


def test_a_snoozed_alert_is_left_alone_until_then(world: World) -> None:
    outage(world, -60, 600, share=0.5)
    world.tick()
    (episode,) = world.episodes()
    snooze(world.s, episode.id, T + timedelta(minutes=60), ANA)
    before = world.posts()
    for minutes in range(5, 60, 5):
        world.tick(minutes=minutes)
    assert world.posts() == before
    world.tick(minutes=65)
    assert world.posts() == before + 1


def test_stale_data_never_closes_an_alert(world: World) -> None:
    outage(world, -60, 600, share=0.5)
    world.tick()
    world.platform.silent_from = T
    for minutes in range(5, 180, 15):
        world.tick(minutes=minutes)
    assert world.episodes()[0].open
    world.platform.error = "down"
    world.tick(hours=4)
    assert world.episodes()[0].open


def test_the_alert_of_a_removed_slo_is_closed(world: World) -> None:
    outage(world, -60, 600, share=0.5)
    world.tick()
    world.definitions.slos = {}
    assert world.tick(minutes=5).closed == ["orders"]
    (episode,) = world.episodes()
    assert (episode.open, episode.spent) == (False, None)
    with world.store() as uow:
        shown = alert(world.s, uow, episode.id)
    assert shown is not None
    assert shown.closed_at is not None
    assert shown.slo.sentence == "This SLO was removed from the definitions."


def test_late_data_is_written_over_what_was_there(world: World) -> None:
    world.tick()
    outage(world, -10, -5, share=1.0)
    world.tick(minutes=1)
    definition = slo(window=WINDOW)
    with world.store() as uow:
        kept = uow.ledger.read("orders", definition.revision, EPOCH - 900, EPOCH)
    assert list(kept.good) == [TRAFFIC, 0, TRAFFIC]


def test_acknowledging_is_recorded_once_and_shown(world: World) -> None:
    outage(world, -60, 600)
    world.tick()
    (episode,) = world.episodes()
    acknowledge(world.s, episode.id, ANA)
    acknowledge(world.s, episode.id, Actor("U2", "ben"))
    with world.store() as uow:
        shown = alert(world.s, uow, episode.id)
        actions = [e.action for e in uow.audit.all()]
    assert shown is not None
    assert shown.acknowledged_by == "U1"
    opened = ["alert.opened", "alert.opened", "alert.notified"]  # the burn, and the spent budget
    assert actions == [*opened, "alert.acknowledged"]


def test_what_is_gone_or_over_cannot_be_acknowledged_or_snoozed(world: World) -> None:
    with pytest.raises(NotFoundError, match="not known any more"):
        acknowledge(world.s, "nope", ANA)
    outage(world, -60, 600)
    world.tick()
    (episode,) = world.episodes()
    with pytest.raises(InvalidInputError, match="still to come"):
        snooze(world.s, episode.id, T, ANA)
    world.definitions.slos = {}
    world.tick(minutes=5)
    with pytest.raises(InvalidInputError, match="already recovered"):
        acknowledge(world.s, episode.id, ANA)


def test_the_alert_shows_what_is_known_of_its_slo(world: World) -> None:
    outage(world, -60, 600, share=0.5)
    world.tick()
    (episode,) = world.episodes()
    with world.store() as uow:
        link_incident(uow, episode.id, 7, ANA, T)
        link_incident(uow, "unknown", 7, ANA, T)
        shown = alert(world.s, uow, episode.id)
        assert alert(world.s, uow, "unknown") is None
    assert shown is not None
    assert shown.objective == "99.9 %"
    assert shown.pair is not None
    assert shown.pair.firing
    assert shown.chart is not None
    assert "over the budget." in shown.chart.alt
    assert shown.chart.remaining[-1] == pytest.approx(shown.slo.remaining, abs=0.02)
    assert [words for _, words in shown.chart.marks] == ["burn began", "now"]


def test_lists_are_worst_first_and_details_name_near_names(world: World) -> None:
    calm = replace(slo(window=WINDOW), name="payments")
    world.definitions.slos = {"payments": calm, "orders": slo(window=WINDOW)}
    before = slo_list(world.s)
    assert before.evaluated_at is None
    assert {line.sentence for line in before.lines} == {"not evaluated yet"}
    world.tick()
    assert [line.name for line in slo_list(world.s).lines] == ["orders", "payments"]
    detail = slo_detail(world.s, "payments")
    assert detail.evaluated_at == T
    assert detail.source == "slos.yaml:1"
    with pytest.raises(NotFoundError, match="Did you mean payments"):
        slo_detail(world.s, "payment")
    with pytest.raises(NotFoundError, match="lists all 2"):
        slo_detail(world.s, "zzz")


def test_a_failed_slo_has_no_chart_and_no_number(world: World) -> None:
    world.platform.error = "Prometheus is down."
    world.tick()
    detail = slo_detail(world.s, "orders")
    assert (detail.chart, detail.good, detail.line.remaining) == (None, None, None)
    assert detail.error == "Prometheus is down."


def test_an_incident_costs_its_bad_buckets_and_knows_when_it_began(world: World) -> None:
    world.tick()
    outage(world, 0, 30)
    world.tick(minutes=60)
    with world.store() as uow:
        stamps = {
            Stamp.DECLARED: T,
            Stamp.IMPACT_STARTED: T + timedelta(minutes=1),
            Stamp.DATA_VERIFIED: T + timedelta(minutes=29),
        }
        incident = an_incident(stamps=stamps, slos=("orders", "gone"))
        cost = cost_on(world.s, uow, incident, "orders", T + timedelta(hours=1))
        began = first_bad(world.s, uow, "orders", T + timedelta(minutes=27))
        assert cost_on(world.s, uow, incident, "gone", T) is None
        assert first_bad(world.s, uow, "gone", T) is None
        assert first_bad(world.s, uow, "orders", T - timedelta(hours=1)) is None
    assert cost is not None
    assert cost.share == pytest.approx(600 / 57.6, rel=0.01)
    assert cost.raw is None
    assert began == T


def test_a_report_needs_no_database(world: World) -> None:
    definition = slo(window=WINDOW)
    (status,) = report([definition], world.platform, T)
    found = status_json(definition, status)
    assert (found["data_state"], found["remaining"]) == ("ok", 1.0)
    assert found["evaluated_at"] == "2026-11-20T12:00:00Z"
    world.platform.error = "down"
    (failed,) = report([definition], world.platform, T)
    assert status_json(definition, failed)["error"] == "down"


def test_a_failed_write_is_read_again_from_the_store(world: World) -> None:
    world.tick()
    world.definitions.slos = {"orders": replace(slo(window=WINDOW), channel=None)}
    broken = replace(world.s, ids=None)  # type: ignore[arg-type]
    world.watcher = Watcher(broken)
    outage(world, -60, 600)
    with pytest.raises(AttributeError):
        world.tick(minutes=5)
    world.watcher = Watcher(world.s)
    assert world.tick(minutes=5).opened == ["orders"]


def test_a_tick_without_memory_does_the_same(world: World) -> None:
    outage(world, -60, 600)
    assert tick(world.s, T).opened == ["orders"]
