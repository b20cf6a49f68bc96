"""Every table, as SQLModel rows; nothing outside the store sees them.

Lists and maps that are only ever read whole are JSON. What must be unique among open things only
has a column of its own that is empty once the thing is closed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary, MetaData, Text
from sqlmodel import Field, SQLModel

from fireline.adapters.store.columns import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Pydantic and SQLModel need a fresh Field per column: JSON columns keep None as SQL NULL.
_JSON = JSON(none_as_null=True)


class Row(SQLModel):
    """Base of all rows; keeps our tables apart from any other SQLModel in the process."""

    metadata = metadata


class CounterRow(Row, table=True):
    """The last number given out under a name, and the newest hash where it numbers a chain."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int
    hash: str | None = None


class LedgerHeadRow(Row, table=True):
    """One ledger: which stretch of time has ever held data."""

    __tablename__ = "ledger_head"
    slo: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    first: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)


class LedgerDayRow(Row, table=True):
    """A day of one ledger, in one of the forms of `ledger_days`."""

    __tablename__ = "ledger_day"
    slo: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    good: bytes = Field(sa_type=LargeBinary)
    total: bytes = Field(sa_type=LargeBinary)
    flags: bytes = Field(sa_type=LargeBinary)


class StatusRow(Row, table=True):
    """The newest evaluation of an SLO."""

    __tablename__ = "slo_status"
    slo: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    data_state: str
    budget_state: str
    body: dict[str, Any] = Field(sa_type=_JSON)


class EpisodeRow(Row, table=True):
    """A stretch of one alert of one SLO; `open_key` is empty once it is closed."""

    __tablename__ = "episode"
    id: str = Field(primary_key=True)
    slo: str = Field(index=True)
    kind: str = "burn"
    severity: str
    group_id: str | None = Field(default=None, index=True)
    open_key: str | None = Field(default=None, unique=True)
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    channel: str
    first_bad_at: datetime = Field(sa_type=UtcDateTime)
    last_firing_at: datetime = Field(sa_type=UtcDateTime)
    peak_burn: float
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    spent: float | None = None


class AlertGroupRow(Row, table=True):
    """An alert as one message tells it, with what people did with it."""

    __tablename__ = "alert_group"
    id: str = Field(primary_key=True)
    channel: str
    kind: str
    severity: str
    tier: int
    keys: list[str] = Field(sa_type=_JSON)
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    newest_at: datetime = Field(sa_type=UtcDateTime)
    paged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rounds: int = 0
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    incident_id: int | None = None
    mark: str | None = None
    marked_by: str | None = None
    marked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    flaps: int = 0


class AlertStepRow(Row, table=True):
    """A reminder or a step of the policy that was taken, once; `notified` are Slack ids."""

    __tablename__ = "alert_step"
    group_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    notified: list[str] = Field(sa_type=_JSON)
    reminder: int | None = None


class AlertPendingRow(Row, table=True):
    """A condition that holds, but not for long enough yet to tell anybody."""

    __tablename__ = "alert_pending"
    subject: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    ticks: int


class SloMuteRow(Row, table=True):
    """An SLO that somebody silenced for a while."""

    __tablename__ = "slo_mute"
    slo: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(sa_type=Text)
    muted_by: str
    muted_at: datetime = Field(sa_type=UtcDateTime)


class IncidentRow(Row, table=True):
    """An incident; `open_dedupe_key` is empty once it is no longer open."""

    __tablename__ = "incident"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int
    title: str
    state: str
    open: bool = Field(index=True)
    severity: int
    severity_reason: str
    computed_severity: int | None = None
    tier: int
    declared_by: str
    declared_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    service: str | None = None
    episode_id: str | None = Field(default=None, index=True)
    dedupe_key: str | None = None
    open_dedupe_key: str | None = Field(default=None, unique=True)
    channel_id: str | None = Field(default=None, unique=True)
    channel_name: str | None = None
    stamps: dict[str, str] = Field(sa_type=_JSON)
    slos: list[str] = Field(sa_type=_JSON)
    datasets: list[str] = Field(sa_type=_JSON)
    roles: dict[str, str] = Field(sa_type=_JSON)
    repair: dict[str, Any] | None = Field(default=None, sa_type=_JSON)
    budget_cost: dict[str, float] = Field(sa_type=_JSON)
    raw_budget_cost: dict[str, float] = Field(default_factory=dict, sa_type=_JSON)
    restricted: bool = False
    drill: bool = False
    parent_id: int | None = None
    merged_into: int | None = None
    recurrence_of: int | None = None
    details: dict[str, Any] = Field(sa_type=_JSON)


