"""The status card as plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.domain.incident.details import (
    AffectedDataset,
    BadWindow,
    Decision,
)
from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.incident.moves import Verb
from fireline.domain.runbook.runbook import RunbookHit
from fireline.usecases.budget_views import SloLine


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What is known of the data: where it began, which stretch is bad, who waits for it.

    `downstream` counts everything made of it; `needed_by` is the consumer that is due first.
    """

    roots: tuple[AffectedDataset, ...] = ()
    impacted: int = 0
    window: BadWindow | None = None
    published: bool = False
    downstream: int = 0
    needed_by: str = ""
    due_at: datetime | None = None
    broken_contracts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairProgress:
    """How far the repair is: units settled of all, checks green of all, since when all are."""

    settled: int = 0
    units: int = 0
    failed: int = 0
    open_unit: int | None = None
    green: int = 0
    checks: int = 0
    green_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """The status card, pinned in the incident channel.

    `actions` are its open action items in words; `latest_notes` are the newest things people
    said, newest first. `verbs` are the steps that lead on from its state. `proposed_operations` is
    who is on call for the service while nobody has operations, `proposed_owner` who owns the root
    data as lineage knows it, while nobody is data owner. `put_away_at` is
    when the channel is archived.
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
    restricted: bool = False
    drill: bool = False
    verbs: tuple[Verb, ...] = ()
    data: DataFacts = field(default_factory=DataFacts)
    repair: RepairProgress = field(default_factory=RepairProgress)
    next_update: datetime | None = None
    decision: Decision | None = None
    open_tasks: int = 0
    late_tasks: int = 0
    changes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    part_of: str = ""
    proposed_severity: Severity | None = None
    proposed_owner: str = ""
    proposed_operations: str = ""
    timeline_accepted: bool = False
    lives_on_in: str = ""
    put_away_at: datetime | None = None
    runbook_step: str = ""
