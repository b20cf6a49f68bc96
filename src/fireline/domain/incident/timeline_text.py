"""Which timeline entries are shown, and how one reads."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from fireline.domain.incident.timeline import EntryKind, Review, TimelineEntry

NOTED_LATER = timedelta(minutes=1)
SAID = (EntryKind.NOTE, EntryKind.DECISION, EntryKind.HYPOTHESIS, EntryKind.ACTION)
PIN = "pin:"
ERASED = "(text erased)"


def current(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Newest versions that nobody took back, hidden ones too, by time then order."""
    kept = list(entries)
    replaced = {e.supersedes for e in kept if e.supersedes is not None}
    found = [e for e in kept if e.seq not in replaced and not e.retracted]
    return sorted(found, key=lambda e: (e.occurred_at, e.seq))


def shown(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Entries as they are read: newest versions, nothing retracted or hidden."""
    return [e for e in current(entries) if e.review is not Review.HIDDEN]


def accepted(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """What the accept step let through: the only entries a postmortem uses."""
    return [e for e in current(entries) if e.review.counts]


def noted(entry: TimelineEntry) -> str | None:
    """`noted 03:10` when a note was written down clearly later than it happened."""
    if not noted_later(entry):
        return None
    return f"noted {_moment(entry.recorded_at, entry.occurred_at)}"


def noted_later(entry: TimelineEntry) -> bool:
    """Whether an entry was written down clearly later than it happened, so that this must be said.

    A message says when it was written itself, and so does an alert; a version is always later.
    """
    from_slack = entry.provenance.ts is not None
    if from_slack or entry.recorded_at - entry.occurred_at < NOTED_LATER:
        return False
    return entry.kind is not EntryKind.ALERT and entry.supersedes is None


def deleted(entry: TimelineEntry) -> str:
    """`(deleted by its author 03:12)`, the tombstone of a deleted message."""
    if entry.deleted_at is None:
        return "(deleted by its author)"
    return f"(deleted by its author {_moment(entry.deleted_at, entry.occurred_at)})"


def words(entry: TimelineEntry) -> str:
    """The text with what must be known about it: a tombstone, a late note, its supporters."""
    if entry.deleted:
        return deleted(entry)
    return " ".join([" ".join(entry.text.split()) or ERASED, *remarks(entry)])


def remarks(entry: TimelineEntry) -> list[str]:
    """What must be known about an entry besides its text, each in brackets."""
    return [*(f"({note})" for note in (noted(entry),) if note), *standing_remarks(entry)]


def standing_remarks(entry: TimelineEntry) -> list[str]:
    """The remarks that name no time: who else flagged it, and whether it is a newer version."""
    extra = []
    others = len(people(entry)) - 1
    if others > 0:
        extra.append(f"(+{others} flagged it too)")
    if entry.review is Review.CORRECTED:
        extra.append("(corrected)")
    elif entry.supersedes is not None:
        extra.append("(edited)")
    return extra


def people(entry: TimelineEntry) -> tuple[str, ...]:
    """Who flagged it, each once, whether by reaction, pin or decision."""
    return tuple(dict.fromkeys(mark.rpartition(":")[2] for mark in entry.supporters))


def many_days(entries: Sequence[TimelineEntry]) -> bool:
    """Whether times of day alone would mislead: the entries are of more than one day."""
    return len({_utc(e.occurred_at).date() for e in entries}) > 1


def clock(entry: TimelineEntry, *, dated: bool) -> str:
    """When it happened, in UTC: `02:12`, or with its date."""
    return f"{_utc(entry.occurred_at):{'%Y-%m-%d %H:%M' if dated else '%H:%M'}}"


def latest_said(entries: Iterable[TimelineEntry], limit: int) -> tuple[str, ...]:
    """The newest lines that people said, newest first, each with its time and author."""
    said = [e for e in shown(entries) if e.kind in SAID or e.provenance.ts is not None]
    newest = [e for e in reversed(said) if e.kind is not EntryKind.ALERT][:limit]
    dated = many_days(newest)
    return tuple(f"{clock(e, dated=dated)} {e.actor_name}: {words(e)}" for e in newest)


def _moment(at: datetime, beside: datetime) -> str:
    """The time of day; with its date when that is not the date of `beside`."""
    same_day = _utc(at).date() == _utc(beside).date()
    return f"{_utc(at):{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
