"""Publishing a postmortem, or letting somebody answer for there being none."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import Actor
from fireline.usecases.incident_facts import record
from fireline.usecases.ports import Services

SHORTEST_REASON = 10


def publish(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Declare the newest draft the published one; a second time changes nothing.

    Raises:
        IllegalTransitionError: there is no draft.
    """
    with s.store() as uow:
        latest = uow.postmortems.latest(incident_id)
    if latest is None:
        raise IllegalTransitionError(
            "There is no draft to publish. `/postmortem draft` makes one.", ("PM_NO_DRAFT",)
        )

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        if incident.at(Stamp.PM_PUBLISHED) is not None:
            return incident, ""
        stamps = {**incident.stamps, Stamp.PM_PUBLISHED: now}
        return replace(incident, stamps=stamps), f"Postmortem version {latest.version} published"

    return record(s, incident_id, "postmortem.publish", edit, actor)


def waive(s: Services, incident_id: int, reason: str, actor: Actor) -> Incident:
    """Do without a postmortem that the policy asks for; somebody answers for it with a reason.

    Raises:
        InvalidInputError: the reason says too little.
    """
    words = " ".join(reason.split())
    if len(words) < SHORTEST_REASON:
        message = "Say why in a few words: `/postmortem waive the same cause as INC-7`."
        raise InvalidInputError(message, "text")

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        details = replace(incident.details, postmortem_waived_because=f"{actor.name}: {words}")
        return replace(incident, details=details), f"Postmortem waived: {words}"

    return record(s, incident_id, "postmortem.waive", edit, actor)
