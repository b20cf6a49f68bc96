"""Practice: a scenario with what the channel is told when, and the run of one."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.domain.incident.injects import Inject
from fireline.domain.incident.symptoms import Symptom


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is practised.

    `rto` is the time to restore that is aimed at, `rpo` how much data, in event time, may be lost;
    `severity` is 1 to 4, None for what the rules say.
    """

    name: str
    title: str
    about: str = ""
    severity: int | None = None
    service: str | None = None
    slo: str | None = None
    datasets: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    rto: timedelta | None = None
    rpo: timedelta | None = None
    injects: tuple[Inject, ...] = ()
    questions: tuple[str, ...] = ()
