"""How a budget stood when an incident last wrote it down."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BudgetReading:
    """How a linked SLO's budget stood and burnt when it was last written down."""

    slo: str
    budget: str
    burn: str
    at: datetime
