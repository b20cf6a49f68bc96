"""Window sums, absence and spending: arithmetic over buckets."""

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.slo.absence import with_absence
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.budget_history import budget_history
from fireline.domain.slo.definition import Absent, TimeSliceSli
from fireline.domain.slo.ledger import (
    WindowSums,
    changes,
    clamped,
    cut,
    known,
    merge,
    missing,
    series_of,
)
from fireline.domain.slo.spending import first_bad_start, share_spent
from tests.unit.slo_builders import EPOCH, SLICES, T, ledger, reading, slo, steady

counts = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(lambda p: (min(p), max(p))),
    min_size=1,
    max_size=60,
)


def of(pairs: list[tuple[int, int]]) -> BucketSeries:
    return ledger([g for g, _ in pairs], [t for _, t in pairs])


@given(counts, st.integers(1, 60))
def test_a_window_on_an_edge_is_the_plain_sum(pairs: list[tuple[int, int]], size: int) -> None:
    good, total = WindowSums(of(pairs), EPOCH).over(size * BUCKET_SECONDS)
    assert total == pytest.approx(sum(t for _, t in pairs[-size:]))
    assert good == pytest.approx(sum(g for g, _ in pairs[-size:]))


@given(counts, st.integers(1, 20_000), st.integers(1, 20_000))
def test_windows_are_additive(pairs: list[tuple[int, int]], first: int, second: int) -> None:
    series = of(pairs)
    whole = WindowSums(series, EPOCH).over(first + second)[1]
    newer = WindowSums(series, EPOCH).over(first)[1]
    older = WindowSums(series, EPOCH - first).over(second)[1]
    assert whole == pytest.approx(newer + older)


