"""The `sli` part of an SLO document: which kind it is, and what an absent stretch means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fireline.adapters.files.kinds import (
    composite,
    deadline,
    entity_ratio,
    latency,
    ratio,
    time_slice,
)
from fireline.adapters.files.kinds.reading import Reading
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields
from fireline.domain.slo.definition import Absent, Sli


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is written, and what absence means to it unless the file says otherwise."""

    read: Callable[[Reading], Sli | None]
    keys: tuple[str, ...]
    absent: Absent


KINDS: Mapping[str, Kind] = {
    "ratio": Kind(ratio.read, ratio.KEYS, Absent.UNKNOWN),
    "latency": Kind(latency.read, latency.KEYS, Absent.UNKNOWN),
    "time_slice": Kind(time_slice.read, time_slice.KEYS, Absent.BAD),
    "deadline": Kind(deadline.read, deadline.KEYS, Absent.BAD),
    "entity_ratio": Kind(entity_ratio.read, entity_ratio.KEYS, Absent.BAD),
    "composite": Kind(composite.read, composite.KEYS, Absent.UNKNOWN),
}
KEYS = (*KINDS, "absent")


@dataclass(frozen=True, slots=True)
class FoundSli:
    """An SLI, its absence rule, and the lines of its fields, such as `bad`."""

    sli: Sli
    absent: Absent
    lines: Mapping[str, int]


def read_sli(fields: Fields, variables: Mapping[str, str], findings: Findings) -> FoundSli | None:
    """The SLI, or None when anything in it is wrong."""
    before = findings.errors
    node = fields.mapping("sli")
    if node is None:
        if "sli" not in fields:
            message = f"`sli` is missing; give it one of {_kinds()}."
            findings.error(fields.line, "missing", message)
        return None
    sli = Fields(node, findings, "sli", KEYS)
    given = [kind for kind in KINDS if kind in sli]
    if findings.errors > before:
        return None
    if len(given) != 1:
        findings.error(sli.line, "missing", f"`sli` needs exactly one of {_kinds()}.")
        return None
    name = given[0]
    body = sli.mapping(name)
    if body is None:
        return None
    inner = Fields(body, findings, name, KINDS[name].keys)
    found = KINDS[name].read(Reading(inner, variables, findings))
    absent = _absent(sli, name, findings)
    if findings.errors > before or found is None or absent is None:
        return None
    return FoundSli(found, absent, {**sli.key_lines, **inner.key_lines})


def _kinds() -> str:
    *first, last = (f"`{kind}`" for kind in KINDS)
    return f"{', '.join(first)} and {last}"


def _absent(sli: Fields, kind: str, findings: Findings) -> Absent | None:
    text = sli.optional("absent")
    if text is None:
        return KINDS[kind].absent
    if kind == "composite":
        message = "`absent` has no effect on a composite: its parts have rules of their own."
        findings.warning(text.line, "unused", message)
        return KINDS[kind].absent
    if text.value not in set(Absent):
        message = f"`absent` is `{text.value}`; it must be bad, ignore or unknown."
        findings.error(text.line, "absent", message)
        return None
    return Absent(text.value)
