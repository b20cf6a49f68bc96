"""What Sloth's rules come to, in plain Python: `rate` as Prometheus guesses it, means of ratios."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Values = Sequence[float | None]
# How often the rules are evaluated, in minutes.
EVERY = 5
# A gap to the edge of the range that is longer than so many times the usual one is not bridged.
BRIDGED = 1.1


def rate(values: Values, at: int, minutes: int) -> float | None:
    """`rate` of samples each minute; a range of Prometheus 2 includes both of its ends."""
    start = at - minutes
    found = [(m, v) for m in range(max(start, 0), at + 1) if (v := values[m]) is not None]
    if len(found) < 2:
        return None
    (first, low), (last, high) = found[0], found[-1]
    resets = sum(a for (_, a), (_, b) in pairwise(found) if b < a)
    growth = high - low + resets
    sampled = last - first
    before = float(first - start)
    if growth > 0 and low >= 0:
        before = min(before, sampled * low / growth)
    usual = sampled / (len(found) - 1)
    reached = float(sampled)
    for gap in (before, float(at - last)):
        reached += gap if gap < BRIDGED * usual else usual / 2
    return growth * reached / sampled / (60 * minutes)


def summed(rates: Sequence[float | None]) -> float | None:
    """`sum`: over the series that are there, nothing when none is."""
    there = [value for value in rates if value is not None]
    return sum(there) if there else None


def divided(bad: float | None, total: float | None) -> float | None:
    """Bad over total, NaN for nothing of nothing."""
    if bad is None or total is None:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.float64(bad) / np.float64(total))


@dataclass(frozen=True)
class Sloth:
    """One SLO as Sloth sees it.

    Args:
        objective: a fraction.
        period: minutes.
        ratio: the error ratio at a minute over so many minutes.
    """

    objective: float
    period: int
    ratio: Callable[[int, int], float | None]

    def mean(self, at: int) -> float | None:
        """The ratio over the period: the mean of all ratios of five minutes that were recorded."""
        since = max(0, at - self.period)
        first = -(-since // EVERY) * EVERY
        five = [self.ratio(minute, 5) for minute in range(first, at + 1, EVERY)]
        there = [value for value in five if value is not None]
        return sum(there) / len(there) if there else None

    def burn(self, ratio: float | None) -> float | None:
        """The ratio over the budget."""
        return None if ratio is None else ratio / (1 - self.objective)

    def fires(self, at: int, pairs: Sequence[tuple[int, int, float]]) -> bool:
        """Whether both windows of a pair (long, short, factor) are above their limit."""
        return any(
            all(
                (self._over(at, minutes) or 0) > factor * (1 - self.objective)
                for minutes in (long, short)
            )
            for long, short, factor in pairs
        )

    def _over(self, at: int, minutes: int) -> float | None:
        return self.mean(at) if minutes == self.period else self.ratio(at, minutes)


def events(series: Mapping[str, Values], bad: Sequence[str]) -> Callable[[int, int], float | None]:
    """The ratio of the rates of some of the series to that of all."""

    def ratio(at: int, minutes: int) -> float | None:
        rates = {name: rate(values, at, minutes) for name, values in series.items()}
        return divided(summed([rates[name] for name in bad]), summed(list(rates.values())))

    return ratio
