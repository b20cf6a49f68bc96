"""From a reading and the policy to the status people see."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from fireline.domain.policy.burn_pairs import plan_pairs
from fireline.domain.policy.guards import burn_rate, count_alerts, counts_misses, read_pair
from fireline.domain.policy.particulars import has_particulars, with_particulars
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.data_state import Believed, believe
from fireline.domain.slo.definition import Family, Slo
from fireline.domain.slo.ledger import floor_edge
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import (
    BudgetState,
    DataState,
    PairReading,
    SloStatus,
    WindowBurn,
)
from fireline.domain.slo.wording import ago_words, clock_words

SHOWN_WINDOWS = (300, 1800, 3600, 21600, 86400, 259200)
USUAL_WINDOW = 21600
HOUR = 3600
TOLERANCE = 1e-9
HALF_EVENT = 0.5


def evaluate(reading: Reading, policy: Policy) -> SloStatus:
    """The status of one SLO now."""
    believed = believe(reading)
    slo = reading.slo
    blank = _blank(reading, believed)
    if believed.state is DataState.NO_DATA:
        return blank
    good, total = reading.budget_counts
    if total <= 0:
        return blank
    pairs = pair_readings(reading, policy, believed.state)
    remaining = remaining_share(total - good, reading.budget)
    unit = slo.unit_size
    status = replace(
        blank,
        budget_state=budget_state(remaining, policy),
        good=good * unit,
        total=total * unit,
        remaining=remaining,
        budget=reading.budget * unit,
        burns=burns(reading, pairs),
        pairs=pairs,
        exhaustion_hours=exhaustion_hours(reading, pairs, remaining),
    )
    return with_particulars(reading, status) if has_particulars(reading) else status


def remaining_share(bad: float, budget: float) -> float | None:
    """The unspent share of the budget; None, which is exhausted, when a budget of none is spent."""
    if budget > 0:
        return 1 - bad / budget
    return 1.0 if bad < HALF_EVENT else None


def _blank(reading: Reading, believed: Believed) -> SloStatus:
    """A status without figures."""
    return SloStatus(
        slo=reading.slo.name,
        at=reading.at,
        data_state=believed.state,
        sentence=believed.sentence,
        budget_state=BudgetState.UNKNOWN,
        objective=reading.slo.objective,
        window_seconds=reading.length,
        unit=reading.slo.unit,
        good=None,
        total=None,
        remaining=None,
        budget=None,
        burns=(),
        pairs=(),
        exhaustion_hours=None,
        coverage=reading.coverage,
        newest_sample=reading.newest,
    )


def failed(
    slo: Slo,
    at: datetime,
    error: str,
    last: SloStatus | None,
    before: SloStatus | None = None,
) -> SloStatus:
    """The status when the source could not be asked: the error, the last figures, their age.

    Args:
        slo: what could not be asked for.
        at: when.
        error: why.
        last: the status before this one, for the age of the data.
        before: what was said when the source last answered; there are no figures without it, and
            never a burn rate, which would be one of now.
    """
    if before is not None and before.remaining is None:
        before = None
    newest = last.newest_sample if last else None
    age = f" Newest data {clock_words(newest, at)}, {ago_words(newest, at)}." if newest else ""
    if before is not None:
        age = f" Last figures of {clock_words(before.at, at)}, {ago_words(before.at, at)}."
    reading = Reading(slo=slo, series=BucketSeries.empty(0), at=at, newest_sample=newest)
    blank = _blank(reading, Believed(DataState.QUERY_ERROR, f"{error}{age}"))
    blank = replace(blank, coverage=last.coverage if last else 0.0, error=error)
    if before is None:
        return blank
    return replace(
        blank,
        budget_state=before.budget_state,
        good=before.good,
        total=before.total,
        remaining=before.remaining,
        raw_remaining=before.raw_remaining,
        budget=before.budget,
        coverage=before.coverage,
    )


def without_past(status: SloStatus) -> SloStatus:
    """The status while the past is being read: the budget of its last hours would mislead.

    Burn rates are true; what share of the budget they spend is not known, so that nothing fires.
    """
    if status.remaining is None and not status.burning:
        return status
    waiting = "the history is being read"
    return replace(
        status,
        data_state=DataState.PROVISIONAL,
        sentence=f"{waiting}, its budget follows in a moment",
        budget_state=BudgetState.UNKNOWN,
        good=None,
        total=None,
        remaining=None,
        budget=None,
        exhaustion_hours=None,
        pairs=tuple(
            replace(pair, firing=False, held=waiting) if pair.firing else pair
            for pair in status.pairs
        ),
    )


def budget_state(remaining: float | None, policy: Policy) -> BudgetState:
    """The first policy threshold that the remaining share is above; else exhausted."""
    if remaining is None:
        return BudgetState.EXHAUSTED
    for threshold, state in policy.budget_thresholds:
        if remaining > threshold + TOLERANCE:
            return state
    return BudgetState.EXHAUSTED


def pair_readings(reading: Reading, policy: Policy, state: DataState) -> tuple[PairReading, ...]:
    """Every burn alert of the SLO: by ratio, or by single misses where events are few."""
    pairs = plan_pairs(reading.slo, policy.pairs)
    if counts_misses(reading, pairs):
        return count_alerts(reading, state)
    return tuple(read_pair(reading, pair, state) for pair in pairs)


def burns(reading: Reading, pairs: tuple[PairReading, ...]) -> tuple[WindowBurn, ...]:
    """Burn rates over the usual windows and those of the pairs, shortest first."""
    windows = set(SHOWN_WINDOWS)
    windows.update(p.long_seconds for p in pairs)
    windows.update(p.short_seconds for p in pairs)
    if reading.slo.family is Family.DEADLINES:
        return ()
    found = []
    unit = reading.slo.unit_size
    for seconds in sorted(w for w in windows if w <= reading.slo.window_seconds):
        good, total = reading.sums.over(seconds)
        bad = total - good
        burn = burn_rate(bad, total, reading.slo.budget_fraction)
        found.append(WindowBurn(seconds, burn, bad * unit, total * unit))
    return tuple(found)


def exhaustion_hours(
    reading: Reading, pairs: tuple[PairReading, ...], remaining: float | None
) -> float | None:
    """Hours until nothing is left at this rate; None when that is not within the window.

    Bad events that leave the rolling window on the way give their share back.
    """
    if remaining is None or remaining <= TOLERANCE:
        return 0.0
    if reading.slo.family is Family.DEADLINES or reading.budget <= 0:
        return None
    window, budget = reading.length, reading.budget
    firing = [p for p in pairs if p.firing]
    seconds = min((p.long_seconds for p in firing), default=min(USUAL_WINDOW, window))
    good, total = reading.sums.over(seconds)
    burn = burn_rate(total - good, total, reading.slo.budget_fraction)
    enough = budget * (1 - TOLERANCE)
    if reading.slo.calendar is not None:
        hours = window / HOUR * remaining / burn if burn else None
        left = (reading.span[1] - reading.epoch) / HOUR
        return hours if hours is not None and hours <= left else None
    # Even if nothing left the window on the way: most SLOs need no look at every bucket.
    if not burn or (1 - remaining) * budget + burn * budget < enough * (1 - TOLERANCE):
        return None
    ahead = np.arange(BUCKET_SECONDS, window + 1, BUCKET_SECONDS, dtype=np.int64)
    kept = reading.sums.bad_since(floor_edge(reading.left) + ahead)
    spent = kept + burn * budget / window * ahead
    reached = np.flatnonzero(spent >= enough)
    if not reached.size:
        return None
    simple = window / HOUR * remaining / burn
    return max(simple, float(ahead[reached[0]] - BUCKET_SECONDS) / HOUR)
