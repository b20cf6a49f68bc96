"""Many ledgers side by side give the sums that each gives alone."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.fleet import FINE_SECONDS, HOUR, Fleet
from fireline.domain.slo.ledger import WindowSums, cut, known
from tests.unit.slo_builders import EPOCH

DAY = 86_400
SIZE = 3
WINDOWS = (300, 1_800, 3_600, 7_200, 21_600, DAY, 3 * DAY, 5 * DAY)


def drawn(seed: int, end: int, days: float = 5.5) -> list[BucketSeries]:
    """Ledgers with bursts, fractions and holes."""
    draw = np.random.default_rng(seed)
    count = int(days * 288)
    made = []
    for _ in range(SIZE):
        total = draw.integers(0, 50, count) * draw.choice([0.0, 1.0, 1.37, 1000.0], count)
        good = total * draw.choice([1.0, 0.9, 0.0], count)
        flags = np.where(draw.random(count) < 0.1, np.uint8(BucketFlag.MISSING), np.uint8(0))
        total[flags > 0] = good[flags > 0] = 0
        made.append(BucketSeries(end - count * BUCKET_SECONDS, good, total, flags))
    return made


def loaded(series: list[BucketSeries], edge: int, fine: int = DAY) -> Fleet:
    fleet = Fleet(len(series), edge, 5 * DAY, fine)
    for column, one in enumerate(series):
        taken(fleet, column, one)
    return fleet


def taken(fleet: Fleet, column: int, one: BucketSeries) -> None:
    buckets = np.array([one.total - one.good, one.total])[:, :, None]
    fleet.load(np.array([column]), one.start, buckets, known(one)[:, None])


def bounded(fleet: Fleet, series: BucketSeries, at: int, window: int) -> float:
    """How far off a sum may be: what happened in the hour its left edge cuts, or nothing."""
    left = at - window
    if left >= fleet.first or left % HOUR == 0:
        return 0.0
    hour = left - left % HOUR
    return float(cut(series, hour, hour + HOUR).total.sum())


@given(st.integers(0, 10_000), st.integers(0, 299), st.integers(0, 400))
def test_a_window_of_many_is_the_window_of_each(seed: int, seconds: int, closed: int) -> None:
    series = drawn(seed, EPOCH)
    start = EPOCH - closed * BUCKET_SECONDS
    fleet = loaded([cut(s, s.start, start) for s in series], start)
    fleet.advance(EPOCH)
    newer = [cut(s, start) for s in series]
    if closed:
        buckets = np.array([[s.total - s.good for s in newer], [s.total for s in newer]])
        there = np.array([known(s) for s in newer]).T
        room = (EPOCH - fleet.first) // BUCKET_SECONDS
        keep = min(closed, room)
        cells = buckets.transpose(0, 2, 1)[:, -keep:]
        fleet.put(np.arange(SIZE), EPOCH - keep * BUCKET_SECONDS, cells, there[-keep:])
        if keep < closed:
            return  # more than the fine rows hold is loaded as a whole, never put
    at = EPOCH + seconds
    found = fleet.over(at, WINDOWS)
    for column, one in enumerate(series):
        alone = WindowSums(one, at)
        for number, window in enumerate(WINDOWS):
            good, total = alone.over(window)
            off = bounded(fleet, one, at, window) + 1e-6
            assert found[number, 1, column] == pytest.approx(total, abs=off)
            assert found[number, 0, column] == pytest.approx(total - good, abs=off)


@given(st.integers(0, 10_000), st.integers(0, 11))
def test_an_edge_on_the_hour_is_exact_and_buckets_with_data_are_counted(
    seed: int, later: int
) -> None:
    end = EPOCH - EPOCH % HOUR + later * BUCKET_SECONDS
    series = drawn(seed, end)
    fleet = loaded(series, end)
    for window in (end % HOUR + 4 * DAY, end % HOUR + 30 * HOUR, DAY):
        found = fleet.over(end, (window,))[0]
        for column, one in enumerate(series):
            within = cut(one, end - window)
            assert found[1, column] == pytest.approx(within.total.sum())
            assert found[0, column] == pytest.approx((within.total - within.good).sum())
            assert fleet.seen(end - window)[column] == np.count_nonzero(known(within))


@dataclass
class Late:
    at: int
    good: float
    total: float


@given(
    st.integers(0, 1000),
    st.lists(
        st.builds(Late, st.integers(1, 280), st.integers(0, 9), st.integers(10, 20)),
        max_size=5,
    ),
)
def test_late_data_replaces_what_was_there(seed: int, late: list[Late]) -> None:
    series = drawn(seed, EPOCH)
    fleet = loaded(series, EPOCH)
    for one in late:
        start = EPOCH - one.at * BUCKET_SECONDS
        for column, ledger in enumerate(series):
            index = (start - ledger.start) // BUCKET_SECONDS
            ledger.good[index], ledger.total[index], ledger.flags[index] = one.good, one.total, 0
            cells = np.array([[[one.total - one.good]], [[one.total]]], np.float64)
            fleet.put(np.array([column]), start, cells, np.ones((1, 1), np.bool_))
    for column, ledger in enumerate(series):
        for window in (300, HOUR, DAY, 5 * DAY):
            good, total = WindowSums(ledger, EPOCH).over(window)
            found = fleet.over(EPOCH, (window,))[0, :, column]
            assert found.tolist() == pytest.approx([total - good, total])


def test_what_is_said_again_changes_nothing_and_what_is_unknown_nothing_either() -> None:
    series = drawn(3, EPOCH)
    fleet = loaded(series, EPOCH)
    last = [cut(s, EPOCH - 900) for s in series]
    cells = np.array([[s.total - s.good for s in last], [s.total for s in last]])
    there = np.array([known(s) for s in last]).T
    columns = np.arange(SIZE)
    assert not fleet.put(columns, EPOCH - 900, cells.transpose(0, 2, 1), there).any()
    before = fleet.over(EPOCH, WINDOWS)
    assert not fleet.put(
        columns, EPOCH - 900, np.ones((2, 3, SIZE)), np.zeros((3, SIZE), bool)
    ).any()
    assert (fleet.over(EPOCH, WINDOWS) == before).all()


@given(st.integers(0, 1000), st.integers(1, 2000))
def test_hours_that_grow_old_keep_their_sums(seed: int, later: int) -> None:
    series = drawn(seed, EPOCH)
    fleet = loaded(series, EPOCH)
    size = fleet.bytes
    fleet.advance(EPOCH + later * BUCKET_SECONDS)
    assert (fleet.edge, fleet.bytes) == (EPOCH + later * BUCKET_SECONDS, size)
    at = fleet.edge
    for column, one in enumerate(series):
        for window in (DAY, 5 * DAY):
            left = at - window
            expected = float(cut(one, left).total.sum())
            off = bounded(fleet, one, at, window) + 1e-6
            assert fleet.over(at, (window,))[0, 1, column] == pytest.approx(expected, abs=off)


@given(st.integers(0, 1000), st.integers(0, 299))
def test_one_ledger_taken_out_again_gives_the_same_sums(seed: int, seconds: int) -> None:
    series = drawn(seed, EPOCH)
    fleet = loaded(series, EPOCH)
    for column, one in enumerate(series):
        out = fleet.series(column, EPOCH - 5 * DAY)
        assert out.end == EPOCH
        recent = cut(out, EPOCH - DAY)
        assert recent.total == pytest.approx(cut(one, EPOCH - DAY).total)
        assert (recent.flags == cut(one, EPOCH - DAY).flags).all()
        for window in WINDOWS:
            _, total = WindowSums(out, EPOCH + seconds).over(window)
            true = WindowSums(one, EPOCH + seconds).over(window)[1]
            off = bounded(fleet, one, EPOCH + seconds, window) + 1e-6
            assert total == pytest.approx(true, abs=off)


def test_ten_thousand_ledgers_of_thirty_days_fit_into_300_megabytes() -> None:
    small = Fleet(100, EPOCH, 30 * DAY)
    assert small.bytes * 100 < 300e6
    assert EPOCH - small.first >= FINE_SECONDS


def test_an_open_part_is_no_business_of_the_closed_buckets() -> None:
    series = drawn(1, EPOCH)
    fleet = loaded(series, EPOCH)
    part = Bucket(EPOCH, 1, 2)
    total = WindowSums(series[0], EPOCH + 60, part).over(HOUR)[1]
    assert fleet.over(EPOCH + 60, (HOUR,))[0, 1, 0] == pytest.approx(total - 2)


def test_who_gets_the_column_of_somebody_that_left_begins_with_nothing() -> None:
    fleet = loaded(drawn(1, EPOCH), EPOCH)
    others = fleet.over(EPOCH, WINDOWS)[:, :, 1:]
    fleet.clear(0)
    found = fleet.over(EPOCH, WINDOWS)
    assert not found[:, :, 0].any()
    assert not fleet.seen(fleet.oldest)[0]
    assert (found[:, :, 1:] == others).all()
