"""ISO weeks in a team's timezone, from Monday 00:00 to Monday 00:00 whatever the clocks do."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fireline.domain.errors import InvalidInputError

KEY = re.compile(r"(\d{4})-W(\d{2})", re.IGNORECASE)
SUNDAY = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week."""

    year: int
    number: int

    @property
    def key(self) -> str:
        """The written form, such as `2026-W47`."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """Its first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def before(self) -> "Week":
        """The week before."""
        return week_of(self.monday - timedelta(days=1))

    def bounds(self, timezone: str) -> tuple[datetime, datetime]:
        """Its first instant and the first one after it, in UTC."""
        zone = ZoneInfo(timezone)
        starts = (self.monday, self.monday + timedelta(days=SUNDAY))
        first, last = (datetime.combine(d, time(), zone).astimezone(UTC) for d in starts)
        return first, last

    def period(self, timezone: str) -> str:
        """The days in words, with the zone."""
        last = date.fromisocalendar(self.year, self.number, SUNDAY)
        return f"{_day(self.monday)} to {_day(last)}, {timezone}"


def week_of(day: date) -> Week:
    """The week that the day belongs to."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def week_at(at: datetime, timezone: str) -> Week:
    """The week of an instant, as the team's calendar has it."""
    return week_of(at.astimezone(ZoneInfo(timezone)).date())


def parse_week(key: str) -> Week:
    """The week written as `2026-W47`.

    Raises:
        InvalidInputError: it is written otherwise, or that year has no such week.
    """
    match = KEY.fullmatch(key.strip())
    if match is None:
        raise InvalidInputError(f"“{key}” is no week; write it as 2026-W47.", field="week")
    week = Week(int(match[1]), int(match[2]))
    try:
        date.fromisocalendar(week.year, week.number, 1)
    except ValueError as error:
        message = f"{week.year} has no week {week.number}; write one as 2026-W47."
        raise InvalidInputError(message, field="week") from error
    return week


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
