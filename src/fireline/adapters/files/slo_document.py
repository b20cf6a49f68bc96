"""One `kind: SLO` document into an `Slo`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TypedDict

from yaml.nodes import MappingNode

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.sli_document import read_sli
from fireline.adapters.files.yaml_fields import Fields, Text, nearest
from fireline.domain.slo.definition import RatioSli, Slo, SourceRef
from fireline.domain.slo.wording import parse_range

KEYS = (
    "apiVersion",
    "kind",
    "name",
    "title",
    "service",
    "tier",
    "owner",
    "channel",
    "objective",
    "window",
    "sli",
    "min_events",
    "datasets",
    "runbook",
    "labels",
    "description",
)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
TIERS = ("0", "1", "2")
HOUR, QUARTER = 3600, 92 * 86400
BUCKET = 300
HUNDRED = Decimal(100)
RESERVED = frozenset({"slo", "severity"})


@dataclass(frozen=True, slots=True)
class Read:
    """A good SLO with the lines of its fields, for lint."""

    slo: Slo
    lines: Mapping[str, int]


def read_slo(node: MappingNode, variables: Mapping[str, str], findings: Findings) -> Read | None:
    """The SLO, or None when anything in it is wrong."""
    before = findings.errors
    fields = Fields(node, findings, "SLO", KEYS)
    sli = read_sli(fields, variables, findings)
    needed = _needed(fields, findings)
    extra = _extra(fields, findings)
    if findings.errors > before or needed is None or sli is None:
        return None
    found, absent = sli
    source = SourceRef(findings.file, fields.line)
    if "min_events" in extra and not isinstance(found, RatioSli):
        line = fields.key_lines["min_events"]
        findings.warning(line, "unused", "`min_events` has no effect on a time_slice; remove it.")
    slo = Slo(sli=found, absent=absent, source=source, **needed, **extra)
    return Read(slo, {**fields.key_lines, "": fields.line})


class _Needed(TypedDict):
    """What every SLO says."""

    name: str
    title: str
    service: str
    tier: int
    objective: Decimal
    window: timedelta


class _Extra(TypedDict, total=False):
    """What an SLO may say."""

    owner: str | None
    channel: str | None
    runbook: str | None
    datasets: tuple[str, ...]
    min_events: int
    description: str
    labels: dict[str, str]


def _needed(fields: Fields, findings: Findings) -> _Needed | None:
    """The required fields but the SLI; every one that is wrong is a finding."""
    name = _name(fields, findings)
    title = fields.text("title", example="Orders land on time")
    service = fields.text("service", example="orders")
    tier = _choice(fields, "tier", TIERS, findings)
    objective = _objective(fields, findings)
    window = _window(fields, findings)
    if not (name and title and service and tier) or objective is None or window is None:
        return None
    return {
        "name": name.value,
        "title": title.value,
        "service": service.value,
        "tier": int(tier),
        "objective": objective,
        "window": window,
    }


def _extra(fields: Fields, findings: Findings) -> _Extra:
    """The optional fields."""
    found: _Extra = {
        "owner": _plain(fields, "owner"),
        "channel": _channel(fields, findings),
        "runbook": _plain(fields, "runbook"),
        "datasets": tuple(t.value for t in fields.texts("datasets")),
        "description": _plain(fields, "description") or "",
        "labels": _labels(fields, findings),
    }
    min_events = _whole(fields, "min_events", findings)
    if min_events is not None:
        found["min_events"] = min_events
    return found


def _plain(fields: Fields, key: str) -> str | None:
    found = fields.optional(key)
    return found.value if found else None


def _name(fields: Fields, findings: Findings) -> Text | None:
    name = fields.text("name", example="orders-landing")
    if name is not None and not NAME.fullmatch(name.value):
        findings.error(
            name.line,
            "name",
            f"the name `{name.value}` must be lower-case letters, digits and dashes, at most 63.",
        )
    return name


def _choice(fields: Fields, key: str, allowed: tuple[str, ...], findings: Findings) -> str | None:
    found = fields.text(key, example=allowed[0])
    if found is None or found.value in allowed:
        return found.value if found else None
    near = nearest(found.value, allowed)
    meant = f" Did you mean `{near}`?" if near else ""
    findings.error(
        found.line, key, f"`{key}` is `{found.value}`; it must be {' or '.join(allowed)}.{meant}"
    )
    return None


def _objective(fields: Fields, findings: Findings) -> Decimal | None:
    text = fields.text("objective", example="99.9")
    if text is None:
        return None
    try:
        value = Decimal(text.value.removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        findings.error(
            text.line,
            "objective-range",
            f"`objective` is `{text.value}`; it must be a percentage such as 99.9.",
        )
    elif 0 < value <= 1:
        meant = (value * HUNDRED).normalize()
        findings.error(
            text.line,
            "objective-range",
            f"`objective: {text.value}` looks like a fraction; objectives are percentages, so "
            f"write {meant:f} if that is meant.",
        )
    elif value == HUNDRED:
        findings.error(
            text.line,
            "objective-100",
            "`objective: 100` leaves no error budget at all; use 99.99 or less.",
        )
    elif not 0 < value < HUNDRED:
        findings.error(
            text.line,
            "objective-range",
            f"`objective` is {text.value}; it must be above 0 and below 100.",
        )
    else:
        return value
    return None


def _window(fields: Fields, findings: Findings) -> timedelta | None:
    text = fields.text("window", example="30d")
    if text is None:
        return None
    seconds = parse_range(text.value)
    if seconds is None:
        month = " Calendar months are not supported yet." if text.value.endswith("M") else ""
        findings.error(
            text.line,
            "window-unit",
            f"`window` is `{text.value}`; write a length such as 30d, 4w or 6h.{month}",
        )
        return None
    if not HOUR <= seconds <= QUARTER or seconds % BUCKET:
        findings.error(
            text.line,
            "window-unit",
            f"`window` is `{text.value}`; it must be from 1h to 92d, in steps of 5m.",
        )
        return None
    return timedelta(seconds=seconds)


def _whole(fields: Fields, key: str, findings: Findings) -> int | None:
    found = fields.optional(key)
    if found is None:
        return None
    if not found.value.isdecimal():
        findings.error(
            found.line, key, f"`{key}` is `{found.value}`; it must be a whole number such as 200."
        )
        return None
    return int(found.value)


def _labels(fields: Fields, findings: Findings) -> dict[str, str]:
    labels = {}
    for key, text in fields.pairs("labels").items():
        if key in RESERVED or key.startswith("sloth_"):
            findings.error(
                text.line, "reserved-label", f"the label `{key}` is set by Fireline; rename it."
            )
        labels[key] = text.value
    return labels


def _channel(fields: Fields, findings: Findings) -> str | None:
    if "channel" not in fields:
        return None
    found = fields.text("channel", example='"#data-platform-alerts"')
    if found is None:
        return None
    if not re.fullmatch(r"#[\w-]{1,80}|C[A-Z0-9]{6,}", found.value):
        findings.error(
            found.line,
            "channel",
            f"`channel` is `{found.value}`; write it with its #, in quotes: "
            '"#data-platform-alerts".',
        )
        return None
    return found.value
