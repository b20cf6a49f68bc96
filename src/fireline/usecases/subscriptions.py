"""Stakeholders who follow an incident: one direct message each, edited, updates in its thread."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError, InvalidInputError
from fireline.domain.incident.details import Update
from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident, IncidentState
from fireline.domain.incident.timers import update_due
from fireline.domain.people import Actor
from fireline.usecases.impact_views import IncidentNotice
from fireline.usecases.incident_facts import Follow, record
from fireline.usecases.incident_record import show
from fireline.usecases.incident_views import lasted
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.subscription_views import Subscription
from fireline.usecases.tell_subscribers import FOLLOWED, REPLY, TURNS

__all__ = ["FOLLOWED", "REPLY", "subscribe", "subscription", "subscription_reply", "unsubscribe"]

MOST = 200


def subscribe(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Be told of state changes and updates by direct message.

    Raises:
        ForbiddenError: it is restricted, and they have no access to it.
        InvalidInputError: it is over, or as many follow it as can be told.
    """

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        if not may_read(incident, actor.id):
            message = f"{incident.ref} is restricted. Ask for access first: Request access."
            raise ForbiddenError(message)
        known = incident.details.subscribers
        if actor.id in known:
            return incident, ""
        if not incident.open:
            raise InvalidInputError(f"{incident.ref} is {incident.state.value}; nothing follows.")
        if len(known) >= MOST:
            message = f"{MOST} people follow {incident.ref} already; its channel tells the same."
            raise InvalidInputError(message)
        details = replace(incident.details, subscribers=(*known, actor.id))
        return replace(incident, details=details), f"{actor.name} subscribed"

    return record(s, incident_id, "subscribe", edit, actor, then=_shown(s, actor))


def unsubscribe(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Be told no more; the message says so."""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        left = tuple(user for user in incident.details.subscribers if user != actor.id)
        details = replace(incident.details, subscribers=left)
        return replace(incident, details=details), f"{actor.name} unsubscribed"

    return record(s, incident_id, "unsubscribe", edit, actor, then=_shown(s, actor))


def _shown(s: Services, actor: Actor) -> Follow:
    """Bring the person's message up to date."""

    def follow(uow: UnitOfWork, incident: Incident) -> None:
        show(s, uow, FOLLOWED, f"@{actor.id}", f"{incident.id}:{actor.id}")

    return follow


def subscription(s: Services, uow: UnitOfWork, ref: str) -> Subscription | None:
    """Projection of what one subscriber sees; `ref` is incident id and person."""
    incident_id, _, user = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None:
        return None
    updates = incident.details.updates
    newest = updates[-1] if updates else None
    return Subscription(
        incident_id=incident.id,
        ref=incident.ref,
        title=incident.title,
        severity=incident.severity,
        state=incident.state,
        lasted=lasted(incident, s.clock.now()),
        said=_words(newest) if newest is not None else "",
        said_at=newest.at if newest is not None else None,
        next_due=update_due(incident, s.policy.incidents),
        channel_id=incident.channel_id,
        on=user in incident.details.subscribers,
        drill=incident.drill,
    )


def subscription_reply(_s: Services, uow: UnitOfWork, ref: str) -> IncidentNotice | None:
    """Projection of one reply; `ref` is incident id, person, and what is told."""
    incident_id, _, rest = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None:
        return None
    user, kind, what, *_ = rest.split(":")
    thread = f"{FOLLOWED}:{incident_id}:{user}"
    if kind == "state":
        sign, words = TURNS[IncidentState(what)]
        return IncidentNotice(thread, incident.ref, f"{incident.ref}: {words}", sign=sign)
    number = int(what)
    if number > len(incident.details.updates):
        return None
    update = incident.details.updates[number - 1]
    text = f"{incident.ref}, update {number}: {_words(update)}"
    return IncidentNotice(thread, incident.ref, text, sign="mega")


def _words(update: Update) -> str:
    """What those outside are told: the plain sentence, else what is true."""
    return update.executive or update.conditions
