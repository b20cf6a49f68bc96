"""App Home of one person as plain facts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fireline.domain.incident.details import Task
from fireline.domain.incident.incident import Role
from fireline.domain.policy.waivers import Waiver
from fireline.usecases.budget_views import SloLine
from fireline.usecases.list_views import ActionLine, IncidentLine


class NeedKind(StrEnum):
    """What somebody is waited for with."""

    PAGE = "page"
    HANDOVER = "handover"
    UPDATE = "update"
    ACCESS = "access"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for this person now; `since` is when it began to wait or was due.

    `number` is the page's, the hand-over's or the decision's, where there is one.
    """

    kind: NeedKind
    incident_id: int
    ref: str
    text: str
    since: datetime
    number: int = 0
    channel_id: str | None = None


@dataclass(frozen=True, slots=True)
class MyIncident:
    """An open incident of mine, with what I am in it."""

    line: IncidentLine
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class MyTask:
    """Something I have to do within an incident."""

    incident_id: int
    ref: str
    task: Task


@dataclass(frozen=True, slots=True)
class DuePostmortem:
    """A postmortem that is to be published; `due` is None where the policy gives no date."""

    incident_id: int
    ref: str
    title: str
    due: date | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Home:
    """App Home; `approvals` are requests that wait for a yes or no, `owned` are my SLOs' names."""

    user: str
    incidents: tuple[MyIncident, ...]
    other_incidents: tuple[IncidentLine, ...]
    actions: tuple[ActionLine, ...]
    budgets: tuple[SloLine, ...]
    problems: tuple[str, ...]
    now: datetime
    approvals: tuple[Waiver, ...] = ()
    needs: tuple[Need, ...] = ()
    tasks: tuple[MyTask, ...] = ()
    postmortems: tuple[DuePostmortem, ...] = ()
    owned: frozenset[str] = frozenset()
    page: int = 0
