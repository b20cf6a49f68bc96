"""What is shown about access to a restricted incident."""

from dataclasses import dataclass

from fireline.domain.incident.details import Access
from fireline.domain.incident.incident import Severity


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Somebody's wish to read it, in the incident's channel, with what was decided."""

    incident_id: int
    ref: str
    access: Access


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """What the person who asked is told: the sentence that everybody may know, and the decision."""

    ref: str
    severity: Severity
    commander: str | None
    access: Access
