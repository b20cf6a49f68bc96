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


class Screen:
    """Sums over windows of one SLO that end at each of the instants; each is summed once.

    Args:
        series: as every window of it would count it; see `counted`.
        edges: the instants, epoch seconds.
    """

    def __init__(self, series: BucketSeries, edges: NDArray[np.int64]) -> None:
        count = len(series.good)
        self.count = len(edges)
        self._at = (edges - series.start) / BUCKET_SECONDS
        self._places = np.arange(count + 1, dtype=np.float64)
        self._bad = np.concatenate(([0.0], np.cumsum(series.total - series.good)))
        self._total = np.concatenate(([0.0], np.cumsum(series.total)))
        self._spoilt = np.concatenate(([0], np.cumsum(series.total > series.good)))
        self._known: dict[tuple[str, int], Counts] = {}
        # The error of a running sum of n terms is at most n rounding errors of its largest value.
        self.slack = 4 * count * float(np.finfo(np.float64).eps) * float(self._total[-1] + 1)

    def may_fire(self, slo: Slo, policy: Policy) -> Mask:
        """Which instants have to be judged."""
        pairs = plan_pairs(slo, policy.pairs)
        found = np.zeros(self.count, np.bool_)
        for pair in pairs:
            found |= self._above(pair, slo.budget_fraction)
        day = min(DAY, slo.window_seconds)
        return found | (self._few(slo, pairs) & (self.bad(day) + self.slack >= HALF_EVENT))

    def most_burn(self, seconds: int, budget: float) -> Counts:
        """A burn rate that the true one of the window does not exceed."""
        least = self.total(seconds) - self.slack
        ratio = np.divide(
            self.bad(seconds) + self.slack, least, out=np.full(self.count, np.inf), where=least > 0
        )
        burn: Counts = np.where(self.any_bad(seconds), ratio, 0.0) / budget
        return burn

    def bad(self, seconds: int) -> Counts:
        """Bad events or slices in the window before each instant."""
        return self._over("bad", self._bad, seconds)

    def total(self, seconds: int) -> Counts:
        """All of them."""
        return self._over("total", self._total, seconds)

    def any_bad(self, seconds: int) -> Mask:
        """Whether any bucket that touches the window has something bad in it; exact."""
        last = len(self._spoilt) - 1
        right = np.clip(np.ceil(self._at), 0, last).astype(np.int64)
        left = np.clip(np.floor(self._at - seconds / BUCKET_SECONDS), 0, last).astype(np.int64)
        found: Mask = self._spoilt[right] > self._spoilt[left]
        return found

    def _over(self, what: str, sums: Counts, seconds: int) -> Counts:
        found = self._known.get((what, seconds))
        if found is None:
            left = self._at - seconds / BUCKET_SECONDS
            found = np.interp(self._at, self._places, sums) - np.interp(left, self._places, sums)
            self._known[what, seconds] = found
        return found

    def _above(self, pair: PlannedPair, budget: float) -> Mask:
        """Whether both windows may burn above the factor."""
        limit = pair.factor * budget * (1 - LOOSE)
        above = [
            self.bad(seconds) + self.slack > limit * (self.total(seconds) - self.slack)
            for seconds in (pair.long_seconds, pair.short_seconds)
        ]
        return above[0] & above[1] & self.any_bad(pair.short_seconds)

    def _few(self, slo: Slo, pairs: tuple[PlannedPair, ...]) -> Mask:
        """Whether single misses may be counted instead of ratios."""
        window = slo.window_seconds
        ever = slo.family is Family.DEADLINES or slo.budget_fraction <= 0
        if slo.family is Family.EVENTS:
            # A calendar window may be as short as its period is young.
            ever = ever or not pairs or slo.calendar is not None
        if ever or slo.family is not Family.EVENTS:
            return np.full(self.count, ever)
        longest = max(pair.long_seconds for pair in pairs)
        projected = (self.total(longest) - self.slack) * window / longest
        least = np.minimum(projected, self.total(window) - self.slack)
        few: Mask = least < slo.min_events * (1 + LOOSE)
        return few


def counted(
    slo: Slo, series: BucketSeries, exclusions: Sequence[Exclusion] = ()
) -> BucketSeries | None:
    """The series as every window of it would count it; None when that depends on the window."""
    whole = _imputed(slo, series)
    return without(whole, exclusions) if whole is not None and len(whole.good) else None


def _imputed(slo: Slo, series: BucketSeries) -> BucketSeries | None:
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
