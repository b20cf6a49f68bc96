"""The blast radius: everything downstream of broken data, with who must know and by when."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fireline.domain.lineage.graph import Graph, Node, NodeKind

MAX_DEPTH = 12
MAX_NODES = 20_000
OLD = timedelta(hours=24)
LAST_TIER = 3
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Affected:
    """One node downstream: how far, and when it is due next."""

    node: Node
    distance: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blast:
    """What is affected, worst first; `unresolved` names are in no lineage, never guessed.

    `several` are those among them that fit more than one dataset. `more` counts nodes beyond the
    limits, which are named nowhere else.
    """

    roots: tuple[str, ...]
    affected: tuple[Affected, ...]
    unresolved: tuple[str, ...] = ()
    more: int = 0
    age: timedelta | None = None
    border: str = ""
    root_nodes: tuple[Node, ...] = ()
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def consumers(self) -> tuple[Affected, ...]:
        """Dashboards, models in use and applications among them."""
        return tuple(one for one in self.affected if one.node.kind.consumer)

    @property
    def old(self) -> bool:
        """Whether the lineage is too old to be relied on."""
        return self.age is not None and self.age > OLD

    def nearest(self, tier: int = 0) -> Affected | None:
        """What of this tier is due first: a consumer, or data that a contract promises by then."""
        due = [
            (one.due_at, one.node.name, one)
            for one in self.affected
            if one.node.tier == tier and one.due_at is not None
        ]
        return min(due)[2] if due else None


def blast_radius(graph: Graph, names: Iterable[str], at: datetime, depth: int = MAX_DEPTH) -> Blast:
    """Everything downstream of the named datasets, breadth first.

    Args:
        graph: may hold cycles, and edges to nodes it does not know.
        names: datasets by key or by their last parts.
        at: now, for deadlines and the lineage's age.
        depth: how far to follow.
    """
    meant = {name: graph.candidates(name) for name in dict.fromkeys(names)}
    found = list(dict.fromkeys(keys[0] for keys in meant.values() if len(keys) == 1))
    unresolved = [name for name, keys in meant.items() if len(keys) != 1]
    distances, more = _walk(graph, found, depth)
    affected = [
        Affected(node, distance, due_next(node.due, at))
        for key, distance in distances.items()
        if distance and (node := graph.nodes.get(key)) is not None
    ]
    return Blast(
        roots=tuple(found),
        affected=tuple(sorted(affected, key=_worst_first)),
        unresolved=tuple(unresolved),
        more=more,
        age=at - graph.made_at if graph.made_at is not None else None,
        border=graph.border,
        root_nodes=tuple(graph.nodes[key] for key in found),
        several={name: keys[:MOST_NAMED] for name, keys in meant.items() if len(keys) > 1},
    )


def _walk(graph: Graph, roots: list[str], depth: int) -> tuple[dict[str, int], int]:
    """Distance of every node reached, and how many were left out."""
    distances = dict.fromkeys(roots, 0)
    waiting = deque(roots)
    more = 0
    while waiting:
        key = waiting.popleft()
        distance = distances[key] + 1
        for child in graph.children.get(key, ()):
            if child in distances:
                continue
            if distance > depth or len(distances) >= MAX_NODES:
                more += 1
                continue
            distances[child] = distance
            waiting.append(child)
    return distances, more


def due_next(due: str, at: datetime) -> datetime | None:
    """The next instant of a daily `HH:MM` UTC deadline; None where there is none."""
    hour, _, minute = due.partition(":")
    if not (hour.isdecimal() and minute.isdecimal()):
        return None
    if int(hour) > 23 or int(minute) > 59:  # noqa: PLR2004 - a clock
        return None
    now = at.astimezone(UTC)
    today = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _worst_first(one: Affected) -> tuple[int, bool, float, int, str]:
    """By tier, then the next deadline, then distance."""
    tier = one.node.tier if one.node.tier is not None else LAST_TIER
    due = one.due_at.timestamp() if one.due_at is not None else 0.0
    return tier, one.due_at is None, due, one.distance, one.node.name


def reached(graph: Graph, roots: Iterable[str], depth: int) -> Mapping[str, int]:
    """The keys that are made of these, and they themselves, with their distance."""
    return _walk(graph, list(roots), depth)[0]


def is_downstream(graph: Graph, name: str, of: Iterable[str], depth: int = 6) -> str | None:
    """The dataset among `of` that `name` is made of, or None."""
    key = graph.resolve(name)
    if key is None:
        return None
    for upstream in of:
        root = graph.resolve(upstream)
        if root is not None and root != key and key in _walk(graph, [root], depth)[0]:
            return root
    return None


def downstream(graph: Graph, names: Iterable[str], depth: int = MAX_DEPTH) -> set[str]:
    """The keys of everything made of these datasets, themselves left out."""
    roots = [key for name in names if (key := graph.resolve(name)) is not None]
    reached = _walk(graph, roots, depth)[0]
    return {key for key in reached if key in graph.nodes}.difference(roots)


def parents_of(graph: Graph) -> dict[str, list[str]]:
    """What each key is made of."""
    found: dict[str, list[str]] = {}
    for key, below in graph.children.items():
        for child in below:
            found.setdefault(child, []).append(key)
    return found


def ancestors(parents: Mapping[str, Iterable[str]], key: str, depth: int = 6) -> set[str]:
    """Everything that a key is made of, up to a depth; not the key itself."""
    found: set[str] = set()
    level = {key}
    for _ in range(depth):
        level = {up for one in level for up in parents.get(one, ())} - found
        found |= level
    return found - {key}


def counted_words(consumers: Iterable[Affected], at: datetime) -> str:
    """Consumers in one line, such as `1 tier-0 dashboard (due in 2 h 40 min), 1 ML model`.

    Kinds stand in the order in which the consumers are given.
    """
    groups: dict[tuple[bool, NodeKind], list[Affected]] = {}
    for one in consumers:
        groups.setdefault((one.node.tier != 0, one.node.kind), []).append(one)
    parts = []
    for (lower, kind), members in sorted(groups.items(), key=lambda g: g[0][0]):
        count = len(members)
        name = kind.words if lower else f"tier-0 {kind.words}"
        words = f"{count} {_plural(name) if count > 1 else name}"
        due = min((m.due_at for m in members if m.due_at is not None), default=None)
        parts.append(f"{words} (due in {span(due - at)})" if due is not None else words)
    return ", ".join(parts)


def _plural(name: str) -> str:
    if name.endswith("sis"):
        return f"{name.removesuffix('is')}es"
    return name if name.endswith("ETL") else f"{name}s"


def span(length: timedelta) -> str:
    """Hours and minutes, such as `2 h 40 min`."""
    minutes = max(0, int(length.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{rest} min"
