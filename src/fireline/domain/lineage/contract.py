"""Data contracts: what a producer promised of its data, to whom, and where they are reached."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Terms by their name in ODCS; those in SPANS are lengths of time.
DUE = "timeOfAvailability"
LATENCY = "latency"
FREQUENCY = "frequency"
TIME_TO_DETECT = "timeToDetect"
TIME_TO_NOTIFY = "timeToNotify"
TIME_TO_REPAIR = "timeToRepair"
SPANS = (LATENCY, FREQUENCY, TIME_TO_DETECT, TIME_TO_NOTIFY, TIME_TO_REPAIR)


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract. `datasets` are keys; lengths are None where nothing is promised.

    `due` is the daily time of availability as `HH:MM` UTC. `availability` and `error_rate` are
    percentages as written.
    """

    id: str
    name: str
    file: str
    line: int
    datasets: tuple[str, ...] = ()
    owner: str = ""
    owner_email: str = ""
    channel: str = ""
    due: str = ""
    availability: str = ""
    error_rate: str = ""
    latency: timedelta | None = None
    frequency: timedelta | None = None
    time_to_detect: timedelta | None = None
    time_to_notify: timedelta | None = None
    time_to_repair: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that is broken: `term` by its name in ODCS, `since` when it is."""

    contract: str
    dataset: str
    term: str
    text: str
    since: datetime
