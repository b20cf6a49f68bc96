"""How an incident hangs together with alerts, as it is shown; raw text, see `views`."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.proposals import ProposalKind


@dataclass(frozen=True, slots=True)
class ProposalMessage:
    """What Fireline proposes in the thread of the incident's card; `accepted` None while open."""

    thread: str
    incident_id: int
    ref: str
    number: int
    kind: ProposalKind
    text: str
    dataset: str = ""
    moment: datetime | None = None
    accepted: bool | None = None
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change as people read it, with the id by which it is named."""

    id: str
    at: datetime
    text: str
    why: str
    url: str = ""
    cause: bool = False


@dataclass(frozen=True, slots=True)
class ChangesMessage:
    """What was changed before it or during it, newest first, in the thread of the card."""

    thread: str
    ref: str
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """That an alert may belong to an incident: which, and the number of the proposal."""

    incident_id: int
    ref: str
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """One earlier incident: what it shares, how long service was out, and what restored it."""

    ref: str
    title: str
    declared_at: datetime
    why: str
    took: str = ""
    helped: str = ""
    channel_id: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierMessage:
    """Earlier incidents of the same SLO or data, newest first, in the thread of the card."""

    thread: str
    ref: str
    lines: tuple[EarlierLine, ...]
