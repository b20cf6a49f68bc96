"""Whose turn it is, at any instant and over every change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.oncall.plan import OnCallPlan
from fireline.domain.oncall.rotation import Override, Person, Rotation, on_call
from fireline.domain.slo.recurrence import recurring

PEOPLE = tuple(Person(name, f"U0{name.upper()}") for name in ("ana", "ben", "chen"))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
ALIAS = "@oncall-data-platform"
START = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001 - a Monday's wall time


def rotation(
    zone: str = "Europe/Berlin", rule: str = "FREQ=WEEKLY", first: datetime = START, **more: object
) -> Rotation:
    rhythm = recurring(rule, first, zone, 1)
    return Rotation(ALIAS, PEOPLE, rhythm, **more)  # type: ignore[arg-type]


def name_at(one: Rotation, at: datetime) -> str | None:
    shift = on_call(one, at)
    return shift.person.name if shift is not None else None


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_turn_begins_and_ends_at_the_wall_time_of_its_zone_when_clocks_change() -> None:
    berlin = rotation()
    assert name_at(berlin, utc("2026-01-05T08:59")) is None
    assert [name_at(berlin, utc(t)) for t in ("2026-01-05T09:00", "2026-01-12T08:59")] == [
        "ana"
    ] * 2
    assert name_at(berlin, utc("2026-01-12T09:00")) == "ben"
    # From 29 March on, ten o'clock is 08:00 UTC.
    summer = [name_at(berlin, utc(t)) for t in ("2026-03-30T07:59", "2026-03-30T08:00")]
    assert summer == ["chen", "ana"]


def test_a_hand_over_that_the_clocks_skip_happens_an_hour_later() -> None:
    """On 29 March 2026 there is no 02:30 in Berlin."""
    daily = rotation(rule="FREQ=DAILY", first=datetime(2026, 3, 28, 2, 30))  # noqa: DTZ001
    assert name_at(daily, utc("2026-03-29T01:29")) == "ana"
    assert name_at(daily, utc("2026-03-29T01:30")) == "ben"
    assert name_at(daily, utc("2026-03-30T00:30")) == "chen"


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    there = rotation("Australia/Lord_Howe", "FREQ=DAILY", datetime(2026, 4, 3, 9, 0))  # noqa: DTZ001
    shifts = [on_call(there, utc(t)) for t in ("2026-04-03T00:00", "2026-04-04T00:00")]
    lengths = [s.until - s.since for s in shifts if s is not None and s.until is not None]
    assert lengths == [timedelta(hours=24), timedelta(hours=24, minutes=30)]


@given(
    zone=st.sampled_from(ZONES),
    weeks=st.integers(1, 4),
    hour=st.integers(0, 23),
    minutes=st.integers(0, 3 * 365 * 24 * 60),
)
def test_everybody_has_the_same_number_of_weeks_counted_on_the_wall(
    zone: str, weeks: int, hour: int, minutes: int
) -> None:
    first = START.replace(hour=hour, minute=30)
    one = rotation(zone, f"FREQ=WEEKLY;INTERVAL={weeks}", first)
    at = one.start + timedelta(minutes=minutes)
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    shift = on_call(one, at)
    assert shift is not None
    assert shift.until is not None
    assert shift.since <= at < shift.until
    near = min(abs(at - edge) for edge in (shift.since, shift.until))
    if near > timedelta(hours=2):  # by the clock alone, which is ambiguous only at its changes
        turn = (wall - first) // timedelta(weeks=weeks)
        assert shift.person == PEOPLE[turn % 3]


@given(
    zone=st.sampled_from(ZONES),
    spans=st.lists(
        st.tuples(st.integers(0, 60 * 24 * 60), st.integers(1, 5 * 24 * 60)), max_size=4
    ),
    minutes=st.integers(0, 70 * 24 * 60),
)
def test_a_shift_holds_one_person_until_its_end(
    zone: str, spans: list[tuple[int, int]], minutes: int
) -> None:
    start = rotation(zone).start
    overrides: list[Override] = []
    for begin, length in sorted(spans):
        since = start + timedelta(minutes=begin)
        if not overrides or overrides[-1].end <= since:
            until = since + timedelta(minutes=length)
            overrides.append(Override(PEOPLE[1], since, until))
    one = rotation(zone, overrides=tuple(overrides))
    at = start + timedelta(minutes=minutes)
    shift = on_call(one, at)
    assert shift is not None
    assert shift.until is not None
    assert shift.since <= at < shift.until
    same = (on_call(one, shift.since), on_call(one, shift.until - timedelta(seconds=1)))
    assert all(other is not None and other.person == shift.person for other in same)
    change = OnCallPlan((one,)).next_change(ALIAS, at)
    assert change is not None
    when, who = change
    assert who != shift.person
    assert name_at(one, when - timedelta(seconds=1)) == shift.person.name


def test_who_stands_in_has_the_stretch_and_no_more() -> None:
    over = Override(PEOPLE[2], utc("2026-01-07T10:00"), utc("2026-01-08T10:00"))
    one = rotation(overrides=(over,))
    times = ("2026-01-07T09:59", "2026-01-07T10:00", "2026-01-08T09:59", "2026-01-08T10:00")
    assert [name_at(one, utc(t)) for t in times] == ["ana", "chen", "chen", "ana"]
    back = on_call(one, utc("2026-01-08T10:00"))
    assert back is not None
    assert back.since == over.end


def test_a_rotation_that_ended_calls_nobody_and_the_next_one_follows() -> None:
    end = utc("2026-02-02T09:00")
    first = rotation(until=end)
    second = rotation(rule="FREQ=DAILY", first=datetime(2026, 2, 2, 10, 0))  # noqa: DTZ001
    alone = OnCallPlan((first,))
    assert alone.at(ALIAS, end) is None
    assert alone.next_change(ALIAS, end - timedelta(hours=1)) == (end, None)
    both = OnCallPlan((first, second))
    shift = both.at(ALIAS, end)
    assert shift is not None
    assert shift.person.name == "ana"


def test_with_one_member_nothing_ever_changes() -> None:
    alone = Rotation(ALIAS, PEOPLE[:1], recurring("FREQ=WEEKLY", START, "UTC", 1))
    assert OnCallPlan((alone,)).next_change(ALIAS, utc("2026-06-01T00:00")) is None


def test_a_rule_may_change_turns_twice_a_week() -> None:
    one = rotation(rule="FREQ=WEEKLY;BYDAY=MO,TH")
    times = ("2026-01-05T12:00", "2026-01-08T12:00", "2026-01-12T12:00", "2026-01-15T12:00")
    assert [name_at(one, utc(t)) for t in times] == ["ana", "ben", "chen", "ana"]
