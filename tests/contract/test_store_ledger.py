"""The budget ledger gives back what was written, whatever the cut."""

from itertools import count

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fireline.domain.slo.buckets import BucketFlag, BucketSeries
from tests.store_fixture import RecordingStore

BUCKET = 300
DAY = 86_400
START = 20_000 * DAY


def a_series(start: int, values: list[int]) -> BucketSeries:
    """Counts from small numbers; 0 stands for a bucket without data."""
    good = np.array(values, dtype=np.float64)
    flags = np.where(good == 0, np.uint8(BucketFlag.MISSING), np.uint8(0))
    return BucketSeries(start, good, good * 2, flags.astype(np.uint8))


def test_an_empty_ledger_reads_as_missing(any_store: RecordingStore) -> None:
    with any_store() as uow:
        series = uow.ledger.read("s", "r", START, START + 3 * BUCKET)
        assert series.flags.tolist() == [BucketFlag.MISSING] * 3
        assert series.end == START + 3 * BUCKET
        assert uow.ledger.read("s", "r", START, START).end == START
        assert uow.ledger.span("s", "r") is None


def test_buckets_over_midnight_come_back_after_the_commit(any_store: RecordingStore) -> None:
    start = START + DAY - 2 * BUCKET
    with any_store() as uow:
        uow.ledger.write("s", "r", a_series(start, [1, 2, 3, 0]))
        uow.commit()
    with any_store() as uow:
        uow.ledger.write("s", "other", a_series(start, [9]))
        series = uow.ledger.read("s", "r", start - BUCKET, start + 5 * BUCKET)
        assert series.good.tolist() == [0, 1, 2, 3, 0, 0]
        assert series.total.tolist() == [0, 2, 4, 6, 0, 0]
        assert series.flags.tolist() == [1, 0, 0, 0, 1, 1]
        assert uow.ledger.span("s", "r") == (start, start + 3 * BUCKET)


def test_what_was_not_committed_is_gone(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.ledger.write("s", "r", a_series(START, [1]))
        assert uow.ledger.read("s", "r", START, START + BUCKET).good.tolist() == [1]
    with any_store() as uow:
        assert uow.ledger.span("s", "r") is None


names = count()
Write = tuple[int, list[int]]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    writes=st.lists(
        st.tuples(st.integers(0, 700), st.lists(st.integers(0, 5), min_size=1, max_size=700)),
        min_size=1,
        max_size=4,
    ),
    cut=st.tuples(st.integers(0, 1400), st.integers(0, 700)),
    commits=st.booleans(),
)
def test_the_last_write_of_a_bucket_is_the_one_read(
    sqlite_store: RecordingStore,
    writes: list[Write],
    cut: tuple[int, int],
    commits: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    name = str(next(names))
    expected = np.zeros(2200)
    with sqlite_store() as uow:
        for offset, values in writes:
            uow.ledger.write(name, "r", a_series(START + offset * BUCKET, values))
            expected[offset : offset + len(values)] = values
            if commits:
                uow.commit()
        first, count = cut
        series = uow.ledger.read(
            name, "r", START + first * BUCKET, START + (first + count) * BUCKET
        )
    assert series.good.tolist() == expected[first : first + count].tolist()
    assert (series.flags == (series.good == 0)).all()
