"""What was understood of a foreign SLO, laid out as a native document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fireline.adapters.files.imports.branches import NOT_CARRIED, Branch
from fireline.adapters.files.problems import Problem
from fireline.adapters.files.slo_document import KNOWN_AS, is_reserved
from fireline.adapters.files.yaml_fields import NULLS, Text

TEXT = "tag:yaml.org,2002:str"
INTEGER = "tag:yaml.org,2002:int"
NUMBER = "tag:yaml.org,2002:float"
MAPPING = "tag:yaml.org,2002:map"
API = "fireline/v1"
SEQUENCE = "tag:yaml.org,2002:seq"
NUMBERS = frozenset({"objective", "tier", "slice_target", "weight", "min_events"})
TIER = "2"
LONGEST_NAME = 63
Tree = Mapping[str, "Text | Tree | Sequence[Text | Tree]"]
Branches = dict[str, "Text | Tree | Sequence[Text | Tree]"]


@dataclass(frozen=True, slots=True)
class Imported:
    """One foreign SLO: the native document made of it, if any, and what is to be said of it."""

    line: int
    node: MappingNode | None
    problems: tuple[Problem, ...]

    @property
    def key(self) -> tuple[int, str]:
        """Line and name of the SLO, as its reader gives them."""
        if self.node is None:
            return 0, ""
        return self.line, next(v.value for k, v in self.node.value if k.value == "name")


@dataclass(frozen=True, slots=True)
class Sli:
    """The kind of an SLI, its parts, and what a stretch without samples means."""

    kind: str
    parts: Tree
    absent: str | None = None


@dataclass(slots=True)
class Draft:
    """The parts of a native SLO, each with the foreign line it comes from.

    `known_as` is the name that series and dashboards of the other tool have, where it differs.
    """

    line: int
    name: Text
    service: Text
    objective: Text
    window: Text | Tree
    kind: str
    sli: Tree
    description: Text | None = None
    title: Text | None = None
    absent: str | None = None
    labels: dict[str, Text] = field(default_factory=dict)
    weight: Text | None = None
    extra: dict[str, Text] = field(default_factory=dict)
    known_as: Text | None = None


def known_as(draft: Draft, name: str) -> Draft:
    """The draft that remembers what Sloth calls the SLO, where we call it otherwise."""
    if plain_name(draft.name.value) == name:
        return draft
    return replace(draft, known_as=Text(name, draft.name.line))


def finished(branch: Branch, draft: Draft | None) -> Imported:
    """The import of one SLO, with all that was said of it."""
    before = branch.findings.errors
    branch.leftovers()
    node = None
    if draft is not None and not before:
        node = _document(branch, draft)
    return Imported(branch.line, node, tuple(branch.findings.problems))


def without_slo(branch: Branch) -> Imported:
    """What is to be said of a document, or an SLO, that gives none."""
    return finished(branch, None)


def as_percent(fraction: Text) -> Text:
    """A fraction as a percentage, exactly; what is no number stays for the reader to refuse."""
    try:
        value = Decimal(fraction.value) * 100
    except InvalidOperation:
        return fraction
    return Text(f"{value.normalize():f}" if value.is_finite() else fraction.value, fraction.line)


def _document(branch: Branch, draft: Draft) -> MappingNode:
    at = draft.line
    title, description = _words(draft)
    tree: Branches = {
        "apiVersion": Text(API, at),
        "kind": Text("SLO", at),
        "name": _name(branch, draft.name),
        "title": title,
        "service": draft.service,
        "tier": draft.extra.get("tier") or Text(TIER, at),
        "objective": draft.objective,
        "window": draft.window,
    }
    owner = draft.extra.get("owner") or draft.labels.get("owner")
    if owner is not None and owner.value.strip():
        tree["owner"] = owner
    for key in ("channel", "runbook", "min_events", "data_source"):
        if key in draft.extra:
            tree[key] = draft.extra[key]
    if "datasets" in draft.extra:
        tree["datasets"] = _listed(draft.extra["datasets"])
    sli: Branches = {draft.kind: draft.sli}
    if draft.absent:
        sli["absent"] = Text(draft.absent, at)
    tree["sli"] = sli
    labels = _labels(branch, draft)
    if labels:
        tree["labels"] = labels
    if description:
        tree["description"] = description
    return _mapping(tree, at)


def _listed(text: Text) -> list[Text]:
    """Names that stand in one text, with commas between them."""
    return [Text(name.strip(), text.line) for name in text.value.split(",") if name.strip()]


def _words(draft: Draft) -> tuple[Text, Text | None]:
    """A title of one line, and the description where it says more."""
    said = draft.description or draft.name
    first = Text(" ".join((said.value.splitlines() or [""])[0].split()), said.line)
    title = draft.title or first
    if draft.description is None or draft.description.value == title.value:
        return title, None
    return title, draft.description


def plain_name(name: str) -> str:
    """The name in our letters."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_NAME]


def _name(branch: Branch, name: Text) -> Text:
    """The name in our letters; a changed one is told."""
    plain = plain_name(name.value)
    if plain and plain != name.value:
        branch.warning(name.line, "name", f"`{name.value}` is called `{plain}` here.")
    return Text(plain or name.value, name.line)


def _labels(branch: Branch, draft: Draft) -> dict[str, Text]:
    """The labels that are not ours to set, and the name in the other tool's series."""
    kept = {}
    for key, text in draft.labels.items():
        if is_reserved(key) or key == KNOWN_AS:
            why = "Fireline sets that label itself."
            branch.warning(text.line, NOT_CARRIED, f"label `{key}` is not carried over: {why}")
        else:
            kept[key] = text
    if draft.known_as is not None:
        kept[KNOWN_AS] = draft.known_as
    return kept


def _mapping(tree: Tree, line: int) -> MappingNode:
    pairs: list[tuple[Node, Node]] = []
    for key, value in tree.items():
        at = _line(value, line)
        pairs.append((_leaf(key, at), _node(key, value, at)))
    return MappingNode(MAPPING, pairs, _mark(line), _mark(line), flow_style=False)


def _node(key: str, value: Text | Tree | Sequence[Text | Tree], line: int) -> Node:
    if isinstance(value, Text):
        return _scalar(key, value)
    if isinstance(value, Mapping):
        return _mapping(value, line)
    items = [_node("", item, _line(item, line)) for item in value]
    return SequenceNode(SEQUENCE, items, _mark(line), _mark(line), flow_style=False)


def _line(value: Text | Tree | Sequence[Text | Tree], line: int) -> int:
    """The first line that any part comes from."""
    if isinstance(value, Text):
        return value.line
    inside = list(value.values()) if isinstance(value, Mapping) else list(value)
    return min((_line(part, line) for part in inside), default=line)


def _scalar(key: str, text: Text) -> ScalarNode:
    tag, style = TEXT, None
    if key in NUMBERS and re.fullmatch(r"\d+", text.value):
        tag = INTEGER
    elif key in NUMBERS and re.fullmatch(r"\d+\.\d+", text.value):
        tag = NUMBER
    elif "\n" in text.value:
        style = "|"
    elif text.value in NULLS or (key == "good" and text.value[:1] in "<>=!"):
        style = '"'
    return _leaf(text.value, text.line, tag, style)


def _leaf(value: str, line: int, tag: str = TEXT, style: str | None = None) -> ScalarNode:
    return ScalarNode(tag, value, _mark(line), _mark(line), style=style)


def _mark(line: int) -> Mark:
    return Mark("", 0, line - 1, 0, None, 0)
