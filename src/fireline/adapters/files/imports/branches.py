"""A foreign document read key by key: what nobody asked for is told, never dropped silently."""

from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import NULLS, Text, line_of

NOT_CARRIED = "not-carried"
UNSUPPORTED = "unsupported"
YES = frozenset({"true", "yes", "on"})


class Branch:
    """A mapping of a foreign document.

    Args:
        node: the mapping.
        findings: where problems go.
        path: the way to it, for messages.
        at: a line to speak of instead of the mapping's own, for what stands in another file.
    """

    def __init__(
        self, node: MappingNode, findings: Findings, path: str = "", at: int | None = None
    ) -> None:
        self.node = node
        self.findings = findings
        self.line = at or line_of(node)
        self.path = path
        self._at = at
        self._nodes: dict[str, Node] = {}
        self._lines: dict[str, int] = {}
        self._read: set[str] = set()
        self._children: list[Branch] = []
        merged = any(key.value == "<<" for key, _ in node.value)
        pairs = MappingNode(node.tag, list(node.value))
        if merged:
            yaml.SafeLoader("").flatten_mapping(pairs)
        for key, value in pairs.value:
            self._add(str(key.value), value, at or line_of(key), merged=merged)

    def _add(self, key: str, value: Node, line: int, *, merged: bool) -> None:
        if key in self._nodes and not merged:
            self.error(line, "duplicate-key", f"`{self.full(key)}` is given twice; keep one.")
        self._nodes[key] = value
        self._lines[key] = line

    def full(self, key: str) -> str:
        """The key with the way to it."""
        return f"{self.path}.{key}" if self.path else key

    def line_at(self, key: str) -> int:
        """The line of a key; of the mapping when it is not there."""
        return self._lines.get(key, self.line)

    def error(self, line: int, code: str, message: str) -> None:
        """Say what keeps the SLO from being used."""
        self.findings.error(line, code, message)

    def warning(self, line: int, code: str, message: str) -> None:
        """Say what is lost or changed while the SLO can be used."""
        self.findings.warning(line, code, message)

    def __contains__(self, key: str) -> bool:
        node = self._nodes.get(key)
        return node is not None and not _empty(node)

    def text(self, key: str) -> Text | None:
        """A scalar if it is there."""
        self._read.add(key)
        node = self._nodes.get(key)
        if node is None or _empty(node):
            return None
        if not isinstance(node, ScalarNode):
            self.error(self.line_at(key), "type", f"`{self.full(key)}` must be one value.")
            return None
        return Text(str(node.value).strip(), self.line_at(key))

    def needed(self, key: str) -> Text | None:
        """A scalar that must be there."""
        found = self.text(key)
        if key not in self:
            self.error(self.line, "missing", f"`{self.full(key)}` is missing.")
        return found

    def value(self, key: str) -> str:
        """A scalar as plain text, empty when it is not there."""
        found = self.text(key)
        return found.value if found else ""

    def says(self, key: str) -> bool:
        """Whether a switch is on."""
        return self.value(key).lower() in YES

    def branch(self, key: str) -> "Branch | None":
        """A mapping inside, if it is there."""
        self._read.add(key)
        node = self._nodes.get(key)
        if node is None or _empty(node):
            return None
        if not isinstance(node, MappingNode):
            self.error(self.line_at(key), "type", f"`{self.full(key)}` must be a mapping.")
            return None
        child = Branch(node, self.findings, self.full(key), self._at)
        child.line = self.line_at(key)
        self._children.append(child)
        return child

    def branches(self, key: str, *, apart: bool = False) -> "list[Branch]":
        """The mappings of a list; `apart` gives each its own findings and its own leftovers."""
        self._read.add(key)
        node = self._nodes.get(key)
        if node is None or _empty(node):
            return []
        if not isinstance(node, SequenceNode):
            self.error(self.line_at(key), "type", f"`{self.full(key)}` must be a list.")
            return []
        found = []
        for index, item in enumerate(node.value):
            where = f"{self.full(key)}[{index}]"
            if isinstance(item, MappingNode):
                findings = Findings(self.findings.file) if apart else self.findings
                found.append(Branch(item, findings, where, self._at))
            else:
                self.error(self._at or line_of(item), "type", f"`{where}` must be a mapping.")
        if not apart:
            self._children += found
        return found

    def items(self, key: str) -> list[Text]:
        """A list of scalars; what is no scalar in it is an error."""
        self._read.add(key)
        node = self._nodes.get(key)
        if not isinstance(node, SequenceNode):
            return []
        found = [
            Text(str(i.value).strip(), self._at or line_of(i))
            for i in node.value
            if isinstance(i, ScalarNode)
        ]
        if len(found) != len(node.value):
            self.error(self.line_at(key), "type", f"`{self.full(key)}` must be a list of values.")
        return found

    def holds_scalars(self, key: str) -> bool:
        """Whether there is a list that begins with a scalar."""
        node = self._nodes.get(key)
        return isinstance(node, SequenceNode) and isinstance((*node.value, None)[0], ScalarNode)

    def holds_mapping(self, key: str) -> bool:
        """Whether there is a mapping, where other versions of a format have a list."""
        return isinstance(self._nodes.get(key), MappingNode)

    def pairs(self, key: str) -> dict[str, Text]:
        """A mapping of names to scalars; the items of a list are joined by commas."""
        child = self.branch(key)
        return dict(child.entries()) if child else {}

    def entries(self) -> Iterator[tuple[str, Text]]:
        """All keys of the mapping with their scalars."""
        for key, node in self._nodes.items():
            self._read.add(key)
            line = self.line_at(key)
            if isinstance(node, ScalarNode):
                yield key, Text("" if _null(node) else str(node.value), line)
            elif isinstance(node, SequenceNode) and all(
                isinstance(item, ScalarNode) for item in node.value
            ):
                yield key, Text(",".join(str(item.value) for item in node.value), line)
            else:
                self.warning(line, NOT_CARRIED, f"`{self.full(key)}` is no text; it is left out.")

    def names(self) -> list[str]:
        """All keys of the mapping."""
        return list(self._nodes)

    def skip(self, *keys: str) -> None:
        """These say nothing an SLO could need."""
        self._read.update(keys)

    def lost(self, key: str, why: str) -> None:
        """Say that a key is not carried over, if it is there."""
        if key in self:
            self.warning(
                self.line_at(key), NOT_CARRIED, f"`{self.full(key)}` is not carried over: {why}"
            )
        self._read.add(key)

    def leftovers(self) -> None:
        """Say of every key nobody asked for that it is not carried over."""
        for key in self._nodes:
            if key not in self._read and key in self:
                self.lost(key, "Fireline has nothing like it.")
        for child in self._children:
            child.leftovers()


def _empty(node: Node) -> bool:
    """Whether it is null, or a text without a word."""
    return isinstance(node, ScalarNode) and (_null(node) or not str(node.value).strip())


def _null(node: ScalarNode) -> bool:
    return not node.style and node.value in NULLS
