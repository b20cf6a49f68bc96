"""Which file serves which kind of SLI."""

from collections.abc import Callable

from fireline.adapters.prometheus.kinds import deadline, entities, gauge, ratio, ratio_slices
from fireline.adapters.prometheus.planning import Moment, Plan
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.definition import (
    CompositeSli,
    DeadlineSli,
    EntityRatioSli,
    LatencySli,
    RatioSli,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.usecases.ports import FetchRequest

PLANS: dict[type[object], Callable[[FetchRequest, Moment], Plan]] = {
    RatioSli: ratio.plan,
    LatencySli: ratio.plan,
    SlicedRatioSli: ratio_slices.plan,
    TimeSliceSli: gauge.plan,
    DeadlineSli: deadline.plan,
    EntityRatioSli: entities.plan,
}


def made_of_others(slo: Slo) -> bool:
    """Whether there is nothing to ask Prometheus."""
    return isinstance(slo.sli, CompositeSli)


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """The questions of one SLO.

    Raises:
        InvalidInputError: the SLO is a composite, which is made of its parts and never asked for.
    """
    slo = request.slo
    made = PLANS.get(type(slo.sli))
    if made is None:
        raise InvalidInputError(f"{slo.name} is made of other SLOs; fetch those instead.")
    return made(request, moment)
