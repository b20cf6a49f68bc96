"""Whether a dataset, or what is made of it, can be relied on now: only what is on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.durations import spell
from fireline.domain.incident.exposure import is_inside
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.metrics import elapsed
from fireline.domain.lineage.blast import is_downstream
from fireline.domain.lineage.graph import Graph, canonical
from fireline.domain.questions import shorter
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BudgetState, DataState
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.slo_views import slo_line

SHOWN = 5
REPAIRING = (IncidentState.RESTORED, IncidentState.REPAIRING)
UNSURE = (DataState.NO_DATA, DataState.STALE, DataState.QUERY_ERROR)

Named = tuple[str, str | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Safety:
    """The verdict in a sentence, why, and where it comes from as (name, channel, time)."""

    verdict: str
    reasons: tuple[str, ...] = ()
    sources: tuple[Named, ...] = ()


def safety(s: Services, name: str, channel: str) -> Safety:
    """What is known for and against using a dataset, dashboard or model.

    Open incidents that name it or something it is made of come first, then its SLOs. Restricted
    incidents are told of in their own channel only; elsewhere it is said that there are some,
    whatever the question.
    """
    slos = s.definitions.current().slos
    with s.store() as uow:
        graph = uow.lineages.graph()
        opened = [i for i in uow.incidents.open() if not i.drill]
        shown = [i for i in opened if not i.restricted or is_inside(i, channel)]
        found = _named(name, graph, slos.values(), shown) or _named(
            shorter(name), graph, slos.values(), shown
        )
        if len(found) != 1:
            return _which(name, found)
        key = found[0]
        against = [(i, why) for i in shown if (why := _touches(graph, i, key)) is not None]
        watched = [slo for slo in slos.values() if _watches(graph, slo, key)]
        told = [_slo(uow, slo) for slo in watched]
    hidden = len(opened) - len(shown)
    return _judged(s, key, against, told, hidden)


def _named(
    name: str, graph: Graph, slos: Iterable[Slo], incidents: Iterable[Incident]
) -> tuple[str, ...]:
    """The keys that a name may mean: exactly, by its last parts, or a consumer's shown name."""
    wanted = canonical(name)
    known = {canonical(d): None for slo in slos for d in slo.datasets}
    known |= {canonical(d): None for i in incidents for d in (*i.datasets, *roots_of(i))}
    known = {graph.resolve(key) or key: None for key in known} | dict.fromkeys(graph.nodes)
    shown = {node.name.lower(): key for key, node in graph.nodes.items()}
    if wanted in known:
        return (wanted,)
    if wanted in shown:
        return (shown[wanted],)
    return tuple(sorted(key for key in known if wanted and key.endswith(f".{wanted}")))


def _which(name: str, found: tuple[str, ...]) -> Safety:
    if found:
        names = ", ".join(found[:SHOWN])
        return Safety(f"“{name}” may be {len(found)} things: {names}. Ask for one of them.")
    return Safety(
        f"I know no dataset, dashboard or model called “{name}”, so I cannot say.",
        ("I know what SLOs, incidents and the lineage name.",),
    )


def _touches(graph: Graph, incident: Incident, key: str) -> str | None:
    """Why an incident speaks against the dataset, or None."""
    named = {graph.resolve(d) or canonical(d) for d in (*incident.datasets, *roots_of(incident))}
    affected = {graph.resolve(a.key) or a.key: a for a in incident.details.affected}
    if key in affected:
        kept = ("kept from its consumers",) if affected[key].quarantined else ()
        harms = ", ".join((*affected[key].harms, *kept))
        return f"it is {harms}" if harms else "it is named there"
    if key in named:
        return "it is named there"
    above = is_downstream(graph, key, roots_of(incident))
    return f"it is made of {above}" if above is not None else None


def _watches(graph: Graph, slo: Slo, key: str) -> bool:
    return any((graph.resolve(d) or canonical(d)) == key for d in slo.datasets)


def _slo(uow: UnitOfWork, slo: Slo) -> tuple[str, bool | None, Named]:
    """What an SLO says of it, whether that is good (None: it cannot tell), and when."""
    status = uow.statuses.get(slo.name)
    line = slo_line(slo, status)
    sound: bool | None = not line.burning and line.budget_state is not BudgetState.EXHAUSTED
    if status is None or line.data_state in UNSURE:
        sound = None
    at = status.at if status is not None else None
    return f"{line.title or slo.name}: {line.sentence}", sound, (slo.name, None, at)


def _judged(
    s: Services,
    key: str,
    against: list[tuple[Incident, str]],
    told: list[tuple[str, bool | None, Named]],
    hidden: int,
) -> Safety:
    now = s.clock.now()
    reasons = [_incident(incident, why, now) for incident, why in against[:SHOWN]]
    reasons += [words for words, _, _ in told[:SHOWN]]
    if hidden:
        reasons.append("A restricted incident is open; nothing of it is told here.")
    sources: list[Named] = [(i.ref, i.channel_id, None) for i, _ in against[:SHOWN]]
    sources += [source for _, _, source in told[:SHOWN]]
    return Safety(
        _verdict(key, against, [sound for _, sound, _ in told]), tuple(reasons), tuple(sources)
    )


def _verdict(key: str, against: list[tuple[Incident, str]], sound: list[bool | None]) -> str:
    if against and all(i.state in REPAIRING for i, _ in against):
        return f"Do not use {key} yet: service is back, its data is not verified."
    if against:
        return f"Do not use {key} now."
    if not sound:
        return f"Nothing known speaks against {key}, but no SLO watches it."
    if any(one is False for one in sound):
        return f"Be careful with {key}: no incident is open, but an SLO of it is not met."
    if any(one is None for one in sound):
        return f"I cannot say for {key}: no incident is open, but its SLO has no fresh figures."
    return (
        f"{key} is safe to use as far as is known: no open incident touches it, its SLOs are met."
    )


def _incident(incident: Incident, why: str, now: datetime) -> str:
    """One incident in a line: what, since when, the bad window, when there is news."""
    stands = f"{incident.state.value}, {spell(elapsed(incident, now))}"
    parts = [f"{incident.ref} {incident.title} ({stands}): {why}"]
    window = incident.details.bad_window
    if window is not None:
        parts.append(
            f"bad data of {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC"
        )
    due = incident.details.next_update_due
    if due is not None:
        parts.append(f"next update {due:%H:%M} UTC")
    elif (declared := incident.at(Stamp.DECLARED)) is not None:
        parts.append(f"declared {declared:%Y-%m-%d %H:%M} UTC")
    return "; ".join(parts)
