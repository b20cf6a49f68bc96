"""Saying more of an incident that was declared with words alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident import knowledge
from fireline.domain.incident.incident import Incident, Severity, Stamp
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.stamps import with_stamp
from fireline.domain.incident.symptoms import Symptom, harms_of, symptoms_of, types_of
from fireline.domain.people import Actor
from fireline.usecases.expose_incident import entering
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_impact import reassess
from fireline.usecases.incident_record import sync_topic
from fireline.usecases.manage_incident import change_severity
from fireline.usecases.ports import Services, UnitOfWork

MINUTE = timedelta(minutes=1)
WHY = "said with the details"


@dataclass(frozen=True, slots=True)
class More:
    """What is added; what is left out stays as it is. `symptoms` None leaves those alone too."""

    symptoms: tuple[Symptom, ...] | None = None
    slos: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    severity: Severity | None = None
    began_at: datetime | None = None


def add_details(s: Services, incident_id: int, more: More, actor: Actor) -> Incident:
    """Record what is known by now, with one line, and judge the severity anew.

    Raises:
        NotFoundError: an SLO that was named does not exist.
        InvalidInputError: the time has not come yet, or contradicts a recorded one.
    """
    known = s.definitions.current().slos
    for name in more.slos:
        if name not in known:
            raise NotFoundError(f"There is no SLO named {name}. `/slo` lists them.")

    def edit(before: Incident, now: datetime) -> tuple[Incident, str]:
        return _with(before, more, now)

    def then(uow: UnitOfWork, saved: Incident) -> None:
        sync_topic(uow, saved)
        if Symptom.EXPOSED in (more.symptoms or ()) and not saved.restricted:
            entering(s, "data may have been seen by the wrong people", actor)(uow, saved)

    record(s, incident_id, "details", edit, actor, then=then)
    after = reassess(s, incident_id)
    if more.severity is not None and more.severity is not after.severity:
        return change_severity(s, incident_id, more.severity, WHY, actor)
    return after


def _with(before: Incident, more: More, now: datetime) -> tuple[Incident, str]:
    after, said = before, []
    if more.symptoms is not None and set(more.symptoms) != set(symptoms_of(before.details)):
        after = _seen(after, more.symptoms)
        said.append(", ".join(more.symptoms) or "nothing of what was ticked")
    for name in more.slos:
        if name not in after.slos:
            after = knowledge.with_slo(after, name)
            said.append(f"SLO {name}")
    harms = after.details.harms
    for name in more.datasets:
        key = knowledge.dataset_key(name)
        if key not in after.datasets:
            after = knowledge.with_dataset(after, key, harms)
            said.append(f"dataset {key}")
    began, known = more.began_at, after.at(Stamp.IMPACT_STARTED)
    # A form shows minutes: the same minute is the same time.
    if began is not None and (known is None or abs(began - known) >= MINUTE):
        if began > now:
            raise InvalidInputError("That time has not come yet. Give one in the past.", "at")
        after = with_stamp(after, Stamp.IMPACT_STARTED, began)
        said.append(f"impact began {began:%Y-%m-%d %H:%M} UTC")
    return after, f"Details: {'; '.join(said)}"


def _seen(incident: Incident, symptoms: tuple[Symptom, ...]) -> Incident:
    """What is wrong now, of the incident and of the data at which it began."""
    harms = harms_of(symptoms)
    for dataset in incident.details.affected:
        if dataset.role is DatasetRole.ROOT:
            incident = knowledge.with_dataset(incident, dataset.key, harms)
    details = incident.details
    types = tuple(dict.fromkeys((*details.types, *types_of(symptoms))))
    details = replace(
        details,
        types=types,
        harms=harms,
        outage=Symptom.DOWN in symptoms,
        published_bad=details.published_bad or Symptom.PUBLISHED in symptoms,
    )
    return replace(incident, details=details)
