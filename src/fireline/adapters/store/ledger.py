"""The budget ledger: one row per SLO, revision and UTC day; the newest buckets in a tail."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from fireline.adapters.store.ledger_days import (
    DAY_SECONDS,
    PER_DAY,
    Stored,
    blank,
    hourly,
    is_hourly,
    lay,
    packed,
    stored_of,
    unpacked,
    unpacked_many,
)
from fireline.adapters.store.ledger_tail import ABSENT, PAGE, Tail
from fireline.adapters.store.tables import LedgerDayRow, LedgerHeadRow
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.slo.buckets import (
    BUCKET_SECONDS,
    BucketFlag,
    BucketSeries,
    Counts,
    Flags,
)

# How many ledgers one query asks for; below every database's limit of parameters.
AT_ONCE = 400
# A longer stretch is no news of a running bot but history, and goes to the days at once.
SHORT = 12

Key = tuple[str, str]
Span = tuple[int, int]


class SqlLedger:
    """Implements `ports.Ledger`.

    What is written waits in memory until the unit of work commits: then a thousand ledgers with a
    new bucket each cost a few queries, not thousands.
    """

    def __init__(self, tx: Transaction, tail: Tail) -> None:
        self._tx = tx
        self._tail = tail
        self._written: dict[Key, list[BucketSeries]] = {}

    def read(self, slo: str, revision: str, start: int, end: int) -> BucketSeries:
        """Buckets within `[start, end)`, holes filled and flagged MISSING."""
        key = (slo, revision)
        counts, totals, marks = self.read_many([key], start, end)
        good, total, flags = counts[:, 0], totals[:, 0], marks[:, 0]
        for series in self._written.get(key, ()):
            offset = (series.start - start) // BUCKET_SECONDS
            first, last = max(0, offset), min(len(good), offset + len(series.good))
            if first < last:
                there, here = slice(first, last), slice(first - offset, last - offset)
                good[there], total[there] = series.good[here], series.total[here]
                flags[there] = series.flags[here]
        return BucketSeries(start, good, total, flags)

    def read_many(self, keys: Sequence[Key], start: int, end: int) -> tuple[Counts, Counts, Flags]:
        """Good, total and flags by bucket and ledger; what waits to be written is not in it."""
        count = max(0, (end - start) // BUCKET_SECONDS)
        good, total = np.zeros((2, count, len(keys)))
        flags = np.full((count, len(keys)), BucketFlag.MISSING, np.uint8)
        if not count:
            return good, total, flags
        last = (start + count * BUCKET_SECONDS - 1) // DAY_SECONDS
        lanes = {key: lane for lane, key in enumerate(keys)}
        for number, found in self._days(keys, start // DAY_SECONDS, last):
            offset = (number * DAY_SECONDS - start) // BUCKET_SECONDS
            there = slice(max(0, offset), min(count, offset + PER_DAY))
            here = slice(there.start - offset, there.stop - offset)
            columns = [lanes[key] for key in found]
            arrays = unpacked_many(list(found.values()))
            good[there, columns] = arrays[0][:, here].T
            total[there, columns] = arrays[1][:, here].T
            flags[there, columns] = arrays[2][:, here].T
        self._overlay(keys, start, (good, total, flags))
        return good, total, flags

    def _overlay(
        self, keys: Sequence[Key], start: int, arrays: tuple[Counts, Counts, Flags]
    ) -> None:
        """What the tail holds is newer than the days."""
        good, total, flags = arrays
        end = start + len(flags) * BUCKET_SECONDS
        if len(keys) == 1:
            for at, *cell in self._tail.one(keys[0], start, end):
                row = (at - start) // BUCKET_SECONDS
                good[row, 0], total[row, 0], flags[row, 0] = cell
            return
        for page, lanes, columns in self._pages(keys):
            for at, found in self._tail.page(page, start, end):
                row = (at - start) // BUCKET_SECONDS
                there = found.flags[lanes] != ABSENT
                some, where = lanes[there], columns[there]
                good[row, where], total[row, where] = found.good[some], found.total[some]
                flags[row, where] = found.flags[some]

    def _pages(
        self, keys: Sequence[Key]
    ) -> Iterator[tuple[int, NDArray[np.intp], NDArray[np.intp]]]:
        """The pages of the tail with lanes there and columns here."""
        places = self._tail.places(keys)
        by_page: dict[int, list[tuple[int, int]]] = {}
        for column, key in enumerate(keys):
            if key in places:
                page, lane = divmod(places[key], PAGE)
                by_page.setdefault(page, []).append((lane, column))
        for page, found in by_page.items():
            lanes, columns = np.array(found).T
            yield page, lanes, columns

    def write(self, slo: str, revision: str, series: BucketSeries) -> None:
        """Insert or replace these buckets."""
        if len(series.good):
            self._written.setdefault((slo, revision), []).append(series)

    def span(self, slo: str, revision: str) -> Span | None:
        """Start of the first and end of the last bucket with data ever written, or None."""
        key = (slo, revision)
        return _joined([self.spans([key]).get(key), *_spans(self._written.get(key, ()))])

    def spans(self, keys: Sequence[Key]) -> dict[Key, Span]:
        """The spans of many ledgers; those that hold nothing are left out."""
        heads: dict[Key, Span] = {}
        for some in _parts(list(keys)):
            heads |= self._stored_spans(some)
        tails = self._tail.spans(keys)
        found = {key: _joined([heads.get(key), tails.get(key)]) for key in keys}
        return {key: span for key, span in found.items() if span is not None}

    def flush(self) -> None:
        """Write what waits; called once by the unit of work before it commits."""
        news = {k: p for k, p in self._written.items() if all(len(s.good) <= SHORT for s in p)}
        history = {key: pieces for key, pieces in self._written.items() if key not in news}
        self.lay_down(history)
        for key, pieces in history.items():
            for series in pieces:
                self._tail.blank([key], series.start, series.end)
        if news:
            self._tail.write(news)
        self._written.clear()

    def lay_down(self, written: dict[Key, list[BucketSeries]]) -> None:
        """Write these buckets to the days of their ledgers."""
        touched: dict[int, list[Key]] = {}
        for key, pieces in written.items():
            for number in sorted({n for series in pieces for n in _numbers(series)}):
                touched.setdefault(number, []).append(key)
        for number, keys in touched.items():
            for some in _parts(keys):
                self._replace_day(number, some, written)
        for some in _parts(list(written)):
            self._widen({key: _joined(_spans(written[key])) for key in some})

    def committed(self) -> None:
        """Told after a commit."""
        self._tail.committed()

    def _replace_day(
        self, number: int, keys: list[Key], written: dict[Key, list[BucketSeries]]
    ) -> None:
        """Lay the new buckets of one day over the stored ones."""
        stored = self._stored_day(number, keys)
        rows = []
        for key in keys:
            before = stored.get(key)
            day = unpacked(before) if before else blank()
            for series in written[key]:
                lay(series, number, day)
            # What was rolled up once stays so.
            after = hourly(day) if before and is_hourly(before) else packed(day)
            rows.append(_day_values(key, number, after))
        self._tx.upsert(LedgerDayRow, rows)

    def _widen(self, spans: dict[Key, Span | None]) -> None:
        """Remember the stretches that hold data, where they grew."""
        stored = self._stored_spans(list(spans))
        rows = []
        for key, span in spans.items():
            whole = _joined([stored.get(key), span])
            if whole is not None and whole != stored.get(key):
                slo, revision = key
                rows.append({"slo": slo, "revision": revision, "first": whole[0], "last": whole[1]})
        self._tx.upsert(LedgerHeadRow, rows)

    def _days(
        self, keys: Sequence[Key], first: int, last: int
    ) -> Iterator[tuple[int, dict[Key, Stored]]]:
        """The stored days of these ledgers, day by day for some ledgers at a time."""
        c = table_of(LedgerDayRow).c
        wanted = set(keys)
        for some in _parts(list(keys)):
            # By name: SQLite would read the whole table for pairs of name and revision.
            rows = self._tx.session.connection().execute(
                select(c.day, c.slo, c.revision, c.good, c.total, c.flags).where(
                    c.slo.in_(sorted({slo for slo, _ in some})), c.day.between(first, last)
                )
            )
            days: defaultdict[int, dict[Key, Stored]] = defaultdict(dict)
            for number, slo, revision, *arrays in rows.all():
                if (slo, revision) in wanted:
                    days[number][slo, revision] = stored_of(arrays)
            yield from days.items()

    def _stored_day(self, number: int, keys: list[Key]) -> dict[Key, Stored]:
        found: dict[Key, Stored] = {}
        for _, stored in self._days(keys, number, number):
            found |= stored
        return found

    def _stored_spans(self, keys: list[Key]) -> dict[Key, Span]:
        c = table_of(LedgerHeadRow).c
        names = sorted({slo for slo, _ in keys})
        rows = self._tx.session.connection().execute(
            select(c.slo, c.revision, c.first, c.last).where(c.slo.in_(names))
        )
        return {(slo, revision): (first, last) for slo, revision, first, last in rows}


def _day_values(key: Key, number: int, stored: Stored) -> dict[str, object]:
    slo, revision = key
    good, total, flags = stored
    return {
        "slo": slo,
        "revision": revision,
        "day": number,
        "good": good,
        "total": total,
        "flags": flags,
    }


def _numbers(series: BucketSeries) -> range:
    """The days a series touches."""
    return range(series.start // DAY_SECONDS, (series.end - 1) // DAY_SECONDS + 1)


def _spans(pieces: Iterable[BucketSeries]) -> Iterator[Span]:
    """The stretches with data of what was written."""
    for series in pieces:
        known = np.flatnonzero((series.flags & BucketFlag.MISSING) == 0)
        if len(known):
            first, last = int(known[0]), int(known[-1]) + 1
            yield series.start + first * BUCKET_SECONDS, series.start + last * BUCKET_SECONDS


def _joined(spans: Iterable[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    if not known:
        return None
    return min(first for first, _ in known), max(last for _, last in known)


def _parts(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
