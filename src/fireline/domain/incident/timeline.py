"""The timeline: append-only entries with provenance, hash-chained per incident."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What kind of fact an entry is."""

    EVENT = "event"
    DECISION = "decision"
    ACTION = "action"
    HYPOTHESIS = "hypothesis"
    NOTE = "note"
    UPDATE = "update"
    CHANGE = "change"
    RUN = "run"
    ALERT = "alert"
    FILE = "file"


class Review(StrEnum):
    """What the accept step made of an entry; a corrected one counts as accepted."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    HIDDEN = "hidden"

    @property
    def counts(self) -> bool:
        """Whether the postmortem may use it."""
        return self in {Review.ACCEPTED, Review.CORRECTED}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an entry comes from; Slack entries name channel and exact message."""

    source: str
    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    permalink: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry as it is offered to the timeline; `supersedes` names the entry it corrects."""

    kind: EntryKind
    text: str
    occurred_at: datetime
    actor_id: str
    actor_name: str
    provenance: Provenance
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An entry as it is kept. `supporters` are people who flagged the same message.

    `retracted` entries stay in the chain and are not shown; `deleted` marks a message that its
    author deleted in Slack. What the accept step says stands beside the chain, as they do; the
    audit trail has who said it and when.
    """

    incident_id: int
    seq: int
    kind: EntryKind
    text: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: str
    actor_name: str
    provenance: Provenance
    content_hash: str
    prev_hash: str
    hash: str
    supersedes: int | None = None
    supporters: tuple[str, ...] = ()
    retracted: bool = False
    deleted: bool = False
    deleted_at: datetime | None = None
    review: Review = Review.PENDING
    review_reason: str | None = None

    @property
    def erased(self) -> bool:
        """Whether its text was taken out by law; the chain still holds its hash."""
        return not self.text
