"""The ledger says the same before and after it is folded, packed and rolled up."""

from itertools import count
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fireline.adapters.store import SqlStore
from fireline.adapters.store.ledger_days import (
    DAY_SECONDS,
    PER_DAY,
    Day,
    hourly,
    packed,
    unpacked,
    unpacked_many,
)
from fireline.domain.slo.buckets import BucketFlag, BucketSeries
from fireline.domain.slo.ledger import WindowSums, series_of
from tests.store_fixture import RecordingStore

BUCKET, HOUR = 300, 3600
START = 20_000 * DAY_SECONDS
names = count()


def a_series(start: int, values: list[float]) -> BucketSeries:
    good = np.array(values, np.float64)
    flags = np.where(good == 0, np.uint8(BucketFlag.MISSING), np.uint8(0))
    return BucketSeries(start, good, good * 1.37, flags)


def ticked(store: RecordingStore, name: str, buckets: int, start: int = START) -> None:
    """Write as a running bot does: one bucket after the other."""
    with store() as uow:
        for n in range(buckets):
            uow.ledger.write(name, "r", a_series(start + n * BUCKET, [n % 7 + 0.1]))
            if n % 12 == 11:
                uow.commit()
        uow.commit()


def rows(store: RecordingStore, table: str) -> int:
    with store.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())  # noqa: S608 - ours


def all_of(store: RecordingStore, name: str, days: int = 3) -> BucketSeries:
    with store() as uow:
        return uow.ledger.read(name, "r", START, START + days * DAY_SECONDS)


def same(one: BucketSeries, other: BucketSeries) -> bool:
    return all(
        np.array_equal(getattr(one, part), getattr(other, part))
        for part in ("good", "total", "flags")
    )


def test_new_buckets_of_many_ledgers_share_a_row_until_their_day_is_folded(
    any_store: RecordingStore,
) -> None:
    for n in range(3):
        ticked(any_store, f"s{n}", 300)
    assert (rows(any_store, "ledger_tail"), rows(any_store, "ledger_day")) == (300, 0)
    before = [all_of(any_store, f"s{n}") for n in range(3)]
    with any_store() as uow:
        assert uow.ledger.span("s1", "r") == (START, START + 300 * BUCKET)
        assert uow.ledger_keeping.fold(START + DAY_SECONDS + 4 * HOUR)
        assert not uow.ledger_keeping.fold(START + DAY_SECONDS + 4 * HOUR)
        uow.commit()
    assert (rows(any_store, "ledger_tail"), rows(any_store, "ledger_day")) == (12, 3)
    for n in range(3):
        assert same(all_of(any_store, f"s{n}"), before[n])
    with any_store() as uow:
        assert uow.ledger.span("s1", "r") == (START, START + 300 * BUCKET)
        assert uow.ledger.spans([("s1", "r"), ("x", "r")]) == {
            ("s1", "r"): (START, START + 300 * BUCKET)
        }


def test_a_fold_that_is_interrupted_changes_nothing(any_store: RecordingStore) -> None:
    ticked(any_store, "s", 290)
    before = all_of(any_store, "s")
    with any_store() as uow:
        assert uow.ledger_keeping.fold(START + 2 * DAY_SECONDS)
    assert rows(any_store, "ledger_tail") == 290
    assert same(all_of(any_store, "s"), before)


def test_late_data_is_kept_wherever_its_day_is_by_then(any_store: RecordingStore) -> None:
    ticked(any_store, "s", 288)
    with any_store() as uow:
        uow.ledger_keeping.fold(START + DAY_SECONDS)
        uow.ledger.write("s", "r", a_series(START + HOUR, [99.0]))
        uow.commit()
    assert all_of(any_store, "s").good[12] == 99.0
    with any_store() as uow:
        uow.ledger_keeping.fold(START + DAY_SECONDS)
        uow.commit()
    assert all_of(any_store, "s").good[12] == 99.0
    assert rows(any_store, "ledger_tail") == 0


def test_history_written_over_new_buckets_wins(any_store: RecordingStore) -> None:
    ticked(any_store, "s", 20)
    ticked(any_store, "other", 20)
    with any_store() as uow:
        uow.ledger.write("s", "r", a_series(START, [5.0] * 40))
        uow.commit()
    assert all_of(any_store, "s").good[:41].tolist() == [5.0] * 40 + [0.0]
    assert all_of(any_store, "other").good[19] == pytest.approx(5.1)


def test_two_processes_give_out_no_place_twice(any_store: RecordingStore) -> None:
    other = SqlStore(any_store.engine, lambda _session, _call: None)
    ticked(any_store, "a", 1)
    with other() as uow:
        uow.ledger.write("b", "r", a_series(START, [2.0]))
        uow.ledger.write("a", "r", a_series(START + BUCKET, [3.0]))
        uow.commit()
    with any_store() as uow:
        good, total, flags = uow.ledger.read_many(
            [("b", "r"), ("a", "r")], START, START + 2 * BUCKET
        )
    assert good.tolist() == [[2.0, 0.1], [0.0, 3.0]]
    assert total[0].tolist() == pytest.approx([2.74, 0.137])
    assert flags.tolist() == [[0, 0], [BucketFlag.MISSING, 0]]


