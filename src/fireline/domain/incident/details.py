"""What an incident knows besides its state: data, repair, decisions, tasks, notices, answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.incident.budget_reading import BudgetReading
from fireline.domain.incident.data_details import (
    AffectedDataset,
    BadWindow,
    Check,
    Notice,
    RepairUnit,
    RunWatch,
)
from fireline.domain.incident.injects import Inject
from fireline.domain.incident.kinds import (
    AccessState,
    Answer,
    DatasetRole,
    DecisionKind,
    DetectedBy,
    Harm,
    IncidentType,
)
from fireline.domain.incident.page import Page
from fireline.domain.incident.proposals import Brought, Proposal
from fireline.domain.incident.runbook_run import RunbookRun
from fireline.domain.lineage.contract import Breach

__all__ = [
    "Access",
    "AffectedDataset",
    "Assignment",
    "BadWindow",
    "BudgetReading",
    "Check",
    "Decision",
    "Details",
    "DrillRun",
    "Fired",
    "Handover",
    "LeftChannel",
    "LinkedAlert",
    "LinkedChange",
    "Notice",
    "Reopening",
    "RepairUnit",
    "RunWatch",
    "Task",
    "Update",
]


@dataclass(frozen=True, slots=True)
class LinkedAlert:
    """A signal that belongs to the incident; `source` is `burn`, `alertmanager` or `run`.

    `slos` and `datasets` are what it brought with it; `times` are its last changes of state.
    """

    source: str
    ref: str
    title: str
    fired_at: datetime
    ended_at: datetime | None = None
    outage: bool = False
    why: str = ""
    slos: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    times: tuple[datetime, ...] = ()
    flapping: bool = False

    @property
    def key(self) -> str:
        """What names it within the incident."""
        return f"{self.source}:{self.ref}"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something decided, with what was known; `outcome` is filled in later.

    `text` is the choice. One made by flagging a message names it in `source` (channel:ts) and is
    withdrawn when the last flag is taken off.
    """

    number: int
    text: str
    decided_by: str
    decided_at: datetime
    kind: DecisionKind = DecisionKind.OTHER
    options: str = ""
    why: str = ""
    approver: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    reversible: bool | None = None
    outcome: str = ""
    question: str = ""
    known: str = ""
    adr: str = ""
    source: str = ""
    withdrawn_at: datetime | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether it has to be revoked and was not; one that ended by itself counts until then."""
        stands = self.revoked_at is None and self.withdrawn_at is None
        return self.kind.revocable and stands and self.decided_at <= now


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do within the incident; unfinished ones become action items at its review."""

    number: int
    text: str
    owner: str | None = None
    due: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    action_id: int | None = None
    source: str = ""
    withdrawn_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Reopening:
    """A step back; `same_impact` when it came soon enough for the harm to have gone on.

    `verified_at` is since when the data had been right until then.
    """

    at: datetime
    kind: str
    reason: str
    by: str
    same_impact: bool
    restored_at: datetime | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkedChange:
    """A deployment, migration or configuration change near the incident."""

    id: str
    title: str
    at: datetime
    service: str = ""
    url: str = ""
    author: str = ""
    kind: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer that fired: what it said, and whom it called, by policy alias or Slack id."""

    key: str
    at: datetime
    text: str
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """One update to those who wait: what is true, what is done, what is needed."""

    number: int
    at: datetime
    by: str
    conditions: str
    actions: str = ""
    needs: str = ""
    executive: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that somebody was given, or that became free (`user` None).

    `by` is who gave it; empty for one who took it.
    """

    number: int
    role: str
    user: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """Command offered to somebody; until it is taken, the one who offers keeps it."""

    number: int
    to: str
    to_name: str
    by_name: str
    at: datetime
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Whether one person may read a restricted incident; `by` names who decided."""

    user: str
    name: str
    state: AccessState
    at: datetime
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LeftChannel:
    """A channel that too many could read; `readers` are the ids of its members when it was left."""

    id: str
    name: str
    readers: tuple[str, ...] = ()
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrillRun:
    """The scenario of a drill as it was when that began; later changes of its file do not count."""

    scenario: str = ""
    about: str = ""
    rto: timedelta | None = None
    rpo: timedelta | None = None
    injects: tuple[Inject, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """Everything of an incident that is only ever read whole; stored as one document.

    `harms` is what was said to be wrong before anybody named a dataset, `outage` that service is
    down altogether. A `past` incident was over when it was recorded. `place` and `thread` are
    where one without a channel is shown: a channel or `@person`, and the key of a message there.
    """

    types: tuple[IncidentType, ...] = ()
    affected: tuple[AffectedDataset, ...] = ()
    bad_window: BadWindow | None = None
    published_bad: bool = False
    detected_by: DetectedBy | None = None
    caused_by_change: Answer | None = None
    cause_change: str = ""
    runbook_answer: str | None = None
    alerts: tuple[LinkedAlert, ...] = ()
    changes: tuple[LinkedChange, ...] = ()
    links: tuple[str, ...] = ()
    detached: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    brought: tuple[Brought, ...] = ()
    run_watches: tuple[RunWatch, ...] = ()
    contract_breaches: tuple[Breach, ...] = ()
    units: tuple[RepairUnit, ...] = ()
    checks: tuple[Check, ...] = ()
    notices: tuple[Notice, ...] = ()
    decisions: tuple[Decision, ...] = ()
    tasks: tuple[Task, ...] = ()
    reopened: tuple[Reopening, ...] = ()
    joined: tuple[str, ...] = ()
    severity_override: str | None = None
    timeline_accepted_at: datetime | None = None
    security_signoff_by: str | None = None
    postmortem_waived_because: str | None = None
    next_update_due: datetime | None = None
    last_update_at: datetime | None = None
    snoozed_updates: int = 0
    fired: tuple[Fired, ...] = ()
    updates: tuple[Update, ...] = ()
    handovers: tuple[Handover, ...] = ()
    readings: tuple[BudgetReading, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    gone: tuple[str, ...] = ()
    subscribers: tuple[str, ...] = ()
    over_since: datetime | None = None
    archived_at: datetime | None = None
    harms: tuple[Harm, ...] = ()
    outage: bool = False
    access: tuple[Access, ...] = ()
    exposed_because: str = ""
    exposure_ended_because: str = ""
    private_channel: bool = False
    left_channels: tuple[LeftChannel, ...] = ()
    past: bool = False
    place: str = ""
    thread: str = ""
    pages: tuple[Page, ...] = ()
    drill_run: DrillRun | None = None
    runbook_runs: tuple[RunbookRun, ...] = ()

    @property
    def roots(self) -> tuple[str, ...]:
        """The datasets at which it began."""
        return tuple(d.key for d in self.affected if d.role is DatasetRole.ROOT)

    @property
    def impacted(self) -> tuple[str, ...]:
        """The datasets it reached."""
        return tuple(d.key for d in self.affected if d.role is DatasetRole.IMPACTED)

    def harmed(self, harm: Harm) -> bool:
        """Whether any dataset has this harm, or it was said before one was named."""
        return harm in self.harms or any(harm in dataset.harms for dataset in self.affected)
