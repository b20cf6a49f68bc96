"""What the use cases need from the outside, as Protocols; adapters satisfy them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from fireline.domain.audit import AuditEntry
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, TimelineEntry
from fireline.domain.policy.policy import Policy
from fireline.domain.postmortem.action import ActionItem, Postmortem
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.slo.buckets import Bucket, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import Episode, SloStatus
from fireline.usecases.views import BudgetChart, Message

# --- the store -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FlowCall:
    """A durable flow to start when the transaction commits.

    `id` makes it unique: a second call with the same id attaches to the first. `queue` is
    `incidents` or `posting`; items of one `partition` run one after another, in order of `id`
    within the same second, so posting ids start with `Ids.sortable()`.
    """

    flow: str
    args: tuple[object, ...]
    id: str
    queue: str
    partition: str


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """What the database remembers of a message of ours in Slack.

    `ts` is None between the intention to post and the answer: after a crash there, the post is
    looked up by its key before anything is posted again.
    """

    key: str
    channel: str
    kind: str
    ref: str
    ts: str | None = None
    channel_id: str | None = None
    content_hash: str | None = None
    chart_version: str | None = None
    chart_file: str | None = None


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message of an incident channel as it arrived; edits add versions, deletions a mark."""

    channel: str
    ts: str
    user: str
    user_name: str
    text: str
    thread_ts: str | None = None
    permalink: str | None = None
    deleted: bool = False
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One posted week, such as `2026-W47`."""

    week: str
    markdown: str
    created_at: datetime


class Ledger(Protocol):
    """Budget buckets per SLO and revision."""

    def read(self, slo: str, revision: str, start: int, end: int) -> BucketSeries:
        """Buckets within `[start, end)` (multiples of 300), holes filled and flagged MISSING."""
        ...

    def write(self, slo: str, revision: str, series: BucketSeries) -> None:
        """Insert or replace these buckets."""
        ...

    def span(self, slo: str, revision: str) -> tuple[int, int] | None:
        """Start of the first and end of the last bucket with data ever written, or None."""
        ...


class Statuses(Protocol):
    """The newest evaluation per SLO."""

    def save(self, statuses: Iterable[SloStatus]) -> None: ...
    def get(self, slo: str) -> SloStatus | None: ...
    def all(self) -> list[SloStatus]: ...


class Episodes(Protocol):
    """Burn episodes; at most one is open per SLO and severity (a database constraint)."""

    def add(self, episode: Episode) -> None: ...
    def save(self, episode: Episode) -> None: ...
    def get(self, episode_id: str) -> Episode | None: ...
    def open(self) -> list[Episode]: ...
    def between(self, start: datetime, end: datetime) -> list[Episode]: ...


class Incidents(Protocol):
    """Incidents; `dedupe_key` is unique among open ones (a database constraint)."""

    def next_id(self) -> int: ...
    def add(self, incident: Incident) -> None: ...
    def save(self, incident: Incident) -> Incident:
        """Store if nobody else did since it was read; gives it with its new version.

        Raises:
            ConflictError: the stored version is another one.
        """
        ...

    def get(self, incident_id: int) -> Incident | None: ...
    def by_channel(self, channel_id: str) -> Incident | None: ...
    def by_dedupe_key(self, key: str) -> Incident | None:
        """The open incident with this key."""
        ...

    def open(self) -> list[Incident]: ...
    def between(self, start: datetime, end: datetime) -> list[Incident]:
        """Declared or still open within the range, oldest first."""
        ...

    def all(self) -> list[Incident]: ...


class Timeline(Protocol):
    """Append-only, hash-chained entries per incident."""

    def append(self, incident_id: int, entry: NewEntry, recorded_at: datetime) -> TimelineEntry: ...
    def entries(self, incident_id: int) -> list[TimelineEntry]:
        """All entries, by `occurred_at`, then `seq`."""
        ...

    def by_source(
        self, incident_id: int, channel: str, ts: str, kind: EntryKind
    ) -> TimelineEntry | None: ...
    def set_supporters(self, incident_id: int, seq: int, supporters: Sequence[str]) -> None:
        """Who flagged it; an empty list retracts the entry, a later supporter brings it back."""
        ...

    def mark_deleted(self, incident_id: int, channel: str, ts: str) -> None: ...
    def chain(self, incident_id: int) -> list[TimelineEntry]:
        """All entries by `seq`, for verification."""
        ...


class Audit(Protocol):
    """The hash-chained audit trail."""

    def append(
        self, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, object]
    ) -> AuditEntry: ...
    def all(self) -> list[AuditEntry]: ...


class Messages(Protocol):
    """What we posted, by key."""

    def get(self, key: str) -> PostedMessage | None: ...
    def save(self, message: PostedMessage) -> None: ...
    def by_ts(self, channel_id: str, ts: str) -> PostedMessage | None: ...


class RawMessages(Protocol):
    """Messages of incident channels, from events, never from reading history."""

    def save(self, message: RawMessage) -> None: ...
    def get(self, channel: str, ts: str) -> RawMessage | None: ...


class Inbox(Protocol):
    """Ids of Slack envelopes already taken."""

    def remember(self, event_id: str, kind: str, at: datetime) -> bool:
        """True the first time, False for a repeat."""
        ...

    def forget_before(self, at: datetime) -> int: ...


class Postmortems(Protocol):
    """Versions of postmortem documents."""

    def add(self, postmortem: Postmortem) -> None: ...
    def latest(self, incident_id: int) -> Postmortem | None: ...


class Actions(Protocol):
    """Action items."""

    def next_id(self) -> int: ...
    def add(self, item: ActionItem) -> None: ...
    def save(self, item: ActionItem) -> None: ...
    def get(self, item_id: int) -> ActionItem | None: ...
    def open(self) -> list[ActionItem]: ...
    def all(self) -> list[ActionItem]: ...


class Reviews(Protocol):
    """Weekly reviews that were posted."""

    def get(self, week: str) -> ReviewRecord | None: ...
    def save(self, record: ReviewRecord) -> None: ...


class UnitOfWork(Protocol):
    """One transaction; leaving the block without `commit` rolls everything back."""

    ledger: Ledger
    statuses: Statuses
    episodes: Episodes
    incidents: Incidents
    timeline: Timeline
    audit: Audit
    messages: Messages
    raw_messages: RawMessages
    inbox: Inbox
    postmortems: Postmortems
    actions: Actions
    reviews: Reviews

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def start(self, call: FlowCall) -> None:
        """Enqueue a flow in this same transaction."""
        ...

    def commit(self) -> None: ...


class Store(Protocol):
    """Opens units of work."""

    def __call__(self) -> UnitOfWork: ...


# --- the outside world ---------------------------------------------------------------------------


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
    """A Slack channel."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PostedRef:
    """A message in Slack."""

    channel_id: str
    ts: str


