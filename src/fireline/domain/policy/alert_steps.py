"""What is due for a page that nobody took: reminders and the policy's steps, each once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.status import BurnSeverity

MESSAGE, ESCALATED = "message", "escalated"


@dataclass(frozen=True, slots=True)
class DueStep:
    """One thing to say in the thread of an alert.

    `key` names it among all of the alert; `covers` are the keys that count as done with it;
    `reminder` is its number among the reminders, or None for a step of the policy alone.
    """

    key: str
    covers: tuple[str, ...]
    notify: tuple[str, ...]
    reminder: int | None = None


def due_steps(
    group: AlertGroup, rules: AlertRules, done: Collection[str], now: datetime
) -> list[DueStep]:
    """What is due now and was not done; what is late comes at once.

    Reminders that became due together, as after a restart, are one; one that is due together with
    a step of the policy is said by that step.
    """
    if group.severity is not BurnSeverity.PAGE or group.paged_at is None or not group.open:
        return []
    if group.snoozed(now):
        return []
    found = _policy_steps(group, rules, done, now)
    reminders = _reminders(group, rules, done, now)
    if not reminders:
        return found
    number = int(reminders[-1].rpartition(":")[2])
    if found:
        first = found[0]
        found[0] = DueStep(first.key, (*first.covers, *reminders), first.notify, number)
        return found
    return [DueStep(reminders[-1], reminders, first_notified(group, rules), number)]


def first_notified(group: AlertGroup, rules: AlertRules) -> tuple[str, ...]:
    """Whom the alert itself mentions: those whom the policy tells at once."""
    steps = rules.escalation.get(group.tier, ())
    return next((s.notify for s in steps if not s.after), ())


def step_key(group: AlertGroup, name: str) -> str:
    """The name of a step in this round: a ticket that becomes a page begins a new one."""
    return f"{group.rounds}:{name}"


def _policy_steps(
    group: AlertGroup, rules: AlertRules, done: Collection[str], now: datetime
) -> list[DueStep]:
    found = []
    taken = group.acknowledged_by is not None
    steps = rules.escalation.get(group.tier, ())
    in_message = next((i for i, s in enumerate(steps) if not s.after), None)
    for number, step in enumerate(steps):
        key = step_key(group, f"step:{number}")
        if number == in_message or key in done or (step.unless_acknowledged and taken):
            continue
        if group.paged_at is not None and now - group.paged_at >= step.after:
            found.append(DueStep(key, (key,), step.notify))
    return found


def _reminders(
    group: AlertGroup, rules: AlertRules, done: Collection[str], now: datetime
) -> tuple[str, ...]:
    """Keys of the reminders that are due, oldest first."""
    every = rules.remind_every.get(group.tier)
    if group.acknowledged_by is not None or group.paged_at is None or not every:
        return ()
    passed = min(rules.max_reminders, (now - group.paged_at) // every)
    keys = (step_key(group, f"reminder:{n}") for n in range(1, passed + 1))
    return tuple(key for key in keys if key not in done)
