"""Spans of time in words: always total seconds, days printed, never negative."""

from datetime import timedelta

MINUTE = 60
HOUR = 3600
DAY = 86400
PLAIN_MINUTES_BELOW = 2 * HOUR


def spell(span: timedelta | float) -> str:
    """The span as people say it: `45 s`, `68 min`, `4 h 40 min`, `2 d 3 h 5 min`."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    whole = int(seconds)
    if whole < MINUTE:
        return f"{max(whole, 0)} s"
    if whole < PLAIN_MINUTES_BELOW:
        return f"{whole // MINUTE} min"
    days, rest = divmod(whole, DAY)
    hours, rest = divmod(rest, HOUR)
    parts = ((days, "d"), (hours, "h"), (rest // MINUTE, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def minutes(span: timedelta | None) -> float | None:
    """The span in minutes, from its total seconds."""
    return None if span is None else span.total_seconds() / MINUTE
