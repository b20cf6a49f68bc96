"""The policy's chapter on alerts: read whole, and refused with the place and the remedy."""

from datetime import timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.policy import load_policy, read_policy
from fireline.domain.policy.alert_rules import AlertRules, EscalationStep
from fireline.domain.policy.policy import Policy

SHIPPED = Path(__file__).parents[2] / "policies" / "default.yaml"
HEAD = "apiVersion: fireline/v1\nkind: Policy\nversion: 1\n"


def rules(text: str) -> tuple[AlertRules, list[str]]:
    policy, problems = read_policy("policy.yaml", HEAD + text)
    return policy.alerts, [f"{p.line}: {p.message}" for p in problems]


def test_the_shipped_file_says_what_is_built_in() -> None:
    assert load_policy(SHIPPED).alerts == Policy().alerts


def test_all_of_it_can_be_said() -> None:
    found, problems = rules(
        """\
alert_grouping: 10m
alert_reminders: {tier0: 3m, at_most: 1}
people: {on-call: S0ABC, "@boss": U0ABC}
alert_escalation:
  tier0:
    - {after: 45m, notify: "@boss"}
    - {after: 0m, notify: [on-call, U0DEF]}
    - {after: 3m, when: not acknowledged, notify: ["@on-call"]}
"""
    )
    assert problems == []
    assert found.grouping_window == timedelta(minutes=10)
    assert (found.remind_every[0], found.remind_every[1]) == (
        timedelta(minutes=3),
        timedelta(minutes=15),
    )
    assert found.max_reminders == 1
    assert found.escalation[0] == (
        EscalationStep(timedelta(0), ("@on-call", "U0DEF"), unless_acknowledged=False),
        EscalationStep(timedelta(minutes=3), ("@on-call",)),
        EscalationStep(timedelta(minutes=45), ("@boss",), unless_acknowledged=False),
    )
    assert found.escalation[1] == AlertRules().escalation[1]
    assert (found.people["@on-call"], found.people["@boss"]) == ("S0ABC", "U0ABC")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("people: {on-call: '#alerts'}\n", "4: `#alerts` is no Slack id"),
        ("alert_grouping: soon\n", "4: `soon` is no length of time"),
        ("alert_reminders: {at_most: 99}\n", "4: `at_most` must be a number from 0 to 10"),
        ("alert_reminders: {tier9: 5m}\n", "4: alert_reminders has no `tier9`"),
        (
            "alert_escalation:\n  tier0:\n    - {after: 5m, when: asleep, notify: [a]}\n",
            "6: `when` is `asleep`; it must be `not acknowledged`",
        ),
        ("alert_escalation:\n  tier0:\n    - {after: 5m}\n", "6: `notify` names nobody"),
        (
            "alert_escalation:\n  tier0:\n    - {after: 5m, notify: [S0AB, S0CD]}\n",
            "6: one message calls one group: give S0CD a step of its own",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, problem: str) -> None:
    _, problems = rules(text)
    assert any(p.startswith(problem) for p in problems), problems
