"""Roles: taken, given, laid down; whoever takes one is told privately what it means."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError
from fireline.domain.incident.access import check_reader
from fireline.domain.incident.details import Assignment
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.roles import held_by, left, released, too_many, with_role
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.incident_facts import Follow, record
from fireline.usecases.incident_record import involved, refresh_homes, show, sync_topic
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.role_views import RoleGuide

GUIDE = "role_guide"


def assign_role(
    s: Services,
    incident_id: int,
    role: Role,
    user_id: str | None,
    user_name: str,
    actor: Actor,
    *,
    if_free: bool = False,
) -> Incident:
    """Give the role to a person, or free it with None; whoever holds it already keeps it.

    Raises:
        ForbiddenError: `if_free` was asked for, and somebody else was faster; or the incident is
            restricted, and the person may not read it.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        holder = incident.roles.get(role)
        if holder == user_id and (user_id is None or _told(incident, role)):
            return incident, ""
        if if_free and holder not in {None, user_id}:
            raise ForbiddenError(
                f"Somebody else became {role.label.lower()} of {incident.ref} first; the card shows"
                f" who. To take over, write `/incident claim {role.value}`."
            )
        if user_id is not None:
            check_reader(incident, user_id, user_name)
        line = f"{role.label}: {user_name}" if user_id else f"{role.label} is free"
        return with_role(incident, role, user_id, actor, now), line

    return record(s, incident_id, "role", edit, actor, then=tell(s))


def _told(incident: Incident, role: Role) -> bool:
    """Whether its holder was given it; whoever declared is commander by default only."""
    return any(one.role == role.value for one in incident.details.assignments)


def release_role(s: Services, incident_id: int, role: Role, actor: Actor) -> Incident:
    """Lay a role down; one that is needed is then asked for.

    Raises:
        ForbiddenError: it is somebody else's.
        InvalidInputError: it is nobody's.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        return released(incident, role, actor, now), f"{role.label} is free: {actor.name} left it"

    return record(s, incident_id, "role", edit, actor, then=tell(s))


def person_left(s: Services, channel_id: str, person: Actor) -> Incident | None:
    """Somebody has left the channel: their roles are free, and they are not invited again."""
    with s.store() as uow:
        found = uow.incidents.by_channel(channel_id)
    if found is None or not found.open:
        return None

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        roles = ", ".join(role.label.lower() for role in held_by(incident, person.id))
        after = left(incident, person.id, SYSTEM, now)
        gone = tuple(dict.fromkeys((*incident.details.gone, person.id)))
        joined = tuple(user for user in incident.details.joined if user != person.id)
        details = replace(after.details, gone=gone, joined=joined)
        words = f"{person.name} left the channel" + (f"; free now: {roles}" if roles else "")
        return replace(after, details=details), words

    return record(s, found.id, "left", edit, person, then=tell(s))


def person_came(s: Services, channel_id: str, person: Actor) -> Incident | None:
    """Somebody who had left is back."""
    with s.store() as uow:
        found = uow.incidents.by_channel(channel_id)
    if found is None or person.id not in found.details.gone:
        return None

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        gone = tuple(user for user in incident.details.gone if user != person.id)
        details = replace(incident.details, gone=gone)
        return replace(incident, details=details), f"{person.name} is back"

    return record(s, found.id, "came_back", edit, person)


def tell(s: Services) -> Follow:
    """Topic and members, and the guide of whoever has a role now or had it until now."""

    def follow(uow: UnitOfWork, incident: Incident) -> None:
        sync_topic(uow, incident)
        held = [one.user for one in incident.details.assignments]
        refresh_homes(s, uow, (*involved(incident), *held))
        newest: dict[str, list[Assignment]] = {}
        for one in incident.details.assignments:
            newest.setdefault(one.role, []).append(one)
        for given in newest.values():
            for one in given[-2:]:
                if one.user is not None:
                    show(s, uow, GUIDE, f"@{one.user}", f"{incident.id}:{one.number}")

    return follow


def role_guide(s: Services, uow: UnitOfWork, ref: str) -> RoleGuide | None:
    """Projection of what a role means to its holder; `ref` is incident id and assignment."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None or int(number) > len(incident.details.assignments):
        return None
    given = incident.details.assignments[int(number) - 1]
    role, rules = Role(given.role), s.policy.incidents.roles
    if given.user is None or role.value not in rules:
        return None
    held = incident.open and _is_current(incident, given)
    return RoleGuide(
        incident_id=incident.id,
        ref=incident.ref,
        title=incident.title,
        severity=incident.severity.label,
        state=incident.state,
        role=role,
        name=rules[role.value].title,
        guide=rules[role.value].guide,
        channel_id=incident.channel_id,
        by=given.by,
        held=held,
        hint=too_many(incident, given.user) if held else "",
        drill=incident.drill,
    )


def _is_current(incident: Incident, given: Assignment) -> bool:
    """Whether it is still the holder's, by this very assignment."""
    same = [one for one in incident.details.assignments if one.role == given.role]
    return incident.roles.get(Role(given.role)) == given.user and same[-1].number == given.number
