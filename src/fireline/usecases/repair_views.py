"""What is shown of a repair: its pieces in their order, and what the checks say."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.details import Check, RepairUnit


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One piece; `waits_for` are the numbers of those that should be done before it.

    `owner` is a Slack id. `tag` is what its runs are tagged with.
    """

    unit: RepairUnit
    tag: str
    waits_for: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairMessage:
    """The repair of an incident's data, red checks first.

    `green_since` is when all checks turned green, `safe_at` when they have been for long enough.
    `by_hand` are checks that a person has to run, with what they should give.
    """

    ref: str
    units: tuple[UnitLine, ...]
    checks: tuple[Check, ...]
    green_since: datetime | None = None
    safe_at: datetime | None = None
    sustained: bool = False
    by_hand: tuple[tuple[str, str], ...] = ()
