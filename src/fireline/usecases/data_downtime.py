"""What is written down of data downtime when service and data are right again."""

from dataclasses import replace

from fireline.domain.incident.downtime import data_downtime, with_tiers
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import SYSTEM
from fireline.usecases.incident_record import Change, happened
from fireline.usecases.ports import Services, UnitOfWork


def with_downtime(
    s: Services, uow: UnitOfWork, incident: Incident, change: Change
) -> tuple[Incident, Change]:
    """The incident with its datasets' tiers as they are now, and the figure once it is whole."""
    graph = uow.lineages.graph()
    found = {name: graph.resolve(name) for name in incident.datasets}
    tiers = {
        name: tier
        for name, key in found.items()
        if key is not None and (tier := graph.nodes[key].tier) is not None
    }
    after = with_tiers(incident, tiers)
    downtime = data_downtime(after, s.policy.incidents.downtime_weights)
    if downtime is None or not downtime.datasets or after.at(Stamp.RESOLVED) is None:
        return after, change
    line = happened(SYSTEM, f"Data downtime: {downtime.words}", change.at)
    return after, replace(change, entries=(*change.entries, line))
