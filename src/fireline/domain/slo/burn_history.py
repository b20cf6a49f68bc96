"""How fast the budget burned over windows of several lengths, as points to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fireline.domain.slo.buckets import BUCKET_SECONDS, Counts
from fireline.domain.slo.reading import Reading

POINTS = 864


@dataclass(frozen=True, slots=True, eq=False)
class BurnHistory:
    """Instants (epoch seconds), and for each window its burn rate then; NaN without events."""

    times: Counts
    burns: tuple[Counts, ...]


def burn_history(reading: Reading, windows: Sequence[int], seconds: int) -> BurnHistory:
    """Burn rates over whole buckets at each instant of the last `seconds`.

    Args:
        reading: the ledger; it must reach back by the longest window before the first instant.
        windows: their lengths in seconds, at least a bucket each.
        seconds: how far back to look.
    """
    series = reading.reached
    count = len(series.good)
    points = min(seconds // BUCKET_SECONDS, count)
    budget = reading.slo.budget_fraction
    if not points or budget <= 0:
        return BurnHistory(np.zeros(0), tuple(np.zeros(0) for _ in windows))
    step = max(1, points // POINTS)
    right = np.arange(count - (points - 1) // step * step, count + 1, step)
    bad = np.concatenate((np.zeros(1), np.cumsum(series.total - series.good)))
    total = np.concatenate((np.zeros(1), np.cumsum(series.total)))
    busy = np.concatenate((np.zeros(1, np.int64), np.cumsum(series.total > 0, dtype=np.int64)))
    burns = []
    for window in windows:
        left = np.maximum(0, right - max(1, window // BUCKET_SECONDS))
        counted = total[right] - total[left]
        some = busy[right] > busy[left]
        ratio = np.divide(
            bad[right] - bad[left], counted, out=np.full(len(right), np.nan), where=some
        )
        burns.append(np.maximum(ratio, 0) / budget)
    times = (series.start + BUCKET_SECONDS * right).astype(np.float64)
    return BurnHistory(times, tuple(burns))
