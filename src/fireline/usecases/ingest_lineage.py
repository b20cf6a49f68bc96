"""Taking in lineage and run results as they are told, and what they mean for open incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.runs import Reach, turned, with_runs
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.lineage.blast import downstream
from fireline.domain.lineage.graph import Graph
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.domain.people import SYSTEM
from fireline.usecases.incident_record import Change, happened, retried, save, show
from fireline.usecases.place_runs import counted, place_runs
from fireline.usecases.ports import Services, UnitOfWork

JOBS = "openlineage:"
MOST_LISTED = 50
TOLD = Provenance(source="lineage")


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


@retried
def take_runs(s: Services, runs: Sequence[RunResult]) -> int:
    """Keep the last result of each run, and tell the open incidents that they touch.

    Gives how many results there were. Results older than what is known change nothing.
    """
    if not runs:
        return 0
    with s.store() as uow:
        uow.lock()
        graph = uow.lineages.graph()
        named = [replace(run, dataset=_key(graph, run.dataset)) for run in runs]
        before = uow.lineages.last_runs(run.id for run in named)
        news = turned(named, before)
        known = {run.id: run for run in before}
        fresh = [counted(run, known.get(run.id)) for run in named if not _late(run, known)]
        uow.lineages.save_runs(fresh)
        place_runs(s, uow, fresh, known)
        if news:
            for incident in uow.incidents.open():
                _tell(s, uow, incident, news, _reach(graph, incident, named))
        uow.commit()
    return len(runs)


def _key(graph: Graph, name: str | None) -> str | None:
    """The key under which the joined lineage has it."""
    return (graph.resolve(name) or name) if name is not None else None


def _late(run: RunResult, known: Mapping[str, RunResult]) -> bool:
    """Whether something newer is known."""
    last = known[run.id].at if run.id in known else None
    return run.at is not None and last is not None and run.at < last


def _reach(graph: Graph, incident: Incident, runs: Sequence[RunResult]) -> Reach:
    """What the incident has to do with, as these results show it."""
    own = {graph.resolve(name) or name for name in incident.datasets}
    below = downstream(graph, incident.details.roots or incident.datasets)
    broken = [
        run.dataset
        for run in runs
        if run.status is RunStatus.FAIL and (run.dataset in own or run.dataset in below)
    ]
    excused = downstream(graph, broken)
    data = {key for key in below if not graph.nodes[key].kind.consumer}
    return Reach(own, below, data, excused)


def _tell(
    s: Services, uow: UnitOfWork, before: Incident, news: Sequence[RunResult], reach: Reach
) -> None:
    """One line for each incident whose data the results touch, and its impacted datasets."""
    after, line = with_runs(before, news, reach)
    if after == before:
        return
    now = s.clock.now()
    at = max((run.at for run in news if run.at is not None), default=now)
    entry = happened(SYSTEM, line, min(at, now), EntryKind.RUN, TOLD)
    detail = {"runs": [run.id for run in news[:MOST_LISTED]]}
    change = Change("incident.runs", SYSTEM, now, detail, (entry,) if line else ())
    saved = save(s, uow, after, change)
    if saved.channel_id is not None and saved.datasets != before.datasets:
        show(s, uow, "blast", saved.channel_id, str(saved.id))
