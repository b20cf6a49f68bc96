"""What the use cases need from the database, as Protocols; the store satisfies them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from fireline.domain.audit import AuditEntry
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Review, TimelineEntry
from fireline.domain.postmortem.action import ActionItem, Postmortem
from fireline.domain.slo.buckets import BucketSeries, Counts, Flags
from fireline.domain.slo.sheet import StatusSheet
from fireline.domain.slo.status import Episode, SloStatus
from fireline.domain.slo.stretches import Stretch
from fireline.usecases.alert_ports import Alerts, Mutes
from fireline.usecases.alertmanager_ports import ExternalGroups, SilenceRequests
from fireline.usecases.capture_ports import KeptFiles, RawMessages
from fireline.usecases.change_ports import Changes
from fireline.usecases.lineage_ports import Lineages
from fireline.usecases.policy_ports import DefinitionsInForce, Waivers


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

    def read_many(
        self, keys: Sequence[tuple[str, str]], start: int, end: int
    ) -> tuple[Counts, Counts, Flags]:
        """Good, total and flags of many ledgers (SLO and revision), by bucket and ledger."""
        ...

    def spans(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[int, int]]:
        """The spans of many ledgers; those that hold nothing are left out."""
        ...


class LedgerKeeping(Protocol):
    """What becomes of the ledger as it grows old; each call does a bounded part of it.

    `fold` and `forget` give whether there was anything to do.
    """

    def fold(self, before: int) -> bool:
        """Put new buckets of whole days before this instant where old ones are kept."""
        ...

    def roll_up(self, before: int, after: tuple[str, str] | None = None) -> tuple[str, str] | None:
        """Keep only hours of days before this instant, of the ledgers that follow `after`.

        Gives the last of them, to go on after it; None when no ledger was left.
        """
        ...

    def forget(self, before: int) -> bool:
        """Delete days before this instant."""
        ...


class Books(Protocol):
    """What was done to ledgers beside the evaluation: filling the past, checks, changes."""

    def plan(self, stretches: Iterable[Stretch]) -> None:
        """Remember what is to be filled; one that ends where another does is known already."""
        ...

    def unfilled(self) -> list[Stretch]: ...
    def save(self, stretches: Iterable[Stretch]) -> None: ...
    def drop(self, stretches: Iterable[Stretch]) -> None: ...
    def ends(self) -> Mapping[tuple[str, str], int]:
        """Up to where the past was planned or filled, by SLO and revision."""
        ...

    def changed(self, slos: Iterable[str], at: datetime) -> None:
        """Tell all who keep ledgers in memory to read these anew."""
        ...

    def changes(self, after: int) -> tuple[int, frozenset[str]]:
        """The number of the newest change, and the SLOs changed after the one of that number."""
        ...

    def forget_before(self, at: datetime) -> int:
        """Delete changes older than that; gives how many."""
        ...

    def checked(self) -> Mapping[tuple[str, str], int]:
        """When each ledger was last held against the source, in epoch seconds."""
        ...

    def save_checked(self, slo: str, revision: str, at: int) -> None: ...


class Statuses(Protocol):
    """The newest evaluation per SLO."""

    def save(self, statuses: Iterable[SloStatus]) -> None: ...
    def save_sheets(self, sheets: Sequence[StatusSheet]) -> None:
        """Keep these as the only sheets; each SLO's newest evaluation counts, wherever it is."""
        ...

    def get(self, slo: str) -> SloStatus | None: ...
    def some(self, slos: Collection[str]) -> dict[str, SloStatus]:
        """Those of these SLOs, by name."""
        ...

    def all(self) -> list[SloStatus]: ...


class Episodes(Protocol):
    """Episodes; at most one is open per SLO and kind (a database constraint)."""

    def add(self, episode: Episode) -> None: ...
    def add_all(self, episodes: Sequence[Episode]) -> None:
        """Like `add` of each, in one go."""
        ...

    def save(self, episode: Episode) -> None: ...
    def get(self, episode_id: str) -> Episode | None: ...
    def open(self) -> list[Episode]: ...
    def between(self, start: datetime, end: datetime) -> list[Episode]: ...
    def in_group(self, group_id: str) -> list[Episode]:
        """Those that one message tells of, oldest first."""
        ...

    def of(self, slo: str, since: datetime) -> list[Episode]:
        """Those of one SLO that were open then or began later, oldest first."""
        ...


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

    def last_of_key(self, key: str) -> Incident | None:
        """The newest incident with this key, whatever became of it."""
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

    def set_review(
        self, incident_id: int, seqs: Sequence[int], review: Review, reason: str | None = None
    ) -> None: ...
    def erase(self, incident_id: int, seqs: Sequence[int]) -> None:
        """Take the texts out for good; their hashes stay in the chain."""
        ...

    def mark_deleted(self, incident_id: int, channel: str, ts: str, at: datetime) -> None: ...
    def chain(self, incident_id: int) -> list[TimelineEntry]:
        """All entries by `seq`, for verification."""
        ...


class Audit(Protocol):
    """The hash-chained audit trail."""

    def append(
        self, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, object]
    ) -> AuditEntry: ...
    def extend(
        self, at: datetime, actor: str, changes: Sequence[tuple[str, str, Mapping[str, object]]]
    ) -> list[AuditEntry]:
        """Like `append` of each (action, subject, detail), in order, in one go."""
        ...

    def all(self) -> list[AuditEntry]: ...
    def about(self, subjects: Collection[str]) -> list[AuditEntry]:
        """Entries of these subjects alone, by seq."""
        ...


class Messages(Protocol):
    """What we posted, by key."""

    def get(self, key: str) -> PostedMessage | None: ...
    def save(self, message: PostedMessage) -> None: ...
    def of_kind(self, kind: str) -> list[PostedMessage]: ...
    def of_incident(self, incident_id: int) -> list[PostedMessage]:
        """Those whose `ref` begins with the incident's number, whatever their kind, by key."""
        ...


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
    def erase(self, incident_id: int) -> None:
        """Take the words out of every version for good."""
        ...


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
    ledger_keeping: LedgerKeeping
    books: Books
    statuses: Statuses
    episodes: Episodes
    alerts: Alerts
    mutes: Mutes
    incidents: Incidents
    timeline: Timeline
    audit: Audit
    messages: Messages
    raw_messages: RawMessages
    kept_files: KeptFiles
    inbox: Inbox
    postmortems: Postmortems
    actions: Actions
    reviews: Reviews
    waivers: Waivers
    lineages: Lineages
    changes: Changes
    in_force: DefinitionsInForce
    external_groups: ExternalGroups
    silences: SilenceRequests

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def lock(self) -> None:
        """Be the only writer until the transaction ends: what is read after it stays true."""
        ...

    def start(self, call: FlowCall) -> None:
        """Enqueue a flow in this same transaction."""
        ...

    def commit(self) -> None: ...


class Store(Protocol):
    """Opens units of work."""

    def __call__(self) -> UnitOfWork: ...
