"""The maintenance that counts now: what git has, and what people asked for and had approved."""

from fireline.domain.policy.waivers import as_maintenance
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.usecases.ports import Services, UnitOfWork


def current_plan(s: Services, uow: UnitOfWork) -> MaintenancePlan:
    """Files and store together, as both are now."""
    return with_approved(s.maintenance.current(), uow)


def with_approved(planned: MaintenancePlan, uow: UnitOfWork) -> MaintenancePlan:
    """What files plan, and what people asked for and had approved."""
    asked = uow.waivers.exclusions()
    if not asked:
        return planned
    entries = (*planned.entries, *(as_maintenance(waiver) for waiver in asked))
    return MaintenancePlan(entries, planned.problems)


def exclusions_for(s: Services, uow: UnitOfWork, slo: Slo, epoch: int) -> tuple[Exclusion, ...]:
    """What is taken out of the SLO's windows that end at this epoch second."""
    return current_plan(s, uow).exclusions(slo, slo.needed_from(epoch), epoch)
