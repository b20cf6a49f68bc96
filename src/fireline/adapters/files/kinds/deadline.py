"""`deadline`: landed by a time of day, on some days of the week."""

import re
from collections.abc import Iterator
from datetime import time, timedelta

from fireline.adapters.files import values
from fireline.adapters.files.expressions import Finding, check_value
from fireline.adapters.files.kinds.reading import Reading
from fireline.adapters.files.variables import SLOT_START
from fireline.adapters.files.yaml_fields import Fields, Text, nearest
from fireline.domain.slo.definition import DeadlineSli

KEYS = ("landed_when", "calendar", "since", "at_risk_before")
CALENDAR = ("by", "zone", "days")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RANGE = re.compile(r"([a-z]+)\s*-\s*([a-z]+)")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
AT_RISK = 1800
EXAMPLE = f'max(last_success_timestamp_seconds{{dataset="orders"}}) >= bool {SLOT_START}'
DAY = 86400


def read(reading: Reading) -> DeadlineSli | None:
    """The SLI with its deadlines."""
    landed = reading.expression("landed_when", _check_landed, EXAMPLE)
    when = _calendar(reading)
    since = values.clock(reading.fields, "since", reading.findings, time(0, 0))
    warn = values.seconds(reading.fields, "at_risk_before", reading.findings, "30m")
    if warn is not None and warn >= DAY:
        line = reading.fields.key_lines["at_risk_before"]
        message = "`at_risk_before` must be shorter than a day."
        reading.findings.error(line, "at_risk_before", message)
        return None
    if landed is None or when is None or since is None:
        return None
    by, zone, days = when
    lead = timedelta(seconds=AT_RISK if warn is None else warn)
    return DeadlineSli(landed, by, zone, days, since, lead)


def _check_landed(expr: str) -> Iterator[Finding]:
    """Findings on the condition, which must ask about the slot and should answer either way."""
    if SLOT_START not in expr:
        yield Finding(
            "slot-start",
            f"it must ask about this slot, not about any landing ever: compare with "
            f"`{SLOT_START}`, as in `{EXAMPLE}`.",
        )
        return
    for found in check_value(expr.replace(SLOT_START, "1")):
        if found.code == "filter-as-value":
            yield Finding(
                found.code,
                "it answers nothing both when not landed and when there are no samples; write "
                "`bool` after the comparison, so that the two can be told apart.",
                fatal=False,
            )
        else:
            yield found


def _calendar(reading: Reading) -> tuple[time, str, tuple[int, ...]] | None:
    node = reading.fields.mapping("calendar")
    if node is None:
        if "calendar" not in reading.fields:
            reading.missing(
                '`calendar` is missing, such as `calendar: {by: "07:00", zone: Europe/Berlin, '
                "days: mon-fri}`."
            )
        return None
    fields = Fields(node, reading.findings, "calendar", CALENDAR)
    fields.text("by", example='"07:00"')
    by = values.clock(fields, "by", reading.findings)
    zone = values.zone(fields, reading.findings)
    days = _days(fields, reading)
    return (by, zone, days) if by is not None and zone is not None and days else None


def _days(fields: Fields, reading: Reading) -> tuple[int, ...]:
    """ISO weekdays of a list of days and stretches of days; none when one is wrong."""
    if "days" not in fields:
        return EVERY_DAY
    found: set[int] = set()
    texts = fields.texts("days")
    for text in texts:
        days = _stretch(text.value.lower())
        if not days:
            reading.findings.error(text.line, "days", _no_day(text))
            return ()
        found |= days
    if not texts:
        reading.findings.error(fields.key_lines["days"], "days", "`days` is empty; name a day.")
    return tuple(sorted(found))


def _stretch(said: str) -> set[int]:
    match = RANGE.fullmatch(said)
    first, last = (match[1], match[2]) if match else (said, said)
    if first not in DAYS or last not in DAYS:
        return set()
    start, end = DAYS.index(first), DAYS.index(last)
    length = (end - start) % 7 + 1
    return {(start + step) % 7 + 1 for step in range(length)}


def _no_day(text: Text) -> str:
    near = nearest(text.value[:3].lower(), DAYS)
    meant = f" Did you mean `{near}`?" if near else ""
    return f"`days` has `{text.value}`; write mon-sun, mon-fri or a list such as [mon, thu].{meant}"