def test_sums_over_hours_are_equal_before_and_after_the_roll_up(
    any_store: RecordingStore,
) -> None:
    ticked(any_store, "s", 2 * PER_DAY)
    before = all_of(any_store, "s")
    with any_store() as uow:
        while uow.ledger_keeping.fold(START + 3 * DAY_SECONDS):
            uow.commit()
    with any_store() as uow:
        assert uow.ledger_keeping.roll_up(START + DAY_SECONDS) == ("s", "r")
    assert same(all_of(any_store, "s"), before)  # interrupted: as it was
    with any_store() as uow:
        last = uow.ledger_keeping.roll_up(START + DAY_SECONDS)
        assert last == ("s", "r")
        assert uow.ledger_keeping.roll_up(START + DAY_SECONDS, last) is None
        uow.commit()
    after = all_of(any_store, "s")
    assert after.good[PER_DAY : 2 * PER_DAY].tolist() == before.good[PER_DAY : 2 * PER_DAY].tolist()
    assert not same(after, before)
    end = START + 3 * DAY_SECONDS
    for hours in range(1, 73):
        one, other = (WindowSums(s, end).over(hours * HOUR) for s in (before, after))
        assert other == pytest.approx(one)
    with any_store() as uow:
        uow.ledger.write("s", "r", a_series(START + HOUR, [12.0]))
        uow.commit()
        uow.ledger_keeping.fold(end)
        uow.commit()
        late = uow.ledger.read("s", "r", START + HOUR, START + 2 * HOUR)
    assert late.good.sum() == pytest.approx(12.0 + before.good[13:24].sum(), rel=0.1)
    assert set(late.good.tolist()) == {late.good[0]}


def test_what_is_too_old_is_forgotten_day_by_day(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.ledger.write("s", "r", a_series(START, [1.0] * 2 * PER_DAY))
        uow.ledger.write("gone", "r", a_series(START, [1.0] * 20))
        uow.commit()
        assert uow.ledger_keeping.forget(START + DAY_SECONDS)
        assert not uow.ledger_keeping.forget(START + DAY_SECONDS)
        uow.commit()
    with any_store() as uow:
        assert uow.ledger.span("s", "r") == (START + DAY_SECONDS, START + 2 * DAY_SECONDS)
        assert uow.ledger.span("gone", "r") is None
    assert all_of(any_store, "s").good.sum() == PER_DAY


class Act(NamedTuple):
    offset: int
    values: list[int]
    then: str


acts = st.builds(
    Act,
    st.integers(0, 600),
    st.lists(st.integers(0, 5), min_size=1, max_size=40),
    st.sampled_from(["", "commit", "fold"]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, min_size=1, max_size=8))
def test_whatever_is_written_and_folded_the_last_write_is_read(
    sqlite_store: RecordingStore, done: list[Act]
) -> None:
    name = str(next(names))
    expected = np.zeros(3 * PER_DAY)
    with sqlite_store() as uow:
        for act in done:
            values = [float(v) for v in act.values]
            uow.ledger.write(name, "r", a_series(START + act.offset * BUCKET, values))
            expected[act.offset : act.offset + len(values)] = values
            if act.then:
                uow.commit()
            if act.then == "fold":
                uow.ledger_keeping.fold(START + 2 * DAY_SECONDS)
        found = uow.ledger.read(name, "r", START, START + 3 * DAY_SECONDS)
        uow.commit()
    assert found.good.tolist() == expected.tolist()
    assert all_of(sqlite_store, name).good.tolist() == expected.tolist()


floats = st.floats(0, 1e12, allow_nan=False)


@given(
    st.lists(floats, min_size=PER_DAY, max_size=PER_DAY),
    st.integers(0, 2**32),
)
@settings(max_examples=30, deadline=None)
def test_a_packed_day_is_the_same_to_the_last_bit(total: list[float], seed: int) -> None:
    draw = np.random.default_rng(seed)
    flags = draw.choice(np.array([0, 1, 2, 9], np.uint8), PER_DAY)
    totals = np.array(total)
    day = Day(totals * draw.choice([1.0, 0.99, draw.random()], PER_DAY), totals, flags)
    found = unpacked(packed(day))
    assert found.good.tobytes() == day.good.tobytes()
    assert found.total.tobytes() == day.total.tobytes()
    assert found.flags.tobytes() == day.flags.tobytes()


def test_days_of_all_forms_are_read_together() -> None:
    day = Day(np.arange(288.0), np.arange(288.0) + 1, np.zeros(288, np.uint8))
    day.flags[:12], day.flags[12:15] = BucketFlag.MISSING, BucketFlag.MISSING
    for cells in (day.good, day.total):
        cells[:15] = 0
    raw = day.good.tobytes(), day.total.tobytes(), day.flags.tobytes()
    good, total, flags = unpacked_many([hourly(day), raw, packed(day)])
    assert good[1].tolist() == good[2].tolist() == day.good.tolist()
    assert total[0].sum() == pytest.approx(day.total.sum())
    assert flags[0][[0, 12, 24]].tolist() == [BucketFlag.MISSING, BucketFlag.PARTIAL, 0]
    assert len(packed(day)[0]) < len(raw[0])


def test_nothing_is_something_to_fold_or_roll_up(any_store: RecordingStore) -> None:
    with any_store() as uow:
        assert not uow.ledger_keeping.fold(START)
        assert not uow.ledger_keeping.roll_up(START)
        assert not uow.ledger_keeping.forget(START)
    assert not series_of([]).good.size
