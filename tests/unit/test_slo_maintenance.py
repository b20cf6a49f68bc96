"""Maintenance: when it is, what it takes out, and the worked numbers of the reference."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import Maintenance, MaintenancePlan, Once, Scope
from fireline.domain.slo.recurrence import recurring
from tests.unit.slo_builders import reading, slo

DAY = 86400
START = datetime(2026, 11, 19, tzinfo=UTC)
FIRST = int(START.timestamp())
END = START + timedelta(days=1)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year, month, day, ...


def epoch(*parts: int) -> int:
    return int(at(*parts).timestamp())


def worked() -> BucketSeries:
    """The reference's day: bad 50 in buckets 100 to 105 and 60 in bucket 0, of 100 each."""
    bad = np.zeros(288)
    bad[100:106] = 50
    bad[0] = 60
    total = np.full(288, 100.0)
    return BucketSeries(FIRST, total - bad, total, np.zeros(288, np.uint8))


def bucket(number: int) -> int:
    return FIRST + number * BUCKET_SECONDS


def a_maintenance(start: int, end: int, **changes: Any) -> Maintenance:
    fields: dict[str, Any] = {
        "name": "upgrade",
        "scope": Scope(),
        "when": Once(start, end),
        "reason": "warehouse upgrade",
        "approver": "ben",
        "source": "m.yaml:1",
    }
    return Maintenance(**{**fields, **changes})


def test_the_worked_numbers_of_maintenance_hold() -> None:
    daily = slo(objective="99", window=timedelta(days=1))
    plan = MaintenancePlan((a_maintenance(bucket(102) + 1, bucket(105)),))
    raw = evaluate(reading(daily, worked(), END), Policy())
    assert (raw.total, raw.total and raw.good and raw.total - raw.good) == (28_800, 360)
    assert raw.budget == pytest.approx(288)
    assert raw.remaining == pytest.approx(-0.25)
    assert raw.burns[-1].burn == pytest.approx(1.25)
    assert raw.raw_remaining is None
    excluded = plan.exclusions(daily, FIRST, FIRST + DAY)
    status = evaluate(reading(daily, worked(), END, exclusions=excluded), Policy())
    assert (status.total, status.good) == (28_500, 28_290)
    assert status.budget == pytest.approx(285)
    assert status.remaining == pytest.approx(0.263158, abs=1e-6)
    assert status.burns[-1].burn == pytest.approx(0.736842, abs=1e-6)
    assert status.raw_remaining == pytest.approx(-0.25)


def test_counting_good_keeps_the_traffic_and_drops_the_bad() -> None:
    daily = slo(objective="99", window=timedelta(days=1))
    entry = a_maintenance(bucket(102), bucket(105), effect=ExclusionEffect.COUNT_GOOD)
    excluded = MaintenancePlan((entry,)).exclusions(daily, FIRST, FIRST + DAY)
    status = evaluate(reading(daily, worked(), END, exclusions=excluded), Policy())
    assert (status.total, status.good) == (28_800, 28_590)
    assert status.remaining == pytest.approx(1 - 210 / 288)


def test_a_rule_keeps_its_wall_time_when_the_clocks_change() -> None:
    rule = recurring("RRULE:FREQ=WEEKLY;BYDAY=SU", at(2026, 3, 22).replace(
        hour=1, minute=30, tzinfo=None), "Europe/Berlin", 7200)  # fmt: skip
    found = rule.between(epoch(2026, 3, 22), epoch(2026, 4, 6))
    assert [datetime.fromtimestamp(s, UTC) for s, _ in found] == [
        at(2026, 3, 22, 0, 30),
        at(2026, 3, 29, 0, 30),
        at(2026, 4, 4, 23, 30),
    ]
    # Two hours are two hours, also in the night that lacks one.
    assert {end - start for start, end in found} == {7200}


@pytest.mark.parametrize(
    ("wall", "day", "utc"),
    [
        ((2026, 3, 27, 2, 30), (2026, 3, 29), (2026, 3, 29, 1, 30)),
        ((2026, 10, 23, 2, 30), (2026, 10, 25), (2026, 10, 25, 0, 30)),
    ],
)
def test_a_time_that_is_missing_or_twice_is_taken_once(
    wall: tuple[int, ...], day: tuple[int, ...], utc: tuple[int, ...]
) -> None:
    rule = recurring("FREQ=DAILY", at(*wall).replace(tzinfo=None), "Europe/Berlin", 600)
    found = rule.between(epoch(*day) - 3600, epoch(*day) + DAY - 7200)
    assert [start for start, _ in found] == [epoch(*utc)]


