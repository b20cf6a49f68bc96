"""What a bucket without samples counts as: the `absent` rule, applied when figures are made.

The ledger keeps what was seen, so late data needs no undoing.
"""

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries
from fireline.domain.slo.calendar import slots
from fireline.domain.slo.definition import (
    Absent,
    DeadlineSli,
    Family,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.domain.slo.ledger import known

DAY_BUCKETS = 288
LACKING = int(BucketFlag.MISSING | BucketFlag.PARTIAL)


def with_absence(slo: Slo, series: BucketSeries, history_start: int | None) -> BucketSeries:
    """The series with absent slices or events counted bad where the SLO asks for it.

    Nothing is imputed up to and including the first bucket that ever held data.
    """
    if slo.absent is not Absent.BAD or history_start is None or not len(series.good):
        return series
    starts = series.start + BUCKET_SECONDS * np.arange(len(series.good))
    within = starts > history_start
    if isinstance(slo.sli, TimeSliceSli | SlicedRatioSli):
        if isinstance(slo.sli, SlicedRatioSli):
            within &= (series.flags & LACKING) != 0  # slices without traffic are no absent ones
        return _absent_slices(series, within, starts, slo.sli.slice_seconds)
    if isinstance(slo.sli, DeadlineSli):
        return _absent_deadlines(series, within, slo.sli)
    return series if slo.family is Family.SHARES else _absent_events(series, within)


def expected_slices(starts: NDArray[np.int64], slice_seconds: int) -> NDArray[np.float64]:
    """How many slices end in each bucket."""
    if slice_seconds <= BUCKET_SECONDS:
        return np.full(len(starts), BUCKET_SECONDS / slice_seconds)
    ends: NDArray[np.bool_] = (starts + BUCKET_SECONDS) % slice_seconds == 0
    return ends.astype(np.float64)


def _absent_slices(
    series: BucketSeries,
    within: NDArray[np.bool_],
    starts: NDArray[np.int64],
    slice_seconds: int,
) -> BucketSeries:
    """Every slice that should have been there counts; the ones not seen are bad."""
    expected = expected_slices(starts, slice_seconds)
    lacking = within & (series.total < expected)
    if not lacking.any():
        return series
    total = np.where(lacking, expected, series.total)
    return BucketSeries(series.start, series.good, total, _imputed(series, lacking))


def _absent_deadlines(
    series: BucketSeries, within: NDArray[np.bool_], sli: DeadlineSli
) -> BucketSeries:
    """A deadline of which nothing is known was missed."""
    lacking = np.zeros(len(series.good), np.bool_)
    for slot in slots(sli, series.start, series.end):
        lacking[(slot.deadline - 1 - series.start) // BUCKET_SECONDS] = True
    lacking &= within & ~known(series)
    if not lacking.any():
        return series
    total = np.where(lacking, 1.0, series.total)
    return BucketSeries(series.start, series.good, total, _imputed(series, lacking))


def _absent_events(series: BucketSeries, within: NDArray[np.bool_]) -> BucketSeries:
    """A missing bucket counts as the usual traffic of the day before it, all bad."""
    lacking = within & ~known(series)
    if not lacking.any():
        return series
    total = series.total.copy()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], lacking.astype(np.int8), [0]))))
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        day = total[max(0, first - DAY_BUCKETS) : first]
        busy = day[day > 0]
        if busy.size:
            total[first:stop] = np.median(busy)
    return BucketSeries(series.start, series.good, total, _imputed(series, lacking))


def _imputed(series: BucketSeries, where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    flags = series.flags.copy()
    flags[where] |= int(BucketFlag.IMPUTED)
    return flags
