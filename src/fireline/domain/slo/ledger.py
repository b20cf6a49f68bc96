"""Sums over ledger buckets: any window is a sum, whole buckets plus the two ragged ends."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries, Counts

SAME = 1e-9


class WindowSums:
    """Good and total over any window `(at - seconds, at]`, from prefix sums.

    Args:
        series: closed buckets without holes.
        at: epoch second at which every window ends.
        open_part: what happened between the last closed bucket and `at`, if known.
    """

    def __init__(self, series: BucketSeries, at: int, open_part: Bucket | None = None) -> None:
        self.at = at
        self.series = series
        self._open_good = open_part.good if open_part else 0.0
        self._open_total = open_part.total if open_part else 0.0
        self._good = _prefix(series.good)
        self._total = _prefix(series.total)
        self._good_now = self._until(self._good, at)
        self._total_now = self._until(self._total, at)

    def over(self, seconds: int) -> tuple[float, float]:
        """Good and total of the last `seconds`; the oldest bucket counts by its share inside."""
        left = self.at - seconds
        good = self._good_now - self._until(self._good, left) + self._open_good
        total = self._total_now - self._until(self._total, left) + self._open_total
        total = max(0.0, total)
        return min(max(0.0, good), total), total

    def bad_since(self, edges: NDArray[np.int64]) -> Counts:
        """Bad between each bucket edge (epoch seconds) and `at`."""
        index = np.clip((edges - self.series.start) // BUCKET_SECONDS, 0, len(self._good) - 1)
        bad = self._total - self._good
        now = self._total_now - self._good_now + self._open_total - self._open_good
        whole: Counts = now - bad[index]
        return whole

    def _until(self, prefix: Counts, epoch: int) -> float:
        """The prefix sum at an instant, linear inside its bucket."""
        position = (epoch - self.series.start) / BUCKET_SECONDS
        if position <= 0:
            return 0.0
        last = len(prefix) - 1
        if position >= last:
            return float(prefix[last])
        whole = int(position)
        share = position - whole
        return float(prefix[whole] + share * (prefix[whole + 1] - prefix[whole]))


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
    before = missing(new.start, len(new.good))
    inside = cut(old, new.start, new.end)
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
