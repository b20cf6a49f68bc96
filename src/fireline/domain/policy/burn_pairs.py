"""Which multi-window pairs an SLO gets: the policy's shares, made to fit its window and target."""

from dataclasses import dataclass
from functools import lru_cache

from fireline.domain.policy.pairs import BurnPair
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BurnSeverity

LADDER = (3600, 7200, 21600, 86400, 259200)
SHORT_PART = 12
BLUNT = 0.5


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """A pair as used: fires when both windows burn above `factor`.

    `replaces` is the policy's pair when that one could never fire at this target.
    """

    severity: BurnSeverity
    long_seconds: int
    short_seconds: int
    share: float
    factor: float
    replaces: BurnPair | None = None


def factor_of(share: float, long_seconds: int, window_seconds: int) -> float:
    """The burn rate that spends `share` of the budget within the long window."""
    return share * window_seconds / long_seconds


def is_dead(factor: float, budget_fraction: float) -> bool:
    """Whether even an error ratio of 100 % cannot burn that fast."""
    return factor >= 1 / budget_fraction


def is_blunt(factor: float, budget_fraction: float) -> bool:
    """Whether it takes an error ratio above one half to burn that fast."""
    return factor * budget_fraction > BLUNT


def plan_pairs(slo: Slo, pairs: tuple[BurnPair, ...]) -> tuple[PlannedPair, ...]:
    """The pairs of this SLO; empty when none fits, so that only single misses can be counted."""
    return _planned(slo.budget_fraction, slo.window_seconds, pairs)


@lru_cache(maxsize=1024)
def _planned(budget: float, window: int, pairs: tuple[BurnPair, ...]) -> tuple[PlannedPair, ...]:
    if budget <= 0:  # nothing may be bad: every single one is counted
        return ()
    fitted = (_fit(budget, window, pair) for pair in pairs)
    return tuple(pair for pair in fitted if pair is not None)


def _fit(budget: float, window: int, pair: BurnPair) -> PlannedPair | None:
    """The pair itself, a longer one where it is dead, or None when too long for the window."""
    factor = factor_of(pair.share, pair.long_seconds, window)
    if not is_dead(factor, budget):
        if pair.long_seconds > window / 2:
            return None
        return PlannedPair(pair.severity, pair.long_seconds, pair.short_seconds, pair.share, factor)
    for longer in LADDER:
        factor = factor_of(pair.share, longer, window)
        if longer > pair.long_seconds and not is_blunt(factor, budget):
            if longer > window / 2:
                return None
            short = longer // SHORT_PART
            return PlannedPair(pair.severity, longer, short, pair.share, factor, pair)
    return None
