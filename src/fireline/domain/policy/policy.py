"""Policy as code: targets by tier, burn windows, budget states, severity rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from fireline.domain.policy.consequences import DEFAULT_RULES, OnUnknown, StateRule
from fireline.domain.slo.status import BudgetState, BurnSeverity


@dataclass(frozen=True, slots=True)
class BurnPair:
    """One multi-window alert: `share` of the budget spent within the long window."""

    severity: BurnSeverity
    long_seconds: int
    short_seconds: int
    share: float


DEFAULT_PAIRS = (
    BurnPair(BurnSeverity.PAGE, 3600, 300, 0.02),
    BurnPair(BurnSeverity.PAGE, 21600, 1800, 0.05),
    BurnPair(BurnSeverity.TICKET, 86400, 7200, 0.10),
    BurnPair(BurnSeverity.TICKET, 259200, 21600, 0.10),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The team's rules; defaults are the shipped ones. Thresholds are shares of the budget."""

    version: int = 1
    pairs: tuple[BurnPair, ...] = DEFAULT_PAIRS
    budget_thresholds: tuple[tuple[float, BudgetState], ...] = (
        (0.50, BudgetState.HEALTHY),
        (0.25, BudgetState.CAUTION),
        (0.0, BudgetState.AT_RISK),
    )
    mttr_target_minutes: Mapping[int, int] | None = None
    reactions: Mapping[str, str] | None = None
    action_due_days: int = 30
    state_rules: tuple[StateRule, ...] = DEFAULT_RULES
    on_unknown: OnUnknown = OnUnknown.ALLOW

    def mttr_target(self, tier: int) -> int:
        """Minutes within which service must be restored."""
        return (self.mttr_target_minutes or {0: 60, 1: 240, 2: 1440})[tier]

    def rule_of(self, state: BudgetState) -> StateRule:
        """What a known budget state means for changes."""
        return next(rule for rule in self.state_rules if rule.state is state)

    def reaction_kinds(self) -> Mapping[str, str]:
        """Emoji name to timeline entry kind."""
        return self.reactions or {
            "pushpin": "event",
            "scales": "decision",
            "ballot_box_with_check": "action",
            "bulb": "hypothesis",
        }
