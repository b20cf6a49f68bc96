"""A step that is asked for: the verb, who asks, and everything that its guards look at."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fireline.domain.incident.incident import Incident, IncidentState, RepairDecision
from fireline.domain.policy.incident_rules import IncidentRules


class Verb(StrEnum):
    """What a person may ask of an incident's state; the same words as the command."""

    INVESTIGATE = "investigate"
    MITIGATE = "mitigate"
    RESTORE = "restore"
    REPAIR = "repair"
    RESOLVE = "resolve"
    REVIEW = "review"
    CLOSE = "close"
    REOPEN = "reopen"
    DECLINE = "decline"
    MERGE = "merge"
    CANCEL = "cancel"


class ReopenKind(StrEnum):
    """Whether the service is down again or the data is wrong again."""

    SERVICE = "service"
    DATA = "data"


class DeclineCode(StrEnum):
    """Why a signal is no incident; labels the alert for alert quality."""

    FALSE_ALARM = "false_alarm"
    EXPECTED = "expected"
    NO_ACTION = "no_action"


@dataclass(frozen=True, slots=True)
class Burning:
    """A linked SLO's burn over one fast window."""

    slo: str
    seconds: int
    burn: float


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the user id, and what the person is beyond the roles of the incident.

    A guest of the workspace is no `responder`.
    """

    id: str
    responder: bool = True
    security: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """What is known outside the incident's own record when it is to be closed."""

    postmortem_required: bool = False
    postmortem_published: bool = False
    actions_unowned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was asked for. `at` is when it happened, `now` when it is recorded.

    `asker` None is Fireline itself, which may do everything. `choice` is the kind of a reopening or
    the code of a decline; `override` the reason for going past a guard that allows it.
    """

    verb: Verb
    at: datetime
    now: datetime
    burning: tuple[Burning, ...] = ()
    firing: tuple[str, ...] = ()
    override: str | None = None
    decision: RepairDecision | None = None
    asker: Asker | None = None
    reason: str = ""
    choice: str = ""
    target: Incident | None = None
    closing: Closing = Closing()
    rules: IncidentRules = field(default_factory=IncidentRules)

    @property
    def overridden(self) -> bool:
        """Whether there is a reason to go past an overridable guard."""
        return bool((self.override or "").strip())


@dataclass(frozen=True, slots=True)
class Step:
    """One transition that is recorded; `implied` ones were skipped over by the asker."""

    source: IncidentState
    target: IncidentState
    implied: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed guard: what was seen, and the command that puts it right."""

    code: str
    seen: str
    fix: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The incident after the step, every transition it took, and the guards it was forced past."""

    incident: Incident
    steps: tuple[Step, ...]
    forced: tuple[Refusal, ...] = ()
