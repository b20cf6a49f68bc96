"""Taking in lineage and run results as they are told, and what they mean for open incidents."""

from collections.abc import Sequence

from fireline.domain.lineage.graph import Graph
from fireline.domain.lineage.runs import RunResult
from fireline.domain.people import SYSTEM
from fireline.usecases.ports import Services

JOBS = "openlineage:"


def take_graph(s: Services, source: str, graph: Graph) -> bool:
    """Keep a lineage in place of the last one of its source; False when it says the same."""
    now = s.clock.now()
    with s.store() as uow:
        changed = uow.lineages.save(source, graph, now)
        if changed and not source.startswith(JOBS):
            detail = {"nodes": len(graph.nodes), "edges": sum(map(len, graph.children.values()))}
            uow.audit.append(now, SYSTEM.id, "lineage.taken", f"lineage:{source}", detail)
        uow.commit()
    return changed


def take_runs(s: Services, runs: Sequence[RunResult]) -> int:
    """Keep the last result of each run; gives how many there were."""
    if not runs:
        return 0
    with s.store() as uow:
        uow.lock()
        uow.lineages.save_runs(runs)
        uow.commit()
    return len(runs)
