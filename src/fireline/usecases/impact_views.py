"""What an incident's channel is told besides its card: who is affected, updates, timers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.domain.incident.details import Handover, Notice, Update
from fireline.domain.incident.drill_measures import Measure
from fireline.domain.incident.incident import IncidentState, Role, Severity
from fireline.usecases.budget_views import SloLine


@dataclass(frozen=True, slots=True)
class BlastLine:
    """One thing that is affected; `due_at` is when it is needed next."""

    name: str
    kind: str
    tier: int | None
    owner: str
    channel: str
    due_at: datetime | None
    distance: int


@dataclass(frozen=True, slots=True)
class ContractLine:
    """What a contract promises of a dataset here, and what of it is broken.

    `repaired_by` is until when it has to be right again.
    """

    name: str
    dataset: str
    repaired_by: datetime | None = None
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlastMessage:
    """Who is affected, worst first; `more` are not listed, `unresolved` are in no lineage.

    `several` are the datasets that an unresolved name may mean; `quarantined` ones are kept from
    their consumers. `contracts` are those of the data it began with, and all broken ones. `whole`
    shows every line. `thread` is the key of the message in whose thread it stands.
    """

    ref: str
    roots: tuple[str, ...]
    summary: str
    lines: tuple[BlastLine, ...]
    more: int = 0
    unresolved: tuple[str, ...] = ()
    age: timedelta | None = None
    old: bool = False
    border: str = ""
    thread: str = ""
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contracts: tuple[ContractLine, ...] = ()
    quarantined: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class UpdateMessage:
    """One update in the incident's channel; `next_due` is there for the newest one."""

    ref: str
    severity: str
    update: Update
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """What the clock asks for, in the thread of the message with the key `thread`, if any.

    `offer` are incident and person to whom command may be handed over with a press.
    """

    thread: str
    ref: str
    text: str
    mention: tuple[str, ...] = ()
    sign: str = "alarm_clock"
    offer: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class RestrictedNotice:
    """All that is said of a restricted incident outside its channel, and the way in."""

    incident_id: int
    ref: str
    severity: Severity
    commander: str | None


@dataclass(frozen=True, slots=True)
class TriageMessage:
    """A signal that is judged, in the thread of the message with the key `thread` if it has one.

    After that, what became of it.
    """

    incident_id: int
    ref: str
    title: str
    state: IncidentState
    severity: Severity
    severity_reason: str
    reported_by: str
    reported_at: datetime
    thread: str = ""
    channel_id: str | None = None
    lives_on_in: str | None = None


@dataclass(frozen=True, slots=True)
class DrillCard:
    """What is practised, and what it measured; the questions to talk over come at its end."""

    ref: str
    title: str
    about: str
    questions: tuple[str, ...]
    measures: tuple[Measure, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class DrillInject:
    """One thing that those who practise are told."""

    ref: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ConsumerNotice:
    """What one consumer is told, in a channel of its own or, with `pass_on`, in the incident's."""

    incident_id: int
    ref: str
    notice: Notice
    pass_on: bool


@dataclass(frozen=True, slots=True)
class HandoverMessage:
    """Command offered, with what is known; `current` is the newest offer, which can be taken.

    `known` are names with their words.
    """

    incident_id: int
    ref: str
    title: str
    state: str
    severity_reason: str
    offer: Handover
    roles: Mapping[Role, str | None]
    slos: tuple[SloLine, ...]
    known: tuple[tuple[str, str], ...]
    current: bool = True
