"""What the use cases need from the outside, as Protocols; adapters satisfy them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fireline.domain.lineage.beside import Beside
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.retention import Retention
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.slo.buckets import Bucket, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.usecases.alert_ports import Alerts, AlertStep, Mute, Mutes
from fireline.usecases.alertmanager_ports import (
    NO_ALERTMANAGER,
    Alertmanager,
    ExternalGroups,
    NoAlertmanager,
    SilenceRequests,
)
from fireline.usecases.capture_ports import FileLimits, FileRef, RawMessage
from fireline.usecases.check_ports import NO_READINGS, Readings
from fireline.usecases.drill_ports import NO_DRILLS, Drills
from fireline.usecases.git_ports import (
    NO_EXCEPTIONS,
    NO_MAINTENANCES,
    Catalogue,
    Definitions,
    Exceptions,
    Maintenances,
    NoExceptions,
    NoMaintenances,
)
from fireline.usecases.oncall_ports import NO_ON_CALLS, NO_PAGER, OnCalls, Pager
from fireline.usecases.room_ports import RoomCare
from fireline.usecases.source_health import DEFAULT
from fireline.usecases.store_ports import (
    Actions,
    Audit,
    Books,
    Episodes,
    FlowCall,
    Inbox,
    Incidents,
    Ledger,
    LedgerKeeping,
    Messages,
    PostedMessage,
    Postmortems,
    ReviewRecord,
    Reviews,
    Statuses,
    Store,
    Timeline,
    UnitOfWork,
)
from fireline.usecases.views import BacktestChart, BudgetChart, BudgetOverview, BurnChart, Message

__all__ = [
    "NO_ALERTMANAGER",
    "Actions",
    "AlertStep",
    "Alertmanager",
    "Alerts",
    "Audit",
    "Books",
    "Catalogue",
    "ChannelPlan",
    "ChannelRef",
    "Charts",
    "Chat",
    "Clock",
    "Definitions",
    "Documents",
    "Episodes",
    "Exceptions",
    "ExternalGroups",
    "FetchRequest",
    "FetchResult",
    "FlowCall",
    "Ids",
    "Inbox",
    "Incidents",
    "Ledger",
    "LedgerKeeping",
    "Maintenances",
    "Messages",
    "MetricNames",
    "Mute",
    "Mutes",
    "NoAlertmanager",
    "NoExceptions",
    "NoMaintenances",
    "PostedMessage",
    "PostedRef",
    "Postmortems",
    "RawMessage",
    "ReviewRecord",
    "Reviews",
    "RunbookLibrary",
    "Services",
    "SilenceRequests",
    "SliSource",
    "Statuses",
    "Store",
    "Timeline",
    "UnitOfWork",
]


class MetricNames(Protocol):
    """Looks up which metrics there are."""

    def existing(self, patterns: Collection[str], data_source: str | None) -> frozenset[str]:
        """Those patterns (regular expressions of whole names) that a metric has had lately.

        Raises:
            EffectError: the data source cannot be asked.
        """
        ...


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Ids(Protocol):
    """The only source of new ids."""

    def sortable(self) -> str:
        """A fixed-width id that sorts by creation, unique across processes."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A Slack channel; only members see that a private one exists."""

    id: str
    name: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class PostedRef:
    """A message in Slack."""

    channel_id: str
    ts: str


