"""Times in files: RFC 3339, or wall time with an IANA zone beside it."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Text

RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
WALL = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?", re.ASCII)
ICAL = re.compile(r"(?:DTSTART;)?TZID=(?P<zone>[^:]+):(?P<wall>\d{8}T\d{6})", re.ASCII)
EXAMPLE = "2026-12-01T18:00:00Z"
WALL_EXAMPLE = "2026-12-01T02:00"


def instant(text: Text | None, findings: Findings) -> datetime | None:
    """An RFC 3339 time as UTC; anything else is a finding."""
    if text is None:
        return None
    found = _rfc_3339(text.value)
    if found is None:
        message = f"`{text.value}` is no RFC 3339 time with a zone; write for instance {EXAMPLE}."
        findings.error(text.line, "time", message)
    return found


def moment(text: Text | None, zone: str | None, findings: Findings) -> datetime | None:
    """An RFC 3339 time, or wall time where a zone is given, as UTC."""
    if text is None:
        return None
    found = _rfc_3339(text.value)
    if found is not None:
        return found
    at = wall_time(text.value)
    if at is None or zone is None:
        wall = f"{WALL_EXAMPLE} with a `timezone`"
        message = f"`{text.value}` is no time; write for instance {EXAMPLE}, or {wall}."
        findings.error(text.line, "time", message)
        return None
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def start_of_rule(
    text: Text | None, zone: str | None, findings: Findings
) -> tuple[datetime, str] | None:
    """Wall time and zone from which a rule counts.

    Either `2026-12-01T02:00` with a zone beside it, or as calendars have it:
    `TZID=Europe/Berlin:20261201T020000`.
    """
    if text is None:
        return None
    ical = ICAL.fullmatch(text.value)
    if ical is not None:
        written = ical["wall"]
        wall = wall_time(f"{written[:4]}-{written[4:6]}-{written[6:11]}:{written[11:13]}")
        known = known_zone(Text(ical["zone"], text.line), findings)
        return (wall, known) if wall is not None and known is not None else None
    wall = wall_time(text.value)
    if wall is not None and zone is not None:
        return wall, zone
    message = (
        f"`{text.value}` is no start of a rule; write {WALL_EXAMPLE} with a `timezone`, or "
        "TZID=Europe/Berlin:20261201T020000."
    )
    findings.error(text.line, "time", message)
    return None


def known_zone(text: Text | None, findings: Findings) -> str | None:
    """An IANA zone; an unknown one is a finding."""
    if text is None:
        return None
    try:
        return ZoneInfo(text.value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"there is no time zone `{text.value}`; use an IANA name such as Europe/Berlin."
        findings.error(text.line, "timezone", message)
        return None


def wall_time(text: str) -> datetime | None:
    """A date and time without a zone, or None."""
    if not WALL.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _rfc_3339(text: str) -> datetime | None:
    try:
        if RFC_3339.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # the ends of the calendar have no UTC
        pass
    return None
