"""Which data is made of which, and who uses it: nodes by canonical key, edges downstream."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is."""

    SOURCE = "source"
    MODEL = "model"
    DATASET = "dataset"
    DASHBOARD = "dashboard"
    NOTEBOOK = "notebook"
    ANALYSIS = "analysis"
    ML = "ml"
    APPLICATION = "application"

    @property
    def consumer(self) -> bool:
        """Whether it is what people or programs use in the end."""
        return self not in {NodeKind.SOURCE, NodeKind.MODEL, NodeKind.DATASET}

    @property
    def words(self) -> str:
        """As people say it."""
        return {NodeKind.ML: "ML model", NodeKind.APPLICATION: "application"}.get(self, self.value)


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset or what uses it; `due` is the daily deadline as `HH:MM` UTC, tier None unknown."""

    key: str
    name: str
    kind: NodeKind
    tier: int | None = None
    owner: str = ""
    channel: str = ""
    due: str = ""
    url: str = ""
    service: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """One lineage: nodes, edges from a key to those made of it, and how old it is.

    `border` says what it cannot know, such as `unknown beyond dbt`.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    made_at: datetime | None = None
    border: str = ""

    def resolve(self, name: str) -> str | None:
        """The key of a dataset by its key, or by its last parts when only one fits."""
        wanted = canonical(name)
        if wanted in self.nodes:
            return wanted
        fitting = [key for key in self.nodes if key.endswith(f".{wanted}")]
        return fitting[0] if len(fitting) == 1 else None


def canonical(name: str) -> str:
    """Lower-cased `db.schema.table` without quotes; a name of another form only loses those."""
    return name.replace('"', "").replace("`", "").replace("[", "").replace("]", "").strip().lower()


def joined(graphs: Iterable[Graph], aliases: Mapping[str, str] | None = None) -> Graph:
    """Several lineages as one; the same key is the same thing, aliases name what differs.

    The age is that of the oldest, since nothing newer is known of its part.
    """
    names = {canonical(k): canonical(v) for k, v in (aliases or {}).items()}
    nodes: dict[str, Node] = {}
    children: dict[str, dict[str, None]] = {}
    ages, borders = [], []
    for graph in graphs:
        for key, node in graph.nodes.items():
            own = names.get(key, key)
            known = nodes.get(own)
            nodes[own] = _richer(known, replace(node, key=own)) if known else replace(node, key=own)
        for key, below in graph.children.items():
            known_below = children.setdefault(names.get(key, key), {})
            known_below.update(dict.fromkeys(names.get(child, child) for child in below))
        if graph.made_at is not None:
            ages.append(graph.made_at)
        if graph.border:
            borders.append(graph.border)
    edges = {key: tuple(below) for key, below in children.items()}
    return Graph(nodes, edges, min(ages, default=None), "; ".join(dict.fromkeys(borders)))


def _richer(one: Node, other: Node) -> Node:
    """Both descriptions of one thing together; what the first says stays."""
    return replace(
        one,
        kind=other.kind if one.kind is NodeKind.DATASET else one.kind,
        tier=one.tier if one.tier is not None else other.tier,
        owner=one.owner or other.owner,
        channel=one.channel or other.channel,
        due=one.due or other.due,
        url=one.url or other.url,
        service=one.service or other.service,
        external=one.external or other.external,
    )
