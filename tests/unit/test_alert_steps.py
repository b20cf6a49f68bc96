"""What is due for a page that nobody took: each step once, late ones at once, and then quiet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.policy.alert_rules import AlertRules, EscalationStep, absent_after
from fireline.domain.policy.alert_steps import due_steps, first_notified
from fireline.domain.policy.pairs import DEFAULT_PAIRS
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.status import BurnSeverity
from tests.builders import a_slo, an_alert_group, an_episode

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ON_CALL, SECOND, HEAD = ("@on-call",), ("@second",), ("@head",)
RULES = AlertRules(
    remind_every={0: timedelta(minutes=5), 1: timedelta(minutes=15), 2: timedelta(hours=4)},
    escalation={
        0: (
            EscalationStep(timedelta(0), ON_CALL, unless_acknowledged=False),
            EscalationStep(timedelta(minutes=7), SECOND),
            EscalationStep(timedelta(minutes=45), HEAD, unless_acknowledged=False),
        )
    },
)


def page(**changes: Any) -> AlertGroup:
    return replace(an_alert_group(an_episode(a_slo(), opened_at=NOW)), **changes)


def due(group: AlertGroup, minutes: float, done: set[str] | None = None) -> list[tuple[str, int]]:
    steps = due_steps(group, RULES, done or set(), NOW + timedelta(minutes=minutes))
    return [(step.key, step.reminder or 0) for step in steps]


def test_a_new_page_has_told_those_in_its_message_and_nothing_else_is_due() -> None:
    assert due(page(), 0) == []
    assert first_notified(page(), RULES) == ON_CALL


def test_reminders_come_in_their_rhythm_and_call_whom_the_message_called() -> None:
    assert due(page(), 4.9) == []
    assert due(page(), 5) == [("0:reminder:1", 1)]
    (step,) = due_steps(page(), RULES, set(), NOW + timedelta(minutes=5))
    assert step.notify == ON_CALL


def test_a_step_of_the_policy_says_the_reminder_that_is_due_with_it() -> None:
    assert due(page(), 7, {"0:reminder:1"}) == [("0:step:1", 0)]
    late = due_steps(page(), RULES, set(), NOW + timedelta(minutes=12))
    assert [(s.key, s.reminder, s.notify) for s in late] == [("0:step:1", 2, SECOND)]
    assert late[0].covers == ("0:step:1", "0:reminder:1", "0:reminder:2")


def test_after_three_reminders_it_is_quiet_but_for_the_policy() -> None:
    done = {f"0:reminder:{n}" for n in (1, 2, 3)} | {"0:step:1"}
    assert due(page(), 44, done) == []
    assert due(page(), 45, done) == [("0:step:2", 0)]
    assert due(page(), 600, done | {"0:step:2"}) == []


def test_an_acknowledged_page_has_only_steps_that_do_not_ask_for_that() -> None:
    taken = page(acknowledged_by="U1")
    assert due(taken, 30) == []
    assert due(taken, 45) == [("0:step:2", 0)]


@pytest.mark.parametrize(
    "quiet",
    [
        {"closed_at": NOW},
        {"snoozed_until": NOW + timedelta(hours=2)},
        {"severity": BurnSeverity.TICKET},
        {"paged_at": None},
    ],
    ids=["recovered", "snoozed", "ticket", "migrated"],
)
def test_nothing_is_due_of_what_is(quiet: dict[str, Any]) -> None:
    assert due(page(**quiet), 60) == []


def test_a_ticket_that_became_a_page_begins_a_round_of_its_own() -> None:
    again = page(rounds=1, paged_at=NOW + timedelta(minutes=10))
    assert due(again, 14, {"0:reminder:1"}) == []
    assert due(again, 15, {"0:reminder:1"}) == [("1:reminder:1", 1)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_however_seldom_it_is_looked_at_each_step_is_due_once(gaps: list[int]) -> None:
    done: set[str] = set()
    said: list[str] = []
    minutes = 0
    for gap in gaps:
        minutes += gap
        for step in due_steps(page(), RULES, done, NOW + timedelta(minutes=minutes)):
            assert done.isdisjoint(step.covers)
            done |= set(step.covers)
            said += step.covers
    assert len(said) == len(set(said))
    assert sum("reminder" in key for key in said) <= RULES.max_reminders
    if minutes >= 45:
        assert {"0:step:1", "0:step:2"} <= done


@pytest.mark.parametrize(
    ("objective", "window_days", "minutes"),
    [("99", 28, 10), ("99.9", 28, 5), ("95", 30, 45), ("99.99", 30, 5)],
)
def test_telemetry_may_be_missing_as_long_as_a_full_outage_takes_to_page(
    objective: str, window_days: int, minutes: int
) -> None:
    slo = a_slo(objective=Decimal(objective), window=timedelta(days=window_days))
    assert absent_after(slo, DEFAULT_PAIRS) == timedelta(minutes=minutes)


def test_the_worked_numbers_of_the_absent_duration() -> None:
    """T = 99 %, 4 weeks, f0 = 14: 504 + 120 s are 10 min; 95 %: 2,640 s are 44 min."""
    share = 14 * 3600 / (28 * 86400)
    pairs = (replace(DEFAULT_PAIRS[0], share=share),)
    four_weeks = timedelta(days=28)
    for objective, minutes in (("99", 10), ("95", 44), ("99.9", 5)):
        slo = a_slo(objective=Decimal(objective), window=four_weeks)
        assert absent_after(slo, pairs) == timedelta(minutes=minutes)
    tickets = tuple(p for p in DEFAULT_PAIRS if p.severity is BurnSeverity.TICKET)
    assert absent_after(a_slo(), tickets) == timedelta(minutes=5)
