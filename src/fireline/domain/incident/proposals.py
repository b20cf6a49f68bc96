"""What Fireline proposes and a person decides by one press, and what merging brought."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProposalKind(StrEnum):
    """What would be done."""

    ATTACH = "attach"
    ROOT = "root"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal: `source` and `ref` name the signal, `dataset` a new root, `moment` an instant.

    `why` is what speaks for it; `accepted` is None until somebody decides.
    """

    number: int
    kind: ProposalKind
    text: str
    at: datetime
    source: str = ""
    ref: str = ""
    dataset: str = ""
    moment: datetime | None = None
    why: str = ""
    accepted: bool | None = None
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What an incident that was merged into this one brought along, should it be taken out again.

    `alerts` are keys, `units` numbers in this incident.
    """

    incident_id: int
    slos: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
