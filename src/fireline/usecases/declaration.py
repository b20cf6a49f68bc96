"""What is said when an incident is declared, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.incident import Incident, Severity
from fireline.domain.incident.symptoms import Symptom
from fireline.domain.incident.timeline import Provenance
from fireline.domain.people import Actor


@dataclass(frozen=True, slots=True)
class Declare:
    """What was said when an incident was declared; `text` may be empty when an SLO is named.

    `episode_id` is the id of the alert it is declared from, `external_group` that of
    Alertmanager's; `began_at` is when the harm began, as a person says. A `restricted` one is told
    of nowhere outside its channel; a `drill` counts in no figure.
    """

    text: str
    actor: Actor
    severity: Severity | None = None
    slo: str | None = None
    service: str | None = None
    datasets: tuple[str, ...] = ()
    episode_id: str | None = None
    provenance: Provenance | None = None
    external_group: str | None = None
    symptoms: tuple[Symptom, ...] = ()
    began_at: datetime | None = None
    restricted: bool = False
    drill: bool = False

    @property
    def dedupe_key(self) -> str | None:
        """What there may be one open incident of."""
        if self.episode_id:
            return f"episode:{self.episode_id}"
        return f"alertmanager:{self.external_group}" if self.external_group else None

    @property
    def exposes(self) -> bool:
        """Whether data may have been seen by the wrong people."""
        return self.restricted or Symptom.EXPOSED in self.symptoms


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident, and whether it is new."""

    incident: Incident
    created: bool
