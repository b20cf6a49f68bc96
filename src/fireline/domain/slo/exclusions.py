"""Maintenance: stretches of time that do not spend budget, with somebody who answers for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries


class ExclusionEffect(StrEnum):
    """Whether excluded buckets count not at all, or as all good."""

    EXCLUDE = "exclude"
    COUNT_GOOD = "count_good"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One stretch `[start, end)` (epoch seconds); a bucket that touches it is excluded wholly."""

    start: int
    end: int
    effect: ExclusionEffect = ExclusionEffect.EXCLUDE
    reason: str = ""
    approver: str = ""
    created_at: datetime | None = None
    id: str = ""


def without(series: BucketSeries, exclusions: Sequence[Exclusion]) -> BucketSeries:
    """The series with excluded buckets emptied, or all good where that is the effect."""
    emptied = _touched(series, (e for e in exclusions if e.effect is ExclusionEffect.EXCLUDE))
    gooded = _touched(series, (e for e in exclusions if e.effect is ExclusionEffect.COUNT_GOOD))
    if not (emptied.any() or gooded.any()):
        return series
    total = np.where(emptied, 0.0, series.total)
    good = np.where(emptied, 0.0, np.where(gooded, series.total, series.good))
    flags = series.flags.copy()
    flags[emptied | gooded] |= int(BucketFlag.EXCLUDED)
    return BucketSeries(series.start, good, total, flags)


def part_without(part: Bucket | None, exclusions: Sequence[Exclusion]) -> Bucket | None:
    """The open part likewise."""
    if part is None:
        return None
    touching = [
        e for e in exclusions if e.start < part.start + BUCKET_SECONDS and e.end > part.start
    ]
    if not touching:
        return part
    if any(e.effect is ExclusionEffect.EXCLUDE for e in touching):
        return Bucket(part.start, 0.0, 0.0, part.flags | BucketFlag.EXCLUDED)
    return Bucket(part.start, part.total, part.total, part.flags | BucketFlag.EXCLUDED)


def _touched(series: BucketSeries, exclusions: Iterable[Exclusion]) -> NDArray[np.bool_]:
    """Which buckets touch any of the stretches; rounded outward."""
    mask = np.zeros(len(series.good), np.bool_)
    for exclusion in exclusions:
        first = max(0, (exclusion.start - series.start) // BUCKET_SECONDS)
        stop = -((series.start - exclusion.end) // BUCKET_SECONDS)
        mask[first : max(first, stop)] = True
    return mask
