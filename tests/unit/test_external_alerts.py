"""Alertmanager's alerts: one message per group, brought up to date by webhook and by asking."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.alertmanager.alerts import EndedBy, ExternalGroup
from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import InvalidInputError, NotFoundError, UnreachableError
from fireline.domain.incident.incident import Stamp
from fireline.usecases.alert_projection import alert
from fireline.usecases.external_alert_polling import follow_alerts
from fireline.usecases.external_alert_projection import external_alert
from fireline.usecases.external_alert_views import ExternalAlertMessage
from fireline.usecases.external_alerts import acknowledge_group, take
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.alertmanager_calls import an_alert, at, said
from tests.builders import ANA, BEN, a_runbook, a_slo, an_episode, keep_alert, services
from tests.fake_alertmanager import FakeAlertmanager
from tests.fakes import FakeClock, FakeDefinitions, FakeRunbooks
from tests.store_fixture import RecordingStore

UNREACHABLE = UnreachableError("Alertmanager did not answer in time.")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(at("02:10:00"))


@pytest.fixture
def alertmanager(clock: FakeClock) -> FakeAlertmanager:
    return FakeAlertmanager(clock)


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock, alertmanager: FakeAlertmanager) -> Services:
    slo = a_slo("orders-landed", channel="#orders")
    return services(
        sqlite_store,
        clock=clock,
        alertmanager=alertmanager,
        definitions=FakeDefinitions({slo.name: slo}),
    )


def shown(s: Services, group: ExternalGroup | None) -> ExternalAlertMessage:
    assert group is not None
    with s.store() as uow:
        view = external_alert(s, uow, group.id)
    assert view is not None
    return view


def told(s: Services, *alerts: dict[str, object], **changes: object) -> ExternalGroup:
    group = take(s, said(*alerts, **changes))
    assert group is not None
    return group


def actions(s: Services) -> list[str]:
    with s.store() as uow:
        return [entry.action for entry in uow.audit.all()]


def calls(s: Services) -> list[str]:
    store = s.store
    assert isinstance(store, RecordingStore)
    return [str(call.args[0]) for call in store.calls]


def kept(s: Services, group: ExternalGroup) -> ExternalGroup:
    with s.store() as uow:
        found = uow.external_groups.get(group.id)
    assert found is not None
    return found


def still_fires(alertmanager: FakeAlertmanager, group: ExternalGroup) -> None:
    """The group's first alert, as Alertmanager lists it."""
    first = group.alerts[0]
    seen = alertmanager.fire(first.fingerprint, **first.labels)
    alertmanager.firing[first.fingerprint] = replace(seen, starts_at=first.starts_at)


def test_a_group_is_kept_whole_and_posted_once(s: Services) -> None:
    group = told(s, an_alert("a"), an_alert("b"))
    assert kept(s, group) == group
    assert group.channel == "#data-platform-alerts"
    view = shown(s, group)
    assert (view.firing, view.ended, view.title) == (2, 0, "ErrorBudgetBurn \u00b7 dbt-freshness")
    assert [line.labels for line in view.alerts] == [(("inst", "a"),), (("inst", "b"),)]
    assert view.alerts[0].starts_at == at("02:04:01.653")
    assert calls(s) == [f"external:{group.id}"]


def test_the_same_call_again_has_no_effect(s: Services, clock: FakeClock) -> None:
    first = told(s, an_alert("a"))
    clock.advance(seconds=2)
    assert told(s, an_alert("a")) == first
    assert len(calls(s)) == 1
    assert actions(s) == ["external_alert.told"]


