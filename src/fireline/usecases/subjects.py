"""What an incident may be about: SLOs and datasets, the likeliest first."""

from dataclasses import dataclass
from enum import StrEnum

from fireline.domain.slo.status import BurnSeverity
from fireline.usecases.ports import Services, UnitOfWork

MOST = 50
UNKNOWN_TIER = 3


class Kind(StrEnum):
    """What a subject is."""

    SLO = "slo"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Subject:
    """One SLO or dataset; `burning` is the worst level at which the SLO burns now."""

    name: str
    kind: Kind
    tier: int | None = None
    burning: BurnSeverity | None = None
    owner: str = ""


def subjects(s: Services, query: str, most: int = MOST) -> tuple[Subject, ...]:
    """SLOs and data whose names hold every word of the query.

    What burns comes first, then what begins with the words, then by tier and name.
    """
    words = query.lower().replace("-", " ").replace("_", " ").split()
    with s.store() as uow:
        known = [*_slos(s, uow), *_data(s, uow)]
    fitting = [one for one in known if all(word in _plain(one.name) for word in words)]
    return tuple(sorted(fitting, key=lambda one: _rank(one, words))[:most])


def _slos(s: Services, uow: UnitOfWork) -> list[Subject]:
    found = []
    statuses = {status.slo: status for status in uow.statuses.all()}
    for slo in s.definitions.current().slos.values():
        status = statuses.get(slo.name)
        level = status.burning[0] if status and status.burning else None
        found.append(Subject(slo.name, Kind.SLO, slo.tier, level, slo.owner or ""))
    return found


def _data(s: Services, uow: UnitOfWork) -> list[Subject]:
    graph = uow.lineages.graph()
    found = {
        node.key: Subject(node.key, Kind.DATA, node.tier, owner=node.owner)
        for node in graph.nodes.values()
        if not node.kind.consumer
    }
    for slo in s.definitions.current().slos.values():
        for name in slo.datasets:
            key = graph.resolve(name) or name
            found.setdefault(key, Subject(key, Kind.DATA, slo.tier))
    return list(found.values())


def _plain(name: str) -> str:
    return name.lower().replace("-", " ").replace("_", " ")


def _rank(one: Subject, words: list[str]) -> tuple[int, bool, int, bool, str]:
    burn = len(BurnSeverity) if one.burning is None else list(BurnSeverity).index(one.burning)
    last = _plain(one.name.rpartition(".")[2])
    begins = bool(words) and (last.startswith(words[0]) or _plain(one.name).startswith(words[0]))
    tier = UNKNOWN_TIER if one.tier is None else one.tier
    return burn, not begins, tier, one.kind is Kind.DATA, one.name
