"""The policy's chapter on alerts: what belongs together, whom to tell, how often to remind."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from yaml.nodes import MappingNode

from fireline.adapters.files.policy_fields import items, span
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.policy.alert_rules import AlertRules, EscalationStep

KEYS = ("alert_grouping", "alert_reminders", "alert_escalation", "people")
REMINDER_KEYS = ("tier0", "tier1", "tier2", "at_most")
TIER_KEYS = {"tier0": 0, "tier1": 1, "tier2": 2}
STEP_KEYS = ("after", "notify", "when")
UNLESS_TAKEN = "not acknowledged"
AT_ONCE = ("0m", "0s", "0")
MOST_REMINDERS = 10
SLACK_ID = re.compile(r"^(?:[UW][A-Z0-9]{2,30}|S[A-Z0-9]{2,30})$")


def alert_rules(fields: Fields, findings: Findings) -> AlertRules:
    """The rules; what is not said stays as shipped."""
    rules = replace(AlertRules(), people=_people(fields, findings))
    window = span(fields.optional("alert_grouping"), findings)
    if window is not None:
        rules = replace(rules, grouping_window=timedelta(seconds=window))
    rules = _with_reminders(rules, fields, findings)
    node = fields.mapping("alert_escalation")
    if node is None:
        return rules
    tiers = Fields(node, findings, "alert_escalation", tuple(TIER_KEYS))
    given = {
        tier: _steps(tiers, key, rules.people, findings)
        for key, tier in TIER_KEYS.items()
        if key in tiers
    }
    return replace(rules, escalation={**rules.escalation, **given})


def _with_reminders(rules: AlertRules, fields: Fields, findings: Findings) -> AlertRules:
    """How long a page may wait by tier, and how often it is brought up."""
    node: MappingNode | None = fields.mapping("alert_reminders")
    if node is None:
        return rules
    given = Fields(node, findings, "alert_reminders", REMINDER_KEYS)
    every = dict(rules.remind_every)
    for key, tier in TIER_KEYS.items():
        seconds = span(given.optional(key), findings)
        if seconds is not None:
            every[tier] = timedelta(seconds=seconds)
    most = given.optional("at_most")
    count = rules.max_reminders
    if most is not None:
        if most.value.isdecimal() and int(most.value) <= MOST_REMINDERS:
            count = int(most.value)
        else:
            findings.error(
                most.line, "count", f"`at_most` must be a number from 0 to {MOST_REMINDERS}."
            )
    return replace(rules, remind_every=every, max_reminders=count)


def _people(fields: Fields, findings: Findings) -> Mapping[str, str]:
    """The Slack id of each alias."""
    found = {}
    for name, text in fields.pairs("people").items():
        if SLACK_ID.match(text.value):
            found[alias(name)] = text.value
        else:
            findings.error(
                text.line,
                "slack-id",
                f"`{text.value}` is no Slack id; write a person's (U...) or a user group's (S...).",
            )
    return found


def _steps(
    tiers: Fields, key: str, people: Mapping[str, str], findings: Findings
) -> tuple[EscalationStep, ...]:
    steps = []
    for item in items(tiers, key, STEP_KEYS, findings):
        after = moment_after(item.text("after", example="15m"), findings)
        notify = tuple(alias(t.value) for t in item.texts("notify"))
        when = item.optional("when")
        if when is not None and when.value != UNLESS_TAKEN:
            findings.error(
                when.line, "when", f"`when` is `{when.value}`; it must be `{UNLESS_TAKEN}`."
            )
        if not notify:
            findings.error(item.line, "missing", "`notify` names nobody, such as [@on-call].")
        groups = [n for n in notify if people.get(n, n).startswith("S")]
        if len(groups) > 1:
            findings.error(
                item.line,
                "notify",
                f"one message calls one group: give {groups[1]} a step of its own.",
            )
        if after is not None and notify:
            steps.append(EscalationStep(after, notify, unless_acknowledged=when is not None))
    return tuple(sorted(steps, key=lambda step: step.after))


def moment_after(text: Text | None, findings: Findings) -> timedelta | None:
    """How long after the page; at once is `0m`."""
    if text is not None and text.value in AT_ONCE:
        return timedelta(0)
    seconds = span(text, findings)
    return timedelta(seconds=seconds) if seconds is not None else None


def alias(name: str) -> str:
    """A name as it is written in steps: with its @, unless it is a Slack id."""
    return name if name.startswith("@") or SLACK_ID.match(name) else f"@{name}"
