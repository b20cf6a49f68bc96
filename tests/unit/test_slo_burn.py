"""Burn pairs, their guards and the projection of exhaustion."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.policy.burn_pairs import factor_of, plan_pairs
from fireline.domain.policy.evaluation import evaluate, pair_readings
from fireline.domain.policy.policy import DEFAULT_PAIRS, BurnPair, Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Absent
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import BurnSeverity, DataState, PairReading
from fireline.domain.slo.wilson import wilson_lower
from tests.unit.slo_builders import EPOCH, SLICES, ledger, reading, slo, steady

MONTH = 30 * 288
HOUR = 12
POLICY = Policy()


@pytest.mark.parametrize(
    ("bad", "total", "bound"),
    [
        (1, 1, 0.269866),
        (3, 3, 0.525804),
        (1, 60, 0.003727),
        (2, 60, 0.011093),
        (3, 60, 0.020157),
        (20, 1000, 0.013908),
        (30, 1000, 0.022317),
        (60, 600, 0.0816),
        (0, 0, 0.0),
    ],
)
def test_wilson_bounds_match_the_table(bad: int, total: int, bound: float) -> None:
    assert wilson_lower(bad, total) == pytest.approx(bound, abs=5e-5)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_wilson_bound_is_below_the_ratio(bad: int, more: int) -> None:
    total = bad + more
    assert 0 <= wilson_lower(bad, total) <= bad / total + 1e-12


@pytest.mark.parametrize(
    ("days", "factors"),
    [(30, [14.4, 6, 3, 1]), (28, [13.44, 5.6, 2.8, 0.93333]), (7, [3.36, 1.4, 0.7, 0.2333])],
)
def test_factors_scale_with_the_window(days: int, factors: list[float]) -> None:
    planned = plan_pairs(slo(window=timedelta(days=days)), DEFAULT_PAIRS)
    assert [p.factor for p in planned] == pytest.approx(factors, rel=1e-3)


def test_pairs_longer_than_half_the_window_are_dropped() -> None:
    planned = plan_pairs(slo(window=timedelta(days=1)), DEFAULT_PAIRS)
    assert [p.long_seconds for p in planned] == [3600, 21600]


def test_a_dead_pair_is_watched_over_a_longer_window() -> None:
    planned = plan_pairs(slo(objective="90"), DEFAULT_PAIRS)
    assert planned[0].long_seconds == 21600
    assert planned[0].factor == pytest.approx(2.4)
    assert planned[0].short_seconds == 1800
    assert planned[0].replaces is DEFAULT_PAIRS[0]
    assert [p.replaces for p in planned[1:]] == [None, None, None]


def test_no_pair_may_fit_at_all() -> None:
    greedy = (BurnPair(BurnSeverity.PAGE, 3600, 300, 0.9),)
    assert plan_pairs(slo(objective="50"), greedy) == ()
    assert factor_of(0.02, 3600, 30 * 86400) == pytest.approx(14.4)


def pair(found: Reading, index: int = 0) -> PairReading:
    return pair_readings(found, POLICY, DataState.OK)[index]


def busy(total: float, bad_last_hour: float, objective: str = "99.9") -> Reading:
    """A month of even traffic, with this many bad in every bucket of the last hour."""
    return reading(slo(objective=objective), steady(MONTH, total, bad_last_hour, bad_last=HOUR))


def test_a_fast_burn_pages() -> None:
    page = pair(busy(total=1000, bad_last_hour=100))
    assert page.firing
    assert page.burn_long == pytest.approx(100)
    assert page.held is None


def test_a_burn_equal_to_the_factor_does_not_fire() -> None:
    page = pair(busy(total=1000, bad_last_hour=14.4))
    assert page.burn_long == pytest.approx(14.4)
    assert not page.firing


def test_a_burn_that_has_stopped_does_not_fire() -> None:
    series = steady(MONTH, 1000, 200, bad_last=HOUR)
    series.good[-1:] = 1000
    page = pair(reading(slo(), series))
    assert page.burn_long is not None
    assert page.burn_long > page.factor
    assert not page.firing


def test_one_bad_event_of_few_is_held_as_low_volume() -> None:
    series = steady(MONTH, 1)
    series.good[-1] = 0
    page = pair(reading(slo(), series))
    assert not page.firing
    assert page.held == "low_volume (1 bad of 12)"


def test_a_night_burn_that_spends_nothing_is_held_by_the_budget_guard() -> None:
    series = steady(MONTH, 3477)
    series.total[-HOUR:] = 50
    series.good[-HOUR:] = 45
    page = pair(reading(slo(), series))
    assert page.held == "budget (60 bad of 600, 600 needed)"


def test_luck_is_told_from_a_burn_by_the_wilson_bound() -> None:
    # One hour holds 60 events; a month 43,200 of which the budget guard asks for 0.864 bad.
    def hour(bad: int) -> PairReading:
        series = steady(MONTH, 5)
        series.good[-bad:] -= 1
        return pair(reading(slo(), series))

    assert hour(2).held == "low_volume (2 bad of 60)"
    assert hour(3).firing
    series = steady(MONTH, 1000 / HOUR)
    series.good[-1] -= 20
    assert pair(reading(slo(), series)).held == "luck (20 bad of 1,000)"
    series.good[-1] -= 10
    assert pair(reading(slo(), series)).firing


def test_slices_need_two_bad_and_no_statistics() -> None:
    series = steady(MONTH, 5)
    series.good[-1] = 4
    assert pair(reading(slo(SLICES), series)).held == "low_volume (1 bad of 60)"
    series.good[-1] = 3
    assert pair(reading(slo(SLICES), series)).firing


def test_stale_data_holds_an_alert_unless_absence_is_bad() -> None:
    series = steady(MONTH, 5, 5, bad_last=HOUR)
    unknown = reading(slo(SLICES), series)
    bad = reading(slo(SLICES, absent=Absent.BAD), series)
    assert pair_readings(unknown, POLICY, DataState.STALE)[0].held == "data: stale"
    assert pair_readings(bad, POLICY, DataState.STALE)[0].firing


def test_a_short_history_holds_long_pairs_that_prove_nothing() -> None:
    series = steady(24, 100)
    series.good[-1] -= 1
    found = pair_readings(reading(slo(), series), POLICY, DataState.PROVISIONAL)
    six_hours = found[1]
    assert six_hours.held is None or six_hours.held.startswith("short_history")
    assert not six_hours.firing


def few(bad_ages_hours: list[int], tier: int = 1, runs: int = 100) -> tuple[PairReading, ...]:
    """A month with so many runs in all, of which those of these ages failed."""
    totals = [0.0] * MONTH
    goods = [0.0] * MONTH
    for index in range(runs):
        totals[index * (MONTH // runs)] = goods[index * (MONTH // runs)] = 1.0
    for age in bad_ages_hours:
        at = MONTH - 1 - age * HOUR
        totals[at], goods[at] = totals[at] + 1, goods[at]
    found = reading(slo(objective="95", tier=tier), ledger(goods, totals))
    return pair_readings(found, POLICY, DataState.OK)


def test_few_events_count_single_misses() -> None:
    page, ticket = few([3])
    assert (page.severity, ticket.severity) == (BurnSeverity.PAGE, BurnSeverity.TICKET)
    assert (page.firing, ticket.firing) == (False, True)
    assert page.factor == 0.0


def test_two_misses_within_a_day_page_and_tier_0_pages_at_the_first() -> None:
    assert few([3, 20])[0].firing
    assert not few([3, 30])[0].firing
    assert few([3], tier=0)[0].firing


def test_more_misses_than_the_budget_holds_page() -> None:
    assert few([3, 100, 200, 300, 400, 500])[0].firing
    assert not few([100, 200, 300, 400, 500, 600])[0].firing


def test_no_miss_is_no_alert() -> None:
    assert not any(p.firing for p in few([]))


def test_exhaustion_is_what_is_left_over_the_burn() -> None:
    # 60 % of the budget goes within the last 72 h of a 30-day window: burn 6, 40 % left.
    series = BucketSeries(**{f: getattr(steady(MONTH, 1000), f) for f in BucketSeries.__slots__})
    series.good[-72 * HOUR :] -= 6
    status = evaluate(reading(slo(), series), POLICY)
    assert status.remaining == pytest.approx(0.4)
    assert status.exhaustion_hours == pytest.approx(48, abs=0.1)


def test_a_budget_that_refills_as_fast_is_never_exhausted() -> None:
    status = evaluate(reading(slo(), steady(MONTH, 1000, 0.9)), POLICY)
    assert status.remaining == pytest.approx(0.1)
    assert status.exhaustion_hours is None


def test_nothing_left_is_exhausted_now() -> None:
    status = evaluate(reading(slo(), steady(MONTH, 1000, 2)), POLICY)
    assert status.remaining == pytest.approx(-1.0)
    assert status.exhaustion_hours == 0.0


def test_burns_run_from_the_shortest_to_the_longest_window() -> None:
    status = evaluate(busy(1000, 100), POLICY)
    windows = [b.seconds for b in status.burns]
    assert windows == sorted(windows)
    assert windows[0] == BUCKET_SECONDS
    assert status.burning[0] is BurnSeverity.PAGE


def test_slices_are_told_in_minutes() -> None:
    five = replace(SLICES, slice_seconds=300)
    status = evaluate(reading(slo(five), steady(MONTH, 1)), POLICY)
    assert status.unit == "minutes"
    assert status.total == 43_200
    assert status.budget == pytest.approx(43.2)


def test_a_two_week_budget_of_minutes() -> None:
    fortnight = slo(SLICES, objective="95", window=timedelta(days=14))
    status = evaluate(reading(fortnight, steady(14 * 288, 5)), POLICY)
    assert status.total == 20_160
    assert status.budget == pytest.approx(1008)


def test_a_short_history_of_minutes_is_held_against_the_whole_window() -> None:
    series = steady(288, 5)
    series.good[-4:] -= 5
    status = evaluate(reading(slo(SLICES), series), POLICY)
    assert status.data_state is DataState.PROVISIONAL
    assert status.budget == pytest.approx(43.2)
    assert status.remaining == pytest.approx(1 - 20 / 43.2)


def test_evaluating_is_the_same_at_any_instant_within_a_bucket() -> None:
    calm = reading(slo(), steady(MONTH + 1, 1000, 0.5))
    later = replace(calm, at=calm.at + timedelta(seconds=299))
    assert evaluate(later, POLICY).remaining == pytest.approx(
        evaluate(calm, POLICY).remaining or 0, abs=1e-3
    )
    assert int(later.at.timestamp()) == EPOCH + 299
