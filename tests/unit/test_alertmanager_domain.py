"""Whatever Alertmanager says and however often: what holds of a group after it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.alertmanager.alerts import (
    ABSENT_POLLS,
    EndedBy,
    ExternalGroup,
    Notification,
    SeenAlert,
    ToldAlert,
    seen,
    to_millisecond,
    told,
    unanswered,
)
from fireline.domain.alertmanager.linking import (
    SloNames,
    matchers_of_group,
    matchers_of_slo,
    matchers_of_slos,
)
from fireline.domain.alertmanager.silences import written
from tests.alertmanager_calls import at

BEGIN = at("02:00:00")
EMPTY = ExternalGroup("g", "k", "bot", "#alerts", BEGIN)

alerts = st.builds(
    ToldAlert,
    fingerprint=st.sampled_from("abc"),
    starts_at=st.integers(0, 3).map(lambda n: BEGIN + timedelta(minutes=n)),
    firing=st.booleans(),
    ends_at=st.none() | st.integers(0, 9).map(lambda n: BEGIN + timedelta(minutes=n)),
)
calls = st.lists(alerts, max_size=4, unique_by=lambda a: (a.fingerprint, a.starts_at)).map(
    lambda said: Notification("k", "bot", tuple(said))
)
polls = st.dictionaries(
    st.sampled_from("abc"), st.integers(0, 3).map(lambda n: BEGIN + timedelta(minutes=n))
).map(lambda found: {f: SeenAlert(f, starts) for f, starts in found.items()})
events = st.lists(calls | polls | st.none(), max_size=12)


def after(happened: list[object]) -> ExternalGroup:
    """The group after these events, one a minute; None is a poll without an answer."""
    group = EMPTY
    for minute, event in enumerate(happened, 4):
        group = step(group, event, minute)
    return group


def step(group: ExternalGroup, event: object, minute: int) -> ExternalGroup:
    now = BEGIN + timedelta(minutes=minute)
    if isinstance(event, Notification):
        return told(group, event, now)
    if isinstance(event, dict):
        return seen(group, event, now)
    return unanswered(group)


@given(events)
def test_a_group_is_open_as_long_as_any_of_its_alerts_fires(happened: list[object]) -> None:
    group = after(happened)
    assert group.open == (bool(group.firing) or group == EMPTY)
    assert {a.id for a in group.firing} | {a.id for a in group.ended} == {
        a.id for a in group.alerts
    }
    for alert in group.ended:
        assert alert.ended_at is not None
        assert alert.ended_at >= alert.starts_at
        assert alert.ended_by is not None
        assert not alert.silenced_by


@given(events, calls)
def test_the_same_call_again_changes_nothing(happened: list[object], call: Notification) -> None:
    once = step(after(happened), call, 20)
    assert step(once, call, 21) == once


@given(events)
def test_no_answer_never_ends_an_alert(happened: list[object]) -> None:
    group = after(happened)
    for _ in range(5):
        group = unanswered(group)
    assert group.firing == tuple(replace(a, absent=0) for a in after(happened).firing)


@given(events, polls)
def test_one_answer_alone_never_ends_an_alert_that_it_does_not_name(
    happened: list[object], poll: dict[str, SeenAlert]
) -> None:
    group = unanswered(after(happened))
    firing = {a.id for a in seen(group, poll, BEGIN + timedelta(minutes=20)).firing}
    unnamed = {a.id for a in group.firing if a.fingerprint not in poll}
    assert unnamed <= firing


@given(events)
def test_answers_that_name_nothing_twice_in_a_row_end_everything(happened: list[object]) -> None:
    group = after(happened)
    for minute in range(ABSENT_POLLS):
        group = seen(group, {}, BEGIN + timedelta(minutes=20 + minute))
    assert group.firing == ()
    assert all(a.ended_by is EndedBy.POLL for a in group.alerts if a.absent)


def test_a_time_is_cut_to_the_millisecond_as_alertmanager_does() -> None:
    moment = BEGIN.replace(microsecond=123_956)
    assert to_millisecond(moment).microsecond == 123_000


def test_two_slos_called_alike_link_nothing() -> None:
    names = SloNames(["orders-landed", "orders_landed", "billing"])
    assert names.linked({"alertname": "OrdersLanded"}) is None
    assert names.linked({"alertname": "Billing"}) == "billing"
    assert names.linked({"slo": "orders_landed", "alertname": "Billing"}) == "orders_landed"
    assert names.linked({}) is None


@pytest.mark.parametrize(
    ("common", "text"),
    [
        ({"slo": "orders-landed"}, 'slo="orders-landed"'),
        ({"sloth_id": "orders-landed"}, 'sloth_id="orders-landed"'),
        (
            {"sloth_service": "orders", "sloth_slo": "landed"},
            'sloth_service="orders" sloth_slo="landed"',
        ),
        ({"alertname": "OrdersLanded"}, 'alertname="OrdersLanded"'),
        ({}, 'slo="orders-landed"'),
    ],
)
def test_an_slo_is_silenced_by_the_labels_it_is_known_by(common: dict[str, str], text: str) -> None:
    group = replace(EMPTY, slo="orders-landed", common_labels=common)
    other = replace(EMPTY, slo="other", common_labels={"slo": "other"})
    assert written(matchers_of_slo("orders-landed", [other, group])) == text


def test_a_group_is_silenced_by_what_it_is_grouped_by() -> None:
    group = replace(EMPTY, labels={"slo": "a", "alertname": "x", "empty": ""})
    assert written(matchers_of_group(group)) == 'alertname="x" slo="a"'
    loose = replace(EMPTY, common_labels={"service": "b"})
    assert written(matchers_of_group(loose)) == 'service="b"'
    assert matchers_of_group(EMPTY) == ()


def test_several_slos_are_matched_by_their_names_alone() -> None:
    assert written(matchers_of_slos(["a-b_c", "d.e"])) == r'slo=~"a-b_c|d\\.e"'
