"""Open incidents that somebody who declares may mean: by what they touch, never by words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.lineage.blast import is_downstream
from fireline.domain.lineage.graph import canonical
from fireline.usecases.ports import Services, UnitOfWork

RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Similar:
    """An open incident, and what it shares with the new one."""

    incident: Incident
    why: str


def similar_incidents(
    s: Services, slo: str | None, service: str | None, datasets: Sequence[str]
) -> tuple[Similar, ...]:
    """Those declared within the last hour that share SLO, data or service, newest first.

    Restricted ones, drills and what is over are never among them.
    """
    since = s.clock.now() - RECENT
    known = s.definitions.current().slos.get(slo or "")
    data = (*datasets, *(known.datasets if known else ()))
    owner = service or (known.service if known else None)
    found = []
    with s.store() as uow:
        for incident in uow.incidents.open():
            if incident.restricted or not incident.takes_signals:
                continue
            declared = incident.at(Stamp.DECLARED)
            why = _shared(uow, incident, slo, owner, data)
            if why is not None and declared is not None and declared >= since:
                found.append(Similar(incident, why))
    return tuple(sorted(found, key=lambda one: one.incident.id, reverse=True))


def _shared(
    uow: UnitOfWork,
    incident: Incident,
    slo: str | None,
    service: str | None,
    datasets: Sequence[str],
) -> str | None:
    """What both touch, in words."""
    if slo is not None and slo in incident.slos:
        return f"the same SLO {slo}"
    theirs = {canonical(name): name for name in roots_of(incident)}
    for name in datasets:
        if canonical(name) in theirs:
            return f"the same data {name}"
        above = is_downstream(uow.lineages.graph(), name, theirs.values())
        if above is not None:
            return f"{name} is made of {above}"
    if service is not None and service == incident.service:
        return f"the same service {service}"
    return None
