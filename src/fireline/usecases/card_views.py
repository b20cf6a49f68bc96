"""The status card as plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.runbook.runbook import RunbookHit
from fireline.usecases.budget_views import SloLine


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """The status card, pinned in the incident channel.

    `actions` are its open action items in words; `latest_notes` are the newest things people
    said, newest first.
    """

    incident_id: int
    version: int
    ref: str
    title: str
    state: IncidentState
    severity: Severity
    severity_reason: str
    tier: int
    stamps: Mapping[Stamp, datetime]
    now: datetime
    mttr_target_minutes: int | None
    roles: Mapping[Role, str | None]
    slos: tuple[SloLine, ...]
    runbook: RunbookHit | None
    latest_notes: tuple[str, ...]
    actions: tuple[str, ...]
    budget_cost: Mapping[str, float] = field(default_factory=dict)
    raw_budget_cost: Mapping[str, float] = field(default_factory=dict)
    channel_id: str | None = None
    postmortem_ready: bool = False
    changes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
