"""Where the scenarios of drills come from."""

from collections.abc import Mapping
from typing import Protocol

from fireline.domain.incident.drills import Scenario


class Drills(Protocol):
    """Scenarios by name, as git has them now."""

    def all(self) -> Mapping[str, Scenario]:
        """Those that are sound; what is wrong with others `fireline check` says."""
        ...


class NoDrills:
    """None at all."""

    def all(self) -> Mapping[str, Scenario]:
        """Nothing."""
        return {}


NO_DRILLS = NoDrills()
