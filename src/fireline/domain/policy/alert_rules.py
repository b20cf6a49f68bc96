"""Policy for alerts: what belongs together, who is told when nobody takes it, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from fireline.domain.policy.burn_pairs import factor_of, plan_pairs
from fireline.domain.policy.pairs import BurnPair
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BurnSeverity

ABSENT_FOR = timedelta(seconds=120)
ABSENT_FLOOR = timedelta(minutes=5)
MINUTE = 60


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who is told `after` a page opened; `unless_acknowledged` skips it once somebody took it."""

    after: timedelta
    notify: tuple[str, ...]
    unless_acknowledged: bool = True


ON_CALL, SECOND = "@oncall-data-platform", "@oncall-data-platform-secondary"
DEFAULT_ESCALATION: Mapping[int, tuple[EscalationStep, ...]] = {
    0: (
        EscalationStep(timedelta(0), (ON_CALL,), unless_acknowledged=False),
        EscalationStep(timedelta(minutes=5), (SECOND,)),
    ),
    1: (
        EscalationStep(timedelta(0), (ON_CALL,), unless_acknowledged=False),
        EscalationStep(timedelta(minutes=15), (SECOND,)),
    ),
    2: (EscalationStep(timedelta(hours=4), (ON_CALL,)),),
}
DEFAULT_ACK = {0: timedelta(minutes=5), 1: timedelta(minutes=15), 2: timedelta(hours=4)}


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Grouping, reminders and escalation of alerts.

    `remind_every` is the time within which a page of that tier should be acknowledged, and after
    which it is brought up again; `people` gives the Slack id of an alias such as `@on-call`.
    """

    grouping_window: timedelta = timedelta(minutes=5)
    remind_every: Mapping[int, timedelta] = field(default_factory=lambda: DEFAULT_ACK)
    max_reminders: int = 3
    escalation: Mapping[int, tuple[EscalationStep, ...]] = field(
        default_factory=lambda: DEFAULT_ESCALATION
    )
    people: Mapping[str, str] = field(default_factory=dict)


def absent_after(slo: Slo, pairs: tuple[BurnPair, ...]) -> timedelta:
    """How long telemetry may be missing before anybody is told.

    As long as a full outage needs to fire the fastest page, `f0 * B * L0`, and two minutes more,
    rounded to a minute; never under five minutes (slo-math, section 7; the idea is Pyrra's).
    """
    planned = [
        (p.long_seconds, p.factor)
        for p in plan_pairs(slo, pairs)
        if p.severity is BurnSeverity.PAGE
    ]
    shipped = [
        (p.long_seconds, factor_of(p.share, p.long_seconds, slo.window_seconds))
        for p in pairs
        if p.severity is BurnSeverity.PAGE
    ]
    if not planned and not shipped:
        return ABSENT_FLOOR
    long_seconds, factor = min(planned or shipped)
    seconds = factor * slo.budget_fraction * long_seconds + ABSENT_FOR.total_seconds()
    return max(ABSENT_FLOOR, timedelta(minutes=int(seconds / MINUTE + 0.5)))
