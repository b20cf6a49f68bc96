"""Deadlines, entities, calendar windows, zero tolerance and maintenance, against plain numbers."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow, next_slot, slots
from fireline.domain.slo.composite import CompositeSums, Share, joined_series
from fireline.domain.slo.definition import (
    Absent,
    CompositePart,
    CompositeSli,
    DeadlineSli,
    EntityRatioSli,
    Method,
    SlicedRatioSli,
)
from fireline.domain.slo.exclusions import Exclusion, ExclusionEffect
from fireline.domain.slo.ledger import missing
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.spending import share_spent
from fireline.domain.slo.status import BudgetState, BurnSeverity, SloStatus
from tests.unit.slo_builders import EPOCH, SLICES, T, ledger, reading, slo, steady

POLICY = Policy()
DAY = timedelta(days=1)
DAILY = DeadlineSli(landed_when="x", by=time(7, 0))


def at(text: str) -> int:
    return int(datetime.fromisoformat(f"2026-{text}:00+00:00").timestamp())


@pytest.mark.parametrize(
    ("unit", "zone", "inside", "start", "end", "buckets"),
    [
        ("month", "Europe/Berlin", "03-15T12:00", "02-28T23:00", "03-31T22:00", 8916),
        ("month", "Europe/Berlin", "10-15T12:00", "09-30T22:00", "10-31T23:00", 8940),
        ("month", "America/New_York", "03-15T12:00", "03-01T05:00", "04-01T04:00", 8916),
        ("month", "America/New_York", "11-15T12:00", "11-01T04:00", "12-01T05:00", 8652),
        ("month", "Australia/Lord_Howe", "04-15T12:00", "03-31T13:00", "04-30T13:30", 8646),
        ("quarter", "Europe/Berlin", "02-15T12:00", "01-01T00:00", "03-31T22:00", 2159 * 12),
        ("day", "Europe/Berlin", "03-29T12:00", "03-28T23:00", "03-29T22:00", 23 * 12),
        ("day", "Europe/Berlin", "10-25T12:00", "10-24T22:00", "10-25T23:00", 25 * 12),
        ("week", "Europe/Berlin", "03-29T12:00", "03-22T23:00", "03-29T22:00", 167 * 12),
        ("week", "Europe/Berlin", "10-25T12:00", "10-18T22:00", "10-25T23:00", 169 * 12),
    ],
)
def test_calendar_periods_follow_the_zone_and_its_clock_changes(
    unit: str, zone: str, inside: str, start: str, end: str, buckets: int
) -> None:
    found = CalendarWindow(CalendarUnit(unit), zone).period(at(inside))
    expected_start = at(start) if unit != "quarter" else at("01-01T00:00") - 3600
    assert found == (expected_start, at(end))
    assert (found[1] - found[0]) // BUCKET_SECONDS == buckets


def test_a_bucket_that_ends_on_the_boundary_belongs_to_the_old_period() -> None:
    month = CalendarWindow(CalendarUnit.MONTH)
    assert month.period(at("03-01T00:00"))[1] == at("03-01T00:00")
    assert month.period(at("03-01T00:00") + 1)[0] == at("03-01T00:00")


def test_a_deadline_at_a_time_that_is_not_there_or_there_twice() -> None:
    sli = DeadlineSli("x", time(2, 30), "Europe/Berlin")
    spring = slots(sli, at("03-28T12:00"), at("03-29T12:00"))
    autumn = slots(sli, at("10-24T12:00"), at("10-25T12:00"))
    assert [s.deadline for s in spring] == [at("03-29T01:30")]
    assert [s.deadline for s in autumn] == [at("10-25T00:30")]


def test_a_slot_may_begin_the_evening_before_and_only_on_its_days() -> None:
    sli = DeadlineSli("x", time(1, 0), "UTC", days=(1, 2, 3, 4, 5), since=time(22, 0))
    friday = next_slot(sli, at("11-19T12:00"))
    assert (friday.start, friday.deadline) == (at("11-19T22:00"), at("11-20T01:00"))
    assert next_slot(sli, friday.deadline).deadline == at("11-23T01:00")


def deadlines(missed: int, days: int = 28) -> Reading:
    definition = slo(DAILY, "95", 28 * DAY, absent=Absent.BAD)
    series = missing(EPOCH - 28 * 86400, 28 * 288)
    found = slots(DAILY, series.start, series.end)[-days:]
    for number, slot in enumerate(found):
        index = (slot.deadline - 1 - series.start) // BUCKET_SECONDS
        series.flags[index] = 0
        series.total[index] = 1
        series.good[index] = 0 if number >= len(found) - missed else 1
    return reading(definition, series)


@pytest.mark.parametrize(
    ("missed", "remaining", "left", "state"),
    [
        (0, 1.0, 1, BudgetState.HEALTHY),
        (1, 0.285714, 0, BudgetState.CAUTION),
        (2, -0.428571, 0, BudgetState.EXHAUSTED),
    ],
)
def test_twenty_eight_daily_deadlines_at_95_percent_allow_one_miss(
    missed: int, remaining: float, left: int, state: BudgetState
) -> None:
    status = evaluate(deadlines(missed), POLICY)
    assert status.remaining == pytest.approx(remaining, abs=1e-6)
    assert (status.misses_left, status.budget_state) == (left, state)
    assert status.budget == pytest.approx(1.4)
    assert status.coverage == 1


def test_a_short_history_has_the_budget_of_the_whole_window() -> None:
    status = evaluate(deadlines(1, days=7), POLICY)
    assert status.budget == pytest.approx(1.4, abs=0.06)
    assert status.misses_left == 0


def test_a_deadline_without_an_answer_is_a_miss_only_where_absence_is_bad() -> None:
    whole = deadlines(0)
    holes = whole.series.flags.copy()
    holes[np.flatnonzero(holes == 0)[-1]] = int(BucketFlag.MISSING)
    gone = replace(
        whole, series=BucketSeries(whole.series.start, whole.series.good, whole.series.total, holes)
    )
    assert gone.counted.total.sum() == 28
    ignoring = replace(gone, slo=replace(gone.slo, absent=Absent.IGNORE))
    assert (ignoring.counted.total * (ignoring.series.flags == 0)).sum() == 27


def test_the_first_miss_is_a_ticket_the_one_too_many_a_page() -> None:
    def burning(missed: int, tier: int) -> tuple[BurnSeverity, ...]:
        found = deadlines(missed)
        now = datetime.fromtimestamp(slots(DAILY, EPOCH - 86400, EPOCH)[-1].deadline + 60, UTC)
        return evaluate(replace(found, slo=replace(found.slo, tier=tier), at=now), POLICY).burning

    assert burning(0, 1) == ()
    assert burning(1, 1) == (BurnSeverity.TICKET,)
    assert burning(2, 1) == (BurnSeverity.PAGE, BurnSeverity.TICKET)
    assert burning(1, 0) == (BurnSeverity.PAGE, BurnSeverity.TICKET)


def test_the_next_deadline_is_at_risk_when_near_and_not_landed() -> None:
    coming = next_slot(DAILY, EPOCH)
    near = datetime.fromtimestamp(coming.deadline - 600, UTC)

    def judged(when: datetime, *, landed: bool | None) -> SloStatus:
        return evaluate(replace(deadlines(0), at=when, landed=landed), POLICY)

    assert judged(near, landed=False).at_risk
    assert not judged(near, landed=True).at_risk
    assert not judged(near, landed=None).at_risk
    assert not judged(T, landed=False).at_risk
    assert judged(T, landed=False).next_deadline == datetime.fromtimestamp(coming.deadline, UTC)


def test_entities_count_per_bucket_in_entity_hours() -> None:
    series = steady(30 * 288, total=40, bad=1)
    status = evaluate(reading(slo(EntityRatioSli("g", "t"), "95"), series), POLICY)
    assert status.attainment == pytest.approx(39 / 40)
    assert status.remaining == pytest.approx(1 - 0.025 / 0.05)
    assert status.total == pytest.approx(40 * 24 * 30)
    assert status.unit == "entity-hours"


def test_an_objective_of_100_percent_is_whole_or_exhausted_and_never_infinite() -> None:
    definition = slo(objective="100", zero_tolerance=True)
    clean = evaluate(reading(definition, steady(8640, 100)), POLICY)
    assert (clean.remaining, clean.budget_state, clean.burning) == (1.0, BudgetState.HEALTHY, ())
    broken = evaluate(reading(definition, steady(8640, 100, 1, bad_last=1)), POLICY)
    assert (broken.remaining, broken.budget_state) == (None, BudgetState.EXHAUSTED)
    assert broken.has_figure
    assert broken.burning[0] is BurnSeverity.PAGE


def test_a_calendar_window_budgets_slices_of_the_whole_period() -> None:
    definition = slo(
        SLICES,
        "99.9",
        timedelta(days=30),
        calendar=CalendarWindow(CalendarUnit.MONTH, "Europe/Berlin"),
    )
    when = datetime(2026, 3, 11, tzinfo=UTC)
    end = int(when.timestamp())
    series = steady(60 * 288, 5, 0, end=end)
    series.good[-2:] = 0
    status = evaluate(reading(definition, series, when), POLICY)
    assert status.budget == pytest.approx(44.58)
    assert status.remaining == pytest.approx(1 - 10 / 44.58)
    assert status.period is not None
    assert status.period[1] == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_burn_windows_cross_the_boundary_of_a_period() -> None:
    definition = slo(calendar=CalendarWindow(CalendarUnit.MONTH))
    when = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    series = steady(70 * 288, 100, 50, bad_last=24, end=int(when.timestamp()))
    status = evaluate(reading(definition, series, when), POLICY)
    assert status.total == pytest.approx(600)
    six_hours = next(b for b in status.burns if b.seconds == 21600)
    assert six_hours.total == pytest.approx(7200)
    assert six_hours.bad == pytest.approx(1200)
    assert BurnSeverity.PAGE in status.burning


def test_the_projection_takes_the_size_of_the_period_before() -> None:
    definition = slo(objective="99", calendar=CalendarWindow(CalendarUnit.MONTH))
    when = datetime(2026, 11, 11, tzinfo=UTC)
    series = steady(45 * 288, 10, 0.1, end=int(when.timestamp()))
    status = evaluate(reading(definition, series, when), POLICY)
    assert status.remaining == pytest.approx(0.0, abs=1e-9)
    october = 31 * 288 * 10 * 0.01
    assert status.projected_remaining == pytest.approx(1 - 10 * 288 * 0.1 / october)


MAINTAINED = slo(objective="99", window=DAY)
BAD = {0: 60, 100: 50, 101: 50, 102: 50, 103: 50, 104: 50, 105: 50}


def maintained(*exclusions: Exclusion) -> Reading:
    good = [100.0 - BAD.get(i, 0) for i in range(288)]
    return reading(MAINTAINED, ledger(good, [100.0] * 288), exclusions=exclusions)


def stretch(first: int, last: int, effect: str = "exclude") -> Exclusion:
    start = EPOCH - 86400
    return Exclusion(
        start + first * 300 + 20, start + last * 300 + 10, ExclusionEffect(effect), "upgrade"
    )


def test_maintenance_is_taken_out_and_the_raw_figure_stays_beside_it() -> None:
    raw = evaluate(maintained(), POLICY)
    assert raw.remaining == pytest.approx(-0.25)
    assert raw.raw_remaining is None
    status = evaluate(maintained(stretch(102, 104)), POLICY)
    assert status.total == 28500
    assert status.budget == pytest.approx(285)
    assert status.remaining == pytest.approx(0.263158, abs=1e-6)
    assert status.raw_remaining == pytest.approx(-0.25)


def test_maintenance_may_count_as_good_instead() -> None:
    status = evaluate(maintained(stretch(102, 104, "count_good")), POLICY)
    assert status.total == 28800
    assert status.remaining == pytest.approx(1 - 210 / 288)


def test_an_incident_costs_nothing_during_maintenance() -> None:
    start = EPOCH - 86400
    begin, end = start + 100 * 300, start + 104 * 300 - 1
    assert share_spent(maintained(), begin, end) == pytest.approx(200 / 288)
    assert share_spent(maintained(stretch(102, 104)), begin, end) == pytest.approx(100 / 285)


def composite(method: Method, *bad: float) -> tuple[Reading, CompositeSums | None]:
    sli = SlicedRatioSli(Method.TIMESLICES, 300, 0.9, total="t", bad="b")
    definition = slo(CompositeSli((CompositePart("a"), CompositePart("b")), method), "90", DAY)
    parts = []
    for share in bad:
        part = slo(sli if method is not Method.OCCURRENCES else slo().sli, "90", DAY)
        parts.append(reading(part, steady(288, 1.0, share)))
    series = joined_series(definition, method, [(p.counted, p.slo, 1.0) for p in parts])
    shares = None
    if method is Method.OCCURRENCES:
        shares = CompositeSums(0.1, [Share(0.1, 1.0, p.sums) for p in parts], series)
    return reading(definition, series, shares=shares), shares


def test_a_composite_of_ratio_slices_loses_what_both_parts_lose() -> None:
    found, _ = composite(Method.RATIO_TIMESLICES, 0.05, 0.05)
    good, total = found.budget_counts
    assert good / total == pytest.approx(0.90)


def test_a_composite_of_occurrences_burns_the_sum_of_its_parts_burns() -> None:
    found, shares = composite(Method.OCCURRENCES, 0.02, 0.05)
    status = evaluate(found, POLICY)
    assert shares is not None
    assert status.remaining == pytest.approx(1 - 0.2 - 0.5)
    assert all(b.burn == pytest.approx(0.7) for b in status.burns)
    assert status.unit == "share of budget"
    assert status.budget == pytest.approx(1.0)


def test_a_composite_slice_is_bad_when_any_part_is() -> None:
    definition = slo(CompositeSli((CompositePart("a"), CompositePart("b")), Method.TIMESLICES))
    sli = SlicedRatioSli(Method.TIMESLICES, 300, 0.9, total="t", bad="b")
    one, other = ledger([1, 0, 1, 1], [1, 1, 1, 1]), ledger([1, 0, 0, 1], [1, 1, 1, 1])
    parts = [(one, slo(sli), 1.0), (other, slo(sli), 1.0)]
    joined = joined_series(definition, Method.TIMESLICES, parts)
    assert list(joined.good) == [1, 0, 0, 1]
