"""From answers to ledger buckets: ratio counts per bucket, slices compared in Python."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.asking import Values
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries, Counts
from fireline.domain.slo.definition import TimeSliceSli
from fireline.domain.slo.ledger import clamped, known

LONG_GAP = 12

COMPARE: dict[str, Callable[[Counts, float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Answers for a ratio at the same instants; `seen` None when no proof of series is needed."""

    good: Values | None
    bad: Values | None
    total: Values
    seen: list[Values] | None


def ratio_buckets(parts: Parts, start: int, end: int) -> BucketSeries:
    """Buckets of `[start, end)` from values at the bucket ends.

    A bucket is missing when `total` gave nothing, when only a constant in it answered, or when it
    counts events but `good` gave nothing. An absent `bad` means none, as `total` exists.
    """
    count = (end - start) // BUCKET_SECONDS

    def laid_out(values: Values) -> Counts:
        row = np.full(count, np.nan)
        row[(values.times - start) // BUCKET_SECONDS - 1] = values.values
        return row

    total = laid_out(parts.total)
    present = ~np.isnan(total)
    if parts.seen is not None:
        seen = np.zeros(count, np.bool_)
        for values in parts.seen:
            seen |= ~np.isnan(laid_out(values))
        present &= seen | (total > 0)
    total = np.where(present, total, 0.0)
    good = _good_counts(parts, total, laid_out)
    present &= ~np.isnan(good)
    good = np.where(present, good, 0.0)
    total = np.where(present, total, 0.0)
    good, total, forced = clamped(good, total)
    flags = np.where(present, 0, int(BucketFlag.MISSING)).astype(np.uint8)
    flags[present & (total == 0)] |= int(BucketFlag.NO_TRAFFIC)
    flags[present & forced] |= int(BucketFlag.CLAMPED)
    return BucketSeries(start, good, total, flags)


def _good_counts(parts: Parts, total: Counts, laid_out: Callable[[Values], Counts]) -> Counts:
    """Good events; NaN where they cannot be known although there were events."""
    if parts.bad is not None:
        return total - np.nan_to_num(laid_out(parts.bad))
    if parts.good is None:
        return np.full(len(total), np.nan)
    good = laid_out(parts.good)
    return np.where(np.isnan(good) & (total <= 0), 0.0, good)


def without_births(series: BucketSeries) -> BucketSeries:
    """The series without buckets that follow an hour or more of nothing.

    A counter that appears with a large value would count all of it at once there.
    """
    present = known(series)
    where = np.flatnonzero(present)
    if not where.size:
        return series
    gaps = np.concatenate(([where[0] > 0], np.diff(where) > LONG_GAP))
    born = where[gaps]
    if not born.size:
        return series
    good, total, flags = series.good.copy(), series.total.copy(), series.flags.copy()
    good[born] = total[born] = 0.0
    flags[born] = int(BucketFlag.MISSING)
    return BucketSeries(series.start, good, total, flags)


def only_bucket(parts: Parts, start: int) -> Bucket:
    """The open part that began at `start`, from values at its end."""
    moved = Parts(
        good=_moved(parts.good, start),
        bad=_moved(parts.bad, start),
        total=_moved(parts.total, start) or parts.total,
        seen=None if parts.seen is None else [_moved(v, start) or v for v in parts.seen],
    )
    series = ratio_buckets(moved, start, start + BUCKET_SECONDS)
    return Bucket(
        start, float(series.good[0]), float(series.total[0]), BucketFlag(int(series.flags[0]))
    )


def _moved(values: Values | None, start: int) -> Values | None:
    """The one value as if it stood at the bucket's end."""
    if values is None:
        return None
    times = np.full(len(values.times), start + BUCKET_SECONDS, np.int64)
    return Values(times, values.values)


def slice_buckets(
    sli: TimeSliceSli, values: Values, start: int, at: int
) -> tuple[BucketSeries, Bucket | None]:
    """Closed buckets from `start`, and the slices since the last edge.

    A slice belongs to the bucket in which it ends.
    """
    edge = at - at % BUCKET_SECONDS
    size = sli.slice_seconds
    good = COMPARE[sli.op](values.values, sli.threshold).astype(np.float64)
    index = (values.times - 1 - start) // BUCKET_SECONDS
    count = (edge - start) // BUCKET_SECONDS
    inside = (index >= 0) & (index < count)
    bucket_good = np.bincount(index[inside], good[inside], count)[:count].astype(np.float64)
    bucket_total = np.bincount(index[inside], minlength=count)[:count].astype(np.float64)
    if size <= BUCKET_SECONDS:
        expected = BUCKET_SECONDS // size
        flags = np.zeros(count, np.uint8)
        flags[bucket_total == 0] = int(BucketFlag.MISSING)
        flags[(bucket_total > 0) & (bucket_total < expected)] = int(BucketFlag.PARTIAL)
    else:
        flags = _long_slice_flags(values.times, start, count, size)
    series = BucketSeries(start, bucket_good, bucket_total, flags)
    newer = values.times > edge
    due = at // size - edge // size
    if not due:
        return series, None
    seen = float(newer.sum())
    flag = BucketFlag.NONE if seen >= due else BucketFlag.PARTIAL
    open_flag = flag if seen else BucketFlag.MISSING
    return series, Bucket(edge, float(good[newer].sum()), seen, open_flag)


def _long_slice_flags(
    times: NDArray[np.int64], start: int, count: int, size: int
) -> NDArray[np.uint8]:
    """All buckets of a slice longer than a bucket are missing when its value is."""
    starts = start + BUCKET_SECONDS * np.arange(count)
    slice_ends = (starts // size + 1) * size
    closed = slice_ends <= start + count * BUCKET_SECONDS
    present = np.isin(slice_ends, times) | ~closed
    return np.where(present, 0, int(BucketFlag.MISSING)).astype(np.uint8)
