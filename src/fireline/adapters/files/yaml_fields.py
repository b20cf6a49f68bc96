"""YAML read as nodes, so that every complaint has its line."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import yaml
from rapidfuzz import fuzz, process
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fireline.adapters.files.problems import Findings

MAX_BYTES = 1_000_000
NEAR = 60.0
DEEPEST = 100
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as written, and its line."""

    value: str
    line: int


def line_of(node: Node) -> int:
    """1-based line on which the node begins."""
    return int(node.start_mark.line) + 1


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, if any is like it at all."""
    found = process.extractOne(word, list(known), scorer=fuzz.WRatio, score_cutoff=NEAR)
    return found[0] if found else None


def compose(text: str, findings: Findings) -> list[Node]:
    """The documents of a file; a syntax error is a finding, and gives none."""
    if len(text.encode()) > MAX_BYTES:
        findings.error(1, "size", "the file is larger than 1 MB; split it by service.")
        return []
    try:
        return _documents(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "it cannot be read"
        line = mark.line + 1 if mark else 1
        findings.error(line, "yaml", f"not valid YAML: {what}.{_hint(text, line)}")
    except (yaml.YAMLError, RecursionError) as error:
        findings.error(1, "yaml", f"not valid YAML: {str(error).splitlines()[0]}.")
    return []


def kind_of(document: MappingNode) -> str:
    """What a document says it is; empty where it does not say."""
    return next((str(v.value) for k, v in document.value if k.value == "kind"), "")


def _documents(text: str) -> list[Node]:
    """The documents that are not empty; the quick loader reads them, the other one explains.

    Raises:
        RecursionError: they are nested too deeply, which would end the quick loader's process.
    """
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            _refuse_depth(text)
            return [n for n in yaml.compose_all(text, Loader=yaml.CSafeLoader) if not _is_null(n)]
    return [n for n in yaml.compose_all(text, Loader=yaml.SafeLoader) if not _is_null(n)]


def _refuse_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise RecursionError(f"it is nested more than {DEEPEST} deep")


def _is_null(node: Node) -> bool:
    """Whether a document is empty, as between two `---`."""
    return isinstance(node, ScalarNode) and not node.style and node.value in NULLS


def _hint(text: str, line: int) -> str:
    """What is usually meant by a line that breaks the syntax."""
    lines = text.splitlines()
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    near = "\n".join(lines[max(0, line - 2) : line])
    if "\t" in near:
        return " Indent with spaces, not tabs."
    if ": >" in near or ": {" in near or ': "' in near or ": [" in near:
        return f' Put an expression or a comparison in quotes: "{shown[:40]}".'
    return ""


class Fields:
    """The fields of a mapping, read one by one; what is wrong goes to the findings.

    Args:
        node: the mapping.
        findings: where problems go.
        what: the mapping's name in messages, such as `SLO`.
        known: all keys it may have.
    """

    def __init__(
        self, node: MappingNode, findings: Findings, what: str, known: Sequence[str]
    ) -> None:
        self.line = line_of(node)
        self._findings = findings
        self._what = what
        self._nodes: dict[str, Node] = {}
        self.key_lines: dict[str, int] = {}
        for key_node, value in node.value:
            self._add(str(key_node.value), value, line_of(key_node), known)

    def _add(self, key: str, value: Node, line: int, known: Sequence[str]) -> None:
        if key not in known:
            near = nearest(key, known)
            meant = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}."
            self._findings.error(line, "unknown-key", f"{self._what} has no `{key}`; {meant}")
        elif key in self._nodes:
            self._findings.error(line, "duplicate-key", f"`{key}` is given twice; keep one.")
        else:
            self._nodes[key] = value
            self.key_lines[key] = line

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def node(self, key: str) -> Node | None:
        """The raw value."""
        return self._nodes.get(key)

    def text(self, key: str, *, example: str = "") -> Text | None:
        """A required scalar; a missing or empty one is an error that shows an example."""
        found = self.optional(key)
        if found is None and not (key in self._nodes and not self._empty(key)):
            such = f", such as `{key}: {example}`" if example else ""
            state = "is empty" if key in self._nodes else "is missing"
            line = self.key_lines.get(key, self.line)
            quote = " (a # begins a comment: put the value in quotes)" if key == "channel" else ""
            self._findings.error(
                line, "missing", f"`{key}` {state} in this {self._what}{such}{quote}."
            )
        return found

    def optional(self, key: str) -> Text | None:
        """A scalar if it is there."""
        node = self._nodes.get(key)
        if node is None or self._empty(key):
            return None
        if not isinstance(node, ScalarNode):
            self._findings.error(
                line_of(node), "type", f"`{key}` must be one value, not a list or a mapping."
            )
            return None
        return Text(str(node.value).strip(), line_of(node))

    def _empty(self, key: str) -> bool:
        return _is_null(self._nodes[key])

    def texts(self, key: str) -> tuple[Text, ...]:
        """A list of scalars; a single scalar counts as a list of one."""
        node = self._nodes.get(key)
        if node is None:
            return ()
        items = node.value if isinstance(node, SequenceNode) else [node]
        if not all(isinstance(item, ScalarNode) for item in items):
            self._findings.error(
                line_of(node), "type", f"`{key}` must be a list of names, such as [orders]."
            )
            return ()
        return tuple(Text(str(item.value).strip(), line_of(item)) for item in items)

    def mapping(self, key: str) -> MappingNode | None:
        """A nested mapping if it is there."""
        node = self._nodes.get(key)
        if node is None or isinstance(node, MappingNode):
            return node
        self._findings.error(
            line_of(node), "type", f"`{key}` must be a mapping with fields of its own."
        )
        return None

    def pairs(self, key: str) -> dict[str, Text]:
        """A mapping of names to scalars."""
        node = self.mapping(key)
        if node is None:
            return {}
        found = {}
        for name, value in node.value:
            if isinstance(value, ScalarNode):
                found[str(name.value)] = Text(str(value.value), line_of(name))
            else:
                self._findings.error(
                    line_of(name), "type", f"`{name.value}` under `{key}` must be one value."
                )
        return found
