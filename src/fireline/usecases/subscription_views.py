"""What somebody is told who follows an incident without working on it."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.incident import IncidentState, Severity


@dataclass(frozen=True, slots=True)
class Subscription:
    """One message to one subscriber, edited as the incident goes on; `said` is the newest update.

    `on` turns false when they want no more of it.
    """

    incident_id: int
    ref: str
    title: str
    severity: Severity
    state: IncidentState
    lasted: str
    said: str
    said_at: datetime | None
    next_due: datetime | None
    channel_id: str | None
    on: bool
    drill: bool = False
