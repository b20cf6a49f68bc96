"""The time windows of OpenSLO, both versions."""

import re

from fireline.adapters.files import values
from fireline.adapters.files.imports.branches import UNSUPPORTED, YES, Branch
from fireline.adapters.files.imports.drafts import Tree
from fireline.adapters.files.yaml_fields import Text

NO_LENGTH = ("M", "Q", "Y")
LONG_UNITS = {"Month": "M", "Quarter": "Q", "Year": "Y"}
UNITS = {"Second": "s", "Minute": "m", "Hour": "h", "Day": "d", "Week": "w"}
PERIODS = {"1d": "day", "7d": "week", "1w": "week", "1M": "month", "3M": "quarter", "1Q": "quarter"}
FIRST_DAYS = {"day": r"\d\d", "week": r"\d\d", "month": "01", "quarter": "01"}
MIDNIGHT = re.compile(r"\d{4}-(\d\d)-(\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
QUARTERS = frozenset({"01", "04", "07", "10"})
Window = Text | Tree


def window_v1(spec: Branch) -> Window | None:
    """`timeWindow[0]`: a rolling duration, or a stretch of the calendar."""
    window = _only(spec, "timeWindow")
    duration = window.needed("duration") if window else None
    return _read(window, duration) if window and duration else None


def window_v1alpha(spec: Branch) -> Window | None:
    """`timeWindows[0]`: a unit and how many of it."""
    window = _only(spec, "timeWindows")
    if window is None:
        return None
    unit, count = window.needed("unit"), window.needed("count")
    if unit is None or count is None:
        return None
    name = unit.value.removesuffix("s").capitalize()
    letter = UNITS.get(name) or LONG_UNITS.get(name)
    if letter is None:
        window.error(unit.line, "window-unit", f"the unit `{unit.value}` is not known.")
        return None
    return _read(window, Text(f"{count.value}{letter}", unit.line))


def _only(spec: Branch, key: str) -> Branch | None:
    windows = spec.branches(key)
    if len(windows) != 1:
        message = f"`{spec.full(key)}` must have exactly one item; it has {len(windows)}."
        spec.error(spec.line_at(key), "missing", message)
        return None
    return windows[0]


def _read(window: Branch, duration: Text) -> Window | None:
    calendar, rolling = window.branch("calendar"), window.text("isRolling")
    if calendar is not None:
        if rolling is not None and rolling.value.lower() in YES:
            message = "`isRolling` is on beside a `calendar`; keep one of them."
            window.error(rolling.line, "window-unit", message)
            return None
        return _calendar(calendar, duration)
    if rolling is not None and rolling.value.lower() not in YES:
        message = "`isRolling` is off and there is no `calendar`; say when a period begins."
        window.error(rolling.line, UNSUPPORTED, message)
        return None
    if duration.value.endswith(NO_LENGTH):
        window.error(
            duration.line,
            "window-unit",
            f"`{duration.value}` has no fixed length, so it cannot roll; write days, such as 30d, "
            "or give a `calendar`.",
        )
        return None
    return duration


def _calendar(calendar: Branch, duration: Text) -> Window | None:
    """A period of the calendar; its start is only asked to be where such periods begin."""
    zone, start = calendar.text("timeZone"), calendar.text("startTime")
    period = PERIODS.get(duration.value)
    if period is None:
        calendar.error(duration.line, "window-unit", _no_period(duration.value))
        return None
    name = zone.value if zone else "UTC"
    if not values.is_zone(name):
        line = zone.line if zone else calendar.line
        calendar.error(line, "window-unit", values.unknown_zone("timeZone", name))
        return None
    if start is not None and not _begins(start.value, period):
        calendar.warning(
            start.line,
            "not-carried",
            f"`startTime` {start.value} is not carried over: each {period} begins at midnight in "
            f"{name}{' on Monday' if period == 'week' else ''}.",
        )
    return {"calendar": Text(period, duration.line), "zone": Text(name, calendar.line)}


def _no_period(duration: str) -> str:
    if duration.endswith("m"):
        month = duration.removesuffix("m") + "M"
        return f"`{duration}` is minutes by OpenSLO; a calendar month is `{month}`."
    return (
        f"`{duration}` is no period that Fireline keeps a calendar budget for; known are 1d, 1w, "
        "1M and 1Q."
    )


def _begins(start: str, period: str) -> bool:
    """Whether such periods begin there anyway; of a week the day is not looked at."""
    match = MIDNIGHT.fullmatch(start)
    if match is None or not re.fullmatch(FIRST_DAYS[period], match[2]):
        return False
    return period != "quarter" or match[1] in QUARTERS
