"""The decision on each pair: both windows above the factor, and none of the guards against luck."""

from fireline.domain.policy.burn_pairs import PlannedPair
from fireline.domain.slo.definition import Absent, Family
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import BurnSeverity, DataState, PairReading
from fireline.domain.slo.wilson import wilson_lower
from fireline.domain.slo.wording import number_words, span_words

MIN_BAD = {BurnSeverity.PAGE: 3.0, BurnSeverity.TICKET: 2.0}
MIN_BAD_SLICES = 2.0
MIN_EVENTS_LONG = 20
SHORT_COVERAGE = 0.20
HALF_EVENT = 0.5
DAY = 86400
PAGE_MISSES = 2
TOLERANCE = 1e-9
SILENT = (DataState.NO_DATA, DataState.QUERY_ERROR)


def burn_rate(bad: float, total: float, budget_fraction: float) -> float | None:
    """How many times faster than allowed the budget is spent; None when nothing was counted.

    Without any budget there is no rate either.
    """
    return bad / total / budget_fraction if total > 0 and budget_fraction > 0 else None


def read_pair(reading: Reading, pair: PlannedPair, state: DataState) -> PairReading:
    """Whether the pair fires, and if it would but for a guard, which one held it."""
    budget = reading.slo.budget_fraction
    good, total = reading.sums.over(pair.long_seconds)
    burn_long = burn_rate(total - good, total, budget)
    short_good, short_total = reading.sums.over(pair.short_seconds)
    burn_short = burn_rate(short_total - short_good, short_total, budget)
    above = _exceeds(burn_long, pair.factor) and _exceeds(burn_short, pair.factor)
    held = _held(reading, pair, state, total - good, total) if above else None
    return PairReading(
        severity=pair.severity,
        long_seconds=pair.long_seconds,
        short_seconds=pair.short_seconds,
        factor=pair.factor,
        burn_long=burn_long,
        burn_short=burn_short,
        firing=above and held is None,
        held=held,
    )


def _exceeds(burn: float | None, factor: float) -> bool:
    return burn is not None and burn > factor * (1 + TOLERANCE)


def _held(
    reading: Reading, pair: PlannedPair, state: DataState, bad: float, total: float
) -> str | None:
    """Why the pair may not fire although both windows burn."""
    if state in SILENT or (state is DataState.STALE and reading.slo.absent is not Absent.BAD):
        return f"data: {state.value}"
    if reading.slo.family is Family.SHARES:
        return None  # its parts have guards of their own kinds; shares are no counts
    counted = reading.slo.family is Family.EVENTS
    min_bad = MIN_BAD[pair.severity] if counted else MIN_BAD_SLICES
    if bad < min_bad - TOLERANCE and pair.long_seconds > reading.history_seconds:
        return f"short_history ({span_words(reading.history_seconds)})"
    few = f"{number_words(bad)} bad of {number_words(total)}"
    if bad < min_bad - TOLERANCE or (counted and total < MIN_EVENTS_LONG):
        return f"low_volume ({few})"
    return _unproven(reading, pair, bad, total) if counted else None


def _unproven(reading: Reading, pair: PlannedPair, bad: float, total: float) -> str | None:
    """Why that many bad events do not prove a burn: too little of the budget, or luck."""
    few = f"{number_words(bad)} bad of {number_words(total)}"
    window_total = expected_total(reading, pair.long_seconds)
    needed = pair.share * reading.slo.budget_fraction * window_total
    if bad < needed * (1 - TOLERANCE):
        return f"budget ({few}, {number_words(needed)} needed)"
    if wilson_lower(bad, total) <= pair.factor * reading.slo.budget_fraction:
        return f"luck ({few})"
    return None


def expected_total(reading: Reading, long_seconds: int) -> float:
    """Events in the whole window; projected from the long window while the history is short."""
    window = reading.length
    if reading.coverage < SHORT_COVERAGE:
        return reading.sums.over(long_seconds)[1] * window / long_seconds
    return reading.budget_counts[1]


def counts_misses(reading: Reading, pairs: tuple[PlannedPair, ...]) -> bool:
    """Whether there are too few events for ratios, so that single misses are counted instead."""
    family = reading.slo.family
    if family is Family.DEADLINES or reading.slo.budget_fraction <= 0:
        return True
    if family is not Family.EVENTS:
        return False
    if not pairs:
        return True
    longest = max(p.long_seconds for p in pairs)
    return expected_total(reading, longest) < reading.slo.min_events


def count_alerts(reading: Reading, state: DataState) -> tuple[PairReading, ...]:
    """Page and ticket by single misses: factor 0, both windows one day.

    A miss within a day is a ticket; two, or more than the budget holds, page. Tier 0 pages at one.
    """
    slo = reading.slo
    day = min(DAY, slo.window_seconds)
    good, total = reading.sums.over(day)
    misses = int(total - good + HALF_EVENT)
    all_good, all_total = reading.budget_counts
    allowed = int(reading.budget + TOLERANCE)
    over = int(all_total - all_good + HALF_EVENT) > allowed
    none_allowed = slo.budget_fraction <= 0 and slo.family is not Family.DEADLINES
    page = misses >= PAGE_MISSES or (misses >= 1 and (over or slo.tier == 0 or none_allowed))
    stale = state is DataState.STALE and slo.absent is not Absent.BAD
    silent = state in SILENT or stale
    burn = burn_rate(total - good if misses else 0.0, total, slo.budget_fraction)
    return tuple(
        PairReading(
            severity=severity,
            long_seconds=day,
            short_seconds=day,
            factor=0.0,
            burn_long=burn,
            burn_short=burn,
            firing=wanted and not silent,
            held=f"data: {state.value}" if wanted and silent else None,
        )
        for severity, wanted in ((BurnSeverity.PAGE, page), (BurnSeverity.TICKET, misses >= 1))
    )
