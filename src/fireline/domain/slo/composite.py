"""Several SLOs as one: their burn rates weighted together, or their slices joined."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries, Counts
from fireline.domain.slo.definition import Method, Slo
from fireline.domain.slo.ledger import Sums, cut, known


@dataclass(frozen=True, slots=True)
class Share:
    """One part: its own budget fraction, its weight, its sums."""

    budget_fraction: float
    weight: float
    sums: Sums


class CompositeSums:
    """Sums of an occurrences composite, in shares: total 1, bad the weighted burn times `B`.

    The burn rate over any window is then the weighted sum of the parts' burn rates over it, as in
    OpenSLO. A part without events in the window burns nothing.

    Args:
        budget_fraction: of the composite, `B`.
        shares: the parts.
        series: the composite's buckets, for the way the budget goes down.
    """

    def __init__(
        self, budget_fraction: float, shares: Sequence[Share], series: BucketSeries
    ) -> None:
        self._budget = budget_fraction
        self._shares = shares
        self._series = series

    def over(self, seconds: int) -> tuple[float, float]:
        """Good and total shares of the last `seconds`; total 0 when no part counted anything."""
        burn, counted = 0.0, False
        for share in self._shares:
            good, total = share.sums.over(seconds)
            if total > 0:
                counted = True
                burn += share.weight * (total - good) / total / share.budget_fraction
        return (1.0 - burn * self._budget, 1.0) if counted else (0.0, 0.0)

    def bad_since(self, edges: NDArray[np.int64]) -> Counts:
        """Bad shares between each bucket edge and now."""
        series = self._series
        bad = np.concatenate((np.zeros(1), np.cumsum(series.total - series.good)))
        index = np.clip((edges - series.start) // BUCKET_SECONDS, 0, len(bad) - 1)
        whole: Counts = bad[-1] - bad[index]
        return whole


def joined_series(
    slo: Slo, method: Method, parts: Sequence[tuple[BucketSeries, Slo, float]]
) -> BucketSeries:
    """The composite's buckets from those of its parts, all cut to one stretch.

    Args:
        slo: the composite.
        method: `OCCURRENCES`: each bucket holds the share of the budget spent in it;
            `TIMESLICES`: a slice is bad when any part's is (parts have slices of whole buckets);
            `RATIO_TIMESLICES`: `1 - sum w (1 - r)` per slice.
        parts: counted buckets, the part's own SLO and its weight.
    """
    start = max(series.start for series, _, _ in parts)
    end = min(series.end for series, _, _ in parts)
    if end <= start:
        return BucketSeries.empty(start)
    cuts = [(cut(series, start, end), part, weight) for series, part, weight in parts]
    there = np.logical_and.reduce([known(series) | (series.total > 0) for series, _, _ in cuts])
    flags = np.where(there, 0, int(BucketFlag.MISSING)).astype(np.uint8)
    if method is Method.OCCURRENCES:
        bad = sum(_burned(series, part, weight) for series, part, weight in cuts)
        total = np.full(len(flags), 1 / len(flags))
        good = total - slo.budget_fraction * np.asarray(bad)
    else:
        total, good = _slices(method, cuts)
        good = np.where(there, good, 0.0)
        total = np.where(there, total, 0.0)
    return BucketSeries(start, good, total, flags)


def _burned(series: BucketSeries, part: Slo, weight: float) -> Counts:
    """Each bucket's share of the part's budget of the whole stretch."""
    whole = float(series.total.sum()) * part.budget_fraction
    if whole <= 0:
        return np.zeros(len(series.total))
    burned: Counts = weight * (series.total - series.good) / whole
    return burned


def _slices(
    method: Method, cuts: Sequence[tuple[BucketSeries, Slo, float]]
) -> tuple[Counts, Counts]:
    """Total and good slices per bucket."""
    total = np.minimum.reduce([series.total for series, _, _ in cuts])
    worst = np.zeros(len(total))
    for series, _, weight in cuts:
        ratio = np.divide(
            series.total - series.good,
            series.total,
            out=np.zeros(len(total)),
            where=series.total > 0,
        )
        worst = np.maximum(worst, ratio) if method is Method.TIMESLICES else worst + weight * ratio
    return total, total * (1 - np.minimum(worst, 1.0))
