"""`kind: Profile`: what a system's metrics are called by one way of exporting them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import promql_parser
from promql_parser import VectorSelector
from yaml.nodes import MappingNode, ScalarNode

from fireline.adapters.files import values
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text

KEYS = (
    "apiVersion",
    "kind",
    "name",
    "system",
    "description",
    "requires",
    "units",
    "metrics",
    "labels",
    "expressions",
)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
UNITS = {"s": "1", "ms": "1000", "us": "1000000"}
PER_SECOND = "_per_second"
SECTIONS = ("metrics", "labels", "expressions")


@dataclass(frozen=True, slots=True)
class Profile:
    """Logical names of a system's metrics and labels, with what stands for each.

    `requires` are regular expressions of whole metric names that all exist where it fits.
    """

    name: str
    system: str
    requires: tuple[str, ...]
    words: Mapping[str, str]
    where: str = field(default="", compare=False)


def read_profile(node: MappingNode, findings: Findings) -> Profile | None:
    """The profile, or None when anything in it is wrong."""
    before = findings.errors
    fields = Fields(node, findings, "Profile", KEYS)
    name = _said(fields, "name", NAME, "airflow-helm", findings)
    system = _said(fields, "system", WORD, "airflow", findings)
    requires = _requires(fields, findings)
    words = _units(fields, findings)
    for section in SECTIONS:
        for key, text in _words(fields, section, findings).items():
            if key in words:
                message = f"`{key}` stands twice in this profile; give one another name."
                findings.error(text.line, "duplicate", message)
            words[key] = f"({text.value}\n)" if section == "expressions" else text.value
    if not words and findings.errors == before:
        message = "a profile needs `metrics`, such as `metrics: {heartbeat: airflow_heartbeat}`."
        findings.error(fields.line, "missing", message)
    if findings.errors > before or name is None or system is None:
        return None
    return Profile(name, system, requires, words, f"{findings.file}:{fields.line}")


def _said(
    fields: Fields, key: str, form: re.Pattern[str], example: str, findings: Findings
) -> str | None:
    text = fields.text(key, example=example)
    if text is not None and not form.fullmatch(text.value):
        message = f"`{key}` is `{text.value}`; write a name such as {example}."
        findings.error(text.line, "name", message)
    return text.value if text else None


def _requires(fields: Fields, findings: Findings) -> tuple[str, ...]:
    texts = fields.texts("requires")
    if not texts:
        message = "`requires` is missing: metric names that all exist where this profile fits."
        findings.error(fields.key_lines.get("requires", fields.line), "missing", message)
    for text in texts:
        try:
            re.compile(text.value)
        except re.error as error:
            message = f"`{text.value}` is no regular expression: {error}."
            findings.error(text.line, "requires", message)
    return tuple(text.value for text in texts)


def _words(fields: Fields, section: str, findings: Findings) -> dict[str, Text]:
    """Logical names: a metric's stands for a selector, a label's for a label."""
    found = fields.pairs(section)
    for name, text in found.items():
        if not WORD.fullmatch(name):
            message = f"`{name}` cannot be a logical name; use letters, digits and _."
            findings.error(text.line, "name", message)
        if section == "metrics" and not _is_selector(text.value):
            message = f"`{name}` is `{text.value}`; it must be a selector such as requests_total."
            findings.error(text.line, section, message)
        if section == "labels" and not WORD.fullmatch(text.value):
            message = f"`{name}` is `{text.value}`; it must be a label's name."
            findings.error(text.line, section, message)
    return found


def _is_selector(text: str) -> bool:
    try:
        tree = promql_parser.parse(text)
    except ValueError:
        return False
    return isinstance(tree, VectorSelector) and tree.offset is None and tree.at is None


def _units(fields: Fields, findings: Findings) -> dict[str, str]:
    """How many of a unit make one second: `timers: ms` gives `timers_per_second` 1000."""
    found = {}
    for name, text in fields.pairs("units").items():
        unit = values.one_of(text, name, tuple(UNITS), findings)
        found[f"{name}{PER_SECOND}"] = UNITS.get(unit or "s", "1")
    return found


def document_texts(node: MappingNode) -> Iterable[Text]:
    """Every scalar of a document."""
    for _, value in node.value:
        if isinstance(value, ScalarNode):
            yield Text(str(value.value), int(value.start_mark.line) + 1)
        elif isinstance(value, MappingNode):
            yield from document_texts(value)
