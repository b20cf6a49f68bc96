"""The books about ledgers: what is still to be filled, what changed, when it was checked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import col, select

from fireline.adapters.store.books_tables import LedgerChangeRow, LedgerCheckRow, LedgerStretchRow
from fireline.adapters.store.transaction import Transaction
from fireline.domain.slo.stretches import Stretch

Key = tuple[str, str]
COUNTER = "ledger_change"


class SqlBooks:
    """Implements `ports.Books`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def plan(self, stretches: Iterable[Stretch]) -> None:
        """Remember what is to be filled, unless it is known."""
        self._tx.lock()
        for stretch in stretches:
            self._tx.insert_new(LedgerStretchRow, _values(stretch))

    def unfilled(self) -> list[Stretch]:
        """What is still to be asked for, by SLO."""
        query = (
            select(LedgerStretchRow)
            .where(col(LedgerStretchRow.detail_from) > col(LedgerStretchRow.start))
            .order_by(LedgerStretchRow.slo, col(LedgerStretchRow.end))
        )
        rows = self._tx.session.exec(query.execution_options(populate_existing=True))
        return [
            Stretch(r.slo, r.revision, r.start, r.end, r.hours_from, r.detail_from) for r in rows
        ]

    def save(self, stretches: Iterable[Stretch]) -> None:
        """Keep how far they are."""
        self._tx.upsert(LedgerStretchRow, [_values(stretch) for stretch in stretches])

    def drop(self, stretches: Iterable[Stretch]) -> None:
        """Forget them."""
        self._tx.lock()
        for stretch in stretches:
            self._tx.session.connection().execute(
                delete(LedgerStretchRow).where(
                    col(LedgerStretchRow.slo) == stretch.slo,
                    col(LedgerStretchRow.revision) == stretch.revision,
                    col(LedgerStretchRow.end) == stretch.end,
                )
            )

    def ends(self) -> Mapping[Key, int]:
        """The newest end per ledger."""
        query = select(
            LedgerStretchRow.slo, LedgerStretchRow.revision, func.max(LedgerStretchRow.end)
        ).group_by(LedgerStretchRow.slo, LedgerStretchRow.revision)
        return {(slo, revision): end for slo, revision, end in self._tx.session.exec(query)}

    def changed(self, slos: Iterable[str], at: datetime) -> None:
        """Note them under numbers that grow in the order of the commits."""
        rows = [
            {"number": self._tx.next_number(COUNTER), "slo": slo, "at": at}
            for slo in dict.fromkeys(slos)
        ]
        self._tx.upsert(LedgerChangeRow, rows)

    def changes(self, after: int) -> tuple[int, frozenset[str]]:
        """What came after the one of that number."""
        query = select(LedgerChangeRow.number, LedgerChangeRow.slo).where(
            LedgerChangeRow.number > after
        )
        found = list(self._tx.session.exec(query))
        newest = max((number for number, _ in found), default=after)
        return newest, frozenset(slo for _, slo in found)

    def forget_before(self, at: datetime) -> int:
        """Delete old changes."""
        self._tx.lock()
        gone = delete(LedgerChangeRow).where(col(LedgerChangeRow.at) < at)
        return int(self._tx.session.connection().execute(gone).rowcount)

    def checked(self) -> Mapping[Key, int]:
        """When each was last held against the source."""
        query = select(LedgerCheckRow.slo, LedgerCheckRow.revision, LedgerCheckRow.at)
        return {(slo, revision): at for slo, revision, at in self._tx.session.exec(query)}

    def save_checked(self, slo: str, revision: str, at: int) -> None:
        """Now it was."""
        values = {"slo": slo, "revision": revision, "at": at}
        self._tx.upsert(LedgerCheckRow, [values])


def _values(stretch: Stretch) -> dict[str, Any]:
    return {
        "slo": stretch.slo,
        "revision": stretch.revision,
        "end": stretch.end,
        "start": stretch.start,
        "hours_from": stretch.hours_from,
        "detail_from": stretch.detail_from,
    }
