"""From answers to ledger buckets: good and total per bucket."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.asking import Values
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries, Counts
from fireline.domain.slo.ledger import clamped, known

LONG_GAP = 12


@dataclass(frozen=True, slots=True)
class Parts:
    """Answers for a ratio at the same instants; `seen` None when no proof of series is needed."""

    good: Values | None
    bad: Values | None
    total: Values
    seen: list[Values] | None


def ratio_buckets(parts: Parts, start: int, end: int, step: int = BUCKET_SECONDS) -> BucketSeries:
    """Buckets of `[start, end)` from values at the bucket ends, `step` seconds apart.

    A bucket is missing when `total` gave nothing, when only a constant in it answered, or when it
    counts events but `good` gave nothing. An absent `bad` means none, as `total` exists; one that
    is no number (0/0) is unknown, and so is the bucket.
    """
    count = (end - start) // step

    def laid_out(values: Values) -> Counts:
        row = np.full(count, np.nan)
        row[(values.times - start) // step - 1] = values.values
        return row

    def unusable(values: Values) -> NDArray[np.bool_]:
        row = np.zeros(count, np.bool_)
        row[(values.unusable - start) // BUCKET_SECONDS - 1] = True
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
    if parts.bad is not None:
        present &= ~(unusable(parts.bad) & (total > 0))
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


def without_returns(
    series: BucketSeries, unheard_of: NDArray[np.int64], since: int | None
) -> BucketSeries:
    """The series without buckets in which only counters from nowhere were counted.

    Where there was data before, they are old counters after a long silence; only the first of
    all counts from zero.

    Args:
        series: buckets in which new counters count with their whole value.
        unheard_of: bucket ends at which no counter had a sample in the day before.
        since: start of the first bucket that the ledger knows.
    """
    if not unheard_of.size:
        return series
    ends = series.start + BUCKET_SECONDS * np.arange(1, len(series.good) + 1)
    began = np.flatnonzero(known(series))
    first = int(ends[began[0]]) if began.size else series.end
    if since is not None:
        first = min(first, since + BUCKET_SECONDS)
    dropped = np.isin(ends, unheard_of) & (ends > first)
    if not dropped.any():
        return series
    flags = np.where(dropped, int(BucketFlag.MISSING), series.flags).astype(np.uint8)
    return BucketSeries(
        series.start,
        np.where(dropped, 0.0, series.good),
        np.where(dropped, 0.0, series.total),
        flags,
    )


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
    strange = np.full(len(values.unusable), start + BUCKET_SECONDS, np.int64)
    return Values(times, values.values, unusable=strange)
