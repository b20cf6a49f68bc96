"""Who does what in an incident: taking a role, giving it, laying it down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError, InvalidInputError
from fireline.domain.incident.details import Assignment
from fireline.domain.incident.incident import Incident, Role, Severity, Stamp
from fireline.domain.people import Actor
from fireline.domain.policy.room_rules import RoleRule


def with_role(
    incident: Incident, role: Role, user: str | None, actor: Actor, now: datetime
) -> Incident:
    """The incident with the role given to a person, or free; each change is kept in order."""
    done = incident.details.assignments
    giver = "" if user == actor.id else actor.name
    made = Assignment(len(done) + 1, role.value, user, giver, now)
    roles = {r: holder for r, holder in incident.roles.items() if r is not role}
    if user is not None:
        roles[role] = user
    stamps = dict(incident.stamps)
    if role is Role.COMMANDER and user is not None:
        stamps.setdefault(Stamp.COMMANDER_ASSIGNED, now)
    details = replace(incident.details, assignments=(*done, made))
    return replace(incident, roles=roles, stamps=stamps, details=details)


def released(incident: Incident, role: Role, actor: Actor, now: datetime) -> Incident:
    """The incident once its holder has laid the role down.

    Raises:
        InvalidInputError: nobody has it.
        ForbiddenError: somebody else has it.
    """
    holder = incident.roles.get(role)
    name = role.label.lower()
    if holder is None:
        raise InvalidInputError(f"Nobody is {name} of {incident.ref}.", "role")
    if holder != actor.id:
        message = (
            f"<@{holder}> is {name} of {incident.ref}, not you."
            f" `/incident role {role.value} none` frees it for them."
        )
        raise ForbiddenError(message)
    return with_role(incident, role, None, actor, now)


def left(incident: Incident, user: str, actor: Actor, now: datetime) -> Incident:
    """The incident once a person has gone: every role they held is free."""
    for role, holder in incident.roles.items():
        if holder == user:
            incident = with_role(incident, role, None, actor, now)
    return incident


def held_by(incident: Incident, user: str) -> tuple[Role, ...]:
    """The roles of one person."""
    return tuple(role for role in Role if incident.roles.get(role) == user)


def too_many(incident: Incident, user: str) -> str:
    """A hint for whoever holds several roles when it is worst; empty otherwise."""
    mine = held_by(incident, user)
    if incident.severity is not Severity.SEV1 or len(mine) < 2:  # noqa: PLR2004 - several
        return ""
    names = " and ".join(role.label.lower() for role in mine)
    return f"You are {names} of a SEV1 at once: give one of them to somebody else."


def freed_at(incident: Incident, role: Role) -> datetime | None:
    """When a role that was held became free; None while it is held, or was never."""
    if role in incident.roles:
        return None
    mine = [one for one in incident.details.assignments if one.role == role.value]
    return mine[-1].at if mine and mine[-1].user is None else None


def missing(incident: Incident, rules: Mapping[str, RoleRule]) -> tuple[Role, ...]:
    """Roles that its severity needs, and that were laid down without a successor."""
    return tuple(
        role
        for role in Role
        if role.value in rules
        and rules[role.value].required_at(int(incident.severity))
        and freed_at(incident, role) is not None
    )
