"""What data contracts say of an incident: until when it must be right, and what is broken."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fireline.domain.incident.contracts import breaches, with_breaches
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.lineage.beside import Beside, contracts_of
from fireline.domain.lineage.blast import downstream
from fireline.domain.lineage.contract import Breach, Contract
from fireline.domain.lineage.graph import Graph
from fireline.domain.people import SYSTEM
from fireline.usecases.each import each
from fireline.usecases.impact_views import ContractLine
from fireline.usecases.incident_facts import record
from fireline.usecases.ports import Services, UnitOfWork

Contracts = Mapping[str, tuple[Contract, ...]]


def contract_lines(s: Services, graph: Graph, incident: Incident) -> tuple[ContractLine, ...]:
    """The contracts of the data it began with, and those of which something is broken."""
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    broken: dict[tuple[str, str], list[str]] = {}
    for breach in incident.details.contract_breaches:
        broken.setdefault((breach.contract, breach.dataset), []).append(breach.text)
    repaired: dict[tuple[str, str], datetime | None] = dict.fromkeys(broken)
    names = [*(incident.details.roots or incident.datasets), *(name for _, name in broken)]
    for name in dict.fromkeys(names):
        for contract in _of(graph, s.git_lineage(), name):
            span = contract.time_to_repair
            until = start + span if start is not None and span is not None else None
            repaired[contract.name, name] = until
    return tuple(
        ContractLine(name, dataset, until, tuple(broken.get((name, dataset), ())))
        for (name, dataset), until in repaired.items()
    )


def _of(graph: Graph, git: Beside, name: str) -> tuple[Contract, ...]:
    return contracts_of(graph, git, graph.resolve(name) or name)


def watch_contracts(s: Services) -> int:
    """Note on open incidents which promises they break by now; gives how many are new."""
    git = s.git_lineage()
    if not git.contracts:
        return 0
    with s.store() as uow:
        graph = uow.lineages.graph()
        watched = {
            incident.id: _reached(uow, graph, git, incident)
            for incident in uow.incidents.open()
            if incident.datasets
        }

    def note(incident_id: int) -> int:
        return _note(s, incident_id, *watched[incident_id])

    return sum(each(note, [incident_id for incident_id in watched if watched[incident_id][0]]))


def _reached(
    uow: UnitOfWork, graph: Graph, git: Beside, incident: Incident
) -> tuple[Contracts, Mapping[str, datetime]]:
    """The contracts of its data and of what is made of it, and when that was last loaded."""
    keys = {graph.resolve(name) or name: name for name in incident.datasets}
    for key in downstream(graph, incident.details.roots or incident.datasets):
        keys.setdefault(key, key)
    contracts = {
        name: found for key, name in keys.items() if (found := contracts_of(graph, git, key))
    }
    wanted = {key: name for key, name in keys.items() if name in contracts}
    loaded = {
        wanted[run.dataset]: run.loaded_at
        for run in (uow.lineages.runs(wanted) if wanted else ())
        if run.dataset in wanted and run.loaded_at is not None
    }
    return contracts, loaded


def _note(
    s: Services, incident_id: int, contracts: Contracts, loaded: Mapping[str, datetime]
) -> int:
    """Write down what is newly broken; gives how many promises that are."""
    new: list[Breach] = []

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        found = breaches(incident, contracts, loaded, now)
        new[:] = [b for b in found if b not in incident.details.contract_breaches]
        return with_breaches(incident, found), f"Contract broken: {_words(new)}"

    record(s, incident_id, "contract", edit, SYSTEM)
    return len(new)


def _words(found: Iterable[Breach]) -> str:
    parts = [f"{b.dataset} {b.text} ({b.contract}: {b.term})" for b in found]
    return "; ".join(parts[:5]) + (f" and {len(parts) - 5} more" if len(parts) > 5 else "")  # noqa: PLR2004 - a line
