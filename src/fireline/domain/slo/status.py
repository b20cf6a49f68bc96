"""What an evaluation says of one SLO: states instead of NaN, counts instead of bare ratios."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class DataState(StrEnum):
    """Whether the figures can be believed."""

    OK = "ok"
    NO_TRAFFIC = "no_traffic"
    NO_DATA = "no_data"
    STALE = "stale"
    PARTIAL = "partial"
    PROVISIONAL = "provisional"
    QUERY_ERROR = "query_error"


class BudgetState(StrEnum):
    """How much budget is left, by policy thresholds."""

    HEALTHY = "healthy"
    CAUTION = "caution"
    AT_RISK = "at_risk"
    EXHAUSTED = "exhausted"
    UNKNOWN = "unknown"


class BurnSeverity(StrEnum):
    """Whom a burn concerns: `page` wakes somebody, `ticket` waits for the day."""

    PAGE = "page"
    TICKET = "ticket"


class AlertKind(StrEnum):
    """What an alert is about.

    `burn` spends the budget too fast, `exhausted` has spent it; `absent` never sent a sample and
    `stale` stopped; `source_down` is one per data source that cannot be asked;
    `deadline_at_risk` may be missed soon.
    """

    BURN = "burn"
    EXHAUSTED = "exhausted"
    ABSENT = "absent"
    STALE = "stale"
    SOURCE_DOWN = "source_down"
    DEADLINE_AT_RISK = "deadline_at_risk"


@dataclass(frozen=True, slots=True)
class WindowBurn:
    """Burn rate over one window; `burn` is None when nothing was counted in it."""

    seconds: int
    burn: float | None
    bad: float
    total: float


@dataclass(frozen=True, slots=True)
class PairReading:
    """One multi-window pair: fires when both windows burn above `factor` and no guard holds it."""

    severity: BurnSeverity
    long_seconds: int
    short_seconds: int
    factor: float
    burn_long: float | None
    burn_short: float | None
    firing: bool
    held: str | None = None


@dataclass(frozen=True, slots=True)
class SloStatus:
    """One evaluation. Figures are None where the state forbids a number.

    `remaining` is the unspent share of the budget (may be negative); `budget` is the whole budget
    in `unit`; `burns` runs from the shortest to the longest window. `raw_remaining` counts
    maintenance like any other time and is there only where maintenance touches the window.

    Of a calendar window `period` is start and end, and `projected_remaining` what would be left if
    the whole period had as many events as the one before. `attainment` is the share of entities
    that are fine now. Of deadlines, `misses_left` are whole ones, `landed` tells of the next
    one, and `at_risk` that it is near and has not landed.
    """

    slo: str
    at: datetime
    data_state: DataState
    sentence: str
    budget_state: BudgetState
    objective: Decimal
    window_seconds: int
    unit: str
    good: float | None
    total: float | None
    remaining: float | None
    budget: float | None
    burns: tuple[WindowBurn, ...]
    pairs: tuple[PairReading, ...]
    exhaustion_hours: float | None
    coverage: float
    newest_sample: datetime | None
    error: str | None = None
    raw_remaining: float | None = None
    period: tuple[datetime, datetime] | None = None
    projected_remaining: float | None = None
    attainment: float | None = None
    misses_left: int | None = None
    next_deadline: datetime | None = None
    landed: bool | None = None
    at_risk: bool = False

    @property
    def has_figure(self) -> bool:
        """Whether the budget is known; a spent budget of none at all has no share but is."""
        return self.remaining is not None or self.budget_state is BudgetState.EXHAUSTED

    @property
    def burning(self) -> tuple[BurnSeverity, ...]:
        """Severities with a firing pair, page first."""
        found = {p.severity for p in self.pairs if p.firing}
        return tuple(s for s in BurnSeverity if s in found) if found else ()


@dataclass(frozen=True, slots=True)
class Episode:
    """The unbroken stretch in which one SLO (or one data source) gave one kind of alert.

    `group_id` names the message that tells of it; None while it is told of nowhere, because the
    SLO is muted or the past is replayed. `spent` is the share of the window's budget spent between
    `first_bad_at` and the close.
    """

    id: str
    slo: str
    severity: BurnSeverity
    opened_at: datetime
    channel: str
    first_bad_at: datetime
    last_firing_at: datetime
    peak_burn: float
    kind: AlertKind = AlertKind.BURN
    group_id: str | None = None
    closed_at: datetime | None = None
    spent: float | None = None

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.closed_at is None
