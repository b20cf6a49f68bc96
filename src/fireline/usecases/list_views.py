"""Incidents and action items as one line of a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from fireline.domain.incident.incident import IncidentState, Severity


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action item."""

    ref: str
    id: int
    text: str
    owner: str
    owner_name: str
    due: date
    overdue_days: int
    incident_ref: str | None
    done: bool = False
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident in a list; of one that is `restricted` for the reader, no more than that."""

    incident_id: int
    ref: str
    title: str
    severity: Severity
    state: IncidentState
    declared_at: datetime
    restored_minutes: float | None
    verified_minutes: float | None
    elapsed_minutes: float
    channel_id: str | None
    commander: str | None
    tier: int
    target_minutes: int | None
    cost: Mapping[str, float] = field(default_factory=dict)
    raw_cost: Mapping[str, float] = field(default_factory=dict)
    restricted: bool = False
