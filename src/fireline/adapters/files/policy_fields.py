"""Parts that several chapters of the policy file are made of."""

from collections.abc import Sequence

from yaml.nodes import MappingNode, Node, SequenceNode

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text, line_of
from fireline.domain.slo.wording import parse_range


def items(fields: Fields, key: str, known: Sequence[str], findings: Findings) -> list[Fields]:
    """The mappings of a list."""
    node: Node | None = fields.node(key)
    if node is None:
        return []
    if not isinstance(node, SequenceNode) or not all(
        isinstance(n, MappingNode) for n in node.value
    ):
        findings.error(line_of(node), "type", f"`{key}` must be a list of mappings.")
        return []
    return [Fields(n, findings, key, known) for n in node.value]


def span(text: Text | None, findings: Findings) -> int | None:
    """Seconds of a length of time such as `5m`."""
    if text is None:
        return None
    seconds = parse_range(text.value)
    if seconds is None:
        findings.error(
            text.line, "range", f"`{text.value}` is no length of time; write 5m, 1h or 3d."
        )
    return seconds
