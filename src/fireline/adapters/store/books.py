"""The books about ledgers: what is still to be filled, what changed, when it was checked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func
from sqlalchemy import select as core_select
from sqlmodel import col, select

from fireline.adapters.store.books_tables import LedgerChangeRow, LedgerCheckRow, LedgerStretchRow
from fireline.adapters.store.transaction import Transaction, table_of
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
        c = table_of(LedgerStretchRow).c
        query = core_select(c.slo, c.revision, c.start, c.end, c.hours_from, c.detail_from)
        query = query.where(c.detail_from > c.start).order_by(c.slo, c.end)
        return [Stretch(*row) for row in self._tx.session.connection().execute(query)]

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
        names = list(dict.fromkeys(slos))
        numbers = self._tx.next_numbers(COUNTER, len(names))
        rows = [{"number": n, "slo": s, "at": at} for n, s in zip(numbers, names, strict=True)]
        self._tx.upsert(LedgerChangeRow, rows)

    def changes(self, after: int) -> tuple[int, frozenset[str]]:
        """What came after the one of that number."""
        c = table_of(LedgerChangeRow).c
        query = core_select(c.slo, func.max(c.number)).where(c.number > after).group_by(c.slo)
        found = {slo: int(number) for slo, number in self._tx.session.connection().execute(query)}
        return max(found.values(), default=after), frozenset(found)

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
