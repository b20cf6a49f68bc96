"""Buckets held against whole hours and late samples, checked with plain sums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.slo.buckets import BucketFlag, BucketSeries
from fireline.domain.slo.corrections import (
    HOUR_SECONDS,
    PER_HOUR,
    agreeing,
    corrected,
    filled,
    roughly_filled,
    spread,
)
from fireline.domain.slo.ledger import known, missing

START = 1_795_600_800
COUNTS = st.lists(st.integers(0, 500), min_size=PER_HOUR, max_size=PER_HOUR)


def buckets(good: list[float], total: list[float], start: int = START) -> BucketSeries:
    """Total None stands for a bucket that is missing."""
    flags = np.where(np.isnan(np.array(total, float)), 1, 0).astype(np.uint8)
    return BucketSeries(
        start, np.nan_to_num(np.array(good, float)), np.nan_to_num(np.array(total, float)), flags
    )


def hours(*counts: tuple[float, float] | None, start: int = START) -> BucketSeries:
    """Hours as (good, total); None is missing."""
    seen = np.array([c is not None for c in counts])
    good, total = (np.array([c[i] if c else 0.0 for c in counts]) for i in (0, 1))
    return spread(start, good, total, seen)


def bad(series: BucketSeries) -> float:
    return float((series.total - series.good).sum())


@given(COUNTS, COUNTS, st.integers(0, 9000), st.floats(0, 1))
def test_a_corrected_hour_has_the_true_sums_and_never_more_good_than_total(
    goods: list[int], bads: list[int], true_total: int, share: float
) -> None:
    total = [float(g + b) for g, b in zip(goods, bads, strict=True)]
    true_bad = true_total * share
    detail = buckets([float(g) for g in goods], total)
    fixed = agreeing(detail, hours((true_total - true_bad, true_total)))
    assert (fixed.good <= fixed.total + 1e-6).all()
    assert (fixed.good >= -1e-6).all()
    assert fixed.total.sum() == pytest.approx(true_total, rel=0.0101, abs=1.01)
    assert bad(fixed) == pytest.approx(true_bad, rel=0.0101, abs=1.01)


def test_a_burst_lost_between_two_buckets_is_put_back() -> None:
    detail = buckets([10.0] * 12, [10.0] * 12)
    fixed = agreeing(detail, hours((120.0, 1120.0)))
    assert fixed.total.sum() == pytest.approx(1120)
    assert bad(fixed) == pytest.approx(1000)
    assert set(fixed.flags) == {BucketFlag.AUDITED}


def test_an_hour_in_which_no_bucket_saw_anything_goes_whole_into_its_last_bucket() -> None:
    fixed = agreeing(missing(START, 12), hours((3.0, 5.0)))
    assert list(fixed.total) == pytest.approx([0.0] * 11 + [5.0])
    assert list(fixed.good) == pytest.approx([0.0] * 11 + [3.0])
    assert known(fixed).all()


def test_a_difference_of_one_percent_or_one_event_is_left_alone() -> None:
    detail = buckets([100.0] * 12, [100.0] * 12)
    assert (agreeing(detail, hours((1210.0, 1210.0))).flags == 0).all()
    few = buckets([0.0] * 12, [0.0] * 12)
    assert (agreeing(few, hours((0.0, 1.0))).total == 0).all()


def test_part_of_an_hour_and_an_hour_that_is_missing_are_left_alone() -> None:
    detail = buckets([1.0] * 18, [1.0] * 18)
    fixed = agreeing(detail, hours(None, (600.0, 600.0)))
    assert list(fixed.total) == [1.0] * 18


def test_holes_in_a_corrected_hour_stay_holes() -> None:
    detail = buckets([10.0] * 6 + [np.nan] * 6, [10.0] * 6 + [np.nan] * 6)
    fixed = agreeing(detail, hours((120.0, 120.0)))
    assert list(known(fixed)) == [True] * 6 + [False] * 6
    assert fixed.total.sum() == pytest.approx(120)


def test_coarse_buckets_give_way_to_detail_even_where_it_has_nothing() -> None:
    coarse = hours((120.0, 120.0))
    assert (coarse.flags & BucketFlag.COARSE).all()
    detail = buckets([np.nan] * 8 + [30.0] * 4, [np.nan] * 8 + [30.0] * 4)
    found = filled(coarse, detail)
    assert found.total.sum() == pytest.approx(120)
    assert list(known(found)) == [False] * 8 + [True] * 4


def test_what_was_counted_by_itself_is_not_replaced_by_hours_nor_forgotten() -> None:
    have = buckets([7.0, 8.0], [9.0, 9.0], START + 5 * 300)
    rough = roughly_filled(have, hours((120.0, 120.0)))
    assert list(rough.total[4:8]) == [10.0, 9.0, 9.0, 10.0]
    again = filled(rough, missing(START, 12))
    assert list(known(again)) == [False] * 5 + [True] * 2 + [False] * 5


def test_late_samples_are_corrected_with_old_and_new_counts() -> None:
    have = buckets([10.0] * 4, [10.0] * 4)
    truth = buckets([10.0, 10.0, 12.0, 10.0], [10.0, 10.0, 15.0, 10.0])
    found = corrected(have, truth)
    assert found is not None
    news, told = found
    assert (news.start, list(news.total), list(news.flags)) == (
        START + 600,
        [15.0],
        [BucketFlag.AUDITED],
    )
    assert (told.buckets, told.old_good, told.old_total) == (1, 10.0, 10.0)
    assert (told.new_good, told.new_total) == (12.0, 15.0)
    assert corrected(truth, truth) is None


def test_what_the_source_has_forgotten_stays() -> None:
    have = buckets([10.0] * 30, [10.0] * 30)
    forgot = buckets([np.nan] * 14 + [900.0] + [10.0] * 15, [np.nan] * 14 + [900.0] + [10.0] * 15)
    assert corrected(have, forgot) is None, "the first bucket it has may hold a counter's all"
    assert corrected(have, missing(START, 30)) is None


def test_a_stretch_the_ledger_never_saw_is_taken_in() -> None:
    have = buckets([10.0] * 3 + [np.nan] * 3, [10.0] * 3 + [np.nan] * 3)
    found = corrected(have, buckets([10.0] * 6, [10.0] * 6))
    assert found is not None
    assert (found[1].old_total, found[1].new_total, found[1].buckets) == (0.0, 30.0, 3)


def test_an_hour_begins_on_the_clock_and_not_where_the_stretch_does() -> None:
    begin = START + HOUR_SECONDS - 600
    detail = buckets([1.0] * 14, [1.0] * 14, begin)
    fixed = agreeing(detail, hours((500.0, 500.0), start=START + HOUR_SECONDS))
    assert list(fixed.total[:2]) == [1.0, 1.0]
    assert fixed.total[2:].sum() == pytest.approx(500)
