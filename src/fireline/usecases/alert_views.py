"""Alerts as they are shown. All text is raw: the adapter escapes it."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.runbook.runbook import RunbookHit
from fireline.domain.slo.alerting.group import Mark
from fireline.domain.slo.alerting.noise import Noise
from fireline.domain.slo.status import AlertKind, BurnSeverity, PairReading
from fireline.usecases.budget_views import BudgetChart, SloLine
from fireline.usecases.relation_views import Proposed


@dataclass(frozen=True, slots=True)
class AlertMember:
    """One SLO in an alert; `exhausted` marks a spent budget beside its burn."""

    slo: SloLine
    kind: AlertKind
    severity: BurnSeverity
    opened_at: datetime
    closed_at: datetime | None = None
    spent: float | None = None
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """An alert in its channel, from open to recovered.

    `members` are all its SLOs, worst first, and `slo` with what follows is of the first of them;
    `upstream` says what they share. `mention` holds Slack ids or names of whom a page concerns,
    `rule` what the policy says of a spent budget, `error` why a source cannot be asked,
    `alertmanager` what Alertmanager says of the same SLOs, one line a group. `follows` says why it
    belongs to its incident, `proposed` to which it may belong, `flaps` how often it came and went.
    """

    alert_id: str
    slo: SloLine
    service: str
    objective: str
    severity: BurnSeverity
    opened_at: datetime
    first_bad_at: datetime
    pair: PairReading | None
    kind: AlertKind = AlertKind.BURN
    members: tuple[AlertMember, ...] = ()
    upstream: str = ""
    exhausted: bool = False
    closed_at: datetime | None = None
    spent: float | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    mark: Mark | None = None
    marked_by: str | None = None
    mention: tuple[str, ...] = ()
    rule: str = ""
    error: str = ""
    runbook: RunbookHit | None = None
    incident_ref: str | None = None
    incident_channel: str | None = None
    chart: BudgetChart | None = None
    alertmanager: tuple[str, ...] = ()
    follows: str = ""
    proposed: Proposed | None = None
    flaps: int = 0


@dataclass(frozen=True, slots=True)
class AlertReply:
    """A reply in an alert's thread, whose message has the key `thread`.

    `reminder` is its number among the reminders of at most `reminders`; `escalated` says that the
    ticket became a page.
    """

    thread: str
    title: str
    since: datetime
    now: datetime
    mention: tuple[str, ...] = ()
    reminder: int | None = None
    reminders: int = 0
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class AlertMembers:
    """All SLOs of one alert, for who asks."""

    title: str
    members: tuple[AlertMember, ...]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert of an SLO in its history."""

    kind: AlertKind
    severity: BurnSeverity
    opened_at: datetime
    closed_at: datetime | None
    spent: float | None
    mark: Mark | None
    incident_ref: str | None


@dataclass(frozen=True, slots=True)
class IncidentShare:
    """What one incident took of a budget; `raw_share` counts maintenance that was left out."""

    ref: str
    title: str
    share: float
    raw_share: float | None = None


@dataclass(frozen=True, slots=True)
class SpentByIncidents:
    """All that is spent of a budget: by incident, most first, and by none of them."""

    incidents: tuple[IncidentShare, ...]
    unattributed: float
    raw_unattributed: float | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """An incident that touched an SLO, with the share of its budget that was booked, if any."""

    ref: str
    title: str
    at: datetime
    cost: float | None = None
    raw_cost: float | None = None


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """The alerts of one SLO since then, newest first, and how many were worth it.

    `touched` are the incidents of that time, where they were asked for.
    """

    slo: str
    title: str
    since: datetime
    lines: tuple[AlertLine, ...]
    noise: Noise
    spent: SpentByIncidents | None = None
    touched: tuple[Touched, ...] | None = None
