"""Budgets as they are shown: one line, a picture."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.domain.slo.buckets import Counts
from fireline.domain.slo.status import BudgetState, BurnSeverity, DataState, WindowBurn


class SpanKind(StrEnum):
    """What a marked stretch of time was."""

    PAGE = "page"
    TICKET = "ticket"
    FALSE = "false alert"
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class ChartSpan:
    """A stretch of time marked in a picture, with words for it."""

    kind: SpanKind
    start: datetime
    end: datetime
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class BudgetChart:
    """Remaining budget over the window, oldest point first; `version` changes when it is redrawn.

    `remaining` holds NaN where nothing is known; `title` and `alt` are the words for it.
    """

    version: str
    title: str
    alt: str
    times: Counts
    remaining: Counts
    burn: Counts
    marks: tuple[tuple[datetime, str], ...] = ()
    spans: tuple[ChartSpan, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BurnChart:
    """Burn rate over several windows, shortest first, with the limits of the burn alerts.

    `lines` holds each window's name and its rates (NaN without events); `limits` are the factors.
    """

    version: str
    title: str
    alt: str
    times: Counts
    lines: tuple[tuple[str, Counts], ...]
    limits: tuple[tuple[BurnSeverity, float], ...]
    spans: tuple[ChartSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetOverview:
    """The worst budgets as bars: each one's name and what is left of it; `left_out` more."""

    version: str
    title: str
    alt: str
    bars: tuple[tuple[str, float], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class BacktestPanel:
    """One SLO's budget over a replayed range; `remaining` holds NaN where nothing is known."""

    title: str
    times: Counts
    remaining: Counts
    spans: tuple[ChartSpan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BacktestChart:
    """A replayed range as a picture; `left_out` SLOs are not drawn."""

    title: str
    alt: str
    panels: tuple[BacktestPanel, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Particulars:
    """What only some kinds of SLO say; see `SloStatus` for what the fields mean."""

    calendar: str | None = None
    period_end: datetime | None = None
    projected_remaining: float | None = None
    attainment: float | None = None
    misses_left: int | None = None
    next_deadline: datetime | None = None
    landed: bool | None = None
    at_risk: bool = False
    zero_tolerance: bool = False


@dataclass(frozen=True, slots=True)
class SloLine:
    """One SLO in a list or a card; `raw_remaining` counts maintenance that was taken out."""

    name: str
    title: str
    tier: int
    data_state: DataState
    budget_state: BudgetState
    remaining: float | None
    budget: float | None
    unit: str
    window_seconds: int
    sentence: str
    burns: tuple[WindowBurn, ...] = ()
    burning: tuple[BurnSeverity, ...] = ()
    exhaustion_hours: float | None = None
    runbook: str | None = None
    particulars: Particulars | None = None
    raw_remaining: float | None = None
    muted_until: datetime | None = None
    muted_because: str = ""
