"""Calendar windows and deadlines in an IANA zone, as UTC epoch seconds.

Local boundaries are turned into UTC before anything is subtracted: a month of the clock change has
743 or 745 hours.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from fireline.domain.slo.sli import DeadlineSli

MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3


class CalendarUnit(StrEnum):
    """A stretch of the calendar that budgets start anew with."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """A budget that starts anew at local midnight with every unit; weeks begin on Monday."""

    unit: CalendarUnit
    zone: str = "UTC"

    def period(self, epoch: int) -> tuple[int, int]:
        """Start and end (epoch seconds) of the period that holds the instant before `epoch`.

        A bucket belongs to the period in which it ends, so on a boundary the old period holds.
        """
        return _period(self, epoch)


@lru_cache(maxsize=4096)
def _period(window: CalendarWindow, epoch: int) -> tuple[int, int]:
    local = datetime.fromtimestamp(epoch - 1, UTC).astimezone(ZoneInfo(window.zone)).date()
    first = _first_day(window.unit, local)
    return midnight(first, window.zone), midnight(_next(window.unit, first), window.zone)


def _first_day(unit: CalendarUnit, day: date) -> date:
    if unit is CalendarUnit.WEEK:
        return day - timedelta(days=day.weekday())
    if unit is CalendarUnit.MONTH:
        return day.replace(day=1)
    if unit is CalendarUnit.QUARTER:
        month = (day.month - 1) // MONTHS_A_QUARTER * MONTHS_A_QUARTER + 1
        return day.replace(month=month, day=1)
    return day


def _next(unit: CalendarUnit, first: date) -> date:
    if unit is CalendarUnit.DAY:
        return first + timedelta(days=1)
    if unit is CalendarUnit.WEEK:
        return first + timedelta(days=7)
    months = 1 if unit is CalendarUnit.MONTH else MONTHS_A_QUARTER
    month = first.month - 1 + months
    return date(first.year + month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)


def midnight(day: date, zone: str) -> int:
    """Epoch second at which the local day begins."""
    return local_instant(day, time(0, 0), zone)


def local_instant(day: date, clock: time, zone: str) -> int:
    """Epoch second of a local time; one that is there twice means the first, none the time after.

    That is Python's `fold=0`.
    """
    return int(datetime.combine(day, clock, ZoneInfo(zone)).timestamp())


@dataclass(frozen=True, slots=True)
class Slot:
    """One deadline: from when a landing counts, and until when (epoch seconds)."""

    start: int
    deadline: int


@lru_cache(maxsize=4096)
def slots(sli: DeadlineSli, start: int, end: int) -> tuple[Slot, ...]:
    """The slots whose deadline lies in `(start, end]`, oldest first."""
    zone = ZoneInfo(sli.zone)
    day = datetime.fromtimestamp(start, UTC).astimezone(zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(end, UTC).astimezone(zone).date() + timedelta(days=1)
    found = []
    while day <= last:
        if day.isoweekday() in sli.days:
            deadline = local_instant(day, sli.by, sli.zone)
            begins = day if sli.since < sli.by else day - timedelta(days=1)
            if start < deadline <= end:
                found.append(Slot(local_instant(begins, sli.since, sli.zone), deadline))
        day += timedelta(days=1)
    return tuple(found)


def next_slot(sli: DeadlineSli, epoch: int) -> Slot:
    """The first slot whose deadline is still to come."""
    return slots(sli, epoch, epoch + 8 * 86400)[0]