def test_count_and_until_end_a_rule() -> None:
    first = at(2026, 11, 2, 22).replace(tzinfo=None)
    far = epoch(2030, 1, 1)
    counted = recurring("FREQ=DAILY;COUNT=3", first, "Europe/Berlin", 3600)
    assert len(counted.between(0, far)) == 3
    until = recurring("FREQ=DAILY;UNTIL=20261104T210000Z", first, "Europe/Berlin", 3600)
    assert until.between(0, far) == counted.between(0, far)
    day = recurring("FREQ=DAILY;UNTIL=20261104", first, "Europe/Berlin", 3600)
    assert day.between(0, far) == counted.between(0, far)


def test_one_that_began_before_the_range_is_still_found() -> None:
    rule = recurring("FREQ=DAILY", at(2026, 11, 2, 22).replace(tzinfo=None), "UTC", 4 * 3600)
    assert rule.between(epoch(2026, 11, 5), epoch(2026, 11, 5, 1)) == (
        (epoch(2026, 11, 4, 22), epoch(2026, 11, 5, 2)),
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=HOURLY", "FREQ must be one of"),
        ("FREQ=SECONDLY", "FREQ must be one of"),
        ("WEEKLY", "no part of a rule"),
        ("FREQ=WEEKLY;FREQ=DAILY", "no part of a rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "cannot be read"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "fits no day"),
        ("FREQ=DAILY;UNTIL=20250101", "UNTIL lies before"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL must look like"),
        ("FREQ=DAILY;UNTIL=20269999", "cannot be read"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "exclude each other"),
        ("FREQ=DAILY;INTERVAL=0", "whole numbers"),
        ("FREQ=DAILY;COUNT=-1", "whole numbers"),
        (f"FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))}", "occurrences a year"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(["1"] * 300), "longer than"),
    ],
)
def test_a_rule_that_is_wrong_or_boundless_is_refused(rule: str, words: str) -> None:
    if "occurrences" in words:
        rule += f";BYHOUR={','.join(map(str, range(24)))}"
    with pytest.raises(ValueError, match=words):
        recurring(rule, at(2026, 11, 2).replace(tzinfo=None), "UTC", 60)


def test_a_scope_needs_every_kind_of_name_that_is_given() -> None:
    prod = slo(name="orders", service="Shop", labels={"env": "prod", "team": "a"})
    assert Scope().covers(prod)
    assert Scope(services=("shop",), labels=(("env", "prod"),)).covers(prod)
    assert not Scope(services=("shop",), labels=(("env", "dev"),)).covers(prod)
    assert not Scope(slos=("other",), services=("shop",)).covers(prod)
    plan = MaintenancePlan((a_maintenance(0, 1, scope=Scope(slos=("other",))),))
    assert plan.exclusions(prod, 0, DAY) == ()


def test_the_answer_stays_the_very_same_all_day() -> None:
    plan = MaintenancePlan((a_maintenance(bucket(1), bucket(2)),))
    one = slo()
    first = plan.exclusions(one, FIRST, FIRST + 600)
    assert plan.exclusions(one, FIRST + 300, FIRST + 900) is first
    assert len(first) == 1


@given(
    st.lists(st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)), min_size=1, max_size=4),
    st.integers(1, 12),
)
def test_taking_out_never_adds_bad_and_a_bucket_is_out_whole_or_not(
    stretches: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    total = rng.integers(0, 50, 288).astype(np.float64)
    good = np.floor(total * rng.random(288))
    series = BucketSeries(FIRST, good, total, np.zeros(288, np.uint8))
    entries = tuple(a_maintenance(FIRST + s, FIRST + s + n) for s, n in stretches)
    one = slo(window=timedelta(days=1))
    excluded = MaintenancePlan(entries).exclusions(one, FIRST, FIRST + DAY)
    whole = reading(one, series, END)
    kept = reading(one, series, END, exclusions=excluded)
    touched = np.zeros(288, bool)
    for s, n in stretches:
        touched[s // 300 : -(-(s + n) // 300)] = True
    bad = (total - good)[~touched].sum()
    assert kept.budget_counts[1] - kept.budget_counts[0] == pytest.approx(bad)
    assert kept.budget_counts[1] == pytest.approx(total[~touched].sum())
    assert kept.raw_budget_counts == whole.budget_counts


def test_what_was_written_down_later_than_it_began_is_after_the_fact() -> None:
    late = a_maintenance(FIRST, FIRST + 60, created_at=START + timedelta(seconds=1))
    assert late.after_the_fact(FIRST)
    assert not a_maintenance(FIRST, FIRST + 60, created_at=START).after_the_fact(FIRST)
    assert not a_maintenance(FIRST, FIRST + 60).after_the_fact(FIRST)