@given(counts, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(pairs: list[tuple[int, int]], random: Random) -> None:
    buckets = [Bucket(EPOCH + 300 * i, g, t) for i, (g, t) in enumerate(pairs)]
    shuffled = list(buckets)
    random.shuffle(shuffled)
    merged = BucketSeries.empty(EPOCH)
    for bucket in shuffled:
        merged = merge(merged, series_of([bucket]))
    assert list(merged.total) == [t for _, t in pairs]
    assert list(merged.good) == [g for g, _ in pairs]
    assert known(merged).all()


def test_the_oldest_bucket_counts_by_its_share_inside() -> None:
    sums = WindowSums(ledger([0, 0], [100, 100], end=EPOCH), EPOCH + 60, Bucket(EPOCH, 3, 10))
    assert sums.over(60 + 300 + 150) == (3.0, 160.0)


def test_an_empty_window_is_zero_of_zero() -> None:
    assert WindowSums(BucketSeries.empty(EPOCH), EPOCH).over(3600) == (0.0, 0.0)


def test_a_known_bucket_is_never_forgotten() -> None:
    merged = merge(steady(3, 10), missing(EPOCH - 900, 3))
    assert list(merged.total) == [10, 10, 10]
    assert known(merged).all()


def test_late_data_replaces_what_was_there_and_only_that_is_written() -> None:
    old = steady(10, 10)
    late = steady(3, 10)
    late.good[1] = 4
    news = changes(old, late)
    assert news is not None
    assert (news.start, list(news.good)) == (EPOCH - 600, [4.0])
    assert changes(old, steady(3, 10)) is None
    assert changes(old, missing(EPOCH - 600, 2)) is None


def test_counts_are_forced_into_bounds() -> None:
    good, total, forced = clamped(np.array([101.0, -1.0, 5.0]), np.array([100.0, 3.0, 9.0]))
    assert list(good) == [100, 0, 5]
    assert list(total) == [100, 3, 9]
    assert list(forced) == [True, True, False]


def holed(values: list[float], hole: slice) -> BucketSeries:
    series = ledger(values, values)
    series.good[hole] = series.total[hole] = 0
    series.flags[hole] = int(BucketFlag.MISSING)
    return series


def test_absent_slices_count_bad_only_after_the_history_began() -> None:
    definition = slo(SLICES, absent=Absent.BAD)
    series = holed([5.0] * 10, slice(0, 3))
    series.good[6:8] = series.total[6:8] = 0
    series.flags[6:8] = int(BucketFlag.MISSING)
    counted = with_absence(definition, series, series.start + 3 * BUCKET_SECONDS)
    assert list(counted.total) == [0, 0, 0, 5, 5, 5, 5, 5, 5, 5]
    assert list(counted.good) == [0, 0, 0, 5, 5, 5, 0, 0, 5, 5]
    assert counted.flags[6] & BucketFlag.IMPUTED
    assert with_absence(definition, series, None) is series


def test_slices_longer_than_a_bucket_are_expected_where_they_end() -> None:
    hourly = TimeSliceSli("x", "<=", 1.0, slice_seconds=3600)
    series = missing(EPOCH - 7200, 24)
    counted = with_absence(slo(hourly, absent=Absent.BAD), series, EPOCH - 9000)
    assert list(np.flatnonzero(counted.total)) == [11, 23]


def test_absent_events_count_as_the_usual_traffic_of_the_day_before() -> None:
    series = holed([10.0, 20.0, 30.0, 0.0, 0.0], slice(3, 5))
    counted = with_absence(slo(absent=Absent.BAD), series, series.start)
    assert list(counted.total) == [10, 20, 30, 20, 20]
    assert list(counted.good) == [10, 20, 30, 0, 0]
    assert with_absence(slo(absent=Absent.UNKNOWN), series, series.start) is series


def test_absent_events_without_history_are_not_invented() -> None:
    series = missing(EPOCH - 900, 3)
    assert with_absence(slo(absent=Absent.BAD), series, None) is series


def day_of_traffic() -> BucketSeries:
    """288 buckets of 100 events: 60 bad in the first, 50 bad in buckets 100..105."""
    series = steady(288, 100)
    series.good[0] -= 60
    series.good[100:106] -= 50
    return series


def test_an_incident_costs_the_bad_in_the_buckets_it_touches() -> None:
    now = reading(slo(objective="99", window=timedelta(days=1)), day_of_traffic())
    start = now.window.start
    assert share_spent(now, start + 100 * 300, start + 104 * 300 - 1) == pytest.approx(200 / 288)
    assert share_spent(now, start + 100 * 300 + 17, start + 100 * 300 + 20) == pytest.approx(
        50 / 288
    )


def test_without_events_an_interval_has_no_cost_at_all() -> None:
    now = reading(slo(), steady(10, 0))
    assert share_spent(now, EPOCH - 600, EPOCH) is None


def test_the_bad_stretch_begins_at_its_first_bad_bucket() -> None:
    series = day_of_traffic()
    now = reading(slo(objective="99", window=timedelta(days=1)), series)
    assert first_bad_start(now, series.start + 105 * 300) == series.start + 100 * 300
    series.good[103] = series.total[103] = 0
    assert first_bad_start(now, series.start + 105 * 300) == series.start + 100 * 300


def test_a_burn_in_the_open_part_alone_begins_there() -> None:
    burning = Bucket(EPOCH, 0, 30)
    now = reading(slo(), steady(10, 100), T + timedelta(minutes=2), open_part=burning)
    assert first_bad_start(now, EPOCH + 120) == EPOCH
    quiet = reading(slo(), steady(10, 100))
    assert first_bad_start(quiet, EPOCH) is None


def test_the_drawn_budget_ends_where_the_figures_do() -> None:
    now = reading(slo(objective="99", window=timedelta(days=1)), day_of_traffic())
    history = budget_history(now)
    assert history.remaining[-1] == pytest.approx(1 - 360 / 288)
    assert history.times[-1] == EPOCH
    assert history.burn[0] == pytest.approx(60.0)
    assert not budget_history(reading(slo(), BucketSeries.empty(EPOCH))).times.size


def test_buckets_can_be_cut_anywhere() -> None:
    series = steady(4, 1)
    assert cut(series, series.start - 3000, series.end + 3000).total.size == 4
    assert cut(series, series.start + 300, series.start + 600).start == series.start + 300
    assert not cut(series, series.end + 300).total.size
    assert datetime.fromtimestamp(series.end, UTC) == T
