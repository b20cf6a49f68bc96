"""Who may read a restricted incident: asked for, granted, denied, each on timeline and audit."""

from datetime import datetime

from fireline.domain.incident.access import asked_access, decided_access
from fireline.domain.incident.exposure import access_of, may_read, public_view
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.people import Actor
from fireline.usecases.expose_incident import security_ids
from fireline.usecases.exposure_views import AccessAnswer, AccessRequest
from fireline.usecases.incident_facts import Follow, record
from fireline.usecases.incident_record import involved, refresh_homes, show, sync_topic
from fireline.usecases.outside import ACCESS_ANSWER
from fireline.usecases.ports import Services, UnitOfWork

REQUEST = "access_request"


def request_access(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Ask to be let in; asked already, or let in already, changes nothing.

    Raises:
        IllegalTransitionError: it is not restricted.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        if may_read(incident, actor.id) and incident.restricted:
            return incident, ""
        return asked_access(incident, actor, now), f"{actor.name} asks to read this incident"

    return record(s, incident_id, "access.ask", edit, actor, then=_request(s, actor.id))


def decide_access(
    s: Services, incident_id: int, user: str, name: str, actor: Actor, *, granted: bool
) -> Incident:
    """Let a person in, who is then invited, or not; they are told either way.

    Raises:
        IllegalTransitionError: it is not restricted.
        ForbiddenError: neither commander nor security asks, or the person holds a role.
    """
    verb = "may read" if granted else "may not read"

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after = decided_access(incident, user, name, actor, security_ids(s), now, granted=granted)
        return after, f"{name} {verb} this incident, decided by {actor.name}"

    def then(uow: UnitOfWork, incident: Incident) -> None:
        _request(s, user)(uow, incident)
        show(s, uow, ACCESS_ANSWER, f"@{user}", f"{incident.id}:{user}")
        sync_topic(uow, incident)

    action = "access.grant" if granted else "access.deny"
    return record(s, incident_id, action, edit, actor, then=then)


def _request(s: Services, user: str) -> Follow:
    def then(uow: UnitOfWork, incident: Incident) -> None:
        if incident.channel_id is not None:
            show(s, uow, REQUEST, incident.channel_id, f"{incident.id}:{user}")
        refresh_homes(s, uow, involved(incident))

    return then


def access_request(_s: Services, uow: UnitOfWork, ref: str) -> AccessRequest | None:
    """Projection of one person's wish in the channel; `ref` is incident id and user id."""
    number, _, user = ref.partition(":")
    incident = uow.incidents.get(int(number))
    found = access_of(incident, user) if incident is not None else None
    if incident is None or found is None:
        return None
    return AccessRequest(incident.id, incident.ref, found)


def access_answer(_s: Services, uow: UnitOfWork, ref: str) -> AccessAnswer | None:
    """Projection of what the person is told: of the incident itself nothing more."""
    number, _, user = ref.partition(":")
    incident = uow.incidents.get(int(number))
    found = access_of(incident, user) if incident is not None else None
    if incident is None or found is None:
        return None
    seen = public_view(incident)
    return AccessAnswer(seen.ref, seen.severity, seen.roles.get(Role.COMMANDER), found)
