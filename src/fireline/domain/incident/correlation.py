"""One root, not fifty: whether a signal belongs to an incident that is there already.

The rules are tried in their order over all incidents, and the first that fits decides. They look
at SLOs, services, lineage and changes, never at a likeness of words; two siblings of a sound
source have nothing in common.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import IncidentType
from fireline.domain.lineage.blast import ancestors, parents_of, reached
from fireline.domain.lineage.graph import Graph, canonical
from fireline.domain.policy.correlation_rules import CorrelationRules

MOST_NAMES = 50


class Relation(StrEnum):
    """How a signal belongs to an incident; `near` is only proposed."""

    SAME = "same"
    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that alerts or failed; `source` and `ref` name it, `changes` are before it.

    By `datasets` it is compared; `carried` ones it only brings along: an alert of many SLOs is
    compared by what they share.
    """

    source: str
    ref: str
    title: str
    at: datetime
    slos: tuple[str, ...] = ()
    services: frozenset[str] = frozenset()
    types: frozenset[IncidentType] = frozenset()
    datasets: tuple[str, ...] = ()
    changes: frozenset[str] = frozenset()
    outage: bool = False
    carried: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names it."""
        return f"{self.source}:{self.ref}"


@dataclass(frozen=True, slots=True)
class Match:
    """The incident that a signal belongs to, and why; `keys` are its datasets that count.

    Downstream these are what the trouble reached, upstream where it may have begun.
    """

    incident: Incident
    relation: Relation
    why: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are in the lineage: keys of names, and what is below a key."""

    graph: Graph
    depth: int
    _below: dict[tuple[str, ...], Mapping[str, int]] = field(default_factory=dict, compare=False)
    _above: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict, compare=False)

    def key(self, name: str) -> str:
        """The key of a dataset; a name that no lineage knows stays what it is."""
        return self.graph.resolve(name) or canonical(name)

    def keys(self, names: Iterable[str]) -> tuple[str, ...]:
        """The keys of a bounded number of names, each once."""
        return tuple(dict.fromkeys(self.key(name) for name in tuple(names)[:MOST_NAMES]))

    def below(self, keys: Iterable[str]) -> Mapping[str, int]:
        """Everything that is made of these, with its distance; looked for once."""
        roots = tuple(keys)
        if roots not in self._below:
            self._below[roots] = reached(self.graph, roots, self.depth)
        return self._below[roots]

    def above(self, keys: tuple[str, ...]) -> frozenset[str]:
        """Everything that these are made of; looked for once."""
        if keys not in self._above:
            parents = parents_of(self.graph)
            found = (ancestors(parents, key, self.depth) for key in keys)
            self._above[keys] = frozenset[str]().union(*found)
        return self._above[keys]


def roots_of(incident: Incident) -> tuple[str, ...]:
    """The datasets at which it began, or all it names."""
    return incident.details.roots or incident.datasets


def correlate(
    signal: Signal, incidents: Sequence[Incident], graph: Graph, rules: CorrelationRules
) -> Match | None:
    """The incident that the signal belongs to, or None.

    Args:
        signal: what alerts.
        incidents: open ones and those that ended a moment ago; drills and what was
            recorded when it was over take no signals.
        graph: lineage; may be empty.
        rules: the team's.
    """
    places = Places(graph, rules.max_depth)
    told = [i for i in incidents if _real(i) and signal.key not in i.details.detached]
    near = [i for i in told if i.open or _ended_within(i, signal.at, rules.window)]
    for rule, among in ((_same, told), (_downstream, near), (_upstream, near)):
        for incident in among:
            found = rule(signal, incident, places)
            if found is not None:
                return found
    return next((m for i in near if i.open and (m := _near(signal, i, rules.window))), None)


def _real(incident: Incident) -> bool:
    return not incident.drill and not incident.details.past


def _ended_within(incident: Incident, at: datetime, window: timedelta) -> bool:
    ended = incident.at(Stamp.RESOLVED)
    return ended is not None and at - ended <= window


Rule = Callable[[Signal, Incident, Places], Match | None]


def _same(signal: Signal, incident: Incident, places: Places) -> Match | None:
    """The same SLO, the same data, or the same service and kind of trouble."""
    shared = [name for name in signal.slos if name in incident.slos]
    if shared:
        return Match(incident, Relation.SAME, f"the same SLO {shared[0]}")
    if not incident.open:
        return None
    held = set(places.keys(roots_of(incident)))
    data = [key for key in places.keys(signal.datasets) if key in held]
    if data:
        keys = reached_by(signal, incident, places)
        return Match(incident, Relation.SAME, f"the same data {data[0]}", keys)
    kinds = signal.types & set(incident.details.types)
    if kinds and incident.service in signal.services:
        words = f"the same service {incident.service} and kind {min(kinds).value}"
        return Match(incident, Relation.SAME, words)
    return None


def reached_by(signal: Signal, incident: Incident, places: Places) -> tuple[str, ...]:
    """The signal's data that is made of the incident's roots."""
    roots = places.keys(roots_of(incident))
    names = (*signal.datasets, *signal.carried)
    below = places.below(roots) if roots and names else {}
    return tuple(key for key in places.keys(names) if below.get(key))


def _downstream(signal: Signal, incident: Incident, places: Places) -> Match | None:
    """Data that is made of what broke."""
    roots = places.keys(roots_of(incident))
    if not signal.datasets or places.above(places.keys(signal.datasets)).isdisjoint(roots):
        return None  # most incidents, of which nothing else need be known
    below = places.below(roots)
    first = next((key for key in places.keys(signal.datasets) if below.get(key)), None)
    if first is None:
        return None
    root = next(r for r in roots if first in places.below([r]))
    keys = reached_by(signal, incident, places)
    return Match(incident, Relation.DOWNSTREAM, f"downstream of {root}", keys)


def _upstream(signal: Signal, incident: Incident, places: Places) -> Match | None:
    """Data that the incident's root is made of: it may have begun there."""
    roots = places.keys(roots_of(incident))
    for key in places.keys(signal.datasets) if roots else ():
        below = places.below([key])
        under = [root for root in roots if below.get(root)]
        if under:
            return Match(incident, Relation.UPSTREAM, f"upstream of {under[0]}", (key,))
    return None


def _near(signal: Signal, incident: Incident, window: timedelta) -> Match | None:
    """The same change before both, or the same service at about the same time."""
    both = signal.changes & {change.id for change in incident.details.changes}
    if both:
        return Match(incident, Relation.NEAR, f"the same change {min(both)} before it")
    declared = incident.at(Stamp.DECLARED)
    close = declared is not None and abs(signal.at - declared) <= window
    if close and incident.service is not None and incident.service in signal.services:
        return Match(incident, Relation.NEAR, f"the same service {incident.service}")
    return None
