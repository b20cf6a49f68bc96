"""What is shown, as plain facts; adapters decide how it looks.

Every view is a projection of the database and can be rebuilt at any time. All text fields hold
raw text: the adapter escapes them. User fields hold Slack user ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.domain.incident.incident import IncidentState, Severity
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.runbook.upkeep import Standing
from fireline.domain.slo.alerting.noise import Noise
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.status import (
    PairReading,
)
from fireline.usecases.alert_views import (
    AlertHistory,
    AlertLine,
    AlertMember,
    AlertMembers,
    AlertMessage,
    AlertReply,
)
from fireline.usecases.budget_views import (
    BacktestChart,
    BacktestPanel,
    BudgetChart,
    BudgetOverview,
    BurnChart,
    ChartSpan,
    Particulars,
    SloLine,
    SpanKind,
)
from fireline.usecases.card_views import IncidentCard
from fireline.usecases.exposure_views import AccessAnswer, AccessRequest
from fireline.usecases.external_alert_views import ExternalAlertMessage, SilenceList
from fireline.usecases.home_views import Home
from fireline.usecases.impact_views import (
    BlastMessage,
    ConsumerNotice,
    DrillCard,
    DrillInject,
    HandoverMessage,
    IncidentNotice,
    RestrictedNotice,
    TriageMessage,
    UpdateMessage,
)
from fireline.usecases.list_views import ActionLine, IncidentLine
from fireline.usecases.page_views import OnCallList, PageMessage, PagingMessage
from fireline.usecases.policy_views import FreezeList, MaintenanceList, WaiverAnswer, WaiverMessage
from fireline.usecases.relation_views import ChangesMessage, EarlierMessage, ProposalMessage
from fireline.usecases.repair_views import RepairMessage
from fireline.usecases.role_views import RoleGuide
from fireline.usecases.runbook_views import RunMessage
from fireline.usecases.subscription_views import Subscription

__all__ = [
    "AccessAnswer",
    "AccessRequest",
    "ActionLine",
    "ActionReminder",
    "AlertHistory",
    "AlertLine",
    "AlertMember",
    "AlertMembers",
    "AlertMessage",
    "AlertReply",
    "Announcement",
    "BacktestChart",
    "BacktestPanel",
    "BlastMessage",
    "BudgetChart",
    "BudgetOverview",
    "BurnChart",
    "BurnDetail",
    "ChangesMessage",
    "ChartSpan",
    "ConsumerNotice",
    "DrillCard",
    "DrillInject",
    "DrillMessage",
    "EarlierMessage",
    "FileMessage",
    "HandoverMessage",
    "Home",
    "IncidentCard",
    "IncidentLine",
    "IncidentNotice",
    "IncidentOverview",
    "Message",
    "Notice",
    "OnCallList",
    "PageMessage",
    "PagingMessage",
    "Particulars",
    "ProposalMessage",
    "RestrictedNotice",
    "ReviewDigest",
    "RoleGuide",
    "RunbookPage",
    "RunbookSuggestion",
    "SloDetail",
    "SloLine",
    "SloList",
    "SpanKind",
    "Subscription",
    "TriageMessage",
    "UpdateMessage",
]


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
    """Runbooks that fit, posted in a new incident channel or answered to `/runbook`.

    `startable` where an incident may begin to walk one.
    """

    query: str
    hits: tuple[RunbookHit, ...]
    intro: str = ""
    startable: bool = False


@dataclass(frozen=True, slots=True)
class RunbookPage:
    """One runbook, shown, with what people say of it.

    `startable` where an incident may begin to walk it.
    """

    runbook: Runbook
    startable: bool = False
    standing: Standing = field(default_factory=Standing)


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
class ActionReminder:
    """A direct message about one's action items that are due."""

    owner: str
    items: tuple[ActionLine, ...]


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
    overview: BudgetOverview | None = None
    noise: Noise = field(default_factory=Noise)
    maintenance: tuple[str, ...] = ()
    restricted: str = ""
    drills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SloList:
    """All SLOs, worst first; `problems` are broken definition files."""

    lines: tuple[SloLine, ...]
    problems: tuple[str, ...]
    evaluated_at: datetime | None


@dataclass(frozen=True, slots=True)
class SloDetail:
    """One SLO, whole; `maintenance` is what was taken out of its window, the oldest first."""

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
    maintenance: tuple[Exclusion, ...] = ()


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
class DrillMessage:
    """Any message about a drill, marked as one."""

    message: "Message"


def unmarked(message: "Message") -> "Message":
    """The message itself, whether or not it is about a drill."""
    return message.message if isinstance(message, DrillMessage) else message


Message = (
    AlertMessage
    | AlertReply
    | AlertMembers
    | AlertHistory
    | IncidentCard
    | Announcement
    | RunbookSuggestion
    | RunbookPage
    | BlastMessage
    | RepairMessage
    | RunMessage
    | UpdateMessage
    | IncidentNotice
    | PageMessage
    | PagingMessage
    | OnCallList
    | TriageMessage
    | DrillCard
    | DrillInject
    | DrillMessage
    | ConsumerNotice
    | RestrictedNotice
    | AccessRequest
    | AccessAnswer
    | HandoverMessage
    | Home
    | RoleGuide
    | Subscription
    | ProposalMessage
    | ChangesMessage
    | EarlierMessage
    | FileMessage
    | Notice
    | ActionReminder
    | ReviewDigest
    | SloList
    | SloDetail
    | IncidentOverview
    | WaiverMessage
    | WaiverAnswer
    | MaintenanceList
    | FreezeList
    | ExternalAlertMessage
    | SilenceList
)
