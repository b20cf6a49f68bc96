"""What an interval cost, and when it began to cost."""

import numpy as np

from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.definition import Family
from fireline.domain.slo.exclusions import part_without
from fireline.domain.slo.ledger import cut, floor_edge
from fireline.domain.slo.reading import Reading

HALF_EVENT = 0.5


def share_spent(reading: Reading, start: int, end: int) -> float | None:
    """Share of the budget spent by bad in buckets touching `[start, end]`; None without a budget.

    The open part counts when the interval reaches past the last closed bucket.
    """
    budget = reading.budget
    if budget <= 0:
        return None
    touched = cut(reading.counted, floor_edge(start), floor_edge(end) + BUCKET_SECONDS)
    bad = float((touched.total - touched.good).sum())
    part = part_without(reading.open_part, reading.exclusions)
    if part is not None and end > reading.counted.end:
        bad += part.bad
    return bad / budget


def first_bad_start(reading: Reading, before: int) -> int | None:
    """Start of the first bucket of the latest stretch that spent more than its share.

    Buckets without events neither break the stretch nor begin it.
    """
    series = cut(reading.counted, reading.counted.start, floor_edge(before) + BUCKET_SECONDS)
    bad = series.total - series.good
    least = 0.0 if reading.slo.family is Family.SHARES else HALF_EVENT
    spent = (bad > reading.slo.budget_fraction * series.total) & (bad >= least)
    empty = series.total <= 0
    opened = _open_start(reading, before)
    where = np.flatnonzero(spent)
    if not where.size:
        return opened
    last = int(where[-1])
    if opened is not None and not (empty[last + 1 :]).all():
        return opened
    first = last
    for index in range(last, -1, -1):
        if spent[index]:
            first = index
        elif not empty[index]:
            break
    return series.start + first * BUCKET_SECONDS


def _open_start(reading: Reading, before: int) -> int | None:
    """Start of the open part when it burns by itself."""
    part = part_without(reading.open_part, reading.exclusions)
    if part is None or part.start > before or part.bad < HALF_EVENT:
        return None
    return part.start if part.bad > reading.slo.budget_fraction * part.total else None
