"""At which instants an alert could fire at all, for a whole range at once.

Only a first sieve: what it lets through is judged by the rules themselves. It never holds back
an instant at which a pair fires, because it asks for less than they do, and gives its own sums the
benefit of every rounding error that a running sum can have.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fireline.domain.policy.burn_pairs import PlannedPair, plan_pairs
from fireline.domain.policy.guards import DAY, HALF_EVENT
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.absence import with_absence
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries, Counts
from fireline.domain.slo.definition import Absent, Family, Slo
from fireline.domain.slo.exclusions import Exclusion, without
from fireline.domain.slo.ledger import first_known, known

LOOSE = 1e-6

Mask = NDArray[np.bool_]


def may_fire(
    slo: Slo,
    series: BucketSeries,
    policy: Policy,
    edges: NDArray[np.int64],
    exclusions: Sequence[Exclusion] = (),
) -> Mask | None:
    """Which instants have to be judged; None when nothing can be said before."""
    counted = _counted(slo, series)
    if counted is None or not len(counted.good):
        return None
    sums = _Running(without(counted, exclusions), edges)
    pairs = plan_pairs(slo, policy.pairs)
    found = np.zeros(len(edges), np.bool_)
    for pair in pairs:
        found |= _above(sums, pair, slo.budget_fraction)
    day = min(DAY, slo.window_seconds)
    return found | (_few(sums, slo, pairs) & (sums.bad(day) + sums.slack >= HALF_EVENT))


def _counted(slo: Slo, series: BucketSeries) -> BucketSeries | None:
    """The series as every window of it would count it; None when that depends on the window."""
    if slo.family is Family.SHARES:
        return None
    begun = first_known(series)
    if slo.absent is not Absent.BAD or begun is None:
        return series
    if slo.family in (Family.SLICES, Family.DEADLINES):
        return with_absence(slo, series, begun)
    # What a missing bucket counts as depends on the day before it, as far as the window holds it.
    first = (begun - series.start) // BUCKET_SECONDS
    return series if known(series)[first:].all() else None


class _Running:
    """Sums over windows that end at each of the instants."""

    def __init__(self, series: BucketSeries, edges: NDArray[np.int64]) -> None:
        count = len(series.good)
        self.count = len(edges)
        self._at = (edges - series.start) / BUCKET_SECONDS
        self._places = np.arange(count + 1, dtype=np.float64)
        self._bad = np.concatenate(([0.0], np.cumsum(series.total - series.good)))
        self._total = np.concatenate(([0.0], np.cumsum(series.total)))
        self._spoilt = np.concatenate(([0], np.cumsum(series.total > series.good)))
        # The error of a running sum of n terms is at most n rounding errors of its largest value.
        self.slack = 4 * count * float(np.finfo(np.float64).eps) * float(self._total[-1] + 1)

    def bad(self, seconds: int) -> Counts:
        """Bad events or slices in the window before each instant."""
        return self._over(self._bad, seconds)

    def total(self, seconds: int) -> Counts:
        """All of them."""
        return self._over(self._total, seconds)

    def any_bad(self, seconds: int) -> Mask:
        """Whether any bucket that touches the window has something bad in it; exact."""
        last = len(self._spoilt) - 1
        right = np.clip(np.ceil(self._at), 0, last).astype(np.int64)
        left = np.clip(np.floor(self._at - seconds / BUCKET_SECONDS), 0, last).astype(np.int64)
        found: Mask = self._spoilt[right] > self._spoilt[left]
        return found

    def _over(self, sums: Counts, seconds: int) -> Counts:
        left = self._at - seconds / BUCKET_SECONDS
        within: Counts = np.interp(self._at, self._places, sums)
        return within - np.interp(left, self._places, sums)


def _above(sums: _Running, pair: PlannedPair, budget: float) -> Mask:
    """Whether both windows may burn above the factor."""
    limit = pair.factor * budget * (1 - LOOSE)
    long_ = sums.bad(pair.long_seconds) + sums.slack > limit * (
        sums.total(pair.long_seconds) - sums.slack
    )
    short = sums.bad(pair.short_seconds) + sums.slack > limit * (
        sums.total(pair.short_seconds) - sums.slack
    )
    return long_ & short & sums.any_bad(pair.short_seconds)


def _few(sums: _Running, slo: Slo, pairs: tuple[PlannedPair, ...]) -> Mask:
    """Whether single misses may be counted instead of ratios."""
    window = slo.window_seconds
    ever = slo.family is Family.DEADLINES or slo.budget_fraction <= 0
    if slo.family is Family.EVENTS:
        # A calendar window may be as short as its period is young.
        ever = ever or not pairs or slo.calendar is not None
    if ever or slo.family is not Family.EVENTS:
        return np.full(sums.count, ever)
    longest = max(pair.long_seconds for pair in pairs)
    projected = (sums.total(longest) - sums.slack) * window / longest
    least = np.minimum(projected, sums.total(window) - sums.slack)
    few: Mask = least < slo.min_events * (1 + LOOSE)
    return few
