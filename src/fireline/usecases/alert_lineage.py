"""What lineage says of alerts: whose data is made of data that alerts, or broke an incident.

Only what is itself in trouble counts as an upstream: two siblings of a sound source have nothing
in common.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.incident import Incident
from fireline.domain.lineage.blast import ancestors, parents_of
from fireline.domain.slo.alerting.group import DATASET
from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import UnitOfWork


def _public(incident: Incident) -> bool:
    """Whether its data may name an alert, which everybody reads."""
    return incident.takes_signals and not incident.restricted


class Upstreams:
    """The upstreams of SLOs among what is in trouble now.

    Args:
        uow: for lineage and open incidents; read when first asked.
        troubled: SLOs that have an alert.
    """

    def __init__(self, uow: UnitOfWork, troubled: Iterable[Slo]) -> None:
        self._uow = uow
        self._troubled = tuple(troubled)

    def keys(self, slo: Slo) -> tuple[str, ...]:
        """Grouping keys of the troubled datasets that this SLO's data is made of."""
        graph = self._uow.lineages.graph()
        if not graph.children or not slo.datasets:
            return ()
        above: set[str] = set()
        for name in slo.datasets:
            key = graph.resolve(name)
            if key is not None:
                above |= ancestors(self._parents, key)
        return tuple(sorted(DATASET + name for key in above for name in self._names.get(key, ())))

    @cached_property
    def _parents(self) -> Mapping[str, list[str]]:
        return parents_of(self._uow.lineages.graph())

    @cached_property
    def _names(self) -> Mapping[str, list[str]]:
        """Names of troubled datasets, as SLOs and incidents write them, by their key."""
        graph = self._uow.lineages.graph()
        names = {name for slo in self._troubled for name in slo.datasets}
        opened = (one for one in self._uow.incidents.open() if _public(one))
        names |= {name for incident in opened for name in roots_of(incident)}
        found: dict[str, list[str]] = {}
        for name in sorted(names):
            key = graph.resolve(name)
            if key is not None:
                found.setdefault(key, []).append(name)
        return found