def test_what_resolves_is_told_in_the_same_message(s: Services, clock: FakeClock) -> None:
    group = told(s, an_alert("a"), an_alert("b"))
    clock.advance(minutes=6)
    one = told(s, an_alert("a"), an_alert("b", ended="2026-11-22T02:16:01.653Z"))
    assert one.id == group.id
    assert (len(one.firing), len(one.ended), one.open) == (1, 1, True)
    assert one.ended[0].ended_at == at("02:16:00"), "no end lies in the future"
    done = told(
        s,
        an_alert("a", ended="2026-11-22T02:15:00Z"),
        an_alert("b", ended="2026-11-22T02:16:01.653Z"),
    )
    assert (done.open, done.closed_at) == (False, clock.now())
    assert [a.ended_by for a in done.alerts] == [EndedBy.WEBHOOK] * 2
    assert set(calls(s)) == {f"external:{group.id}"}


def test_a_late_copy_of_firing_does_not_undo_resolved(s: Services) -> None:
    told(s, an_alert("a"))
    done = told(s, an_alert("a", ended="2026-11-22T02:09:00Z"))
    assert told(s, an_alert("a")) == done


def test_alerts_that_ended_before_we_heard_of_them_are_not_told(s: Services) -> None:
    assert take(s, said(an_alert("a", ended="2026-11-22T02:09:00Z"))) is None
    assert calls(s) == []


def test_who_fires_again_soon_takes_up_its_message(s: Services, clock: FakeClock) -> None:
    group = told(s, an_alert("a"))
    told(s, an_alert("a", ended="2026-11-22T02:09:00Z"))
    clock.advance(minutes=9)
    again = told(s, an_alert("a", began="2026-11-22T02:18:30Z"))
    assert (again.id, again.open, len(again.alerts)) == (group.id, True, 2)


def test_who_fires_again_later_has_a_new_message(s: Services, clock: FakeClock) -> None:
    group = told(s, an_alert("a"))
    told(s, an_alert("a", ended="2026-11-22T02:09:00Z"))
    clock.advance(minutes=11)
    again = told(s, an_alert("a", began="2026-11-22T02:20:30Z"))
    assert again.id != group.id
    assert [a.starts_at for a in again.alerts] == [at("02:20:30")]


def test_one_that_starts_anew_has_ended_before(s: Services) -> None:
    told(s, an_alert("a"))
    group = told(s, an_alert("a", began="2026-11-22T02:09:00Z"))
    (old, new) = group.alerts
    assert (old.ended_at, new.firing) == (at("02:09:00"), True)


def test_a_silence_hides_the_end_and_asking_finds_it(
    s: Services, clock: FakeClock, alertmanager: FakeAlertmanager
) -> None:
    group = told(s, an_alert("a"))
    still_fires(alertmanager, group)
    assert follow_alerts(s) == "done"
    assert kept(s, group) == group
    del alertmanager.firing["fp-a"]
    for _ in range(2):
        clock.advance(minutes=1)
        assert kept(s, group).open
        follow_alerts(s)
    ended = kept(s, group)
    assert (ended.open, ended.alerts[0].ended_by) == (False, EndedBy.POLL)
    assert ended.alerts[0].ended_at == clock.now()
    assert shown(s, ended).closed_at == clock.now()
    assert follow_alerts(s) == "done", "it was not named twice, but may have been lost"
    clock.advance(minutes=16)
    assert follow_alerts(s) == "idle"


def test_who_cannot_be_reached_ends_nothing(
    s: Services, clock: FakeClock, alertmanager: FakeAlertmanager
) -> None:
    group = told(s, an_alert("a"))
    for minute in range(10):
        clock.advance(minutes=1)
        answered = minute in (4, 6)  # an empty list, but never twice in a row
        alertmanager.fail = [] if answered else [UNREACHABLE]
        assert follow_alerts(s) == ("done" if answered else "failed")
    assert kept(s, group).open
    view = shown(s, group)
    assert view.unknown_since == at("02:18:00")
    assert view.known_at == at("02:17:00")


