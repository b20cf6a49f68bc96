"""How the budget went down over its window, as points to draw."""

from dataclasses import dataclass

import numpy as np

from fireline.domain.slo.buckets import BUCKET_SECONDS, Counts
from fireline.domain.slo.ledger import known
from fireline.domain.slo.reading import Reading

POINTS = 720


@dataclass(frozen=True, slots=True, eq=False)
class BudgetHistory:
    """Ends of intervals (epoch seconds), the budget left then, and the burn within each."""

    times: Counts
    remaining: Counts
    burn: Counts


def budget_history(reading: Reading) -> BudgetHistory:
    """The budget spent bad event by bad event, ending at the remaining share of now.

    The budget is the one of today's window, so the line only ever falls; NaN where nothing is
    known.
    """
    series = reading.counted
    budget = reading.budget
    step = max(1, len(series.good) // POINTS)
    count = len(series.good) // step
    if not count or budget <= 0:
        return BudgetHistory(np.zeros(0), np.zeros(0), np.zeros(0))
    skip = len(series.good) - count * step

    def grouped(values: Counts) -> Counts:
        sums: Counts = values[skip:].reshape(count, step).sum(axis=1)
        return sums

    bad = grouped(series.total - series.good)
    totals = grouped(series.total)
    seen = grouped((known(series) | (series.total > 0)).astype(np.float64)) > 0
    lead = float((series.total[:skip] - series.good[:skip]).sum())
    remaining = np.where(seen, 1 - (lead + np.cumsum(bad)) / budget, np.nan)
    burn = np.divide(bad, totals, out=np.full(count, np.nan), where=totals > 0)
    ends = series.start + BUCKET_SECONDS * (skip + step * np.arange(1, count + 1))
    return BudgetHistory(ends.astype(np.float64), remaining, burn / reading.slo.budget_fraction)
