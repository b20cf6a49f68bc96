"""States instead of NaN: which one applies, and what it says."""

from datetime import timedelta
from typing import Any

import pytest

from fireline.domain.policy.evaluation import budget_state, evaluate, failed
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BucketFlag, BucketSeries
from fireline.domain.slo.definition import Absent
from fireline.domain.slo.ledger import missing
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from fireline.domain.slo.wording import parse_range, span_words, window_words
from tests.unit.slo_builders import EPOCH, SLICES, T, reading, slo, steady

MONTH = 30 * 288


def status_of(series: BucketSeries, **changes: Any) -> SloStatus:
    return evaluate(reading(slo(), series, **changes), Policy())


def test_complete_data_is_ok_and_says_how_new() -> None:
    status = status_of(steady(MONTH, 100))
    assert status.data_state is DataState.OK
    assert status.sentence == "data complete, newest 11:59 UTC"
    assert status.coverage == 1.0


def test_no_sample_ever_is_no_data_since_definition() -> None:
    status = status_of(missing(EPOCH - 3000, 10), newest_sample=None)
    assert status.data_state is DataState.NO_DATA
    assert status.sentence == "no data since definition: check the metric names"
    assert (status.remaining, status.budget_state) == (None, BudgetState.UNKNOWN)
    assert (status.burns, status.pairs, status.exhaustion_hours) == ((), (), None)


def test_no_sample_within_the_window_is_no_data_too() -> None:
    long_ago = EPOCH - 40 * 86400
    status = status_of(missing(EPOCH - 3000, 10), history_start=long_ago, newest_sample=None)
    assert status.sentence == "no data in 30 d: check the metric names"


def test_samples_that_stopped_are_stale_with_time_and_age() -> None:
    stopped = T - timedelta(minutes=38)
    status = status_of(steady(MONTH, 100), newest_sample=stopped)
    assert status.data_state is DataState.STALE
    assert status.sentence == "stopped 11:22 UTC, 38 min ago"
    assert status.remaining == 1.0


def test_stale_data_that_counts_as_bad_says_so() -> None:
    found = reading(
        slo(SLICES, absent=Absent.BAD), steady(MONTH, 5), newest_sample=T - timedelta(days=2)
    )
    status = evaluate(found, Policy())
    assert status.sentence == "stopped 18 Nov 12:00 UTC, 2 d ago, counted as bad since"


def test_three_scrapes_may_be_late_before_data_is_stale() -> None:
    late = T - timedelta(minutes=10)
    slow = status_of(steady(MONTH, 100), newest_sample=late, scrape_interval=timedelta(minutes=5))
    assert slow.data_state is DataState.OK


def test_without_a_sample_time_the_last_bucket_answers() -> None:
    status = status_of(steady(MONTH, 100, end=EPOCH - 900), newest_sample=None)
    assert status.sentence == "stopped 11:45 UTC, 15 min ago"


def test_holes_make_it_partial() -> None:
    series = steady(MONTH, 100)
    series.flags[1000:3000] = int(BucketFlag.MISSING)
    series.good[1000:3000] = series.total[1000:3000] = 0
    status = status_of(series)
    assert status.data_state is DataState.PARTIAL
    assert status.sentence == "77% of the 30d window covered"


def test_a_warning_of_the_source_makes_it_partial() -> None:
    status = status_of(steady(MONTH, 100), warnings=("store b is down",))
    assert (status.data_state, status.sentence) == (DataState.PARTIAL, "store b is down")


@pytest.mark.parametrize(("buckets", "words"), [(5 * 288, "5 of 30 d"), (24, "2 h of 30 d")])
def test_a_short_history_is_provisional(buckets: int, words: str) -> None:
    status = status_of(steady(buckets, 100))
    assert (status.data_state, status.sentence) == (DataState.PROVISIONAL, words)
    assert status.remaining == 1.0


def test_a_quiet_hour_after_traffic_keeps_the_budget() -> None:
    series = steady(MONTH, 100, 0.05)
    series.good[-36:] = series.total[-36:] = 0
    status = status_of(series)
    assert (status.data_state, status.sentence) == (DataState.NO_TRAFFIC, "no events for 3 h")
    assert status.remaining == pytest.approx(0.5)


def test_a_window_without_any_event_has_no_number() -> None:
    status = status_of(steady(MONTH, 0))
    assert (status.data_state, status.sentence) == (DataState.NO_TRAFFIC, "no events in 30 d")
    assert (status.remaining, status.budget_state) == (None, BudgetState.UNKNOWN)


def test_no_traffic_is_never_said_of_minutes() -> None:
    status = evaluate(reading(slo(SLICES), steady(MONTH, 5)), Policy())
    assert status.data_state is DataState.OK


def test_a_failed_query_has_the_error_the_age_and_no_number() -> None:
    before = status_of(steady(MONTH, 100))
    first = failed(slo(), T + timedelta(minutes=5), "Prometheus is down.", before)
    again = failed(slo(), T + timedelta(minutes=38), "Prometheus is down.", first)
    assert again.data_state is DataState.QUERY_ERROR
    assert again.sentence == ("Prometheus is down. Newest data 11:59 UTC, 38 min ago.")
    assert again.error == "Prometheus is down."
    assert (again.remaining, again.good, again.total, again.budget) == (None, None, None, None)
    assert again.coverage == 1.0
    assert failed(slo(), T, "down", None).sentence == "down"


@pytest.mark.parametrize(
    ("remaining", "state"),
    [
        (1.0, BudgetState.HEALTHY),
        (0.51, BudgetState.HEALTHY),
        (0.50, BudgetState.CAUTION),
        (0.25, BudgetState.AT_RISK),
        (0.001, BudgetState.AT_RISK),
        (0.0, BudgetState.EXHAUSTED),
        (-3.0, BudgetState.EXHAUSTED),
    ],
)
def test_budget_states_follow_the_thresholds(remaining: float, state: BudgetState) -> None:
    assert budget_state(remaining, Policy()) is state


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30d", 2_592_000), ("4w", 2_419_200), ("1h30m", 5400), ("5m", 300)],
)
def test_ranges_are_read_as_prometheus_writes_them(text: str, seconds: int) -> None:
    assert parse_range(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "30", "1M", "-5m", "5 m", "m5", "0s", "٣d"])
def test_what_is_no_range_is_refused(text: str) -> None:
    assert parse_range(text) is None


def test_lengths_of_time_read_naturally() -> None:
    assert [span_words(s) for s in (0, 59, 60, 3599, 3600, 86400)] == [
        "0 s", "59 s", "1 min", "59 min", "1 h", "1 d",
    ]  # fmt: skip
    assert [window_words(s) for s in (86400, 5400, 3600, 90)] == ["1d", "90m", "1h", "90s"]
