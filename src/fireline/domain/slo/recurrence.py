"""Stretches of time that come again by an RFC 5545 rule, in the wall time of a zone.

Occurrences are found in wall time and only then turned into UTC, so that "Sundays at 02:00" stays
at 02:00 when the clocks change. A length is elapsed time, as RFC 5545 has it for hours.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it ships no types

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
PARTS = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY",
    "BYWEEKNO", "BYSETPOS", "BYHOUR", "BYMINUTE",
)  # fmt: skip
UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
MOST_A_YEAR = 10_000
LONGEST_RULE = 500
YEAR = timedelta(days=366)
LEAP = 9 * YEAR  # 29 February may be eight years off
LEAP_YEAR = 2028
MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A rule without `DTSTART`; `first` is its wall time in `zone`, `seconds` each one's length.

    Made by `recurring`, which says what is wrong with a rule.
    """

    rule: str
    first: datetime
    zone: str
    seconds: int

    def between(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """The stretches that touch `[start, end)` in epoch seconds, oldest first."""
        return _between(self, start, end)


def recurring(rule: str, first: datetime, zone: str, seconds: int) -> Recurring:
    """The rule, checked.

    Args:
        rule: such as `FREQ=WEEKLY;BYDAY=SU`, with or without `RRULE:` before it.
        first: wall time of the first occurrence, without a zone.
        zone: IANA name.
        seconds: how long each occurrence lasts.

    Raises:
        ValueError: what is wrong with the rule, and what would be right.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    made = Recurring(text, first, zone, seconds)
    _parts(text)
    try:
        possible = _has_days(_parts(text))
        within_a_year = _starts(made, first + YEAR, most=MOST_A_YEAR + 1) if possible else []
        ever = within_a_year or (possible and _starts(made, first + LEAP, most=1))
    except (ValueError, TypeError, OverflowError) as error:
        message = f"the rule cannot be read: {error}"
        raise ValueError(message) from error
    if not ever:
        message = "the rule fits no day, or its UNTIL lies before the start"
        raise ValueError(message)
    if len(within_a_year) > MOST_A_YEAR:
        message = f"the rule has more than {MOST_A_YEAR:,} occurrences a year; make it coarser"
        raise ValueError(message)
    return made


def _parts(text: str) -> Mapping[str, str]:
    """The rule taken apart."""
    if len(text) > LONGEST_RULE:
        message = f"the rule is longer than {LONGEST_RULE} characters"
        raise ValueError(message)
    found: dict[str, str] = {}
    for part in text.split(";"):
        key, equals, value = part.partition("=")
        if not equals or not value or key not in PARTS or key in found:
            message = f"`{part}` is no part of a rule such as FREQ=WEEKLY;BYDAY=SU"
            raise ValueError(message)
        found[key] = value
    if found.get("FREQ") not in FREQUENCIES:
        message = f"FREQ must be one of {', '.join(FREQUENCIES)}"
        raise ValueError(message)
    if not all(NUMBER.fullmatch(found.get(key, "1")) for key in ("COUNT", "INTERVAL")):
        message = "COUNT and INTERVAL must be whole numbers from 1"
        raise ValueError(message)
    if "COUNT" in found and "UNTIL" in found:
        message = "COUNT and UNTIL exclude each other; keep one"
        raise ValueError(message)
    if not UNTIL.fullmatch(found.get("UNTIL", "20260101")):
        message = "UNTIL must look like 20261231T220000Z or 20261231"
        raise ValueError(message)
    return found


def _has_days(parts: Mapping[str, str]) -> bool:
    """Whether any of its months has any of its days; the library looks until the year 9999."""
    days = [abs(int(day)) for day in parts.get("BYMONTHDAY", "1").split(",")]
    months = [int(month) for month in parts.get("BYMONTH", "1").split(",")]
    return any(min(days) <= monthrange(LEAP_YEAR, month)[1] for month in months)


@lru_cache(maxsize=1024)
def _between(rule: Recurring, start: int, end: int) -> tuple[tuple[int, int], ...]:
    zone = ZoneInfo(rule.zone)
    until = datetime.fromtimestamp(end, UTC).astimezone(zone).replace(tzinfo=None) + MARGIN
    found = []
    for wall in _starts(rule, until):
        # One that is there twice means the first, one that is not there the time after: `fold=0`.
        begins = int(wall.replace(tzinfo=zone).timestamp())
        if begins < end and begins + rule.seconds > start:
            found.append((begins, begins + rule.seconds))
    return tuple(found)


def _starts(rule: Recurring, until: datetime, most: int | None = None) -> list[datetime]:
    """Wall times from the first to `until`.

    The library is never asked without an end: a rule that fits no day would search for ever.
    """
    parts = _parts(rule.rule)
    bare = ";".join(f"{k}={v}" for k, v in parts.items() if k not in ("COUNT", "UNTIL"))
    if "UNTIL" in parts:
        until = min(until, _until(parts["UNTIL"], rule.zone))
    bounded = rrulestr(bare, dtstart=rule.first).replace(until=until)
    count = int(parts["COUNT"]) if "COUNT" in parts else None
    limits = [n for n in (count, most) if n is not None]
    return list(islice(bounded, min(limits, default=None)))


def _until(text: str, zone: str) -> datetime:
    """The last wall time; a date alone includes its day."""
    match = UNTIL.fullmatch(text)
    if match is None or match[2] is None:
        return datetime.strptime(text + "235959", "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time
    wall = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time
    if not match[3]:
        return wall
    return wall.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