def test_not_knowing_is_shown_from_the_second_failure_on_and_taken_back(
    s: Services, clock: FakeClock, alertmanager: FakeAlertmanager
) -> None:
    group = told(s, an_alert("a"))
    still_fires(alertmanager, group)
    alertmanager.fail = [UNREACHABLE]
    follow_alerts(s)
    assert shown(s, group).unknown_since is None
    alertmanager.fail = [UNREACHABLE]
    clock.advance(minutes=1)
    follow_alerts(s)
    assert shown(s, group).unknown_since == at("02:10:00")
    assert len(calls(s)) == 2
    clock.advance(minutes=1)
    follow_alerts(s)
    assert shown(s, group).unknown_since is None
    assert len(calls(s)) == 3


def test_what_a_restarted_alertmanager_had_forgotten_opens_again(
    s: Services, clock: FakeClock, alertmanager: FakeAlertmanager
) -> None:
    group = told(s, an_alert("a"))
    for _ in range(2):
        clock.advance(minutes=1)
        follow_alerts(s)
    assert not kept(s, group).open
    still_fires(alertmanager, group)
    clock.advance(minutes=1)
    follow_alerts(s)
    assert kept(s, group).open


def test_a_call_that_says_firing_outweighs_the_poll(s: Services, clock: FakeClock) -> None:
    group = told(s, an_alert("a"))
    for _ in range(2):
        clock.advance(minutes=1)
        follow_alerts(s)
    clock.advance(hours=2)
    assert told(s, an_alert("a")).id == group.id
    assert kept(s, group).open


def test_a_silence_and_a_new_start_under_it_are_seen_by_asking(
    s: Services, clock: FakeClock, alertmanager: FakeAlertmanager
) -> None:
    group = told(s, an_alert("a"))
    clock.advance(minutes=3)
    alertmanager.fire("fp-a", inst="a", slo="dbt-freshness")
    alertmanager.silence([Matcher("inst", "a")], at("09:00:00"), "Ana", "planned")
    follow_alerts(s)
    (old, new) = kept(s, group).alerts
    assert (old.ended_at, old.ended_by) == (at("02:13:00"), EndedBy.POLL)
    assert (new.firing, new.silenced_by) == (True, ("silence-1",))
    assert [line.silenced for line in shown(s, group).alerts] == [True, False]


