"""Sums over ledger buckets: any window is a sum, whole buckets plus the two ragged ends."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries, Counts

SAME = 1e-9


class Tails:
    """Good and total from a bucket to the end of a series, each stretch summed once."""

    def __init__(self, series: BucketSeries) -> None:
        self.series = series
        self._sums: dict[int, tuple[float, float]] = {}

    def after(self, epoch: int) -> tuple[float, float]:
        """Both since an instant; the bucket it lies in counts by its share after it."""
        series = self.series
        position = (epoch - series.start) / BUCKET_SECONDS
        if position >= len(series.good):
            return 0.0, 0.0
        whole = max(0, int(position))
        share = max(0.0, position - whole)
        good, total = self._from(whole)
        if share:
            good -= share * float(series.good[whole])
            total -= share * float(series.total[whole])
        return good, total

    def _from(self, index: int) -> tuple[float, float]:
        found = self._sums.get(index)
        if found is None:
            series = self.series
            found = float(series.good[index:].sum()), float(series.total[index:].sum())
            self._sums[index] = found
        return found


class Sums(Protocol):
    """Good and total over any window that ends now."""

    def over(self, seconds: int) -> tuple[float, float]:
        """Good and total of the last `seconds`."""
        ...

    def bad_since(self, edges: NDArray[np.int64]) -> Counts:
        """Bad between each bucket edge (epoch seconds) and now."""
        ...


class WindowSums:
    """Good and total over any window `(at - seconds, at]`.

    Args:
        tails: sums over closed buckets without holes, or just the buckets.
        at: epoch second at which every window ends.
        open_part: what happened between the last closed bucket and `at`, if known.
    """

    def __init__(
        self, tails: Tails | BucketSeries, at: int, open_part: Bucket | None = None
    ) -> None:
        self.at = at
        self._tails = tails if isinstance(tails, Tails) else Tails(tails)
        self.series = self._tails.series
        self._open_good = open_part.good if open_part else 0.0
        self._open_total = open_part.total if open_part else 0.0
        self._later_good, self._later_total = self._tails.after(at)
        self._known: dict[int, tuple[float, float]] = {}

    def over(self, seconds: int) -> tuple[float, float]:
        """Good and total of the last `seconds`; the oldest bucket counts by its share inside."""
        found = self._known.get(seconds)
        if found is None:
            good, total = self._tails.after(self.at - seconds)
            good += self._open_good - self._later_good
            total += self._open_total - self._later_total
            total = max(0.0, total)
            found = min(max(0.0, good), total), total
            self._known[seconds] = found
        return found

    def bad_since(self, edges: NDArray[np.int64]) -> Counts:
        """Bad between each bucket edge (epoch seconds) and `at`."""
        bad = _prefix(self.series.total - self.series.good)
        index = np.clip((edges - self.series.start) // BUCKET_SECONDS, 0, len(bad) - 1)
        later = self._later_total - self._later_good
        now = bad[-1] - later + self._open_total - self._open_good
        whole: Counts = now - bad[index]
        return whole


def _prefix(counts: Counts) -> Counts:
    return np.concatenate((np.zeros(1), np.cumsum(counts)))


def floor_edge(epoch: int) -> int:
    """The bucket edge at or before an instant."""
    return epoch - epoch % BUCKET_SECONDS


def missing(start: int, count: int) -> BucketSeries:
    """`count` buckets of which nothing is known."""
    flags = np.full(count, int(BucketFlag.MISSING), np.uint8)
    return BucketSeries(start, np.zeros(count), np.zeros(count), flags)


def known(series: BucketSeries) -> NDArray[np.bool_]:
    """Which buckets hold data."""
    present: NDArray[np.bool_] = (series.flags & int(BucketFlag.MISSING)) == 0
    return present


def merge(old: BucketSeries, new: BucketSeries) -> BucketSeries:
    """Both together; `new` wins, except that a bucket once known is never forgotten."""
    if not len(old.good):
        return new
    if not len(new.good):
        return old
    start = min(old.start, new.start)
    whole = missing(start, (max(old.end, new.end) - start) // BUCKET_SECONDS)
    _place(whole, old)
    _place(whole, new)
    return whole


def _place(target: BucketSeries, part: BucketSeries) -> None:
    """Write the known buckets of `part` over `target`, which covers it."""
    first = (part.start - target.start) // BUCKET_SECONDS
    span = slice(first, first + len(part.good))
    mask = known(part)
    for into, source in (
        (target.good, part.good),
        (target.total, part.total),
        (target.flags, part.flags),
    ):
        view = into[span]
        view[mask] = source[mask]


def cut(series: BucketSeries, start: int, end: int | None = None) -> BucketSeries:
    """The buckets within `[start, end)`; edges outside the series are moved to it."""
    first = max(0, (start - series.start) // BUCKET_SECONDS)
    stop = len(series.good) if end is None else (end - series.start) // BUCKET_SECONDS
    stop = min(max(stop, first), len(series.good))
    first = min(first, stop)
    return BucketSeries(
        series.start + first * BUCKET_SECONDS,
        series.good[first:stop],
        series.total[first:stop],
        series.flags[first:stop],
    )


def changes(old: BucketSeries, new: BucketSeries) -> BucketSeries | None:
    """The shortest stretch of `new` outside which it says nothing that `old` does not."""
    inside = cut(old, new.start, new.end)
    if _same(inside, new):
        return None
    before = missing(new.start, len(new.good))
    if len(inside.good):
        _place(before, inside)
    differs = (
        (np.abs(before.good - new.good) > SAME)
        | (np.abs(before.total - new.total) > SAME)
        | (before.flags != new.flags)
    ) & known(new)
    where = np.flatnonzero(differs)
    if not where.size:
        return None
    first, last = int(where[0]), int(where[-1])
    return cut(
        merge(before, new),
        new.start + first * BUCKET_SECONDS,
        new.start + (last + 1) * BUCKET_SECONDS,
    )


def _same(one: BucketSeries, other: BucketSeries) -> bool:
    """Whether both are the same buckets with the same counts."""
    return (
        one.start == other.start
        and np.array_equal(one.total, other.total)
        and np.array_equal(one.good, other.good)
        and np.array_equal(one.flags, other.flags)
    )


def first_known(series: BucketSeries) -> int | None:
    """Start of the first bucket with data."""
    where = np.flatnonzero(known(series))
    return series.start + int(where[0]) * BUCKET_SECONDS if where.size else None


def last_known_end(series: BucketSeries) -> int | None:
    """End of the last bucket with data."""
    where = np.flatnonzero(known(series))
    return series.start + (int(where[-1]) + 1) * BUCKET_SECONDS if where.size else None


def series_of(buckets: Iterable[Bucket]) -> BucketSeries:
    """A series from single buckets in any order; holes are missing."""
    ordered = sorted(buckets, key=lambda b: b.start)
    if not ordered:
        return BucketSeries.empty(0)
    start = ordered[0].start
    series = missing(start, (ordered[-1].start - start) // BUCKET_SECONDS + 1)
    for bucket in ordered:
        index = (bucket.start - start) // BUCKET_SECONDS
        series.good[index] = bucket.good
        series.total[index] = bucket.total
        series.flags[index] = int(bucket.flags)
    return series


def clamped(good: Counts, total: Counts) -> tuple[Counts, Counts, NDArray[np.bool_]]:
    """Counts forced into `0 <= good <= total`, and which of them had to be forced."""
    fixed_total = np.maximum(total, 0.0)
    fixed_good = np.clip(good, 0.0, fixed_total)
    forced = (np.abs(fixed_good - good) > SAME) | (np.abs(fixed_total - total) > SAME)
    return fixed_good, fixed_total, forced
