"""Entering and leaving exposure mode, and who is let in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError, IllegalTransitionError, InvalidInputError
from fireline.domain.incident.details import Access, LeftChannel
from fireline.domain.incident.exposure import access_of, may_read
from fireline.domain.incident.incident import Incident, Role, Stamp
from fireline.domain.incident.kinds import AccessState, IncidentType
from fireline.domain.people import Actor

SHORTEST_REASON = 10


def checked_reason(text: str, form: str) -> str:
    """The reason on one line.

    Raises:
        InvalidInputError: it says too little.
    """
    words = " ".join(text.split())
    if len(words) < SHORTEST_REASON:
        raise InvalidInputError(f"Say why in a few words: `{form}`.", "text")
    return words


def exposed(
    incident: Incident, because: str, insiders: Iterable[tuple[str, str]], by: str, at: datetime
) -> Incident:
    """The incident once data may have been seen by the wrong people; again, nothing changes.

    A channel that everybody may read is one that is left. The legal clock starts the first time.

    Args:
        incident: as it is.
        because: why data may have been seen.
        insiders: user id and name of those who may read it from the start.
        by: who says so.
        at: when that is known.
    """
    if incident.restricted and incident.details.exposed_because:
        return incident
    details, access = incident.details, incident.details.access
    for user, name in insiders:
        access = _with(access, Access(user, name, AccessState.GRANTED, at, by, "from the start"))
    kinds = dict.fromkeys((*details.types, IncidentType.ACCESS_EXPOSURE))
    return replace(
        incident,
        restricted=True,
        stamps={Stamp.LEGAL_CLOCK: at, **incident.stamps},
        details=replace(
            details,
            types=tuple(kinds),
            access=access,
            exposed_because=because,
            exposure_ended_because="",
            left_channels=_left(incident),
        ),
    )


def _left(incident: Incident) -> tuple[LeftChannel, ...]:
    left, channel = incident.details.left_channels, incident.channel_id
    known = {one.id for one in left}
    if channel is None or incident.details.private_channel or channel in known:
        return left
    return (*left, LeftChannel(channel, incident.channel_name or ""))


def released(incident: Incident, because: str, asker: Actor, security: Iterable[str]) -> Incident:
    """The incident when security says that nothing was exposed; its channel stays private.

    Raises:
        IllegalTransitionError: it is not restricted.
        ForbiddenError: somebody else than security asks.
    """
    _restricted(incident)
    _security_only(incident, asker, security, "ends the restriction")
    details = replace(incident.details, exposure_ended_because=because, exposed_because="")
    return replace(incident, restricted=False, details=details)


def signed_off(incident: Incident, asker: Actor, security: Iterable[str]) -> Incident:
    """The incident with security's consent to close it.

    Raises:
        IllegalTransitionError: it is not restricted.
        ForbiddenError: somebody else than security asks.
    """
    _restricted(incident)
    _security_only(incident, asker, security, "signs off")
    return replace(incident, details=replace(incident.details, security_signoff_by=asker.name))


def asked_access(incident: Incident, asker: Actor, at: datetime) -> Incident:
    """The incident with somebody's wish to read it; whoever may already, or waits, changes nothing.

    Raises:
        IllegalTransitionError: it is not restricted, so that everybody may.
    """
    _restricted(incident)
    known = access_of(incident, asker.id)
    if known is not None and known.state is not AccessState.DENIED:
        return incident
    wish = Access(asker.id, asker.name, AccessState.ASKED, at)
    return _with_access(incident, wish)


def decided_access(
    incident: Incident,
    user: str,
    name: str,
    asker: Actor,
    security: Iterable[str],
    at: datetime,
    *,
    granted: bool,
) -> Incident:
    """The incident with the commander's or security's decision about a person.

    Raises:
        IllegalTransitionError: it is not restricted.
        ForbiddenError: somebody else decides, or one who holds a role is to be shut out.
    """
    _restricted(incident)
    commander = incident.roles.get(Role.COMMANDER)
    if asker.id != commander and asker.id not in set(security):
        who = f"the commander (<@{commander}>)" if commander else "security"
        raise ForbiddenError(f"Only {who} or security decides who reads {incident.ref}. Ask them.")
    if not granted and user in incident.roles.values():
        message = f"{name} holds a role in {incident.ref}. Free it first: `/incident role`."
        raise ForbiddenError(message)
    state = AccessState.GRANTED if granted else AccessState.DENIED
    known = access_of(incident, user)
    if known is not None and known.state is state:
        return incident
    return _with_access(incident, Access(user, name, state, at, asker.name))


def check_reader(incident: Incident, user: str, name: str) -> None:
    """Refuse work in a restricted incident for somebody who may not read it.

    Raises:
        ForbiddenError: the person is not on the access list.
    """
    if not may_read(incident, user):
        message = f"{name} may not read {incident.ref}: `/incident access grant @person` first."
        raise ForbiddenError(message)


def readers_of(incident: Incident) -> tuple[str, ...]:
    """Ids of all on the access list: who holds a role, and who was let in."""
    granted = (a.user for a in incident.details.access if a.state is AccessState.GRANTED)
    return tuple(dict.fromkeys((*incident.roles.values(), *granted)))


def _with_access(incident: Incident, one: Access) -> Incident:
    access = _with(incident.details.access, one)
    return replace(incident, details=replace(incident.details, access=access))


def _with(access: tuple[Access, ...], one: Access) -> tuple[Access, ...]:
    return (*(a for a in access if a.user != one.user), one)


def _restricted(incident: Incident) -> None:
    if not incident.restricted:
        message = f"{incident.ref} is not restricted: everybody may read it."
        raise IllegalTransitionError(message, ("NOT_RESTRICTED",))


def _security_only(incident: Incident, asker: Actor, security: Iterable[str], what: str) -> None:
    known = set(security)
    if asker.id in known:
        return
    ask = " or ".join(f"<@{user}>" for user in sorted(known))
    fix = f"Ask {ask}." if ask else "The policy names nobody: give `@security-oncall` an id there."
    raise ForbiddenError(f"Only security {what} for {incident.ref}. {fix}")
