"""Which changes to production an incident may come from, and telling it of them."""

from datetime import UTC, datetime

from fireline.domain.incident.changes import (
    MOST_LINKED,
    ProductionChange,
    Reach,
    considered,
    in_words,
    linked,
    with_change,
)
from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.details import LinkedChange
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.lineage.blast import ancestors, parents_of
from fireline.domain.lineage.graph import canonical
from fireline.domain.people import SYSTEM
from fireline.usecases.ports import Services, UnitOfWork


def reach_of(s: Services, uow: UnitOfWork, incident: Incident) -> Reach:
    """Its services, its root datasets, and all that these are made of with their services."""
    return reach(s, uow, roots_of(incident), incident.service, incident.slos)


def reach(
    s: Services,
    uow: UnitOfWork,
    datasets: tuple[str, ...],
    service: str | None,
    slos: tuple[str, ...],
) -> Reach:
    """What could be behind trouble with these."""
    graph = uow.lineages.graph()
    depth = s.policy.incidents.correlation.max_depth
    roots = frozenset(graph.resolve(name) or canonical(name) for name in datasets)
    parents = parents_of(graph) if graph.children else {}
    above = roots.union(*(ancestors(parents, key, depth) for key in roots))
    known = s.definitions.current().slos
    services = {known[name].service for name in slos if name in known}
    services |= {graph.nodes[key].service for key in above if key in graph.nodes}
    services.add(service or "")
    return Reach(frozenset(services - {""}), roots, above)


def touching(uow: UnitOfWork, where: Reach, change: ProductionChange) -> str | None:
    """Why the change may have to do with it, or None."""
    graph = uow.lineages.graph()
    return where.touched_by(change, [graph.resolve(n) or canonical(n) for n in change.datasets])


def with_recent(
    s: Services, uow: UnitOfWork, incident: Incident, now: datetime
) -> tuple[Incident, list[NewEntry]]:
    """The incident with the changes that came before it, and what its timeline says of them."""
    start, end = considered(incident, s.policy.incidents.correlation.recent_changes, now)
    told = uow.changes.between(start, end)
    if not told:
        return incident, []
    where = reach_of(s, uow, incident)
    entries: list[NewEntry] = []
    room = MOST_LINKED - len(incident.details.changes)
    for change in told:
        why = touching(uow, where, change)
        if why is not None and len(entries) < room:
            one = linked(change, why)
            incident = with_change(incident, one)
            entries.append(entry_of(one))
    return incident, entries


def entry_of(change: LinkedChange) -> NewEntry:
    """What a timeline says of a change, at the time it was made."""
    where = Provenance(source="change", permalink=change.url or None, detail=change.id)
    text = f"{in_words(change)}: {change.why}" if change.why else in_words(change)
    return NewEntry(EntryKind.CHANGE, text, change.at, SYSTEM.id, SYSTEM.name, where)


def change_lines(incident: Incident) -> tuple[str, ...]:
    """The incident's changes for its card, the newest first; the one that caused it says so."""
    lines = []
    for change in reversed(incident.details.changes):
        cause = " caused it" if change.id == incident.details.cause_change else ""
        why = f", {change.why}" if change.why and not cause else ""
        at = f"{change.at.astimezone(UTC):%H:%M} UTC"
        lines.append(f"{at} {in_words(change)}{why}{cause and f':{cause}'}")
    return tuple(lines)
