"""The append-only, hash-chained records: timelines and the audit trail."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from fireline.adapters.store.mapping import timeline_from, timeline_values
from fireline.adapters.store.tables import (
    AuditRow,
    CounterRow,
    TimelineRow,
    TimelineTextRow,
)
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.audit import GENESIS, AuditEntry, canonical_json, chain_hash
from fireline.domain.errors import NotFoundError
from fireline.domain.incident.chain import content_hash, entry_hash, first_link
from fireline.domain.incident.timeline import EntryKind, NewEntry, Review, TimelineEntry


class _Head:
    """The end of one chain: its newest seq and hash, in the counter row of its name."""

    def __init__(self, tx: Transaction, name: str) -> None:
        self._tx = tx
        self._name = name

    def take(self, genesis: str, count: int = 1) -> tuple[int, str]:
        """The next seq, of so many, and the hash before it."""
        seq = self._tx.next_numbers(self._name, count)[0]
        previous = self._tx.session.exec(
            select(CounterRow.hash).where(CounterRow.name == self._name)
        ).one()
        return seq, previous or genesis

    def put(self, new_hash: str) -> None:
        """Remember the newest hash."""
        table = table_of(CounterRow)
        statement = update(table).where(table.c.name == self._name).values(hash=new_hash)
        self._tx.session.connection().execute(statement)


class SqlAudit:
    """Implements `ports.Audit`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def append(
        self, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, object]
    ) -> AuditEntry:
        """Record a change at the end of the chain."""
        (entry,) = self.extend(at, actor, [(action, subject, detail)])
        return entry

    def extend(
        self, at: datetime, actor: str, changes: Sequence[tuple[str, str, Mapping[str, object]]]
    ) -> list[AuditEntry]:
        """Record changes, in order, at the end of the chain; each is action, subject, detail."""
        if not changes:
            return []
        head = _Head(self._tx, "audit")
        seq, previous = head.take(GENESIS, len(changes))
        entries = []
        for number, (action, subject, detail) in enumerate(changes, seq):
            entry = AuditEntry(
                seq=number,
                at=at.astimezone(UTC),
                actor=actor,
                action=action,
                subject=subject,
                # What is hashed must be what will be read: JSON turns tuples and enums plain.
                detail=json.loads(canonical_json(detail)),
                prev_hash=previous,
                hash="",
            )
            previous = chain_hash(previous, entry.content())
            entries.append(replace(entry, hash=previous))
        taken = "The audit trail was written by somebody else. Try again."
        self._tx.add_all([_audit_row(entry) for entry in entries], taken=taken)
        head.put(previous)
        return entries

    def all(self) -> list[AuditEntry]:
        """The whole trail by seq."""
        return _entries(self._tx.session.exec(select(AuditRow).order_by(col(AuditRow.seq))))

    def about(self, subjects: Collection[str]) -> list[AuditEntry]:
        """Entries of these subjects alone, by seq."""
        wanted = select(AuditRow).where(col(AuditRow.subject).in_(list(subjects)))
        return _entries(self._tx.session.exec(wanted.order_by(col(AuditRow.seq))))


def _entries(rows: Iterable[AuditRow]) -> list[AuditEntry]:
    return [AuditEntry(**{**row.model_dump(), "detail": json.loads(row.detail)}) for row in rows]


def _audit_row(entry: AuditEntry) -> AuditRow:
    fields = {name: getattr(entry, name) for name in AuditRow.model_fields}
    return AuditRow(**{**fields, "detail": canonical_json(entry.detail)})


