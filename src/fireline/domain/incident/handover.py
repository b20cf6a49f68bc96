"""Handing command over: offered with everything the next one must know, taken by a press."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.details import Handover
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.roles import with_role
from fireline.domain.incident.timeline import EntryKind, TimelineEntry
from fireline.domain.incident.timeline_text import shown
from fireline.domain.people import Actor

RULED_OUT, SUPPOSED = "Ruled out: ", "Hypothesis: "


def offered(
    incident: Incident, to: str, to_name: str, actor: Actor, now: datetime
) -> tuple[Incident, Handover]:
    """The incident with command offered to somebody, who is invited.

    Raises:
        ForbiddenError: somebody else is commander.
        InvalidInputError: that person is commander already.
    """
    holder = incident.roles.get(Role.COMMANDER)
    if holder is not None and holder != actor.id:
        message = (
            f"Only the commander (<@{holder}>) hands over. To take over yourself, write"
            " `/incident claim commander`."
        )
        raise ForbiddenError(message)
    if to == holder:
        raise InvalidInputError(f"{to_name} is commander already. Name somebody else.", "person")
    done = incident.details.handovers
    made = Handover(len(done) + 1, to, to_name, actor.name, now)
    joined = tuple(dict.fromkeys((*incident.details.joined, to)))
    details = replace(incident.details, handovers=(*done, made), joined=joined)
    return replace(incident, details=details), made


def taken(incident: Incident, number: int, actor: Actor, now: datetime) -> Incident:
    """The incident once the named person has taken command; a second press changes nothing.

    Raises:
        NotFoundError: there is no such offer, or a newer one.
        ForbiddenError: it was offered to somebody else.
    """
    offers = incident.details.handovers
    if not 1 <= number <= len(offers) or number != len(offers):
        raise NotFoundError(f"{incident.ref} has been offered to somebody else since.")
    offer = offers[-1]
    if offer.to != actor.id:
        raise ForbiddenError(f"Command of {incident.ref} is offered to {offer.to_name}.")
    if offer.taken_at is not None:
        return incident
    details = replace(incident.details, handovers=(*offers[:-1], replace(offer, taken_at=now)))
    return with_role(replace(incident, details=details), Role.COMMANDER, actor.id, actor, now)


def open_hypotheses(entries: Iterable[TimelineEntry]) -> tuple[str, ...]:
    """What it may be and was not ruled out, oldest first."""
    thought: dict[str, None] = {}
    for entry in shown(entries):
        if entry.kind is not EntryKind.HYPOTHESIS or entry.deleted:
            continue
        if entry.text.startswith(RULED_OUT):
            thought.pop(entry.text.removeprefix(RULED_OUT), None)
        else:
            thought[entry.text.removeprefix(SUPPOSED)] = None
    return tuple(thought)
