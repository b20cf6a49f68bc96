"""What is said when an incident is declared, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import DrillRun
from fireline.domain.incident.incident import Incident, Severity
from fireline.domain.incident.symptoms import Symptom
from fireline.domain.incident.timeline import Provenance
from fireline.domain.people import SYSTEM, Actor

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Past:
    """What is over already: when service was restored, and when noticed and verified if known."""

    restored_at: datetime
    detected_at: datetime | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Declare:
    """What was said when an incident was declared; `text` may be empty when an SLO is named.

    `episode_id` is the id of the alert it is declared from, `external_group` that of
    Alertmanager's, `key` what another program calls it; `began_at` is when the harm began, as a
    person says. `slos` are named besides `slo`. A `quiet` one is a signal to be judged, a
    `restricted` one is told of nowhere outside its channel, a `drill` counts in no figure, and a
    `past` one is only recorded. `run` is the scenario that a drill follows.
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
    slos: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    began_at: datetime | None = None
    quiet: bool = False
    restricted: bool = False
    drill: bool = False
    past: Past | None = None
    key: str | None = None
    run: DrillRun | None = None

    @property
    def dedupe_key(self) -> str | None:
        """What there may be one open incident of."""
        if self.episode_id:
            return f"episode:{self.episode_id}"
        if self.external_group:
            return f"alertmanager:{self.external_group}"
        return f"api:{self.key}" if self.key else None

    @property
    def exposes(self) -> bool:
        """Whether data may have been seen by the wrong people."""
        return self.restricted or Symptom.EXPOSED in self.symptoms

    @property
    def by_person(self) -> bool:
        """Whether somebody declares, not a rule or a program."""
        return self.actor.id != SYSTEM.id

    def check(self, now: datetime) -> None:
        """Refuse what cannot be meant.

        Raises:
            InvalidInputError: names the field.
        """
        given = {"at": self.began_at}
        if self.past is not None:
            given |= {
                "restored": self.past.restored_at,
                "detected": self.past.detected_at,
                "verified": self.past.verified_at,
            }
        for field, at in given.items():
            if at is not None and at > now:
                raise InvalidInputError("That time has not come yet. Give one in the past.", field)
        if self.past is not None and self.began_at is None:
            message = "What is over needs both times: `past from:01:40 restored:02:48`."
            raise InvalidInputError(message, "at")
        if self.past is not None and (self.quiet or self.drill):
            message = "What is over is recorded as it was: neither quiet nor a drill."
            raise InvalidInputError(message, "how")
        if self.drill and (self.episode_id or self.external_group):
            message = "An alert is real: a drill cannot be declared from it."
            raise InvalidInputError(message, "how")
        if self.key is not None and len(self.key) > LONGEST_KEY:
            message = f"A dedupe key has at most {LONGEST_KEY} characters."
            raise InvalidInputError(message, "dedupe_key")


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident, and whether it is new, or work on it goes on again."""

    incident: Incident
    created: bool
    reopened: bool = False
