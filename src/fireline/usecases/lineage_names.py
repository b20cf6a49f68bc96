"""Names of datasets that are written down somewhere and are in no lineage, so that none is lost."""

from fireline.domain.lineage.beside import Beside, key_in
from fireline.domain.lineage.graph import Graph
from fireline.usecases.ports import Services

MOST = 20


def unresolved_names(s: Services) -> list[str]:
    """Each name with where it stands; aliases and contracts must name datasets whole."""
    with s.store() as uow:
        graph = uow.lineages.graph()
    if not graph.nodes:
        return []
    return [*_from_git(graph, s.git_lineage()), *_from_slos(s, graph)]


def _from_git(graph: Graph, git: Beside) -> list[str]:
    found = [
        f"{meant} (alias of {said})"
        for said, meant in git.aliases.items()
        if key_in(graph, meant) is None
    ]
    for contract in git.contracts:
        found += [
            f"{name} (contract {contract.name}, {contract.file}:{contract.line})"
            for name in contract.datasets
            if key_in(graph, name) is None
        ]
    return found


def _from_slos(s: Services, graph: Graph) -> list[str]:
    found = []
    for slo in s.definitions.current().slos.values():
        for name in slo.datasets:
            keys = graph.candidates(name)
            if len(keys) != 1:
                several = f", may be {' or '.join(keys[:3])}" if keys else ""
                found.append(f"{name} (SLO {slo.name}{several})")
    return found


def in_words(names: list[str]) -> str:
    """The first of them in one line."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return "; ".join(names[:MOST]) + more
