"""Durations, instants and shares as people say them."""

from datetime import datetime, timedelta

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_RANGE = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def span_words(seconds: float) -> str:
    """A length of time in its largest fitting unit, such as `38 min`, `3 h` or `6 d`."""
    whole = int(seconds)
    for size, unit in _UNITS:
        if whole >= size:
            return f"{whole // size} {unit}"
    return "0 s"


def window_words(seconds: int) -> str:
    """A window exactly, such as `30d`, `1h` or `90m`."""
    for unit in ("d", "h", "m"):
        if seconds % _RANGE[unit] == 0:
            return f"{seconds // _RANGE[unit]}{unit}"
    return f"{seconds}s"


def history_words(have: int, whole: int) -> str:
    """How many seconds of a window there are, such as `6 of 30 d`."""
    day, _ = _UNITS[0]
    if have >= day and whole >= day:
        return f"{have // day} of {whole // day} d"
    return f"{span_words(have)} of {span_words(whole)}"


def parse_range(text: str) -> int | None:
    """Seconds of `30d`, `4w`, `1h30m`; None when it is no such thing."""
    total, digits = 0, ""
    for char in text:
        if char.isascii() and char.isdigit():
            digits += char
        elif char in _RANGE and digits:
            total, digits = total + int(digits) * _RANGE[char], ""
        else:
            return None
    return total if total and not digits else None


def clock_words(instant: datetime, now: datetime) -> str:
    """`14:05 UTC`, with the day when it is another one."""
    if instant.date() == now.date():
        return f"{instant:%H:%M} UTC"
    return f"{instant.day} {instant:%b %H:%M} UTC"


def ago_words(instant: datetime, now: datetime) -> str:
    """How long ago, such as `38 min ago`."""
    return f"{span_words(max(timedelta(0), now - instant).total_seconds())} ago"


def number_words(value: float) -> str:
    """A count without needless decimals."""
    if value >= 100 or abs(value - round(value)) < 0.05:  # noqa: PLR2004 - rounding of words
        return f"{value:,.0f}"
    return f"{value:.1f}"
