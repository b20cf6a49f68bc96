"""The record of an incident: what it is, how bad, who leads it, when each thing happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from fireline.domain.incident.details import Details


class IncidentState(StrEnum):
    """Where an incident stands; see the state table in the incident guide."""

    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    RESTORED = "restored"
    REPAIRING = "repairing"
    RESOLVED = "resolved"
    REVIEWING = "reviewing"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"
    CANCELLED = "cancelled"


NOT_COUNTED = (IncidentState.DECLINED, IncidentState.MERGED, IncidentState.CANCELLED)
OPEN_STATES = (
    IncidentState.TRIAGE,
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
    IncidentState.REPAIRING,
)


class Severity(IntEnum):
    """SEV1 is the worst."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4

    @property
    def label(self) -> str:
        """The written form, such as `SEV1`."""
        return f"SEV{int(self)}"


class Role(StrEnum):
    """Duties in an incident; one person may hold several."""

    COMMANDER = "commander"
    OPERATIONS = "operations"
    COMMUNICATIONS = "communications"
    SCRIBE = "scribe"
    DATA_OWNER = "data_owner"

    @property
    def label(self) -> str:
        """The written form, such as `Data owner`."""
        return self.value.replace("_", " ").capitalize()


class Stamp(StrEnum):
    """Named instants of an incident."""

    IMPACT_STARTED = "impact_started"
    ALERT_FIRED = "alert_fired"
    DETECTED = "detected"
    DECLARED = "declared"
    ACKNOWLEDGED = "acknowledged"
    COMMANDER_ASSIGNED = "commander_assigned"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESTORED = "restored"
    DATA_REPAIR_STARTED = "data_repair_started"
    DATA_VERIFIED = "data_verified"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    PM_DUE = "pm_due"
    PM_PUBLISHED = "pm_published"
    LEGAL_CLOCK = "legal_clock"


@dataclass(frozen=True, slots=True)
class RepairDecision:
    """The explicit answer to "is data damaged?", without which nothing is resolved.

    `damaged` False: checked, nothing to repair. True: it was repaired and verified as `how` says.
    """

    damaged: bool
    checked_by: str
    how: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. `id` counts from 1; `ref` is what people say, such as `INC-142`.

    `restricted` ones are told of nowhere outside their channel; `drill`s are in no figure. `parent`
    is a wider incident that this one is a part of, `merged_into` the one it lives on in.
    """

    id: int
    title: str
    state: IncidentState
    severity: Severity
    severity_reason: str
    tier: int
    declared_by: str
    stamps: Mapping[Stamp, datetime]
    computed_severity: Severity | None = None
    service: str | None = None
    slos: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    roles: Mapping[Role, str] = field(default_factory=dict)
    episode_id: str | None = None
    dedupe_key: str | None = None
    channel_id: str | None = None
    channel_name: str | None = None
    repair: RepairDecision | None = None
    budget_cost: Mapping[str, float] = field(default_factory=dict)
    raw_budget_cost: Mapping[str, float] = field(default_factory=dict)
    version: int = 1
    restricted: bool = False
    drill: bool = False
    parent_id: int | None = None
    merged_into: int | None = None
    recurrence_of: int | None = None
    details: Details = field(default_factory=Details)

    @property
    def ref(self) -> str:
        """The written form of the id."""
        return f"INC-{self.id}"

    @property
    def open(self) -> bool:
        """Whether work on it still goes on."""
        return self.state in OPEN_STATES

    @property
    def needs_channel(self) -> bool:
        """Whether people work on it together: not while it is judged, nor when it is over.

        A restricted one has a private room from the start.
        """
        if self.state is IncidentState.TRIAGE:
            return self.restricted
        return self.open and not (self.details.past and Stamp.RESTORED in self.stamps)

    @property
    def takes_signals(self) -> bool:
        """Whether new alerts and reports may belong to it: it goes on, and it is real."""
        return self.open and not self.drill and not self.details.past

    def at(self, stamp: Stamp) -> datetime | None:
        """The recorded instant, or None."""
        return self.stamps.get(stamp)
