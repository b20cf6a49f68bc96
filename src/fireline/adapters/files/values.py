"""Scalars of a file as values of the domain; one that cannot be used is a finding."""

import re
from collections.abc import Sequence
from datetime import time
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text, nearest
from fireline.domain.slo.wording import parse_range

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
HUNDRED = Decimal(100)
YES, NO = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})


def plain(fields: Fields, key: str) -> str | None:
    """A scalar as it is, if it is there."""
    found = fields.optional(key)
    return found.value if found else None


def choice(
    fields: Fields, key: str, allowed: Sequence[str], findings: Findings, default: str
) -> str | None:
    """One of a few words; the default when it is not there, None when it is another word."""
    found = fields.optional(key)
    if found is None:
        return default
    return one_of(found, key, allowed, findings)


def one_of(found: Text, key: str, allowed: Sequence[str], findings: Findings) -> str | None:
    """The word if it is allowed."""
    if found.value in allowed:
        return found.value
    near = nearest(found.value, allowed)
    meant = f" Did you mean `{near}`?" if near else ""
    findings.error(
        found.line, key, f"`{key}` is `{found.value}`; it must be {' or '.join(allowed)}.{meant}"
    )
    return None


def whole(fields: Fields, key: str, findings: Findings) -> int | None:
    """A whole number if it is there."""
    found = fields.optional(key)
    if found is None:
        return None
    if not (found.value.isascii() and found.value.isdecimal() and len(found.value) <= 15):  # noqa: PLR2004 - exact as a float
        findings.error(
            found.line, key, f"`{key}` is `{found.value}`; it must be a whole number such as 200."
        )
        return None
    return int(found.value)


def switch(fields: Fields, key: str, findings: Findings) -> bool:
    """Whether it is on; off when it is not there."""
    found = fields.optional(key)
    if found is None or found.value.lower() in NO:
        return False
    if found.value.lower() not in YES:
        findings.error(found.line, key, f"`{key}` is `{found.value}`; it must be true or false.")
    return True


def seconds(fields: Fields, key: str, findings: Findings, example: str) -> int | None:
    """A length of time if it is there."""
    found = fields.optional(key)
    if found is None:
        return None
    length = parse_range(found.value)
    if length is None:
        message = f"`{key}` is `{found.value}`; write a length of time such as {example}."
        findings.error(found.line, key, message)
    return length


def percent(text: Text, key: str, findings: Findings, code: str) -> Decimal | None:
    """A percentage above 0 and up to 100; one that looks like a fraction is an error."""
    try:
        value = Decimal(text.value.removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        message = f"`{key}` is `{text.value}`; it must be a percentage such as 99.9."
    elif 0 < value <= 1:
        meant = (value * HUNDRED).normalize()
        message = (
            f"`{key}: {text.value}` looks like a fraction; objectives are percentages, so "
            f"write {meant:f} if that is meant."
        )
    elif not 0 < value <= HUNDRED:
        message = f"`{key}` is {text.value}; it must be above 0 and below 100."
    else:
        return value
    findings.error(text.line, code, message)
    return None


def clock(fields: Fields, key: str, findings: Findings, default: time | None = None) -> time | None:
    """A time of day such as 07:00."""
    found = fields.optional(key)
    if found is None:
        return default
    match = CLOCK.fullmatch(found.value)
    if match is None:
        message = f'`{key}` is `{found.value}`; write a time of day in quotes, such as "07:00".'
        findings.error(found.line, key, message)
        return None
    return time(int(match[1]), int(match[2]))


def zone(fields: Fields, findings: Findings) -> str | None:
    """An IANA zone; UTC when it is not there, None when it is unknown."""
    found = fields.optional("zone")
    if found is None:
        return "UTC"
    if is_zone(found.value):
        return found.value
    findings.error(found.line, "window-unit", unknown_zone("zone", found.value))
    return None


def is_zone(name: str) -> bool:
    """Whether there is such a zone."""
    return name in _zones()


def unknown_zone(key: str, name: str) -> str:
    """What to say of a zone that there is not."""
    near = nearest(name, sorted(_zones()))
    meant = f"did you mean `{near}`?" if near else "use an IANA name such as Europe/Berlin."
    return f"`{key}` is `{name}`, which is no time zone; {meant}"


@cache
def _zones() -> frozenset[str]:
    """All zones that can really be loaded here."""
    return frozenset(name for name in available_timezones() if _loads(name))


def _loads(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