def test_nothing_is_asked_while_nothing_is_open(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    assert follow_alerts(s) == "idle"
    assert alertmanager.asked == 0


def test_an_alert_of_a_burning_slo_joins_its_message(s: Services, clock: FakeClock) -> None:
    slo = s.definitions.current().slos["orders-landed"]
    episode = an_episode(slo, channel="#orders")
    with s.store() as uow:
        ours = keep_alert(uow, episode)
        uow.commit()
    group = told(s, an_alert("a"), slo="orders-landed")
    assert (group.slo, group.alert_id, group.channel) == (slo.name, ours.id, "#orders")
    with s.store() as uow:
        assert external_alert(s, uow, group.id) is None
        view = alert(s, uow, episode.id)
    assert view is not None
    assert view.alertmanager == ("Alertmanager: ErrorBudgetBurn \u00b7 orders-landed, 1 firing",)
    assert calls(s) == [f"alert:{episode.id}"]
    with s.store() as uow:
        uow.alerts.save(replace(ours, closed_at=clock.now()))
        uow.commit()
    follow_alerts(s)
    assert shown(s, group).firing == 1, "it fires on after the episode, in a message of its own"
    assert calls(s)[-1] == f"external:{group.id}"


@pytest.mark.parametrize(
    "labels",
    [
        {"slo": "orders-landed"},
        {"slo": "x", "sloth_id": "orders-landed"},
        {"slo": "", "sloth_service": "orders", "sloth_slo": "landed"},
        {"slo": "", "sloth_service": "Orders", "sloth_slo": "Landed"},
        {"slo": "", "sloth_service": "x", "sloth_slo": "Orders_Landed"},
        {"slo": "", "alertname": "OrdersLanded"},
    ],
)
def test_an_slo_is_known_by_several_labels(
    sqlite_store: RecordingStore, labels: dict[str, str]
) -> None:
    slo = a_slo("orders-landed")
    s = services(sqlite_store, definitions=FakeDefinitions({slo.name: slo}))
    one = {**an_alert("a"), "labels": {"alertname": "Burn", **labels}}
    call = said(one)
    group = take(
        s, replace(call, alerts=tuple(replace(a, labels=one["labels"]) for a in call.alerts))
    )
    assert group is not None
    assert group.slo == "orders-landed"


def test_a_second_person_learns_who_was_first(s: Services, clock: FakeClock) -> None:
    group = told(s, an_alert("a"))
    assert acknowledge_group(s, group.id, ANA).acknowledged_by == ANA.id
    clock.advance(minutes=1)
    assert acknowledge_group(s, group.id, BEN).acknowledged_by == ANA.id
    told(s, an_alert("a", ended="2026-11-22T02:09:00Z"))
    with pytest.raises(InvalidInputError, match="has recovered"):
        acknowledge_group(s, group.id, BEN)
    with pytest.raises(NotFoundError):
        acknowledge_group(s, "nobody", BEN)


def test_a_group_is_declared_once_with_its_own_times(s: Services, clock: FakeClock) -> None:
    group = told(s, an_alert("a"), slo="orders-landed")
    first = declare(s, Declare("", ANA, external_group=group.id))
    again = declare(s, Declare("", BEN, external_group=group.id))
    assert (first.created, again.created) == (True, False)
    assert first.incident.title == "ErrorBudgetBurn \u00b7 orders-landed"
    assert first.incident.slos == ("orders-landed",)
    assert first.incident.at(Stamp.ALERT_FIRED) == at("02:04:01.653")
    assert shown(s, group).incident_ref == first.incident.ref
    clock.advance(minutes=1)
    told(s, an_alert("a", ended="2026-11-22T02:10:30Z"), slo="orders-landed")
    with s.store() as uow:
        texts = [entry.text for entry in uow.timeline.entries(first.incident.id)]
    assert texts[0] == "Alertmanager: ErrorBudgetBurn \u00b7 orders-landed, 1 of 1 firing"
    assert texts[-1] == (
        "Alertmanager, ErrorBudgetBurn \u00b7 orders-landed: 1 ended, none fires any more"
    )


def test_the_runbook_is_the_one_written_for_the_alert(sqlite_store: RecordingStore) -> None:
    book = a_runbook("burn", title="ErrorBudgetBurn", alerts=("ErrorBudgetBurn",))
    s = services(sqlite_store, runbooks=FakeRunbooks([book]))
    view = shown(s, take(s, said(an_alert("a"))))
    assert view.runbook is not None
    assert view.runbook.id == "burn"
    s = services(sqlite_store, runbooks=FakeRunbooks([replace(book, alerts=("Other",))]))
    assert shown(s, take(s, said(an_alert("b")))).runbook is None


def test_a_cut_off_group_says_how_many_are_missing(s: Services) -> None:
    assert shown(s, told(s, an_alert("a"), truncatedAlerts=3)).left_out == 3


def test_a_group_keeps_the_newest_alerts_only(sqlite_store: RecordingStore) -> None:
    clock = FakeClock(at("02:10:00"))
    s = services(sqlite_store, clock=clock)
    many = [an_alert(f"i{n}") for n in range(998)]
    group = told(s, *many)
    told(s, *[an_alert(f"j{n}", ended="2026-11-22T02:09:00Z") for n in range(20)], an_alert("new"))
    held = kept(s, group)
    assert len(held.alerts) == 1000
    assert len(held.firing) == 999, "what fires is never forgotten"


def test_groups_that_ended_long_ago_are_forgotten(s: Services, clock: FakeClock) -> None:
    told(s, an_alert("a"))
    group = told(s, an_alert("a", ended="2026-11-22T02:09:00Z"))
    other = told(s, an_alert("b"), slo="orders-landed")
    with s.store() as uow:
        assert uow.external_groups.forget_before(clock.now() + timedelta(days=1)) == 1
        uow.commit()
    with s.store() as uow:
        assert uow.external_groups.get(group.id) is None
        assert uow.external_groups.get(other.id) == other
