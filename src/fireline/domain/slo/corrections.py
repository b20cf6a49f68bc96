"""Holding the ledger against what is known later: whole hours, late samples, the true counts.

`increase` over five minutes is not additive: what falls between the last scrape of one bucket and
the first of the next is lost, and sparse counters are undercounted. Over an hour both errors are
twelve times smaller, so that the hour's count decides where the two disagree.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries, Counts, Flags
from fireline.domain.slo.ledger import cut, known, merge, missing

HOUR_SECONDS = 3600
PER_HOUR = HOUR_SECONDS // BUCKET_SECONDS
SHARE = 0.01
EVENTS = 1.0
SAME = 1e-6
LONG_GAP = 12


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction changed: `buckets` of `[start, end)` (epoch seconds), counts over them."""

    start: int
    end: int
    buckets: int
    old_good: float
    old_total: float
    new_good: float
    new_total: float


def spread(start: int, good: Counts, total: Counts, seen: NDArray[np.bool_]) -> BucketSeries:
    """Counts of whole hours as coarse buckets; an hour that was not seen is missing."""
    flags = np.where(seen, int(BucketFlag.COARSE), int(BucketFlag.MISSING)).astype(np.uint8)
    quiet = seen & (total == 0)
    flags[quiet] |= np.uint8(BucketFlag.NO_TRAFFIC)
    return BucketSeries(
        start,
        np.repeat(np.where(seen, good, 0.0) / PER_HOUR, PER_HOUR),
        np.repeat(np.where(seen, total, 0.0) / PER_HOUR, PER_HOUR),
        np.repeat(flags, PER_HOUR),
    )


