"""One `kind: SLO` document into an `Slo` for each of its objectives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict

from yaml.nodes import MappingNode

from fireline.adapters.files import values
from fireline.adapters.files.objectives import Objective, read_objectives
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.sli_document import FoundSli, read_sli
from fireline.adapters.files.vocabulary import Words
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.slo.definition import LatencySli, RatioSli, Slo, SourceRef

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
    "objectives",
    "window",
    "sli",
    "min_events",
    "zero_tolerance",
    "datasets",
    "runbook",
    "labels",
    "description",
    "data_source",
    "profile",
)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
CHANNEL = re.compile(r"#[\w-]{1,80}|C[A-Z0-9]{6,}")
RESERVED = frozenset({"slo", "severity"})
# The name that an SLO has in Sloth's series, where it is not its own.
KNOWN_AS = "sloth_slo"


@dataclass(frozen=True, slots=True)
class Read:
    """A good SLO with the lines of its fields, for lint, its profiles by system, its variables."""

    slo: Slo
    lines: Mapping[str, int]
    profiles: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def read_slo(node: MappingNode, words: Words, findings: Findings) -> list[Read]:
    """The SLOs, one for each objective; none when anything in the document is wrong."""
    before = findings.errors
    fields = Fields(node, findings, "SLO", KEYS)
    found = read_sli(fields, words.values, findings)
    needed = _needed(fields, findings)
    objectives = read_objectives(fields, findings)
    extra = _extra(fields, findings)
    if findings.errors > before or needed is None or found is None:
        return []
    if "min_events" in extra and not isinstance(found.sli, RatioSli | LatencySli):
        line = fields.key_lines["min_events"]
        message = "`min_events` has no effect but on counted events; remove it."
        findings.warning(line, "unused", message)
    reads = [_read(one, needed, extra, found, fields, findings) for one in objectives]
    if findings.errors > before:
        return []
    return [replace(one, profiles=words.profiles, variables=words.used) for one in reads]


class _Needed(TypedDict):
    """What every SLO says, but for its objectives."""

    name: str
    title: str
    service: str


class _Extra(TypedDict, total=False):
    """What an SLO may say."""

    owner: str | None
    channel: str | None
    runbook: str | None
    datasets: tuple[str, ...]
    min_events: int
    description: str
    labels: dict[str, str]
    data_source: str | None


def _read(
    one: Objective,
    needed: _Needed,
    extra: _Extra,
    found: FoundSli,
    fields: Fields,
    findings: Findings,
) -> Read:
    """The SLO of one objective."""
    name = f"{needed['name']}-{one.suffix}" if one.suffix else needed["name"]
    if not NAME.fullmatch(name):
        message = f"the name `{name}` is longer than 63; shorten `name` or `suffix`."
        findings.error(one.line, "name", message)
    shown = f"{one.percent.normalize():f} %"
    title = one.title or (f"{needed['title']} ({shown})" if one.suffix else needed["title"])
    slo = Slo(
        name=name,
        title=title,
        service=needed["service"],
        tier=one.tier,
        objective=one.percent,
        window=one.window.length,
        calendar=one.window.calendar,
        zero_tolerance=one.zero_tolerance,
        sli=found.sli,
        absent=found.absent,
        source=SourceRef(findings.file, one.line if one.suffix else fields.line),
        **extra,
    )
    return Read(slo, {**one.lines, **found.lines, "": fields.line})


def _needed(fields: Fields, findings: Findings) -> _Needed | None:
    """Name, title and service; every one that is wrong is a finding."""
    name = _name(fields, findings)
    title = fields.text("title", example="Orders land on time")
    service = fields.text("service", example="orders")
    if not (name and title and service):
        return None
    return {"name": name.value, "title": title.value, "service": service.value}


def _extra(fields: Fields, findings: Findings) -> _Extra:
    """The optional fields."""
    found: _Extra = {
        "owner": values.plain(fields, "owner"),
        "channel": _channel(fields, findings),
        "runbook": values.plain(fields, "runbook"),
        "datasets": tuple(t.value for t in fields.texts("datasets")),
        "description": values.plain(fields, "description") or "",
        "labels": _labels(fields, findings),
        "data_source": values.plain(fields, "data_source"),
    }
    min_events = values.whole(fields, "min_events", findings)
    if min_events is not None:
        found["min_events"] = min_events
    return found


def _name(fields: Fields, findings: Findings) -> Text | None:
    name = fields.text("name", example="orders-landing")
    if name is not None and not NAME.fullmatch(name.value):
        findings.error(
            name.line,
            "name",
            f"the name `{name.value}` must be lower-case letters, digits and dashes, at most 63.",
        )
    return name


def is_reserved(label: str) -> bool:
    """Whether the rules that are made of an SLO set that label themselves."""
    return label in RESERVED or (label.startswith("sloth_") and label != KNOWN_AS)


def _labels(fields: Fields, findings: Findings) -> dict[str, str]:
    labels = {}
    for key, text in fields.pairs("labels").items():
        if is_reserved(key):
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
    if not CHANNEL.fullmatch(found.value):
        findings.error(
            found.line,
            "channel",
            f"`channel` is `{found.value}`; write it with its #, in quotes: "
            '"#data-platform-alerts".',
        )
        return None
    return found.value
