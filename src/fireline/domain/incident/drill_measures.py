"""What a drill measured: time to restore, and data that could not be brought back."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.domain.incident.details import DrillRun
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import UnitStatus
from fireline.domain.incident.metrics import durations

NO_RUN = DrillRun()
LOST = (UnitStatus.WAIVED, UnitStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure against its target; `measured` None is not known yet, or was never recorded."""

    name: str
    measured: timedelta | None
    target: timedelta | None

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where one of both is not known."""
        if self.measured is None or self.target is None:
            return None
        return self.measured <= self.target

    @property
    def aim(self) -> str:
        """What is aimed at, such as `RTO at most 60 min`."""
        return f"{self.name} at most {spell(self.target)}" if self.target else self.name

    @property
    def words(self) -> str:
        """Such as `RTO 42 min, target 60 min: met`."""
        said = spell(self.measured) if self.measured is not None else "not recorded"
        if self.target is None:
            return f"{self.name} {said}"
        verdict = {True: ": met", False: ": missed", None: ""}[self.met]
        return f"{self.name} {said}, target {spell(self.target)}{verdict}"


def measures(incident: Incident, target_minutes: int) -> tuple[Measure, Measure]:
    """RTO and RPO; without a target of the scenario the time to restore has that of the tier."""
    run = incident.details.drill_run or NO_RUN
    rto = run.rto if run.rto is not None else timedelta(minutes=target_minutes)
    return (
        Measure("RTO", durations(incident).mttr, rto),
        Measure("RPO", lost_data(incident), run.rpo),
    )


def lost_data(incident: Incident) -> timedelta | None:
    """The event time of data that stayed lost, once it was resolved.

    Nothing where all was repaired or nothing was damaged; the bad window where a part of it was
    given up. None while that is not decided.
    """
    if incident.at(Stamp.RESOLVED) is None:
        return None
    given_up = any(unit.status in LOST for unit in incident.details.units)
    window = incident.details.bad_window
    if not given_up:
        return timedelta(0)
    return window.end - window.start if window is not None else None
