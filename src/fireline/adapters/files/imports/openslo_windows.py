"""The time windows of OpenSLO, both versions."""

from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.yaml_fields import Text

CALENDAR_UNITS = "MQY"
LONG_UNITS = {"Month": "M", "Quarter": "Q", "Year": "Y"}
UNITS = {"Second": "s", "Minute": "m", "Hour": "h", "Day": "d", "Week": "w"}


def window_v1(spec: Branch) -> Text | None:
    """`timeWindow[0]`: a rolling duration."""
    window = _only(spec, "timeWindow")
    if window is None:
        return None
    duration = window.needed("duration")
    rolling = window.text("isRolling")
    if duration is None or not _rolls(window, duration, rolling):
        return None
    if duration.value.endswith(tuple(CALENDAR_UNITS)):
        _no_length(window, duration)
        return None
    return duration


def window_v1alpha(spec: Branch) -> Text | None:
    """`timeWindows[0]`: a unit and how many of it."""
    window = _only(spec, "timeWindows")
    if window is None:
        return None
    unit, count = window.needed("unit"), window.needed("count")
    rolling = window.text("isRolling")
    if unit is None or count is None:
        return None
    name = unit.value.removesuffix("s").capitalize()
    letter = UNITS.get(name) or LONG_UNITS.get(name, "")
    duration = Text(f"{count.value}{letter}", unit.line)
    if not _rolls(window, duration, rolling):
        return None
    if not letter:
        window.error(unit.line, "window-unit", f"the unit `{unit.value}` is not known.")
        return None
    if name in LONG_UNITS:
        _no_length(window, duration)
        return None
    return duration


def _only(spec: Branch, key: str) -> Branch | None:
    windows = spec.branches(key)
    if len(windows) != 1:
        message = f"`{spec.full(key)}` must have exactly one item; it has {len(windows)}."
        spec.error(spec.line_at(key), "missing", message)
        return None
    return windows[0]


def _rolls(window: Branch, duration: Text, rolling: Text | None) -> bool:
    """Whether it is a rolling window; a calendar one is an error."""
    if "calendar" in window:
        window.skip("calendar")
        hint = ""
        if duration.value.endswith("m"):
            month = duration.value.removesuffix("m") + "M"
            hint = (
                f" Besides, `{duration.value}` is minutes by OpenSLO; a calendar month is "
                f"`{month}`."
            )
        window.error(
            window.line_at("calendar") if not hint else duration.line,
            "window-unit" if hint else UNSUPPORTED,
            f"calendar windows are not supported yet; use a rolling one such as 30d.{hint}",
        )
        return False
    if rolling is not None and rolling.value.lower() not in {"true", "yes", "on"}:
        message = "`isRolling` is off and there is no `calendar`; only rolling windows are read."
        window.error(rolling.line, UNSUPPORTED, message)
        return False
    return True


def _no_length(window: Branch, duration: Text) -> None:
    window.error(
        duration.line,
        "window-unit",
        f"`{duration.value}` has no fixed length, so it cannot roll; write days, such as 30d.",
    )