def agreeing(detail: BucketSeries, hours: BucketSeries) -> BucketSeries:
    """The detail, in every whole hour that disagrees scaled to the hour's own count.

    They disagree when total or bad differ by more than 1 % and more than 1 event.

    Args:
        detail: buckets as they were counted one by one.
        hours: the same stretch counted by the hour, from `spread`.
    """
    good, total, flags = detail.good.copy(), detail.total.copy(), detail.flags.copy()
    first = -(-max(detail.start, hours.start) // HOUR_SECONDS) * HOUR_SECONDS
    for start in range(first, min(detail.end, hours.end) - HOUR_SECONDS + 1, HOUR_SECONDS):
        here = _hour(detail, start)
        there = _hour(hours, start)
        if hours.flags[there.start] & BucketFlag.MISSING:
            continue
        true_total = float(hours.total[there].sum())
        true_bad = max(0.0, true_total - float(hours.good[there].sum()))
        bad = total[here] - good[here]
        if not (_apart(float(total[here].sum()), true_total) or _apart(float(bad.sum()), true_bad)):
            continue
        total[here], bad = _scaled(total[here], bad, true_total, true_bad)
        good[here] = total[here] - bad
        flags[here] = _corrected_flags(flags[here], total[here])
    return BucketSeries(detail.start, good, total, flags)


def _hour(series: BucketSeries, start: int) -> slice:
    index = (start - series.start) // BUCKET_SECONDS
    return slice(index, index + PER_HOUR)


def _apart(one: float, other: float) -> bool:
    difference = abs(one - other)
    return difference > EVENTS and difference > SHARE * max(one, other)


def _scaled(
    total: Counts, bad: Counts, true_total: float, true_bad: float
) -> tuple[Counts, Counts]:
    """Both with the true sums: in proportion, or all in the last bucket where there was nothing."""
    whole = _to_sum(total, true_total)
    parts = _to_sum(bad, true_bad)
    if (parts > whole + SAME).any():
        # What would not fit is laid where the events are.
        parts = whole * (true_bad / true_total) if true_total > 0 else np.zeros(PER_HOUR)
    return whole, np.minimum(parts, whole)


def _to_sum(counts: Counts, wanted: float) -> Counts:
    have = float(counts.sum())
    if have > 0:
        return counts * (wanted / have)
    last = np.zeros(PER_HOUR)
    last[-1] = wanted
    return last


def _corrected_flags(flags: Flags, total: Counts) -> Flags:
    """Those of an audited hour; one of which no bucket was known is known as a whole."""
    gone = (flags & int(BucketFlag.MISSING)) != 0
    if not gone.all():
        # The hour's own count is only of what was there; holes in it stay holes.
        marked = flags | np.uint8(BucketFlag.AUDITED)
        marked[gone & (total == 0)] = flags[gone & (total == 0)]
        marked[gone & (total > 0)] = np.uint8(BucketFlag.AUDITED)
        return marked
    quiet = np.where(total > 0, 0, int(BucketFlag.NO_TRAFFIC)).astype(np.uint8)
    return quiet | np.uint8(BucketFlag.AUDITED)


def filled(have: BucketSeries, detail: BucketSeries) -> BucketSeries:
    """The stretch of `detail` with what the ledger already has of it.

    Detail takes the place of coarse buckets even where it has nothing; a bucket once counted by
    itself is never forgotten.
    """
    base = missing(detail.start, len(detail.good))
    coarse = int(BucketFlag.COARSE)
    inside = cut(have, detail.start, detail.end)
    kept = inside.flags.copy()
    kept[(kept & coarse) != 0] = int(BucketFlag.MISSING)
    clean = BucketSeries(
        inside.start,
        np.where(kept & int(BucketFlag.MISSING), 0.0, inside.good),
        np.where(kept & int(BucketFlag.MISSING), 0.0, inside.total),
        kept,
    )
    return merge(merge(base, clean), detail)


def roughly_filled(have: BucketSeries, hours: BucketSeries) -> BucketSeries:
    """The stretch of `hours` with what the ledger has of it in their place."""
    return merge(hours, cut(have, hours.start, hours.end))


def corrected(have: BucketSeries, truth: BucketSeries) -> tuple[BucketSeries, Correction] | None:
    """The truth's buckets that differ from the ledger's, marked; None when all agree.

    What the truth does not know stays; so does a bucket that begins its history or follows an hour
    without samples, as the source may have forgotten what was before.
    """
    inside = merge(missing(truth.start, len(truth.good)), cut(have, truth.start, truth.end))
    apart = (np.abs(inside.total - truth.total) > SAME * np.maximum(1.0, inside.total)) | (
        np.abs(inside.good - truth.good) > SAME * np.maximum(1.0, inside.total)
    )
    before = known(inside)
    changed = known(truth) & (apart | ~before) & ~(_begins(truth) & before)
    where = np.flatnonzero(changed)
    if not where.size:
        return None
    good = np.where(changed, truth.good, inside.good)
    total = np.where(changed, truth.total, inside.total)
    audited = truth.flags | np.uint8(BucketFlag.AUDITED)
    flags = np.where(changed, audited, inside.flags).astype(np.uint8)
    first, last = int(where[0]), int(where[-1]) + 1
    news = BucketSeries(truth.start, good, total, flags)
    told = Correction(
        start=truth.start + first * BUCKET_SECONDS,
        end=truth.start + last * BUCKET_SECONDS,
        buckets=int(where.size),
        old_good=float(inside.good[changed].sum()),
        old_total=float(inside.total[changed].sum()),
        new_good=float(truth.good[changed].sum()),
        new_total=float(truth.total[changed].sum()),
    )
    return cut(news, told.start, told.end), told


def _begins(series: BucketSeries) -> NDArray[np.bool_]:
    """Which known buckets come first, or after an hour or more of nothing."""
    born = np.zeros(len(series.good), np.bool_)
    where = np.flatnonzero(known(series))
    if where.size:
        gaps = np.concatenate(([where[0] > 0], np.diff(where) > LONG_GAP))
        born[where[gaps]] = True
    return born
