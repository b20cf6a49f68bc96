"""Which timeline entries are shown, and how one reads."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from fireline.domain.incident.timeline import EntryKind, TimelineEntry

NOTED_LATER = timedelta(minutes=1)
SAID = (EntryKind.NOTE, EntryKind.DECISION, EntryKind.HYPOTHESIS, EntryKind.ACTION)


def shown(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Entries as they are read: newest versions, nothing retracted, by time then order."""
    kept = list(entries)
    replaced = {e.supersedes for e in kept if e.supersedes is not None}
    current = [e for e in kept if e.seq not in replaced and not e.retracted]
    return sorted(current, key=lambda e: (e.occurred_at, e.seq))


def noted(entry: TimelineEntry) -> str | None:
    """`noted 03:10` when a note was written down clearly later than it happened."""
    from_slack = entry.provenance.ts is not None
    if from_slack or entry.recorded_at - entry.occurred_at < NOTED_LATER:
        return None
    if entry.kind is EntryKind.ALERT:
        return None
    same_day = _utc(entry.recorded_at).date() == _utc(entry.occurred_at).date()
    return f"noted {_utc(entry.recorded_at):{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"


def words(entry: TimelineEntry) -> str:
    """The text with what must be known about it: a tombstone, a late note, its supporters."""
    if entry.deleted:
        return "(deleted by its author)"
    extra = [f"({note})" for note in (noted(entry),) if note]
    others = len(entry.supporters) - 1
    if others > 0:
        extra.append(f"(+{others} flagged it too)")
    if entry.supersedes is not None:
        extra.append("(edited)")
    return " ".join([" ".join(entry.text.split()), *extra])


def latest_said(entries: Iterable[TimelineEntry], limit: int) -> tuple[str, ...]:
    """The newest lines that people said, newest first, each with its time and author."""
    said = [e for e in shown(entries) if e.kind in SAID or e.provenance.ts is not None]
    newest = [e for e in reversed(said) if e.kind is not EntryKind.ALERT][:limit]
    return tuple(f"{_utc(e.occurred_at):%H:%M} {e.actor_name}: {words(e)}" for e in newest)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
