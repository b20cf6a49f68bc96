"""The budget ledger: buckets packed into one row per SLO, revision and UTC day."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from fireline.adapters.store.tables import LedgerDayRow, LedgerHeadRow
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.slo.buckets import (
    BUCKET_SECONDS,
    BucketFlag,
    BucketSeries,
    Counts,
    Flags,
)

DAY_SECONDS = 86_400
PER_DAY = DAY_SECONDS // BUCKET_SECONDS

Key = tuple[str, str]


@dataclass(slots=True)
class _Day:
    """A day being read or changed."""

    good: Counts
    total: Counts
    flags: Flags


class SqlLedger:
    """Implements `ports.Ledger`; changed days are written when the unit of work commits."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._changed: dict[tuple[str, str, int], _Day] = {}
        self._spans: dict[Key, tuple[int, int]] = {}

    def read(self, slo: str, revision: str, start: int, end: int) -> BucketSeries:
        """Buckets within `[start, end)`, holes filled and flagged MISSING."""
        count = max(0, (end - start) // BUCKET_SECONDS)
        first, last = start // DAY_SECONDS, (start + count * BUCKET_SECONDS - 1) // DAY_SECONDS
        days = self._days((slo, revision), first, last) if count else {}
        parts = [days.get(day) or _blank() for day in range(first, last + 1)] if count else []
        if not parts:
            return BucketSeries.empty(start)
        skip = (start - first * DAY_SECONDS) // BUCKET_SECONDS
        cut = slice(skip, skip + count)
        return BucketSeries(
            start,
            np.concatenate([part.good for part in parts])[cut],
            np.concatenate([part.total for part in parts])[cut],
            np.concatenate([part.flags for part in parts])[cut],
        )

    def write(self, slo: str, revision: str, series: BucketSeries) -> None:
        """Insert or replace these buckets."""
        if not len(series.good):
            return
        first, last = series.start // DAY_SECONDS, (series.end - 1) // DAY_SECONDS
        days = self._days((slo, revision), first, last)
        for number in range(first, last + 1):
            day = days.get(number) or _blank()
            base = number * PER_DAY - series.start // BUCKET_SECONDS
            there = slice(max(0, -base), min(PER_DAY, len(series.good) - base))
            here = slice(there.start + base, there.stop + base)
            day.good[there] = series.good[here]
            day.total[there] = series.total[here]
            day.flags[there] = series.flags[here]
            self._changed[(slo, revision, number)] = day
        self._widen((slo, revision), series)

    def span(self, slo: str, revision: str) -> tuple[int, int] | None:
        """Start of the first and end of the last bucket with data ever written, or None."""
        if (slo, revision) in self._spans:
            return self._spans[slo, revision]
        row = self._tx.session.connection().execute(
            select(col(LedgerHeadRow.first), col(LedgerHeadRow.last)).where(
                col(LedgerHeadRow.slo) == slo, col(LedgerHeadRow.revision) == revision
            )
        )
        found = row.first()
        return (found[0], found[1]) if found else None

    def flush(self) -> None:
        """Write what was changed; called once by the unit of work before it commits."""
        self._tx.upsert(
            LedgerDayRow,
            [
                {
                    "slo": slo,
                    "revision": revision,
                    "day": number,
                    "good": day.good.astype("<f8", copy=False).tobytes(),
                    "total": day.total.astype("<f8", copy=False).tobytes(),
                    "flags": day.flags.tobytes(),
                }
                for (slo, revision, number), day in self._changed.items()
            ],
        )
        self._tx.upsert(
            LedgerHeadRow,
            [
                {"slo": slo, "revision": revision, "first": span[0], "last": span[1]}
                for (slo, revision), span in self._spans.items()
            ],
        )
        self._changed.clear()
        self._spans.clear()

    def _days(self, key: Key, first: int, last: int) -> dict[int, _Day]:
        """The stored days of a range, as changed so far in this unit of work."""
        slo, revision = key
        table = table_of(LedgerDayRow).c
        rows = self._tx.session.connection().execute(
            select(table.day, table.good, table.total, table.flags).where(
                table.slo == slo, table.revision == revision, table.day.between(first, last)
            )
        )
        days = {
            day: _Day(
                np.frombuffer(good, "<f8").copy(),
                np.frombuffer(total, "<f8").copy(),
                np.frombuffer(flags, np.uint8).copy(),
            )
            for day, good, total, flags in rows
        }
        if self._changed:
            for number in range(first, last + 1):
                changed = self._changed.get((slo, revision, number))
                if changed is not None:
                    days[number] = changed
        return days

    def _widen(self, key: Key, series: BucketSeries) -> None:
        """Remember the stretch that holds data."""
        known = np.flatnonzero((series.flags & BucketFlag.MISSING) == 0)
        if not len(known):
            return
        first = series.start + int(known[0]) * BUCKET_SECONDS
        last = series.start + (int(known[-1]) + 1) * BUCKET_SECONDS
        before = self.span(*key) or (first, last)
        self._spans[key] = (min(first, before[0]), max(last, before[1]))


def _blank() -> _Day:
    return _Day(
        np.zeros(PER_DAY), np.zeros(PER_DAY), np.full(PER_DAY, BucketFlag.MISSING, np.uint8)
    )
