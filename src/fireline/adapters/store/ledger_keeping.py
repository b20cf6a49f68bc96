"""What becomes of the ledger as it grows old: folded to days, rolled up to hours, forgotten."""

import numpy as np
from sqlalchemy import delete, func, select, tuple_, update

from fireline.adapters.store.ledger import SqlLedger
from fireline.adapters.store.ledger_days import (
    DAY_SECONDS,
    hourly,
    is_hourly,
    stored_of,
    unpacked,
)
from fireline.adapters.store.ledger_tail import ABSENT, Tail
from fireline.adapters.store.tables import CounterRow, LedgerDayRow, LedgerHeadRow
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries, Counts, Flags

AT_ONCE = 100
DAYS_AT_ONCE = 10
ROLLED = "ledger_hourly_before"

Key = tuple[str, str]


class SqlLedgerKeeping:
    """Implements `ports.LedgerKeeping`.

    Each call changes a bounded number of rows, old and new ones in the same transaction, so that
    whatever is interrupted is found as it was.
    """

    def __init__(self, tx: Transaction, ledger: SqlLedger, tail: Tail) -> None:
        self._tx = tx
        self._ledger = ledger
        self._tail = tail
        self._c = table_of(LedgerDayRow).c

    def fold(self, before: int) -> bool:
        """Move one day of 256 ledgers from the tail to their days; says whether there was one."""
        waiting = self._tail.oldest_day(before // DAY_SECONDS * DAY_SECONDS)
        if waiting is None:
            return False
        self._tx.lock()
        page, number = waiting
        news = self._tail.day(page, number)
        start = number * DAY_SECONDS
        self._ledger.lay_down(
            {
                key: _pieces(news.good[:, lane], news.total[:, lane], news.flags[:, lane], start)
                for lane, key in self._tail.keys(page).items()
                if (news.flags[:, lane] != ABSENT).any()
            }
        )
        self._tail.drop(page, number)
        return True

    def roll_up(self, before: int, after: Key | None = None) -> Key | None:
        """Keep only the hours of older days of the ledgers that follow `after`.

        Returns:
            The last ledger of this part; None when no ledger was left.
        """
        end, start = before // DAY_SECONDS, self._rolled()
        heads = self._heads(after)
        if start >= end:
            return None
        self._tx.lock()
        if not heads:
            self._tx.upsert(CounterRow, [{"name": ROLLED, "value": end, "hash": None}])
            return None
        for first in range(start, end, DAYS_AT_ONCE):
            self._roll(heads, first, min(end, first + DAYS_AT_ONCE))
        return heads[-1]

    def _roll(self, keys: list[Key], first: int, end: int) -> None:
        c = self._c
        query = select(c.slo, c.revision, c.day, c.good, c.total, c.flags).where(
            c.slo.in_(sorted({slo for slo, _ in keys})), c.day >= first, c.day < end
        )
        values = []
        rows = self._tx.session.connection().execute(query).all()
        for slo, revision, number, *arrays in rows:
            before = stored_of(arrays)
            if not is_hourly(before):
                good, total, flags = hourly(unpacked(before))
                given = {"slo": slo, "revision": revision, "day": number}
                values.append({**given, "good": good, "total": total, "flags": flags})
        self._tx.upsert(LedgerDayRow, values)

    def forget(self, before: int) -> bool:
        """Delete days that ended before this instant, of some ledgers; says whether there were."""
        gone = before // DAY_SECONDS * DAY_SECONDS
        c = table_of(LedgerHeadRow).c
        connection = self._tx.session.connection()
        found = connection.execute(
            select(c.slo, c.revision).where(c.first < gone).limit(AT_ONCE)
        ).all()
        keys = [(slo, revision) for slo, revision in found]
        if not keys:
            return False
        self._tx.lock()
        for slo, revision in keys:
            connection.execute(
                delete(LedgerDayRow).where(
                    self._c.slo == slo,
                    self._c.revision == revision,
                    self._c.day < gone // DAY_SECONDS,
                )
            )
        mine = tuple_(c.slo, c.revision).in_(keys)
        connection.execute(delete(LedgerHeadRow).where(mine, c.last <= gone))
        connection.execute(update(LedgerHeadRow).where(mine).values(first=gone))
        return True

    def _heads(self, after: Key | None) -> list[Key]:
        """The next ledgers in order."""
        c = table_of(LedgerHeadRow).c
        query = select(c.slo, c.revision).order_by(c.slo, c.revision).limit(AT_ONCE)
        if after is not None:
            query = query.where(tuple_(c.slo, c.revision) > after)
        rows = self._tx.session.connection().execute(query)
        return [(slo, revision) for slo, revision in rows]

    def _rolled(self) -> int:
        """The first day of which some ledgers may still be kept in detail."""
        connection = self._tx.session.connection()
        c = table_of(CounterRow).c
        done = connection.execute(select(c.value).where(c.name == ROLLED)).scalar()
        if done is not None:
            return int(done)
        oldest = connection.execute(select(func.min(table_of(LedgerHeadRow).c.first))).scalar()
        return int(oldest or 0) // DAY_SECONDS


def _pieces(good: Counts, total: Counts, flags: Flags, start: int) -> list[BucketSeries]:
    """The stretches of a day that are there."""
    there = np.concatenate(([0], (flags != ABSENT).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(there)).tolist()
    return [
        BucketSeries(start + a * BUCKET_SECONDS, good[a:b], total[a:b], flags[a:b])
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
