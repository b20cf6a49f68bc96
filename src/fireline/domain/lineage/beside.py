"""What git says of lineages besides what is told: other names, and contracts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fireline.domain.lineage.contract import Contract
from fireline.domain.lineage.graph import Graph, Node, NodeKind, canonical
from fireline.domain.lineage.joining import richer


@dataclass(frozen=True, slots=True)
class Beside:
    """Aliases and contracts; `stamp` changes with what they say, `problems` are of files left out.

    `problems` are `file:line: message`.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    contracts: tuple[Contract, ...] = ()
    stamp: str = ""
    problems: tuple[str, ...] = ()


def beside(graph: Graph, git: Beside) -> Graph:
    """The lineage with what contracts say of its datasets: owner, channel, deadline.

    A contract of data that is in no lineage adds nothing; nothing would be known of its consumers.
    """
    nodes = dict(graph.nodes)
    for contract in git.contracts:
        for name in contract.datasets:
            key = key_in(graph, name)
            if key is not None:
                nodes[key] = richer(nodes[key], _described(key, contract))
    return replace(graph, nodes=nodes) if git.contracts else graph


def _described(key: str, contract: Contract) -> Node:
    return Node(
        key,
        key,
        NodeKind.DATASET,
        owner=contract.owner,
        email=contract.owner_email,
        channel=contract.channel,
        due=contract.due,
    )


def key_in(graph: Graph, name: str) -> str | None:
    """The key of a name that is written down whole; a part of one is not enough here."""
    said = canonical(name)
    key = graph.names.get(said, said)
    return key if key in graph.nodes else None


def contracts_of(graph: Graph, git: Beside, key: str) -> tuple[Contract, ...]:
    """The contracts of a dataset."""
    return tuple(c for c in git.contracts if key in {key_in(graph, n) or n for n in c.datasets})