class Chat(RoomCare, Protocol):
    """Slack, as far as Fireline acts there.

    A `channel` argument is a channel id, `#name`, or `@U...` for a direct message. Every call
    raises `EffectError`: `RateLimitedError` and `UnreachableError` may be tried again,
    `RejectedError` (with Slack's error name as `code`) may not.
    """

    def create_channel(self, name: str, *, private: bool) -> ChannelRef:
        """Make it; `RejectedError` with code `name_taken` when the name exists."""
        ...

    def own_channel(
        self, name: str, since: datetime | None = None, *, private: bool = False
    ) -> ChannelRef | None:
        """The channel of that name if Fireline itself created it, `since` then if given."""
        ...

    def members_of(self, channel: str) -> tuple[str, ...]:
        """Ids of the people in it, without Fireline itself."""
        ...

    def rename(self, channel: str, name: str) -> None:
        """Give a channel of ours another name; `RejectedError` `name_taken` when it exists."""
        ...

    def archive(self, channel: str) -> None:
        """Archive it; archived already is fine."""
        ...

    def invite(self, channel: str, users: Sequence[str]) -> tuple[str, ...]:
        """Invite people; gives those who could not be invited. Members already in are fine."""
        ...

    def set_topic(self, channel: str, topic: str) -> None: ...
    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        chart_file: str | None = None,
        thread: PostedRef | None = None,
    ) -> PostedRef:
        """Post with the key in the message metadata, in a thread when one is given.

        Pins when the message asks for it.
        """
        ...

    def whisper(self, channel: str, user: str, message: Message) -> None:
        """Show it to one member of a channel alone; it is gone when they reload."""
        ...

    def update(
        self, posted: PostedRef, message: Message, key: str, chart_file: str | None = None
    ) -> None: ...
    def find_post(
        self, channel: str, key: str, thread: PostedRef | None = None
    ) -> PostedRef | None:
        """Our own message with this key in the channel's recent history, or in the thread."""
        ...

    def fingerprint(self, message: Message) -> str:
        """Hash of what would be shown, to skip updates that change nothing."""
        ...

    def upload_image(self, png: bytes, filename: str, alt: str) -> str:
        """Upload without sharing; gives the file id to use in image blocks."""
        ...

    def pin(self, posted: PostedRef) -> None: ...
    def permalink(self, channel: str, ts: str) -> str | None: ...
    def message(self, channel: str, ts: str, thread_ts: str | None = None) -> RawMessage | None:
        """Exactly the message with this ts, or None; never a neighbour."""
        ...

    def fetch_file(self, file: FileRef, most: int) -> bytes:
        """The file's bytes, fetched with our own token; never makes anything public.

        `RejectedError` when it is larger than `most`, lies outside Slack or is no longer there.
        """
        ...

    def readable(self, text: str) -> str:
        """A message's text with the names of people, channels and groups in place of ids."""
        ...

    def user_name(self, user_id: str) -> str: ...
    def is_member(self, user_id: str) -> bool:
        """Whether this is a person who works here now: known, active, not a bot."""
        ...

    def is_guest(self, user_id: str) -> bool:
        """Whether the person may only be in some channels, as a guest of the workspace."""
        ...

    def user_timezone(self, user_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Ask for the closed buckets from `start` (epoch, multiple of 300) and the open part.

    `since` is the start of the first bucket that is already known, however long ago.
    """

    slo: Slo
    start: int
    since: int | None = None


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What the source knows; `error` set means nothing else may be believed.

    `open_part` covers from the last 5-minute edge to the time of the tick; `landed` tells of the
    next deadline of a deadline SLO.
    """

    slo: str
    series: BucketSeries | None
    open_part: Bucket | None = None
    newest_sample: datetime | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None
    landed: bool | None = None


class SliSource(Protocol):
    """Prometheus, as far as the ledger needs it."""

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        """One result per request, in order, all at one time; failures stand in the results."""
        ...


class RunbookLibrary(Protocol):
    """The runbook folder."""

    def search(self, query: str, limit: int = 10) -> list[RunbookHit]: ...
    def get(self, runbook_id: str) -> Runbook | None: ...
    def all(self) -> list[Runbook]:
        """Every runbook, by id."""
        ...

    def for_slo(self, slo: Slo) -> RunbookHit | None:
        """The runbook named by the SLO or naming it, or None."""
        ...


class Charts(Protocol):
    """Draws pictures."""

    def budget(self, chart: BudgetChart, *, dark: bool = False) -> bytes:
        """A PNG of the remaining budget over its window."""
        ...

    def burn(self, chart: BurnChart, *, dark: bool = False) -> bytes:
        """A PNG of the burn rate by window."""
        ...

    def overview(self, chart: BudgetOverview, *, dark: bool = False) -> bytes:
        """A PNG of the worst budgets beside each other."""
        ...

    def backtest(self, chart: BacktestChart, *, dark: bool = False) -> bytes:
        """A PNG of a replayed range."""
        ...


class Documents(Protocol):
    """Renders documents from facts."""

    def postmortem(self, facts: Mapping[str, object]) -> str: ...
    def incident(self, facts: Mapping[str, object]) -> str: ...
    def review(self, facts: Mapping[str, object]) -> str: ...
    def sentence(self, template: str, facts: Mapping[str, object]) -> str:
        """A template of the team's policy, filled in.

        Raises:
            InvalidInputError: it cannot be filled in; says why.
        """
        ...


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """Where things go when nothing more specific is said; names with `#`."""

    incidents: str = "#incidents"
    alerts: str = "#data-platform-alerts"
    reviews: str = "#data-reviews"
    prefix: str = "inc"


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a use case may use; built once by bootstrap.

    `data_source` is the name of the one that is asked for SLOs that name none. `history` answers
    long questions about the past without being in the way of `source`; without one they go there
    too.
    """

    store: Store
    clock: Clock
    ids: Ids
    chat: Chat
    definitions: Definitions
    source: SliSource
    runbooks: RunbookLibrary
    charts: Charts
    documents: Documents
    policy: Policy
    channels: ChannelPlan
    timezone: str = "UTC"
    data_source: str = DEFAULT
    exceptions: Exceptions = NO_EXCEPTIONS
    maintenance: Maintenances = NO_MAINTENANCES
    alertmanager: Alertmanager = NO_ALERTMANAGER
    git_lineage: Callable[[], Beside] = Beside
    readings: Readings = NO_READINGS
    retention: Retention = field(default_factory=Retention)
    files: FileLimits = field(default_factory=FileLimits)
    history: SliSource | None = None
    oncall: OnCalls = NO_ON_CALLS
    pager: Pager = NO_PAGER
    drills: Drills = NO_DRILLS
