"""Times and dates as people type them, in their own zone. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fireline.domain.errors import InvalidInputError

CLOCK = re.compile(r"^(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)$")
AGO = re.compile(r"^-(?:(?P<d>\d{1,3})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?:in)?)?$")
SPAN = re.compile(r"^\+?(?:(?P<d>\d{1,3})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?:in)?)?$")
AHEAD = re.compile(r"^\+?(?P<count>\d{1,3})(?P<unit>[dw])$")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = 7
LONGEST_AGO = timedelta(days=366)


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name; UTC for a name nobody knows."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def past_moment(text: str, now: datetime, where: ZoneInfo) -> datetime:
    """`02:31` (nearest past), `-15m`, `-1h30m` or RFC 3339, as UTC.

    Raises:
        InvalidInputError: it cannot be read, lies in the future, or more than a year ago.
    """
    wanted = text.strip()
    found = _clock(wanted, now, where) or _ago(wanted, now) or _written(wanted, where)
    if found is None:
        raise InvalidInputError(
            f"\u201c{text}\u201d is not a time. Write `02:31` (your time), `-15m`, or a full one"
            " such as `2026-11-23T02:31+01:00`.",
            "at",
        )
    if found > now + timedelta(seconds=60):
        raise InvalidInputError(f"\u201c{text}\u201d lies in the future; give a past time.", "at")
    if found < now - LONGEST_AGO:
        raise InvalidInputError(f"\u201c{text}\u201d is more than a year ago.", "at")
    return found


def future_moment(text: str, now: datetime, where: ZoneInfo) -> datetime:
    """`14:30` (the next one), `+2h`, `+1d`, `tomorrow` (09:00) or RFC 3339, as UTC.

    Raises:
        InvalidInputError: it cannot be read, or is past.
    """
    wanted = text.strip().lower()
    if wanted == "tomorrow":
        return next_morning(now, where)
    found = _clock_ahead(wanted, now, where) or _span_ahead(wanted, now)
    found = found or _written(text.strip(), where)
    if found is None:
        raise InvalidInputError(
            f"\u201c{text}\u201d is not a time. Write `until:+2h`, `until:14:30` (your time),"
            " `until:tomorrow`, or a full one such as `until:2026-11-23T14:30+01:00`.",
            "until",
        )
    if found <= now:
        raise InvalidInputError(f"\u201c{text}\u201d is past; give a time to come.", "until")
    return found


def _clock_ahead(text: str, now: datetime, where: ZoneInfo) -> datetime | None:
    match = CLOCK.match(text)
    if match is None:
        return None
    local = now.astimezone(where)
    at = time(int(match["hour"]), int(match["minute"]))
    today = datetime.combine(local.date(), at, where)
    if today <= local:
        today = datetime.combine(local.date() + timedelta(days=1), at, where)
    return today.astimezone(UTC)


def _span_ahead(text: str, now: datetime) -> datetime | None:
    match = SPAN.match(text)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (int(match[part] or 0) for part in "dhm")
    return now + timedelta(days=days, hours=hours, minutes=minutes)


def _clock(text: str, now: datetime, where: ZoneInfo) -> datetime | None:
    match = CLOCK.match(text)
    if match is None:
        return None
    local = now.astimezone(where)
    at = time(int(match["hour"]), int(match["minute"]))
    today = datetime.combine(local.date(), at, where)
    if today > local:
        today = datetime.combine(local.date() - timedelta(days=1), at, where)
    return today.astimezone(UTC)


def _ago(text: str, now: datetime) -> datetime | None:
    match = AGO.match(text)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (int(match[part] or 0) for part in "dhm")
    return now - timedelta(days=days, hours=hours, minutes=minutes)


def _written(text: str, where: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=where)).astimezone(UTC)
    except (ValueError, OverflowError):  # the ends of the calendar have no UTC
        return None


def due_date(text: str, today: date) -> date:
    """`2026-12-01`, `friday` (the next one), `tomorrow`, `+7d` or `+2w` as a date.

    Raises:
        InvalidInputError: it cannot be read.
    """
    wanted = text.strip().lower()
    found = _named_day(wanted, today) or _ahead(wanted, today) or _iso_date(wanted)
    if found is None:
        raise InvalidInputError(
            f"\u201c{text}\u201d is not a date. Write `due:2026-12-01`, `due:friday` or `due:+7d`.",
            "due",
        )
    return found


def _named_day(text: str, today: date) -> date | None:
    if text in ("today", "tomorrow"):
        return today + timedelta(days=int(text == "tomorrow"))
    fitting = [i for i, name in enumerate(DAYS) if len(text) > 2 and name.startswith(text)]  # noqa: PLR2004 - "mon" is the shortest clear form
    if len(fitting) != 1:
        return None
    return today + timedelta(days=(fitting[0] - today.weekday() - 1) % WEEK + 1)


def _ahead(text: str, today: date) -> date | None:
    match = AHEAD.match(text)
    if match is None:
        return None
    return today + timedelta(days=int(match["count"]) * (WEEK if match["unit"] == "w" else 1))


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def next_morning(now: datetime, where: ZoneInfo) -> datetime:
    """Tomorrow 09:00 in the zone, as UTC."""
    tomorrow = now.astimezone(where).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(9), where).astimezone(UTC)