class SqlTimeline:
    """Implements `ports.Timeline`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def append(self, incident_id: int, entry: NewEntry, recorded_at: datetime) -> TimelineEntry:
        """Add an entry at the end of the incident's chain."""
        head = self._head(incident_id)
        seq, previous = head.take(first_link(f"INC-{incident_id}"))
        unhashed = TimelineEntry(
            incident_id=incident_id,
            seq=seq,
            kind=entry.kind,
            text=entry.text,
            occurred_at=entry.occurred_at.astimezone(UTC),
            recorded_at=recorded_at.astimezone(UTC),
            actor_id=entry.actor_id,
            actor_name=entry.actor_name,
            provenance=entry.provenance,
            content_hash=content_hash(entry.text),
            supersedes=entry.supersedes,
            prev_hash=previous,
            hash="",
        )
        kept = replace(unhashed, hash=entry_hash(unhashed))
        taken = f"The timeline of INC-{incident_id} cannot be written: is there such an incident?"
        self._tx.add(TimelineRow(**timeline_values(kept)), taken=taken)
        text = TimelineTextRow(incident_id=incident_id, seq=seq, text=kept.text)
        self._tx.add(text, taken=taken)
        head.put(kept.hash)
        return kept

    def entries(self, incident_id: int) -> list[TimelineEntry]:
        """All entries, by `occurred_at`, then `seq`."""
        query = self._of(incident_id)
        return self._listed(query.order_by(col(TimelineRow.occurred_at), col(TimelineRow.seq)))

    def chain(self, incident_id: int) -> list[TimelineEntry]:
        """All entries by `seq`, for verification."""
        return self._listed(self._of(incident_id).order_by(col(TimelineRow.seq)))

    def by_source(
        self, incident_id: int, channel: str, ts: str, kind: EntryKind
    ) -> TimelineEntry | None:
        """The newest entry of this kind from this message.

        Takes the write lock: two people who flag one message at once must see each other.
        """
        self._tx.lock()
        query = self._of(incident_id).where(
            TimelineRow.channel == channel, TimelineRow.ts == ts, TimelineRow.kind == kind.value
        )
        found = self._listed(query.order_by(col(TimelineRow.seq).desc()).limit(1))
        return found[0] if found else None

    def set_supporters(self, incident_id: int, seq: int, supporters: Sequence[str]) -> None:
        """Who flagged it; an empty list retracts the entry, a later supporter brings it back."""
        values = {"supporters": list(supporters), "retracted": not supporters}
        row = self._row(incident_id, seq)
        self._tx.change(row, values, taken="This entry was changed meanwhile. Try again.")

    def set_review(
        self, incident_id: int, seqs: Sequence[int], review: Review, reason: str | None = None
    ) -> None:
        """What the accept step says of these entries."""
        for seq in seqs:
            values = {"review": review.value, "review_reason": reason}
            row = self._row(incident_id, seq)
            self._tx.change(row, values, taken="This entry was changed meanwhile. Try again.")

    def erase(self, incident_id: int, seqs: Sequence[int]) -> None:
        """Take the texts out for good; their hashes stay in the chain."""
        self._tx.lock()
        for seq in seqs:
            row = self._tx.session.get(TimelineTextRow, (incident_id, seq))
            if row is not None:
                self._tx.change(row, {"text": ""}, taken="This entry was changed meanwhile.")

    def mark_deleted(self, incident_id: int, channel: str, ts: str, at: datetime) -> None:
        """Mark every entry from this message as deleted by its author at that time."""
        self._tx.lock()
        query = select(TimelineRow).where(
            TimelineRow.incident_id == incident_id,
            TimelineRow.channel == channel,
            TimelineRow.ts == ts,
        )
        for row in self._tx.session.exec(query):
            values = {"deleted": True, "deleted_at": at}
            self._tx.change(row, values, taken="This entry was changed meanwhile.")

    def _row(self, incident_id: int, seq: int) -> TimelineRow:
        row = self._tx.session.get(TimelineRow, (incident_id, seq))
        if row is None:
            message = f"INC-{incident_id} has no timeline entry {seq}."
            raise NotFoundError(message)
        return row

    def _head(self, incident_id: int) -> _Head:
        return _Head(self._tx, f"timeline:{incident_id}")

    def _of(self, incident_id: int) -> Select[TimelineRow, str]:
        text = TimelineTextRow
        return (
            select(TimelineRow, text.text)
            .join(
                text,
                (col(text.incident_id) == col(TimelineRow.incident_id))
                & (col(text.seq) == col(TimelineRow.seq)),
            )
            .where(TimelineRow.incident_id == incident_id)
            .execution_options(populate_existing=True)
        )

    def _listed(self, query: Select[TimelineRow, str]) -> list[TimelineEntry]:
        return [timeline_from(row, text) for row, text in self._tx.session.exec(query)]