class TimelineRow(Row, table=True):
    """A timeline entry without its text; only the columns after its hash ever change."""

    __tablename__ = "timeline_entry"
    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    seq: int = Field(primary_key=True)
    kind: str
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor_id: str
    actor_name: str
    source: str
    channel: str | None = None
    ts: str | None = Field(default=None, index=True)
    thread_ts: str | None = None
    permalink: str | None = None
    detail: str | None = None
    supersedes: int | None = None
    content_hash: str
    prev_hash: str
    hash: str
    supporters: list[str] = Field(sa_type=_JSON)
    retracted: bool = False
    deleted: bool = False
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    review: str = "pending"
    review_reason: str | None = Field(default=None, sa_type=Text)


class TimelineTextRow(Row, table=True):
    """The text of an entry, apart, so that it can be erased by law without breaking the chain."""

    __tablename__ = "timeline_text"
    incident_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)


class AuditRow(Row, table=True):
    """An audit entry, never changed; `detail` is the canonical JSON text that was hashed."""

    __tablename__ = "audit_entry"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    action: str
    subject: str = Field(index=True)
    detail: str = Field(sa_type=Text)
    prev_hash: str
    hash: str


class PostedMessageRow(Row, table=True):
    """A message of ours in Slack."""

    __tablename__ = "posted_message"
    key: str = Field(primary_key=True)
    channel: str
    kind: str
    ref: str
    ts: str | None = Field(default=None, index=True)
    channel_id: str | None = None
    content_hash: str | None = None
    chart_version: str | None = None
    chart_file: str | None = None


class RawMessageRow(Row, table=True):
    """A message of an incident channel; `source` is its text as Slack sent it, with ids."""

    __tablename__ = "raw_message"
    channel: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    user: str
    user_name: str
    text: str = Field(sa_type=Text)
    thread_ts: str | None = None
    permalink: str | None = None
    deleted: bool = False
    versions: list[dict[str, Any]] = Field(sa_type=_JSON)
    recovered: bool = False
    source: str = Field(default="", sa_type=Text)
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=_JSON)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class KeptFileRow(Row, table=True):
    """A file that was flagged in an incident channel; without bytes where it was not copied."""

    __tablename__ = "kept_file"
    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    file_id: str = Field(primary_key=True)
    channel: str
    ts: str
    name: str
    mimetype: str
    size: int = Field(sa_type=BigInteger)
    permalink: str
    kept_at: datetime = Field(sa_type=UtcDateTime)
    sha256: str | None = None
    why_not: str | None = Field(default=None, sa_type=Text)
    data: bytes | None = Field(default=None, sa_type=LargeBinary)


class InboxRow(Row, table=True):
    """A Slack envelope that was taken."""

    __tablename__ = "inbox"
    event_id: str = Field(primary_key=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class PostmortemRow(Row, table=True):
    """A version of a postmortem."""

    __tablename__ = "postmortem"
    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    version: int = Field(primary_key=True)
    markdown: str = Field(sa_type=Text)
    facts: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ActionRow(Row, table=True):
    """An action item."""

    __tablename__ = "action_item"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    text: str = Field(sa_type=Text)
    state: str = Field(index=True)
    owner: str
    owner_name: str
    due: date
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    evidence: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by: str | None = None
    reminded: list[str] = Field(sa_type=_JSON)


class ReviewRow(Row, table=True):
    """A posted weekly review."""

    __tablename__ = "review"
    week: str = Field(primary_key=True)
    markdown: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
