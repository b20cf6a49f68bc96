"""Alertmanager's alerts and silences as they are shown; raw text, see `views`."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.alertmanager.alerts import EndedBy
from fireline.domain.runbook.runbook import RunbookHit
from fireline.usecases.relation_views import Proposed


@dataclass(frozen=True, slots=True)
class ExternalAlertLine:
    """One alert of a group; `labels` are those that tell it from the others."""

    labels: tuple[tuple[str, str], ...]
    summary: str
    starts_at: datetime
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    silenced: bool = False
    inhibited: bool = False


@dataclass(frozen=True, slots=True)
class SilenceLine:
    """One silence; `reason` is what whoever made it wrote."""

    id: str
    matchers: str
    created_by: str
    ends_at: datetime
    reason: str
    pending: bool = False
    incident_ref: str | None = None


@dataclass(frozen=True, slots=True)
class ExternalAlertMessage:
    """A group of Alertmanager's alerts in one message, from the first to the end of the last.

    `unknown_since` is set while Alertmanager cannot be asked: then nobody knows whether these
    alerts still fire; `known_at` is when it was last asked.
    """

    group_id: str
    title: str
    summary: str
    description: str
    labels: tuple[tuple[str, str], ...]
    alerts: tuple[ExternalAlertLine, ...]
    firing: int
    ended: int
    left_out: int
    began: datetime
    closed_at: datetime | None = None
    page: bool = False
    slo: str | None = None
    budget: str = ""
    source_url: str = ""
    alertmanager_url: str = ""
    runbook: RunbookHit | None = None
    runbook_url: str = ""
    silences: tuple[SilenceLine, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    incident_ref: str | None = None
    incident_channel: str | None = None
    unknown_since: datetime | None = None
    known_at: datetime | None = None
    follows: str = ""
    proposed: Proposed | None = None


@dataclass(frozen=True, slots=True)
class SilenceList:
    """The silences that hold or will hold, the first to end first."""

    lines: tuple[SilenceLine, ...]


@dataclass(frozen=True, slots=True)
class SilencePreview:
    """What a silence would keep quiet now, before it is made.

    `firing` is None when Alertmanager could not be asked; `broad` says why the conditions reach
    further than one SLO or service.
    """

    matchers: str
    firing: tuple[ExternalAlertLine, ...] | None
    names: tuple[str, ...] = ()
    broad: str | None = None
    trouble: str = ""
