"""What the gate answers, and what the answer rests on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.domain.policy.consequences import BudgetException, Consequence
from fireline.domain.slo.status import BudgetState


class Decision(StrEnum):
    """The answer of the gate."""

    ALLOW = "allow"
    APPROVE = "approve"
    FREEZE = "freeze"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GateSlo:
    """One SLO of the service; without a figure it has neither consequence nor remaining budget.

    `figures_at` is the time that the figures, believed or not, speak of; `raw_remaining` counts
    maintenance where some was taken out of `remaining`.
    """

    name: str
    tier: int
    budget_state: BudgetState
    consequence: Consequence | None
    remaining: float | None
    figures_at: datetime | None
    sentence: str
    raw_remaining: float | None = None


@dataclass(frozen=True, slots=True)
class GateException:
    """An exception for the service, and whether it still holds."""

    granted: BudgetException
    active: bool


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The decision and everything it rests on.

    `unknown_passes` is what the policy says of budgets without a figure.
    """

    service: str
    at: datetime
    decision: Decision
    reasons: tuple[str, ...]
    slos: tuple[GateSlo, ...]
    exceptions: tuple[GateException, ...]
    unknown_passes: bool = True

    def passes(self, *, approved: bool = False) -> bool:
        """Whether the change may go on; `approved` where somebody has said yes to it."""
        if self.decision is Decision.UNKNOWN:
            return self.unknown_passes
        return self.decision is Decision.ALLOW or (approved and self.decision is Decision.APPROVE)


@dataclass(frozen=True, slots=True)
class Granted:
    """The exceptions of all services, and what is wrong with those that were left out."""

    exceptions: tuple[BudgetException, ...] = ()
    problems: tuple[str, ...] = ()
