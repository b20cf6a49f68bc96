"""Other names of datasets, from the file that git keeps: `policies/aliases.yaml`."""

import re
from collections.abc import Mapping

from yaml.nodes import MappingNode

from fireline.adapters.files.problems import Findings, Problem
from fireline.adapters.files.yaml_fields import Fields, Text, compose, line_of
from fireline.domain.lineage.graph import canonical

KEYS = ("apiVersion", "kind", "aliases")
IS_ALIASES = re.compile(r"^kind:\s*['\"]?Aliases\b", re.MULTILINE)
API = "fireline/v1"
LONGEST = 500


def read_aliases(path: str, text: str) -> tuple[Mapping[str, str], list[Problem]]:
    """The good aliases in the text, and everything that is wrong with the rest."""
    findings = Findings(path)
    found: dict[str, str] = {}
    for document in compose(text, findings):
        if not isinstance(document, MappingNode):
            findings.error(line_of(document), "kind", "this is no `kind: Aliases`.")
            continue
        fields = Fields(document, findings, "Aliases", KEYS)
        kind, api = fields.text("kind", example="Aliases"), fields.text("apiVersion", example=API)
        if kind is not None and kind.value != "Aliases":
            findings.error(kind.line, "kind", f"`kind` is `{kind.value}`; write `kind: Aliases`.")
        if api is not None and api.value != API:
            message = f"`apiVersion` is `{api.value}`; write `apiVersion: {API}`."
            findings.error(api.line, "apiVersion", message)
        _take(fields.pairs("aliases"), found, findings)
    return found, findings.problems


def _take(given: Mapping[str, Text], found: dict[str, str], findings: Findings) -> None:
    lines: dict[str, int] = {}
    for said, meant in given.items():
        name, key = canonical(said), canonical(meant.value)
        problem = _wrong(name, key, lines)
        if problem:
            findings.error(meant.line, "alias", problem)
            continue
        found[name], lines[name] = key, meant.line
    for name, key in list(found.items()):
        if key in found:
            message = f"`{name}` means `{key}`, which is itself an alias; name `{found[key]}`."
            findings.error(lines.get(name, 1), "alias", message)
            del found[name]


def _wrong(name: str, key: str, lines: Mapping[str, int]) -> str:
    """What is wrong with one pair; empty when nothing is."""
    if not name or not key or max(len(name), len(key)) > LONGEST:
        return f"write `other name: db.schema.table`, each with at most {LONGEST} characters."
    if name == key:
        return f"`{name}` is an alias of itself: capitals and quotes make no difference; drop it."
    if name in lines:
        return f"`{name}` is given twice (line {lines[name]}); keep one."
    return ""
