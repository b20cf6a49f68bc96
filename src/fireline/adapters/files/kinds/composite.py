"""`composite`: several SLOs as one, by their names and weights."""

import math

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fireline.adapters.files import values
from fireline.adapters.files.kinds.reading import Reading
from fireline.adapters.files.yaml_fields import Fields, Text, line_of
from fireline.domain.slo.definition import CompositePart, CompositeSli, Method

KEYS = ("parts", "method")
PART = ("slo", "weight")
EXAMPLE = "`parts: [{slo: orders-fresh, weight: 2}, {slo: orders-complete}]`"
FEWEST = 2


def read(reading: Reading) -> CompositeSli | None:
    """The SLI; whether its parts exist is known when all files are read."""
    found = values.choice(
        reading.fields, "method", list(Method), reading.findings, Method.OCCURRENCES
    )
    node = reading.fields.node("parts")
    if not isinstance(node, SequenceNode):
        reading.missing(f"a composite needs a list of parts, such as {EXAMPLE}.")
        return None
    parts = [_part(item, reading) for item in node.value]
    good = tuple(part for part in parts if part is not None)
    if len(good) < len(parts) or found is None:
        return None
    names = [part.slo for part in good]
    twice = next((name for name in names if names.count(name) > 1), None)
    if len(good) < FEWEST or twice:
        said = "one part is no composite." if good else "there is no part."
        said = f"`{twice}` is named twice." if twice else said
        message = f"{said} Name at least two different SLOs, such as {EXAMPLE}."
        reading.findings.error(line_of(node), "composite", message)
        return None
    return CompositeSli(good, Method(found))


def _part(item: Node, reading: Reading) -> CompositePart | None:
    if isinstance(item, ScalarNode) and item.value:
        return CompositePart(str(item.value))
    if not isinstance(item, MappingNode):
        message = f"a part is the name of an SLO, or a mapping, such as {EXAMPLE}."
        reading.findings.error(line_of(item), "type", message)
        return None
    fields = Fields(item, reading.findings, "part", PART)
    name, weight = fields.text("slo", example="orders-fresh"), fields.optional("weight")
    number = _weight(weight) if weight else 1.0
    if number is None and weight is not None:
        message = f"`weight` is `{weight.value}`; it must be a number above 0, such as 2."
        reading.findings.error(weight.line, "weight", message)
    return CompositePart(name.value, number) if name and number is not None else None


def _weight(text: Text) -> float | None:
    try:
        number = float(text.value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None
