"""What a budget's state means for changes, and the exceptions somebody answers for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.domain.slo.definition import SourceRef
from fireline.domain.slo.status import BudgetState


class Consequence(StrEnum):
    """What a state asks of whoever wants to change the service, mildest first."""

    NONE = "none"
    NOTIFY = "notify"
    REQUIRE_APPROVAL = "require_approval"
    FREEZE = "freeze"

    @property
    def rank(self) -> int:
        """Higher is stricter."""
        return list(Consequence).index(self)


class OnUnknown(StrEnum):
    """What becomes of a change while an SLO of the service has no figure."""

    ALLOW = "allow"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class StateRule:
    """The consequence of one state; `rule` says it in words, `approver` who may decide."""

    state: BudgetState
    consequence: Consequence
    rule: str = ""
    approver: str | None = None


DEFAULT_RULES = (
    StateRule(BudgetState.HEALTHY, Consequence.NONE, "ship freely"),
    StateRule(BudgetState.CAUTION, Consequence.NOTIFY, "tell the people on call before the change"),
    StateRule(
        BudgetState.AT_RISK,
        Consequence.REQUIRE_APPROVAL,
        "only reliability work and low-risk changes",
    ),
    StateRule(
        BudgetState.EXHAUSTED,
        Consequence.FREEZE,
        "no changes but fixes; an exception needs a decision on record",
    ),
)


@dataclass(frozen=True, slots=True)
class BudgetException:
    """Changes to a service are let through until a time, and somebody answers for it."""

    service: str
    until: datetime
    reason: str
    approver: str
    source: SourceRef

    def active(self, now: datetime) -> bool:
        """Whether it still holds."""
        return now < self.until

    def covers(self, service: str) -> bool:
        """Whether it is about this service, in whatever case it is written."""
        return self.service.casefold() == service.casefold()
