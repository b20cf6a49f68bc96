"""Requests to overlook a rule: who may do what to them when, and the times people type."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fireline.adapters.slack.spans import ends, span, until
from fireline.domain.errors import ForbiddenError, InvalidInputError
from fireline.domain.people import Actor
from fireline.domain.policy.waivers import (
    Waiver,
    WaiverKind,
    WaiverState,
    as_exception,
    as_maintenance,
    check_asked,
    decided,
    ended,
    is_expiring,
    withdrawn,
)
from fireline.domain.slo.maintenance import Once

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, BO, CY = Actor("U1", "ana"), Actor("U2", "bo"), Actor("U3", "cy")
BERLIN = ZoneInfo("Europe/Berlin")


def a_waiver(**changes: Any) -> Waiver:
    fields: dict[str, Any] = {
        "id": 1,
        "kind": WaiverKind.EXCLUSION,
        "subject": "orders",
        "start": NOW - HOUR,
        "end": NOW + HOUR,
        "reason": "upgrade",
        "asked_by": ANA.id,
        "asked_by_name": ANA.name,
        "asked_at": NOW,
        "approver": BO.id,
        "approver_name": BO.name,
    }
    return Waiver(**{**fields, **changes})


def approved(**changes: Any) -> Waiver:
    return a_waiver(state=WaiverState.APPROVED, decided_at=NOW, **changes)


@pytest.mark.parametrize(
    ("changes", "words", "field"),
    [
        ({"approver": ANA.id}, "Somebody else than you", "approver"),
        ({"reason": "  "}, "Say why", "reason"),
        ({"reason": "x" * 501}, "Say why", "reason"),
        ({"end": NOW - HOUR}, "ends before it begins", "to"),
        ({"end": NOW + timedelta(days=31)}, "more than 31 days", "to"),
        ({"kind": WaiverKind.EXCEPTION, "end": NOW - 2 * HOUR}, "ends before", "until"),
        ({"start": NOW - timedelta(days=93), "end": NOW - timedelta(days=92)}, "92 days", "from"),
        ({"start": NOW + timedelta(days=366), "end": NOW + timedelta(days=367)}, "year", "from"),
    ],
)
def test_what_makes_no_sense_cannot_be_asked(
    changes: dict[str, Any], words: str, field: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        check_asked(a_waiver(**changes))
    assert refused.value.field == field


def test_only_the_named_approver_decides_and_only_once() -> None:
    for stranger in (ANA, CY):
        with pytest.raises(ForbiddenError, match="Only bo"):
            decided(a_waiver(), stranger, NOW, approve=True)
    yes = decided(a_waiver(), BO, NOW, approve=True)
    assert (yes.state, yes.decided_at, yes.counts) == (WaiverState.APPROVED, NOW, True)
    with pytest.raises(InvalidInputError, match="approved already"):
        decided(yes, BO, NOW, approve=False)
    assert not decided(a_waiver(), BO, NOW, approve=False).counts


def test_an_exception_that_is_over_cannot_be_approved_any_more() -> None:
    late = a_waiver(kind=WaiverKind.EXCEPTION)
    with pytest.raises(InvalidInputError, match="would have ended"):
        decided(late, BO, NOW + HOUR, approve=True)
    assert decided(a_waiver(), BO, NOW + 2 * HOUR, approve=True).counts


def test_ending_keeps_what_was_before_and_withdrawing_does_not() -> None:
    short = ended(approved(), CY, NOW)
    assert (short.until, short.counts, short.ended_by) == (NOW, True, CY.id)
    assert as_maintenance(short).when == Once(int((NOW - HOUR).timestamp()), int(NOW.timestamp()))
    gone = withdrawn(short, ANA, NOW)
    assert not gone.counts
    with pytest.raises(InvalidInputError, match="does not count"):
        withdrawn(gone, ANA, NOW)
    for other in (a_waiver(), approved(end=NOW), approved(start=NOW + HOUR, end=NOW + 2 * HOUR)):
        with pytest.raises(InvalidInputError, match="is not running"):
            ended(other, ANA, NOW)


def test_a_holder_hears_of_the_end_once_an_hour_or_half_the_time_before() -> None:
    long = approved(kind=WaiverKind.EXCEPTION, start=NOW, end=NOW + 4 * HOUR)
    assert not is_expiring(long, NOW + timedelta(minutes=179))
    assert is_expiring(long, NOW + 3 * HOUR)
    assert not is_expiring(long, NOW + 4 * HOUR)
    short = approved(kind=WaiverKind.EXCEPTION, start=NOW, end=NOW + HOUR)
    assert not is_expiring(short, NOW)
    assert is_expiring(short, NOW + HOUR / 2)
    assert not is_expiring(a_waiver(), NOW + HOUR / 2)


def test_an_exception_names_where_it_was_given() -> None:
    granted = as_exception(approved(kind=WaiverKind.EXCEPTION, id=4))
    assert (str(granted.source), granted.approver) == ("Slack, EXC-4", "bo")
    assert granted.active(NOW)
    assert granted.covers("Orders")


def local(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("-2h..now", NOW - 2 * HOUR, NOW),
        ("-90m..-30m", NOW - 1.5 * HOUR, NOW - HOUR / 2),
        ("-2h..+90m", NOW - 2 * HOUR, NOW - HOUR / 2),
        ("now..+2h", NOW, NOW + 2 * HOUR),
        ("22:00..23:30", local(22), local(23, 30)),
        ("22:00..01:30", local(22), local(1, 30, day=26)),
        ("08:00..09:00", local(8), local(9)),
        ("2026-11-24T22:00..23:30", local(22, day=24), local(23, 30, day=24)),
        (
            "2026-11-24T22:00:00Z..2026-11-25T01:00:00+01:00",
            datetime(2026, 11, 24, 22, tzinfo=UTC),
            local(1),
        ),
    ],
)
def test_stretches_are_read_in_the_askers_zone(text: str, start: datetime, end: datetime) -> None:
    assert span(text, NOW, BERLIN) == (start, end)


def test_at_night_a_clock_time_of_the_evening_was_last_night() -> None:
    night = local(3).astimezone(UTC)
    assert ends("22:00", "01:30", night, BERLIN) == (local(22, day=24), local(1, 30))


def test_a_clock_time_half_a_day_off_must_say_its_day() -> None:
    with pytest.raises(InvalidInputError, match="2026-11-25T02:31 or 2026-11-26T02:31"):
        span("02:31..03:10", NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("22:00", "from"),
        ("soon..now", "from"),
        ("now..later", "to"),
        ("now..", "to"),
        ("-..now", "from"),
        ("2026-11-24..2026-11-25", "from"),
        ("9999-99-99T00:00..now", "from"),
        ("0001-01-01T00:00+14:00..now", "from"),
    ],
)
def test_what_is_no_time_is_said_with_the_half_it_is_in(text: str, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        span(text, NOW, BERLIN)
    assert refused.value.field == field


def test_an_end_is_always_still_to_come_when_a_clock_says_it() -> None:
    assert until("18:00", NOW, BERLIN) == local(18)
    assert until("14:00", NOW, BERLIN) == local(14, day=26)
    assert until("+2h", NOW, BERLIN) == until("2h", NOW, BERLIN) == NOW + 2 * HOUR
    assert until("3d", NOW, BERLIN) == NOW + timedelta(days=3)
    with pytest.raises(InvalidInputError, match="is not a time"):
        until("someday", NOW, BERLIN)
