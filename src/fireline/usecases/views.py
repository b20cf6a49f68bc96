"""What is shown, as plain facts; adapters decide how it looks.

Every view is a projection of the database and can be rebuilt at any time. All text fields hold
raw text: the adapter escapes them. User fields hold Slack user ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.slo.alerting.group import Mark
from fireline.domain.slo.alerting.noise import Noise
from fireline.domain.slo.buckets import Counts
from fireline.domain.slo.status import (
    AlertKind,
    BudgetState,
    BurnSeverity,
    DataState,
    PairReading,
    WindowBurn,
)


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


@dataclass(frozen=True, slots=True)
class AlertMember:
    """One SLO in an alert; `exhausted` marks a spent budget beside its burn."""

    slo: SloLine
    kind: AlertKind
    severity: BurnSeverity
    opened_at: datetime
    closed_at: datetime | None = None
    spent: float | None = None
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """An alert in its channel, from open to recovered.

    `members` are all its SLOs, worst first, and `slo` with what follows is of the first of them;
    `upstream` says what they share. `mention` holds Slack ids or names of whom a page concerns,
    `rule` what the policy says of a spent budget, `error` why a source cannot be asked.
    """

    alert_id: str
    slo: SloLine
    service: str
    objective: str
    severity: BurnSeverity
    opened_at: datetime
    first_bad_at: datetime
    pair: PairReading | None
    kind: AlertKind = AlertKind.BURN
    members: tuple[AlertMember, ...] = ()
    upstream: str = ""
    exhausted: bool = False
    closed_at: datetime | None = None
    spent: float | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    mark: Mark | None = None
    marked_by: str | None = None
    mention: tuple[str, ...] = ()
    rule: str = ""
    error: str = ""
    runbook: RunbookHit | None = None
    incident_ref: str | None = None
    incident_channel: str | None = None
    chart: BudgetChart | None = None


@dataclass(frozen=True, slots=True)
class AlertReply:
    """A reply in an alert's thread, whose message has the key `thread`.

    `reminder` is its number among the reminders of at most `reminders`; `escalated` says that the
    ticket became a page.
    """

    thread: str
    title: str
    since: datetime
    now: datetime
    mention: tuple[str, ...] = ()
    reminder: int | None = None
    reminders: int = 0
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class AlertMembers:
    """All SLOs of one alert, for who asks."""

    title: str
    members: tuple[AlertMember, ...]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert of an SLO in its history."""

    kind: AlertKind
    severity: BurnSeverity
    opened_at: datetime
    closed_at: datetime | None
    spent: float | None
    mark: Mark | None
    incident_ref: str | None


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """The alerts of one SLO since then, newest first, and how many were worth it."""

    slo: str
    title: str
    since: datetime
    lines: tuple[AlertLine, ...]
    noise: Noise


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """The status card, pinned in the incident channel.

    `actions` are its open action items in words; `latest_notes` are the newest things people
    said, newest first.
    """

    incident_id: int
    version: int
    ref: str
    title: str
    state: IncidentState
    severity: Severity
    severity_reason: str
    tier: int
    stamps: Mapping[Stamp, datetime]
    now: datetime
    mttr_target_minutes: int | None
    roles: Mapping[Role, str | None]
    slos: tuple[SloLine, ...]
    runbook: RunbookHit | None
    latest_notes: tuple[str, ...]
    actions: tuple[str, ...]
    budget_cost: Mapping[str, float] = field(default_factory=dict)
    channel_id: str | None = None
    postmortem_ready: bool = False


@dataclass(frozen=True, slots=True)
class Announcement:
    """One line in the public incidents channel, edited as the state changes."""

    incident_id: int
    ref: str
    title: str
    state: IncidentState
    severity: Severity
    channel_id: str | None
    commander: str | None
    declared_at: datetime
    duration: str
    slos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunbookSuggestion:
    """Runbooks that fit, posted in a new incident channel or answered to `/runbook`."""

    query: str
    hits: tuple[RunbookHit, ...]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class RunbookPage:
    """One runbook, shown."""

    runbook: Runbook


@dataclass(frozen=True, slots=True)
class FileMessage:
    """A document shared as a file, with a comment that stands alone."""

    filename: str
    title: str
    content: str
    comment: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A short sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action item."""

    ref: str
    id: int
    text: str
    owner: str
    owner_name: str
    due: date
    overdue_days: int
    incident_ref: str | None
    done: bool = False
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class ActionReminder:
    """A direct message about one's action items that are due."""

    owner: str
    items: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident in a list."""

    incident_id: int
    ref: str
    title: str
    severity: Severity
    state: IncidentState
    declared_at: datetime
    restored_minutes: float | None
    verified_minutes: float | None
    elapsed_minutes: float
    channel_id: str | None
    commander: str | None
    tier: int
    target_minutes: int | None
    cost: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewDigest:
    """The weekly review; `markdown` is the whole document."""

    week: str
    period: str
    headline: str
    met: Mapping[int, tuple[int, int]]
    budgets: tuple[SloLine, ...]
    incidents: tuple[IncidentLine, ...]
    actions: tuple[ActionLine, ...]
    no_data: tuple[str, ...]
    markdown: str


@dataclass(frozen=True, slots=True)
class SloList:
    """All SLOs, worst first; `problems` are broken definition files."""

    lines: tuple[SloLine, ...]
    problems: tuple[str, ...]
    evaluated_at: datetime | None


@dataclass(frozen=True, slots=True)
class SloDetail:
    """One SLO, whole."""

    line: SloLine
    objective: str
    service: str
    owner: str | None
    description: str
    good: float | None
    total: float | None
    coverage: float
    evaluated_at: datetime | None
    pairs: tuple[PairReading, ...]
    runbook: RunbookHit | None
    open_episodes: tuple[str, ...]
    chart: BudgetChart | None
    source: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class BurnDetail:
    """How fast one SLO burns, by window, with its pairs."""

    line: SloLine
    pairs: tuple[PairReading, ...]
    chart: BurnChart | None


@dataclass(frozen=True, slots=True)
class IncidentOverview:
    """Bare `/incident` outside an incident channel."""

    lines: tuple[IncidentLine, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """App Home of one person."""

    user: str
    incidents: tuple[IncidentLine, ...]
    other_incidents: tuple[IncidentLine, ...]
    actions: tuple[ActionLine, ...]
    budgets: tuple[SloLine, ...]
    problems: tuple[str, ...]
    now: datetime


Message = (
    AlertMessage
    | AlertReply
    | AlertMembers
    | AlertHistory
    | IncidentCard
    | Announcement
    | RunbookSuggestion
    | RunbookPage
    | FileMessage
    | Notice
    | ActionReminder
    | ReviewDigest
    | SloList
    | SloDetail
    | IncidentOverview
)
