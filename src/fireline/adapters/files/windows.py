"""The budget window: a length that rolls, or a stretch of the calendar."""

from dataclasses import dataclass
from datetime import timedelta

from yaml.nodes import MappingNode

from fireline.adapters.files import values
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text, nearest
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.wording import parse_range

HOUR, QUARTER = 3600, 92 * 86400
BUCKET = 300
KEYS = ("calendar", "zone")
USUAL_DAYS = {
    CalendarUnit.DAY: 1,
    CalendarUnit.WEEK: 7,
    CalendarUnit.MONTH: 30,
    CalendarUnit.QUARTER: 91,
}
SHORT = {
    "1d": CalendarUnit.DAY,
    "1w": CalendarUnit.WEEK,
    "1M": CalendarUnit.MONTH,
    "1Q": CalendarUnit.QUARTER,
}
EXAMPLE = "`window: {calendar: month, zone: Europe/Berlin}`"


@dataclass(frozen=True, slots=True)
class Window:
    """How long the budget lasts; with `calendar` the length is the usual one of a period."""

    length: timedelta
    calendar: CalendarWindow | None = None


def read_window(fields: Fields, findings: Findings) -> Window | None:
    """The window, or None when it is missing or wrong."""
    if isinstance(fields.node("window"), MappingNode):
        node = fields.mapping("window")
        return _calendar(Fields(node, findings, "window", KEYS), findings) if node else None
    text = fields.text("window", example="30d")
    return _rolling(text, findings) if text else None


def calendar_window(unit: CalendarUnit, zone: str) -> Window:
    """A window that starts anew with each period."""
    return Window(timedelta(days=USUAL_DAYS[unit]), CalendarWindow(unit, zone))


def _calendar(fields: Fields, findings: Findings) -> Window | None:
    text, zone = fields.text("calendar", example="month"), values.zone(fields, findings)
    if text is None or zone is None:
        return None
    unit = SHORT.get(text.value) or (
        CalendarUnit(text.value) if text.value in set(CalendarUnit) else None
    )
    if unit is None:
        findings.error(text.line, "window-unit", _no_unit(text.value))
        return None
    return calendar_window(unit, zone)


def _no_unit(said: str) -> str:
    known = ", ".join(CalendarUnit)
    if said == "1m":
        return "`calendar` is `1m`, which is one minute; a month is `month` or `1M`."
    near = nearest(said, CalendarUnit)
    meant = f" Did you mean `{near}`?" if near else ""
    return f"`calendar` is `{said}`; it must be one of {known}.{meant}"


def _rolling(text: Text, findings: Findings) -> Window | None:
    length = parse_range(text.value)
    if length is None:
        findings.error(text.line, "window-unit", _no_length(text.value))
        return None
    if not HOUR <= length <= QUARTER or length % BUCKET:
        hint = f" A calendar month is {EXAMPLE}." if text.value == "1m" else ""
        findings.error(
            text.line,
            "window-unit",
            f"`window` is `{text.value}`; it must be from 1h to 92d, in steps of 5m.{hint}",
        )
        return None
    return Window(timedelta(seconds=length))


def _no_length(said: str) -> str:
    unit = SHORT.get(said) or (said if said in set(CalendarUnit) else None)
    if unit is not None or said.endswith(("M", "Q", "Y")):
        shown = EXAMPLE.replace("month", str(unit or "month"))
        return (
            f"`window` is `{said}`, which has no fixed length, so it cannot roll; write days such "
            f"as 30d, or {shown} for a budget that starts anew with each."
        )
    return f"`window` is `{said}`; write a length such as 30d, 4w or 6h, or {EXAMPLE}."
