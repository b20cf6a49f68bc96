"""Episodes become few messages: grouped, marked, muted, quiet; and all of it is on record."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.alerting.group import Mark
from fireline.domain.slo.definition import DeadlineSli
from fireline.domain.slo.status import AlertKind, BurnSeverity
from fireline.usecases.alert_history import alert_history
from fireline.usecases.handle_alerts import (
    acknowledge,
    alert_named,
    mark,
    mute,
    snooze,
    unmute,
)
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.verify_chains import verify_chains
from tests.builders import ANA, BEN, a_slo
from tests.store_fixture import RecordingStore
from tests.unit.alert_scene import NOW, AlertScene, of_dataset

DEADLINE = DeadlineSli("landed", time(7))
BURN, SPENT = AlertKind.BURN, AlertKind.EXHAUSTED


@pytest.fixture
def scene(sqlite_store: RecordingStore) -> AlertScene:
    return AlertScene(sqlite_store)


@pytest.fixture
def fleet(sqlite_store: RecordingStore) -> AlertScene:
    return AlertScene(sqlite_store, of_dataset(f"o{n}" for n in range(5)))


# --- one message ---------------------------------------------------------------------------------


def test_slos_of_one_dataset_are_told_of_in_one_message(fleet: AlertScene) -> None:
    fleet.tick({"o0": "page", "o1": "page"})
    fleet.tick({"o0": "page", "o1": "page", "o2": "page"}, minutes=2)
    group = fleet.group()
    assert group.upstream == "dataset raw_orders"
    assert {e.group_id for e in fleet.episodes()} == {group.id}
    assert [m.slo.name for m in fleet.shown().members] == ["o0", "o1", "o2"]


def test_a_message_is_edited_at_most_once_a_minute_while_members_join(fleet: AlertScene) -> None:
    says: dict[str, str] = {}
    for name in ("o0", "o1", "o2", "o3"):
        says[name] = "page"
        fleet.tick(says, minutes=0.25)
    assert fleet.posts() == 1
    fleet.tick({**says, "o4": "page"}, minutes=0.5)
    assert fleet.posts() == 2
    fleet.ticks({**says, "o4": "page"}, 6)
    assert fleet.posts() == 2


def test_who_begins_later_than_the_window_gets_a_message_of_its_own(fleet: AlertScene) -> None:
    fleet.tick({"o0": "page"})
    fleet.tick({"o0": "page", "o1": "page"}, minutes=5.5)
    assert len(fleet.groups()) == 2


def test_the_window_is_the_policys(sqlite_store: RecordingStore) -> None:
    rules = AlertRules(grouping_window=timedelta(minutes=10))
    scene = AlertScene(
        sqlite_store, of_dataset(["a", "b"]), {"policy": replace(Policy(), alerts=rules)}
    )
    scene.tick({"a": "page"})
    scene.tick({"a": "page", "b": "page"}, minutes=9)
    assert len(scene.groups()) == 1


def test_members_recover_one_by_one_and_the_message_says_at_the_end_what_it_took(
    fleet: AlertScene,
) -> None:
    fleet.tick({"o0": "page", "o1": "page"})
    fleet.ticks({"o0": "page"}, 3, minutes=5)
    assert fleet.group().open
    assert [m.slo.name for m in fleet.shown().members if m.closed_at] == ["o1"]
    fleet.ticks("ok", 3, minutes=5)
    group = fleet.group()
    assert group.closed_at is not None
    assert {e.closed_at is None for e in fleet.episodes()} == {False}
    assert fleet.audit().count("alert.closed") == 2


def test_a_page_among_tickets_makes_the_message_a_page_and_says_so_in_its_thread(
    fleet: AlertScene,
) -> None:
    fleet.tick({"o0": "ticket"})
    acknowledge(fleet.s, fleet.group().id, ANA)
    assert fleet.posts("alert_step") == 0
    fleet.tick({"o0": "ticket", "o1": "page"}, minutes=1)
    group = fleet.group()
    assert (group.severity, group.acknowledged_by) == (BurnSeverity.PAGE, None)
    assert fleet.posts("alert_step") == 1
    assert "alert.notified" in fleet.audit()


def test_declare_from_a_grouped_alert_links_all_its_slos(fleet: AlertScene) -> None:
    fleet.tick("page")
    incident = declare(fleet.s, Declare("", ANA, episode_id=fleet.group().id)).incident
    assert incident.slos == ("o0", "o1", "o2", "o3", "o4")
    assert incident.datasets == ("raw_orders",)
    assert incident.title == "5 SLOs of dataset raw_orders: error budget is burning"
    with fleet.store() as uow:
        assert uow.timeline.entries(incident.id)[0].text == "Page-level burn alert of 5 SLOs"
    assert fleet.shown().incident_ref == incident.ref


def test_who_joins_after_the_declaration_belongs_to_the_incident_too(fleet: AlertScene) -> None:
    fleet.tick({"o0": "page"})
    number = declare(fleet.s, Declare("", ANA, episode_id=fleet.group().id)).incident.id
    assert fleet.group().acknowledged_by == ANA.id
    fleet.tick({"o0": "page", "o1": "page", "o2": "page"}, minutes=1)
    with fleet.store() as uow:
        incident = uow.incidents.get(number)
        last = uow.timeline.entries(number)[-1]
        assert verify_chains(uow).problems == ()
    assert incident is not None
    assert incident.slos == ("o0", "o1", "o2")
    assert last.text == "The alert tells of more SLOs: o1, o2"
    assert "incident.attach" in fleet.audit()


# --- a spent budget ------------------------------------------------------------------------------


def test_a_spent_budget_is_told_once_and_over_when_some_is_left_again(scene: AlertScene) -> None:
    assert scene.tick("spent").opened == ["orders"]
    scene.ticks("spent", 5, minutes=30)
    assert len(scene.episodes(SPENT)) == 1
    group = scene.group()
    assert (group.kind, group.severity) == (SPENT, BurnSeverity.TICKET)
    scene.tick("nearly spent")
    scene.tick("spent")
    assert scene.group().open
    scene.tick("ok")
    assert not scene.group().open


def test_a_budget_of_none_at_all_is_spent_too(scene: AlertScene) -> None:
    scene.ticks("spent of none", 2)
    assert [e.kind for e in scene.episodes()] == [SPENT]
    scene.tick("ok")
    assert not scene.group().open


def test_beside_a_burn_a_spent_budget_is_a_mark_in_its_message(scene: AlertScene) -> None:
    scene.tick("page")
    scene.tick("spent page", minutes=60)
    assert scene.group().kind is BURN
    assert scene.shown().exhausted
    assert len(scene.shown().members) == 1
    scene.ticks("spent", 3, minutes=6)
    assert not scene.group().open
    assert scene.shown().exhausted
    before = scene.posts()
    scene.tick("ok")
    assert not scene.shown().exhausted
    assert scene.posts() == before + 1


def test_both_at_once_are_one_message(scene: AlertScene) -> None:
    scene.tick("spent page")
    assert len(scene.groups()) == 1
    assert scene.shown().kind is BURN


def test_a_provisional_figure_spends_no_budget(scene: AlertScene) -> None:
    scene.ticks("provisional spent", 3)
    assert scene.episodes() == []


# --- deadlines ---


@pytest.mark.parametrize(("tier", "severity"), [(0, BurnSeverity.PAGE), (1, BurnSeverity.TICKET)])
def test_a_deadline_at_risk_is_told_once_and_pages_for_tier_0(
    sqlite_store: RecordingStore, tier: int, severity: BurnSeverity
) -> None:
    slo = a_slo("orders", tier=tier, sli=DEADLINE)
    scene = AlertScene(sqlite_store, [slo])
    scene.ticks("at risk", 4, minutes=5)
    (episode,) = scene.episodes()
    assert (episode.kind, episode.severity) == (AlertKind.DEADLINE_AT_RISK, severity)
    scene.tick("error")
    assert scene.group().open
    scene.tick("ok")
    assert not scene.group().open


# --- what people do ------------------------------------------------------------------------------


def test_a_mark_can_be_changed_and_every_word_is_on_record(scene: AlertScene) -> None:
    scene.tick("page")
    group_id = scene.group().id
    mark(scene.s, group_id, Mark.NOT_ACTIONABLE, ANA)
    scene.ticks("ok", 3, minutes=6)
    mark(scene.s, group_id, Mark.ACTIONABLE, BEN)
    group = scene.group()
    assert (group.mark, group.marked_by) == (Mark.ACTIONABLE, BEN.id)
    assert scene.audit().count("alert.marked") == 2
    history = alert_history(scene.s, "orders")
    assert (history.lines[0].mark, history.noise.ratio) == (Mark.ACTIONABLE, 1.0)
    with pytest.raises(NotFoundError):
        mark(scene.s, "gone", Mark.DUPLICATE, ANA)


def test_an_alert_is_found_by_its_id_or_its_slo(fleet: AlertScene) -> None:
    fleet.tick({"o0": "page", "o1": "page"})
    group = fleet.group()
    assert alert_named(fleet.s, group.id).id == alert_named(fleet.s, "o1").id == group.id
    with pytest.raises(NotFoundError, match="no open alert"):
        alert_named(fleet.s, "o2")


def test_of_a_muted_slo_nothing_is_posted_and_everything_recorded(scene: AlertScene) -> None:
    mute(scene.s, "orders", NOW + timedelta(hours=1), "we  move it", ANA)
    scene.ticks("page", 3)
    assert (scene.posts(), scene.groups(), len(scene.episodes())) == (0, [], 1)
    scene.tick("page", minutes=60)
    assert (scene.posts(), scene.group().severity) == (1, BurnSeverity.PAGE)
    assert scene.audit() == ["slo.muted", "alert.opened", "alert.unmuted", "alert.notified"]


def test_a_mute_ends_when_somebody_ends_it(scene: AlertScene) -> None:
    mute(scene.s, "orders", NOW + timedelta(hours=1), "moved", ANA)
    assert unmute(scene.s, "orders", BEN) == "orders"
    with pytest.raises(NotFoundError, match="not muted"):
        unmute(scene.s, "orders", BEN)
    scene.tick("page")
    assert scene.posts() == 1


def test_a_mute_needs_a_reason_and_an_end(scene: AlertScene) -> None:
    for until, why in ((NOW, "x"), (NOW + timedelta(days=31), "x"), (NOW + timedelta(1), " ")):
        with pytest.raises(InvalidInputError):
            mute(scene.s, "orders", until, why, ANA)


# --- reminders -----------------------------------------------------------------------------------


def test_a_page_that_nobody_takes_is_brought_up_and_then_left_alone(scene: AlertScene) -> None:
    scene.tick("page")
    assert scene.remind() == 0
    replies = []
    for _ in range(10):
        scene.clock.advance(minutes=15)
        replies.append(scene.remind())
    assert replies == [1, 1, 1, *[0] * 7]
    assert scene.posts("alert_step") == 3
    assert scene.audit().count("alert.reminded") == 3


def test_what_a_stopped_bot_missed_is_said_at_once_and_once(scene: AlertScene) -> None:
    scene.tick("page")
    scene.clock.advance(hours=5)
    assert scene.remind() == 1
    assert scene.remind() == 0


@pytest.mark.parametrize("how", ["acknowledge", "snooze", "mute", "recover"])
def test_reminders_stop_when(scene: AlertScene, how: str) -> None:
    scene.tick("page")
    group_id, later = scene.group().id, scene.clock.now() + timedelta(hours=1)
    if how == "acknowledge":
        acknowledge(scene.s, group_id, ANA)
    elif how == "snooze":
        snooze(scene.s, group_id, later, ANA)
    elif how == "mute":
        mute(scene.s, "orders", later, "known", ANA)
    else:
        scene.ticks("ok", 3, minutes=6)
    scene.clock.advance(minutes=20)
    assert scene.remind() == 0


def test_a_ticket_is_never_brought_up(scene: AlertScene) -> None:
    scene.tick("ticket")
    scene.clock.advance(hours=9)
    assert scene.remind() == 0
    assert scene.shown().mention == ()
