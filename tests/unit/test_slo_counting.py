"""Answers into buckets: long slices, open slices, and counters that appear late."""

from dataclasses import replace

import numpy as np

from fireline.adapters.prometheus.asking import Values
from fireline.adapters.prometheus.counting import without_births
from fireline.adapters.prometheus.kinds.gauge import judged
from fireline.adapters.prometheus.planning import Moment
from fireline.adapters.prometheus.slicing import sliced_buckets
from fireline.domain.slo.buckets import Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.definition import TimeSliceSli
from fireline.domain.slo.ledger import known, merge, missing
from tests.unit.slo_builders import EPOCH, SLICES, ledger, steady


def values(at: list[int], value: list[float]) -> Values:
    return Values(np.array(at, np.int64), np.array(value, np.float64))


def slice_buckets(
    sli: TimeSliceSli, answer: Values, start: int, at: int
) -> tuple[BucketSeries, Bucket | None]:
    return sliced_buckets(judged(sli, answer), start, Moment(at, 60))


def test_a_slice_longer_than_a_bucket_counts_where_it_ends() -> None:
    quarter = replace(SLICES, slice_seconds=900)
    answer = values([EPOCH - 1800, EPOCH], [5, 500])
    series, open_part = slice_buckets(quarter, answer, EPOCH - 2700, EPOCH + 60)
    assert list(series.total) == [0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert list(series.good) == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert list(known(series)) == [True] * 3 + [False] * 3 + [True] * 3
    assert open_part is None


def test_slices_since_the_last_edge_are_the_open_part() -> None:
    answer = values([EPOCH + 60, EPOCH + 120], [5, 500])
    _, open_part = slice_buckets(SLICES, answer, EPOCH - 300, EPOCH + 130)
    assert open_part is not None
    assert (open_part.good, open_part.total, open_part.flags) == (1, 2, BucketFlag.NONE)
    _, late = slice_buckets(SLICES, answer, EPOCH - 300, EPOCH + 190)
    assert late is not None
    assert late.flags is BucketFlag.PARTIAL
    _, nothing = slice_buckets(SLICES, values([], []), EPOCH - 300, EPOCH + 190)
    assert nothing is not None
    assert nothing.flags is BucketFlag.MISSING


def joined(*parts: BucketSeries) -> BucketSeries:
    whole = parts[0]
    for part in parts[1:]:
        whole = merge(whole, part)
    return whole


def test_the_first_bucket_of_a_counter_that_appears_is_left_out() -> None:
    late = without_births(joined(missing(EPOCH - 1500, 3), ledger([9, 1], [50_009, 1])))
    assert list(late.total) == [0, 0, 0, 0, 1]
    assert list(known(late)) == [False] * 4 + [True]


def test_a_counter_that_was_there_before_or_only_paused_keeps_all_its_buckets() -> None:
    steady_on = steady(5, 10)
    assert without_births(steady_on) is steady_on
    paused = joined(steady(2, 10, end=EPOCH - 3000), steady(2, 10))
    assert without_births(paused) is paused
    gone = joined(steady(2, 10, end=EPOCH - 9000), steady(2, 10))
    assert known(without_births(gone)).sum() == 3
    empty = missing(EPOCH, 3)
    assert without_births(empty) is empty
