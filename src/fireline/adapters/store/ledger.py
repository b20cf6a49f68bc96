"""The budget ledger: buckets packed into one row per SLO, revision and UTC day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

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

# How many ledgers one query asks for; below every database's limit of parameters.
AT_ONCE = 400

Key = tuple[str, str]
Span = tuple[int, int]


@dataclass(slots=True)
class _Day:
    """A day being read or changed."""

    good: Counts
    total: Counts
    flags: Flags


class SqlLedger:
    """Implements `ports.Ledger`.

    What is written waits in memory until the unit of work commits: then a thousand ledgers with a
    new bucket each cost a few queries, not thousands.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._written: dict[Key, list[BucketSeries]] = {}

    def read(self, slo: str, revision: str, start: int, end: int) -> BucketSeries:
        """Buckets within `[start, end)`, holes filled and flagged MISSING."""
        count = max(0, (end - start) // BUCKET_SECONDS)
        if not count:
            return BucketSeries.empty(start)
        numbers = range(
            start // DAY_SECONDS, (start + count * BUCKET_SECONDS - 1) // DAY_SECONDS + 1
        )
        stored = self._stored_range((slo, revision), numbers)
        days = [stored.get(number) or _blank() for number in numbers]
        for series in self._written.get((slo, revision), ()):
            for number, day in zip(numbers, days, strict=True):
                _lay(series, number, day)
        skip = (start - numbers.start * DAY_SECONDS) // BUCKET_SECONDS
        cut = slice(skip, skip + count)
        return BucketSeries(
            start,
            np.concatenate([day.good for day in days])[cut],
            np.concatenate([day.total for day in days])[cut],
            np.concatenate([day.flags for day in days])[cut],
        )

    def write(self, slo: str, revision: str, series: BucketSeries) -> None:
        """Insert or replace these buckets."""
        if len(series.good):
            self._written.setdefault((slo, revision), []).append(series)

    def span(self, slo: str, revision: str) -> Span | None:
        """Start of the first and end of the last bucket with data ever written, or None."""
        key = (slo, revision)
        return _joined([self._stored_spans([key]).get(key), *_spans(self._written.get(key, ()))])

    def read_many(self, keys: Sequence[Key], start: int, end: int) -> tuple[Counts, Counts, Flags]:
        """Good, total and flags by bucket and ledger; what waits to be written is not in it."""
        count = max(0, (end - start) // BUCKET_SECONDS)
        good, total = np.zeros((2, count, len(keys)))
        flags = np.full((count, len(keys)), BucketFlag.MISSING, np.uint8)
        lanes = {key: lane for lane, key in enumerate(keys)}
        for number in range(start // DAY_SECONDS, -(-end // DAY_SECONDS)):
            offset = (number * DAY_SECONDS - start) // BUCKET_SECONDS
            first, last = max(0, offset), min(count, offset + PER_DAY)
            there, here = slice(first, last), slice(first - offset, last - offset)
            for some in _parts(list(keys)):
                for key, day in self._stored_day(number, some).items():
                    lane = lanes.get(key)
                    if lane is not None:
                        good[there, lane] = day.good[here]
                        total[there, lane] = day.total[here]
                        flags[there, lane] = day.flags[here]
        return good, total, flags

    def spans(self, keys: Sequence[Key]) -> dict[Key, Span]:
        """The spans of many ledgers; those that hold nothing are left out."""
        found: dict[Key, Span] = {}
        wanted = set(keys)
        for some in _parts(list(keys)):
            found.update((k, s) for k, s in self._stored_spans(some).items() if k in wanted)
        return found

    def flush(self) -> None:
        """Write what waits; called once by the unit of work before it commits."""
        touched: dict[int, list[Key]] = {}
        for key, pieces in self._written.items():
            for number in sorted({n for series in pieces for n in _numbers(series)}):
                touched.setdefault(number, []).append(key)
        for number, keys in touched.items():
            for some in _parts(keys):
                self._replace_day(number, some)
        for some in _parts(list(self._written)):
            self._widen(some)
        self._written.clear()

    def _replace_day(self, number: int, keys: list[Key]) -> None:
        """Lay the new buckets of one day over the stored ones."""
        days = self._stored_day(number, keys)
        rows = []
        for key in keys:
            day = days.get(key) or _blank()
            for series in self._written[key]:
                _lay(series, number, day)
            slo, revision = key
            rows.append(
                {
                    "slo": slo,
                    "revision": revision,
                    "day": number,
                    "good": day.good.astype("<f8", copy=False).tobytes(),
                    "total": day.total.astype("<f8", copy=False).tobytes(),
                    "flags": day.flags.tobytes(),
                }
            )
        self._tx.upsert(LedgerDayRow, rows)

    def _widen(self, keys: list[Key]) -> None:
        """Remember the stretch that holds data, where it grew."""
        stored = self._stored_spans(keys)
        rows = []
        for key in keys:
            span = _joined([stored.get(key), *_spans(self._written[key])])
            if span is not None and span != stored.get(key):
                slo, revision = key
                rows.append({"slo": slo, "revision": revision, "first": span[0], "last": span[1]})
        self._tx.upsert(LedgerHeadRow, rows)

    def _stored_range(self, key: Key, numbers: range) -> dict[int, _Day]:
        slo, revision = key
        c = table_of(LedgerDayRow).c
        rows = self._tx.session.connection().execute(
            select(c.day, c.good, c.total, c.flags).where(
                c.slo == slo, c.revision == revision, c.day.between(numbers.start, numbers.stop - 1)
            )
        )
        return {number: _unpacked(*arrays) for number, *arrays in rows}

    def _stored_day(self, number: int, keys: list[Key]) -> dict[Key, _Day]:
        c = table_of(LedgerDayRow).c
        names = sorted({slo for slo, _ in keys})
        rows = self._tx.session.connection().execute(
            select(c.slo, c.revision, c.good, c.total, c.flags).where(
                c.day == number, c.slo.in_(names)
            )
        )
        return {(slo, revision): _unpacked(*arrays) for slo, revision, *arrays in rows}

    def _stored_spans(self, keys: list[Key]) -> dict[Key, Span]:
        c = table_of(LedgerHeadRow).c
        names = sorted({slo for slo, _ in keys})
        rows = self._tx.session.connection().execute(
            select(c.slo, c.revision, c.first, c.last).where(c.slo.in_(names))
        )
        return {(slo, revision): (first, last) for slo, revision, first, last in rows}


def _numbers(series: BucketSeries) -> range:
    """The days a series touches."""
    return range(series.start // DAY_SECONDS, (series.end - 1) // DAY_SECONDS + 1)


def _lay(series: BucketSeries, number: int, day: _Day) -> None:
    """Copy the buckets of a series that fall into this day."""
    offset = (series.start - number * DAY_SECONDS) // BUCKET_SECONDS
    first, last = max(0, offset), min(PER_DAY, offset + len(series.good))
    if first < last:
        there, here = slice(first, last), slice(first - offset, last - offset)
        day.good[there] = series.good[here]
        day.total[there] = series.total[here]
        day.flags[there] = series.flags[here]


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


def _unpacked(good: bytes, total: bytes, flags: bytes) -> _Day:
    return _Day(
        np.frombuffer(good, "<f8").copy(),
        np.frombuffer(total, "<f8").copy(),
        np.frombuffer(flags, np.uint8).copy(),
    )


def _blank() -> _Day:
    return _Day(
        np.zeros(PER_DAY), np.zeros(PER_DAY), np.full(PER_DAY, BucketFlag.MISSING, np.uint8)
    )
