"""`kind: Variables`: names for the parts of expressions that differ between teams."""

import re
from collections.abc import Mapping

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text, line_of, nearest

WINDOW = "window"
SLOT = "slot_start"
SLOT_START = f"${SLOT}"
OWN = frozenset({WINDOW, SLOT})
NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
QUOTED = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
LOGICAL = re.compile(
    r"\$([A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*)"
    rf"(?:\s*\{{((?:{QUOTED}|[^\"'{{}}])*)\}})?"
)
KEYS = ("apiVersion", "kind", "values", "description")


def read_variables(node: MappingNode, findings: Findings) -> dict[str, str]:
    """The variables of one document; a list becomes a pattern that matches exactly its items."""
    fields = Fields(node, findings, "Variables", KEYS)
    values = fields.mapping("values")
    if values is None:
        if "values" not in fields:
            findings.error(
                fields.line, "missing", "`values` is missing, such as `values: {dags: orders}`."
            )
        return {}
    found: dict[str, str] = {}
    for key, value in values.value:
        name = str(key.value)
        if name in OWN or not NAME.fullmatch(f"${name}"):
            findings.error(
                line_of(key), "variable", f"`{name}` cannot be a variable; use letters and _."
            )
        elif isinstance(value, ScalarNode):
            found[name] = str(value.value)
        elif isinstance(value, SequenceNode):
            found[name] = "|".join(re.escape(str(item.value)) for item in value.value)
        else:
            findings.error(line_of(key), "type", f"`{name}` must be one value or a list of names.")
    return found


def substitute(text: Text, variables: Mapping[str, str], findings: Findings) -> str | None:
    """The expression with every `$name` but our own filled in, escaped for a quoted matcher."""
    written = _with_metrics(text.value, variables)
    unknown = [
        name
        for name in dict.fromkeys(NAME.findall(written))
        if name not in OWN and name not in variables
    ]
    for name in unknown:
        near = nearest(name, [*(v for v in variables if "." not in v), *OWN])
        meant = f"did you mean `${near}`?" if near else "define it in a `kind: Variables` document."
        findings.error(text.line, "variable", f"the variable `${name}` is not defined; {meant}")
    if unknown:
        return None

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in OWN:
            return match[0]
        return variables[name].replace("\\", "\\\\").replace('"', '\\"')

    return NAME.sub(value, written)


def _with_metrics(expr: str, variables: Mapping[str, str]) -> str:
    """The expression with every `$system.name` replaced; its matchers join those it brings."""

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1])
        if found is None:
            return match[0]
        if match[2] is None:
            return found
        more = _with_metrics(match[2], variables).strip()
        if not found.endswith("}"):
            return f"{found}{{{more}}}"
        own = found[:-1].rstrip().rstrip(",")
        return f"{own}{'' if own.endswith('{') or not more else ','}{more}}}"

    return LOGICAL.sub(value, expr)
