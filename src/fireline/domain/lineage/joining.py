"""Several lineages as one: the same thing under one key, things that only look alike apart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.lineage.graph import Graph, Node, NodeKind, canonical

# A name of at least `db.schema.table` needs no server in front unless two servers have it.
WHOLE = 2


def joined(graphs: Iterable[Graph], aliases: Mapping[str, str] | None = None) -> Graph:
    """Several lineages as one; the same key is the same thing, aliases name what differs.

    A name that comes from one server only is known by its short form, which is what dbt calls it;
    where two servers have one of the same name, each keeps its server in front. The age is that of
    the oldest, since nothing newer is known of its part.
    """
    parts = tuple(graphs)
    names = _names(parts, aliases or {})
    nodes: dict[str, Node] = {}
    children: dict[str, dict[str, None]] = {}
    for graph in parts:
        for key, node in graph.nodes.items():
            own = names.get(key, key)
            known = nodes.get(own)
            nodes[own] = richer(known, node) if known else replace(node, key=own)
        for key, below in graph.children.items():
            above = names.get(key, key)
            made = (names.get(child, child) for child in below)
            children.setdefault(above, {}).update((child, None) for child in made if child != above)
    for graph in parts:
        names.update((said, names.get(key, key)) for said, key in graph.names.items())
    edges = {key: tuple(below) for key, below in children.items() if below}
    borders = dict.fromkeys(graph.border for graph in parts if graph.border)
    return Graph(nodes, edges, _age(parts), "; ".join(borders), names)


def _names(graphs: Iterable[Graph], aliases: Mapping[str, str]) -> dict[str, str]:
    """The key of everything that is not called by its own."""
    servers: dict[str, set[str]] = {}
    full: dict[str, str] = {}
    for graph in graphs:
        for key, node in graph.nodes.items():
            short = key.removeprefix(f"{node.namespace}/")
            if node.namespace and short != key and short.count(".") >= WHOLE:
                servers.setdefault(short, set()).add(node.namespace)
                full[key] = short
    names = {key: short for key, short in full.items() if len(servers[short]) == 1}
    meant = {canonical(said): canonical(is_) for said, is_ in aliases.items()}
    return {
        **{key: meant.get(key, meant.get(short, short)) for key, short in names.items()},
        **{said: names.get(is_, is_) for said, is_ in meant.items()},
    }


def _age(graphs: Iterable[Graph]) -> datetime | None:
    """When the oldest was made; pieces that are told one by one are as old as the newest."""
    whole = [graph.made_at for graph in graphs if graph.made_at is not None and not graph.partial]
    pieces = [graph.made_at for graph in graphs if graph.made_at is not None and graph.partial]
    return min([*whole, *([max(pieces)] if pieces else [])], default=None)


def richer(one: Node, other: Node) -> Node:
    """Both descriptions of one thing together; what the first says stays."""
    return replace(
        one,
        kind=other.kind if one.kind is NodeKind.DATASET else one.kind,
        tier=one.tier if one.tier is not None else other.tier,
        owner=one.owner or other.owner,
        email=one.email or (other.email if not one.owner else ""),
        channel=one.channel or other.channel,
        due=one.due or other.due,
        url=one.url or other.url,
        service=one.service or other.service,
        external=one.external or other.external,
        namespace=one.namespace or other.namespace,
        used_by=one.used_by or other.used_by,
    )
