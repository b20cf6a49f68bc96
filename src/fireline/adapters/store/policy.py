"""Exclusions and exceptions that people asked for, and the definitions in force."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from fireline.adapters.store.policy_tables import InForceRow, WaiverRow
from fireline.adapters.store.transaction import Transaction
from fireline.domain.policy.waivers import Waiver, WaiverKind, WaiverState
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.usecases.policy_ports import InForce

COUNTING = (WaiverState.APPROVED.value, WaiverState.ENDED.value)
AT_ONCE = 500


class SqlWaivers:
    """Implements `policy_ports.Waivers`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._exclusions: tuple[Waiver, ...] | None = None

    def next_id(self) -> int:
        """The next number."""
        return self._tx.next_number("waiver")

    def add(self, waiver: Waiver) -> None:
        """Insert a new one."""
        self._exclusions = None
        self._tx.add(WaiverRow(**_values(waiver)), taken=f"{waiver.ref} exists already.")

    def save(self, waiver: Waiver) -> None:
        """Keep what changed since it was read."""
        self._exclusions = None
        row = self._tx.session.get(WaiverRow, waiver.id)
        if row is None:
            self.add(waiver)
            return
        self._tx.change(row, _values(waiver), taken=f"{waiver.ref} was changed meanwhile.")

    def get(self, waiver_id: int) -> Waiver | None:
        """The one of this number."""
        row = self._tx.session.get(WaiverRow, waiver_id)
        return _from(row) if row else None

    def exclusions(self) -> tuple[Waiver, ...]:
        """All exclusions that count; read once in a unit of work, as budgets ask one by one."""
        if self._exclusions is None:
            query = _counting(WaiverKind.EXCLUSION)
            self._exclusions = tuple(self._listed(query))
        return self._exclusions

    def exceptions(self, ending_after: datetime) -> list[Waiver]:
        """Exceptions that were agreed to and end after this time, or would have."""
        return self._listed(_counting(WaiverKind.EXCEPTION).where(WaiverRow.ends_at > ending_after))

    def since(self, kind: WaiverKind, ending_after: datetime) -> list[Waiver]:
        """All of a kind that end after this time or wait for an answer, the earliest first."""
        query = select(WaiverRow).where(WaiverRow.kind == kind.value)
        asked = col(WaiverRow.state) == WaiverState.ASKED.value
        return self._listed(query.where(asked | (col(WaiverRow.ends_at) > ending_after)))

    def waiting(self, approver: str) -> list[Waiver]:
        """What this person was asked to decide and has not yet, the earliest first."""
        query = select(WaiverRow).where(WaiverRow.state == WaiverState.ASKED.value)
        return self._listed(query.where(WaiverRow.approver == approver))

    def _listed(self, query: SelectOfScalar[WaiverRow]) -> list[Waiver]:
        ordered = query.order_by(col(WaiverRow.starts_at), col(WaiverRow.id))
        return [_from(row) for row in self._tx.session.exec(ordered)]


class SqlDefinitionsInForce:
    """Implements `policy_ports.DefinitionsInForce`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def all(self) -> dict[str, InForce]:
        """Everything as it was when it was last looked at, by name."""
        rows = self._tx.session.exec(select(InForceRow))
        return {row.name: InForce(row.name, row.hash, row.body, row.since) for row in rows}

    def save(self, found: Iterable[InForce]) -> None:
        """Insert or replace these."""
        values = [
            {"name": f.name, "hash": f.hash, "body": dict(f.body), "since": f.since} for f in found
        ]
        self._tx.upsert(InForceRow, values)

    def forget(self, names: Iterable[str]) -> None:
        """Delete those that are no longer in force."""
        gone = list(names)
        for first in range(0, len(gone), AT_ONCE):
            some = gone[first : first + AT_ONCE]
            self._tx.lock()
            statement = delete(InForceRow).where(col(InForceRow.name).in_(some))
            self._tx.session.connection().execute(statement)


def _counting(kind: WaiverKind) -> SelectOfScalar[WaiverRow]:
    return select(WaiverRow).where(WaiverRow.kind == kind.value, col(WaiverRow.state).in_(COUNTING))


def _values(waiver: Waiver) -> dict[str, Any]:
    return {
        "id": waiver.id,
        "kind": waiver.kind.value,
        "subject": waiver.subject,
        "starts_at": waiver.start,
        "ends_at": waiver.end,
        "reason": waiver.reason,
        "asked_by": waiver.asked_by,
        "asked_by_name": waiver.asked_by_name,
        "asked_at": waiver.asked_at,
        "approver": waiver.approver,
        "approver_name": waiver.approver_name,
        "effect": waiver.effect.value,
        "state": waiver.state.value,
        "decided_at": waiver.decided_at,
        "ended_at": waiver.ended_at,
        "ended_by": waiver.ended_by,
        "reminded_at": waiver.reminded_at,
    }


def _from(row: WaiverRow) -> Waiver:
    return Waiver(
        id=row.id,
        kind=WaiverKind(row.kind),
        subject=row.subject,
        start=row.starts_at,
        end=row.ends_at,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        approver=row.approver,
        approver_name=row.approver_name,
        effect=ExclusionEffect(row.effect),
        state=WaiverState(row.state),
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        reminded_at=row.reminded_at,
    )
