"""In which order data is put right: what is made of something after that."""

from collections.abc import Iterable

from fireline.domain.lineage.blast import ancestors, parents_of
from fireline.domain.lineage.graph import Graph

DEEPEST = 200  # more layers than any project has


def parents_first(graph: Graph, names: Iterable[str]) -> dict[str, int]:
    """The place of each dataset, from 1; names that are in no lineage have none.

    What has more of the others above it comes later, so that parents come before their children;
    within a cycle names decide.
    """
    keys = {name: key for name in names if (key := graph.resolve(name)) is not None}
    parents = parents_of(graph)
    ours = set(keys.values())
    above = {key: len(ancestors(parents, key, DEEPEST) & ours) for key in ours}
    ordered = sorted(ours, key=lambda key: (above[key], key))
    place = {key: number for number, key in enumerate(ordered, start=1)}
    return {name: place[key] for name, key in keys.items()}
