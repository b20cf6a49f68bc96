"""What git keeps, as the use cases need it: definitions, exceptions, maintenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fireline.domain.policy.verdict import Granted
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.maintenance import MaintenancePlan


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The last good SLO definitions; `problems` are `file:line: message` of files left out."""

    slos: Mapping[str, Slo]
    problems: tuple[str, ...] = ()


class Definitions(Protocol):
    """SLO files, re-read when they change; a broken file keeps its last good definitions."""

    def current(self) -> Catalogue: ...


class Exceptions(Protocol):
    """The exceptions to the budget policy, as git has them now."""

    def current(self) -> Granted: ...


@dataclass(frozen=True, slots=True)
class NoExceptions:
    """A team that makes none."""

    def current(self) -> Granted:
        """None at all."""
        return Granted()


class Maintenances(Protocol):
    """Maintenance as git has it now; what people ask for in Slack is in the store."""

    def current(self) -> MaintenancePlan: ...


@dataclass(frozen=True, slots=True)
class NoMaintenances:
    """A team that plans none in git."""

    def current(self) -> MaintenancePlan:
        """None at all."""
        return MaintenancePlan()


NO_EXCEPTIONS = NoExceptions()
NO_MAINTENANCES = NoMaintenances()
