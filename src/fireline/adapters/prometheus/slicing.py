"""Slices into buckets: a slice at `t` covers `(t - slice, t]` and belongs to where it ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.growth import Way
from fireline.adapters.prometheus.planning import Moment
from fireline.adapters.prometheus.questions import Question
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries, Counts


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """Slices with data: their ends (epoch seconds), how good each is, and whether it counts.

    `counted` is 0 for a slice that is left out although there was data, such as one without
    traffic.
    """

    seconds: int
    times: NDArray[np.int64]
    good: Counts
    counted: Counts

    @classmethod
    def none(cls, seconds: int) -> "Slices":
        """No slice at all."""
        return cls(seconds, np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


def slice_question(
    expr: str, size: int, start: int, at: int, way: Way | None = None
) -> Question | None:
    """The expression at the end of every slice in `(start, at]`; None when none ended yet."""
    first = (start // size + 1) * size
    last = at // size * size
    return Question(expr, first, last, size, size, way) if first <= last else None


def sliced_buckets(
    slices: Slices, start: int, moment: Moment
) -> tuple[BucketSeries, Bucket | None]:
    """Closed buckets from `start`, and the slices since the last edge."""
    edge, size = moment.edge, slices.seconds
    count = max(0, (edge - start) // BUCKET_SECONDS)
    index = (slices.times - 1 - start) // BUCKET_SECONDS
    inside = (index >= 0) & (index < count)
    index = index[inside]

    def summed(weights: Counts | None) -> Counts:
        chosen = None if weights is None else weights[inside]
        return np.bincount(index, chosen, count)[:count].astype(np.float64)

    good, total, seen = summed(slices.good), summed(slices.counted), summed(None)
    if size <= BUCKET_SECONDS:
        flags = np.zeros(count, np.uint8)
        flags[seen == 0] = int(BucketFlag.MISSING)
        flags[(seen > 0) & (seen < BUCKET_SECONDS // size)] = int(BucketFlag.PARTIAL)
    else:
        flags = _long_slice_flags(slices.times, start, count, size)
    flags[(seen > 0) & (total == 0)] |= int(BucketFlag.NO_TRAFFIC)
    return BucketSeries(start, good, total, flags), _open(slices, moment)


def _open(slices: Slices, moment: Moment) -> Bucket | None:
    """The slices that ended since the last edge; None when none should have."""
    due = moment.at // slices.seconds - moment.edge // slices.seconds
    if not due:
        return None
    newer = slices.times > moment.edge
    seen = int(newer.sum())
    flag = BucketFlag.NONE if seen >= due else BucketFlag.PARTIAL
    return Bucket(
        moment.edge,
        float(slices.good[newer].sum()),
        float(slices.counted[newer].sum()),
        flag if seen else BucketFlag.MISSING,
    )


def _long_slice_flags(
    times: NDArray[np.int64], start: int, count: int, size: int
) -> NDArray[np.uint8]:
    """All buckets of a slice longer than a bucket are missing when its value is."""
    starts = start + BUCKET_SECONDS * np.arange(count)
    slice_ends = (starts // size + 1) * size
    closed = slice_ends <= start + count * BUCKET_SECONDS
    present = np.isin(slice_ends, times) | ~closed
    return np.where(present, 0, int(BucketFlag.MISSING)).astype(np.uint8)
