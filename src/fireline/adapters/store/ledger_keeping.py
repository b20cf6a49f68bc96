"""What becomes of the ledger as it grows old: folded to days, rolled up to hours, forgotten."""

from typing import Any

import numpy as np
from sqlalchemy import and_, delete, func, literal, not_, select, update

from fireline.adapters.store.ledger import SqlLedger
from fireline.adapters.store.ledger_days import (
    DAY_SECONDS,
    HOURLY,
    HOURLY_BYTES,
    hourly,
    stored_of,
    unpacked,
)
from fireline.adapters.store.ledger_tail import ABSENT, Tail
from fireline.adapters.store.tables import CounterRow, LedgerDayRow, LedgerHeadRow
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries, Counts, Flags

AT_ONCE = 400
ROLLED = "ledger_hourly_before"


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

    def roll_up(self, before: int) -> bool:
        """Keep only the hours of some older days; says whether there were any."""
        end = before // DAY_SECONDS
        number = self._first_day(self._rolled(), end)
        if number is None:
            return False
        self._tx.lock()
        c = self._c
        is_rolled = and_(
            func.length(c.good) == HOURLY_BYTES, func.substr(c.good, 1, 1) == literal(HOURLY)
        )
        query = select(c.slo, c.revision, c.good, c.total, c.flags)
        query = query.where(c.day == number, not_(is_rolled)).limit(AT_ONCE)
        rows = self._tx.session.connection().execute(query).all()
        values = []
        for slo, revision, *arrays in rows:
            good, total, flags = hourly(unpacked(stored_of(arrays)))
            given = {"slo": slo, "revision": revision, "day": number}
            values.append({**given, "good": good, "total": total, "flags": flags})
        self._tx.upsert(LedgerDayRow, values)
        if len(rows) < AT_ONCE:
            self._tx.upsert(CounterRow, [{"name": ROLLED, "value": number + 1, "hash": None}])
        return True

    def forget(self, before: int) -> bool:
        """Delete one day that ended before this instant; says whether there was one."""
        end = before // DAY_SECONDS
        number = self._first_day(0, end)
        heads = table_of(LedgerHeadRow).c
        connection = self._tx.session.connection()
        if number is None:
            return False
        self._tx.lock()
        connection.execute(delete(LedgerDayRow).where(self._c.day == number))
        gone = (number + 1) * DAY_SECONDS
        connection.execute(delete(LedgerHeadRow).where(heads.last <= gone))
        connection.execute(update(LedgerHeadRow).where(heads.first < gone).values(first=gone))
        return True

    def _first_day(self, start: int, end: int) -> int | None:
        query = select(func.min(self._c.day)).where(self._c.day >= start, self._c.day < end)
        found: Any = self._tx.session.connection().execute(query).scalar()
        return None if found is None else int(found)

    def _rolled(self) -> int:
        """The first day of which some ledgers may still be kept in detail."""
        c = table_of(CounterRow).c
        query = select(c.value).where(c.name == ROLLED)
        return int(self._tx.session.connection().execute(query).scalar() or 0)


def _pieces(good: Counts, total: Counts, flags: Flags, start: int) -> list[BucketSeries]:
    """The stretches of a day that are there."""
    there = np.concatenate(([0], (flags != ABSENT).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(there)).tolist()
    return [
        BucketSeries(start + a * BUCKET_SECONDS, good[a:b], total[a:b], flags[a:b])
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
