"""Policy as code: targets by tier, burn windows, budget states, severity rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.consequences import DEFAULT_RULES, OnUnknown, StateRule
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.domain.policy.pairs import DEFAULT_PAIRS, BurnPair
from fireline.domain.slo.status import BudgetState

__all__ = ["DEFAULT_PAIRS", "BurnPair", "Policy"]


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
    incidents: IncidentRules = field(default_factory=IncidentRules)
    alerts: AlertRules = field(default_factory=AlertRules)

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
