"""Stretches of time as people type them, such as `22:00..23:30` or `-2h..now`. Pure."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fireline.adapters.slack.moments import AGO, CLOCK
from fireline.domain.errors import InvalidInputError

AHEAD = re.compile(r"^\+?(?:(?P<d>\d{1,3})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?:in)?)?$")
DAY = timedelta(days=1)
UNCLEAR = timedelta(hours=6)


def span(text: str, now: datetime, where: ZoneInfo) -> tuple[datetime, datetime]:
    """`from..to` as UTC.

    Raises:
        InvalidInputError: it cannot be read; `field` says which half.
    """
    first, dots, last = text.strip().partition("..")
    if not dots:
        message = f"\u201c{text}\u201d is no stretch of time. Write `22:00..23:30`."
        raise InvalidInputError(message, "from")
    return ends(first, last, now, where)


def ends(first: str, last: str, now: datetime, where: ZoneInfo) -> tuple[datetime, datetime]:
    """Both ends of a stretch as UTC.

    A clock time as its start means the nearest one, before or after now: at 14:00 `22:00` is
    tonight, at 03:00 it was last night; where both are about as near, it must say the day. As its
    end it means the first one after the start, and `+90m` counts from there.

    Raises:
        InvalidInputError: one of them cannot be read, or may be of two days.
    """
    start = _moment(first, now, now, where)
    if start is None:
        start = _nearest(first, now, where)
    if start is None:
        raise _unreadable(first, "from")
    end = _moment(last, now, start, where) or _next(last, start, where)
    if end is None:
        raise _unreadable(last, "to")
    return start, end


def until(text: str, now: datetime, where: ZoneInfo) -> datetime:
    """When something ends: `18:00` (the next one), `+2h`, `3d` or a full time, as UTC.

    Raises:
        InvalidInputError: it cannot be read.
    """
    found = _moment(text, now, now, where) or _next(text, now, where)
    if found is None:
        raise _unreadable(text, "until")
    return found


def _moment(text: str, now: datetime, base: datetime, where: ZoneInfo) -> datetime | None:
    """Anything but a clock time; what is ahead counts from `base`."""
    wanted = text.strip()
    if wanted.lower() == "now":
        return now
    if (ago := AGO.match(wanted)) and any(ago.groups()):
        return now - _length(ago)
    if (ahead := AHEAD.match(wanted)) and any(ahead.groups()):
        return base + _length(ahead)
    if len(wanted) < len("2026-11-25T02:00"):  # a date alone says no time
        return None
    try:
        found = datetime.fromisoformat(wanted)
        return (found if found.tzinfo else found.replace(tzinfo=where)).astimezone(UTC)
    except (ValueError, OverflowError):  # the ends of the calendar have no UTC
        return None


def _length(match: re.Match[str]) -> timedelta:
    days, hours, minutes = (int(match[part] or 0) for part in "dhm")
    return timedelta(days=days, hours=hours, minutes=minutes)


def _nearest(text: str, now: datetime, where: ZoneInfo) -> datetime | None:
    days = sorted(_clock_around(text, now, where), key=lambda at: abs(at - now))
    if not days:
        return None
    nearest, other = days[:2]
    if abs(other - now) - abs(nearest - now) < UNCLEAR:
        choices = " or ".join(f"{at.astimezone(where):%Y-%m-%dT%H:%M}" for at in sorted(days[:2]))
        message = f"\u201c{text}\u201d may be of two days. Write {choices}."
        raise InvalidInputError(message, "from")
    return nearest


def _next(text: str, after: datetime, where: ZoneInfo) -> datetime | None:
    return min((at for at in _clock_around(text, after, where) if at > after), default=None)


def _clock_around(text: str, at: datetime, where: ZoneInfo) -> list[datetime]:
    """That clock time on the day before, the day itself and the day after."""
    match = CLOCK.match(text.strip())
    if match is None:
        return []
    today = at.astimezone(where).replace(
        hour=int(match["hour"]), minute=int(match["minute"]), second=0, microsecond=0, fold=0
    )
    return [(today + DAY * n).astimezone(UTC) for n in (-1, 0, 1)]


def _unreadable(text: str, field: str) -> InvalidInputError:
    message = (
        f"\u201c{text}\u201d is not a time. Write `22:00` (your time), `-2h`, `+90m`, `now`, or a"
        " full one such as `2026-11-23T22:00+01:00`."
    )
    return InvalidInputError(message, field)
