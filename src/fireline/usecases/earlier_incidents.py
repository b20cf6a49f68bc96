"""What happened before to the same SLO or data, and what helped then; words alike count nothing."""

from collections.abc import Callable
from datetime import timedelta

from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import NOT_COUNTED, Incident, IncidentState, Stamp
from fireline.domain.incident.metrics import durations
from fireline.domain.lineage.graph import canonical
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.relation_views import EarlierLine, EarlierMessage

LOOKED_BACK = timedelta(days=365)
MOST = 3
RESTORED = f"-> {IncidentState.RESTORED.value}: "


def earlier(_s: Services, uow: UnitOfWork, ref: str) -> EarlierMessage | None:
    """Projection of what is alike; `ref` is the incident's id. None where nothing is."""
    incident = uow.incidents.get(int(ref))
    if incident is None:
        return None
    lines = tuple(_line(uow, one, why) for one, why in alike(uow, incident)[:MOST])
    return EarlierMessage(f"card:{incident.id}", incident.ref, lines) if lines else None


def alike(uow: UnitOfWork, incident: Incident) -> list[tuple[Incident, str]]:
    """Finished incidents of the last year that share an SLO or a root dataset, newest first.

    Drills, restricted ones and what was no incident are never among them.
    """
    declared = incident.stamps[Stamp.DECLARED]
    graph = uow.lineages.graph()

    def key(name: str) -> str:
        return graph.resolve(name) or canonical(name)

    found = []
    for one in uow.incidents.between(declared - LOOKED_BACK, declared):
        shown = not (one.open or one.drill or one.restricted or one.state in NOT_COUNTED)
        why = _shared(incident, one, key) if shown and one.id != incident.id else None
        if why is not None:
            found.append((one, why))
    return sorted(found, key=lambda pair: pair[0].stamps[Stamp.DECLARED], reverse=True)


def _shared(incident: Incident, other: Incident, key: Callable[[str], str]) -> str | None:
    slo = next((name for name in incident.slos if name in other.slos), None)
    if slo is not None:
        return f"the same SLO {slo}"
    theirs = {key(name) for name in roots_of(other)}
    data = next((name for name in roots_of(incident) if key(name) in theirs), None)
    return f"the same data {data}" if data is not None else None


def _line(uow: UnitOfWork, incident: Incident, why: str) -> EarlierLine:
    said = (entry.text for entry in uow.timeline.entries(incident.id))
    helped = next((text.partition(RESTORED)[2] for text in said if RESTORED in text), "")
    took = durations(incident).mttr
    return EarlierLine(
        ref=incident.ref,
        title=incident.title,
        declared_at=incident.stamps[Stamp.DECLARED],
        why=why,
        took=spell(took) if took is not None else "",
        helped=helped,
        channel_id=incident.channel_id,
    )