class Chat(Protocol):
    """Slack, as far as Fireline acts there.

    A `channel` argument is a channel id, `#name`, or `@U...` for a direct message. Every call
    raises `EffectError`: `RateLimitedError` and `UnreachableError` may be tried again,
    `RejectedError` (with Slack's error name as `code`) may not.
    """

    def create_channel(self, name: str, *, private: bool) -> ChannelRef:
        """Make it; `RejectedError` with code `name_taken` when the name exists."""
        ...

    def own_channel(self, name: str) -> ChannelRef | None:
        """The channel of that name if Fireline itself created it."""
        ...

    def invite(self, channel: str, users: Sequence[str]) -> tuple[str, ...]:
        """Invite people; gives those who could not be invited. Members already in are fine."""
        ...

    def set_topic(self, channel: str, topic: str) -> None: ...
    def post(
        self, channel: str, message: Message, key: str, chart_file: str | None = None
    ) -> PostedRef:
        """Post with the key in the message metadata; pins when the message asks for it."""
        ...

    def update(
        self, posted: PostedRef, message: Message, key: str, chart_file: str | None = None
    ) -> None: ...
    def find_post(self, channel: str, key: str) -> PostedRef | None:
        """Our own message with this key in the channel's recent history, or None."""
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

    def user_name(self, user_id: str) -> str: ...
    def user_timezone(self, user_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Ask for the closed buckets from `start` (epoch, multiple of 300) and the open part."""

    slo: Slo
    start: int


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What the source knows; `error` set means nothing else may be believed.

    `open_part` covers from the last 5-minute edge to the time of the tick.
    """

    slo: str
    series: BucketSeries | None
    open_part: Bucket | None = None
    newest_sample: datetime | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


class SliSource(Protocol):
    """Prometheus, as far as the ledger needs it."""

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        """One result per request, in order, all at one evaluation time; never raises EffectError."""
        ...


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The last good SLO definitions; `problems` are `file:line: message` of files left out."""

    slos: Mapping[str, Slo]
    problems: tuple[str, ...] = ()


class Definitions(Protocol):
    """SLO files, re-read when they change; a broken file keeps its last good definitions."""

    def current(self) -> Catalogue: ...


class RunbookLibrary(Protocol):
    """The runbook folder."""

    def search(self, query: str, limit: int = 10) -> list[RunbookHit]: ...
    def get(self, runbook_id: str) -> Runbook | None: ...
    def for_slo(self, slo: Slo) -> RunbookHit | None:
        """The runbook named by the SLO or naming it, or None."""
        ...


class Charts(Protocol):
    """Draws pictures."""

    def budget(self, chart: BudgetChart) -> bytes:
        """A PNG of the remaining budget over its window."""
        ...


class Documents(Protocol):
    """Renders documents from facts."""

    def postmortem(self, facts: Mapping[str, object]) -> str: ...
    def review(self, facts: Mapping[str, object]) -> str: ...


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """Where things go when nothing more specific is said; names with `#`."""

    incidents: str = "#incidents"
    alerts: str = "#data-platform-alerts"
    reviews: str = "#data-reviews"
    prefix: str = "inc"


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a use case may use; built once by bootstrap."""

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
