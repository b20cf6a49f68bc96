"""Changes to production: taking one in, linking it to incidents by hand, naming the cause."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.changes import (
    MOST_LINKED,
    ProductionChange,
    considered,
    found,
    in_words,
    linked,
    with_change,
    without_change,
)
from fireline.domain.incident.details import LinkedChange
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Answer
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import Change, retried, save, show
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import entry_of, reach_of, touching

LONGEST_TITLE = 300
BY_HAND = "named by hand"


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether the change says something new, and how many open incidents it may have to do with."""

    new: bool
    incidents: int


@retried
def take_change(s: Services, change: ProductionChange) -> Taken:
    """Keep a change and tell every open incident that it touches; the same again does nothing."""
    now = s.clock.now()
    with s.store() as uow:
        new = uow.changes.save(change, now)
        told = [_tell(s, uow, one, change, now) for one in uow.incidents.open()] if new else []
        uow.commit()
    return Taken(new, sum(told))


def _tell(
    s: Services, uow: UnitOfWork, incident: Incident, change: ProductionChange, now: datetime
) -> bool:
    """Link the change and say so on the timeline, if it may have to do with the incident."""
    start, end = considered(incident, s.policy.incidents.correlation.recent_changes, now)
    held = incident.details.changes
    known = any(one.id == change.id for one in held)
    if known or len(held) >= MOST_LINKED or not start <= change.at <= end:
        return False
    why = touching(uow, reach_of(s, uow, incident), change)
    if why is None:
        return False
    one = linked(change, why)
    detail = {"change": change.id, "why": why}
    written = Change("incident.change", SYSTEM, now, detail, (entry_of(one),))
    _shown(s, uow, save(s, uow, with_change(incident, one), written, announce=False))
    return True


def _shown(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Bring the message that lists the changes up to date."""
    if incident.channel_id is not None:
        show(s, uow, "changes", incident.channel_id, str(incident.id))


def add_change(s: Services, incident_id: int, text: str, actor: Actor) -> Incident:
    """Link a change by its id or address, or one of which nobody was told, by words.

    Raises:
        InvalidInputError: nothing is said, or it is too long.
    """
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_TITLE:
        message = f"Name a change by id, address or words, at most {LONGEST_TITLE} characters."
        raise InvalidInputError(message, "subject")
    with s.store() as uow:
        known = uow.changes.get(words)

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        one = linked(known, BY_HAND) if known else _of_words(words, now)
        return with_change(incident, one), f"Change {one.id}: {in_words(one)}, {BY_HAND}"

    then = partial(_shown, s)
    return record(s, incident_id, "change", edit, actor, kind=EntryKind.CHANGE, then=then)


def _of_words(words: str, now: datetime) -> LinkedChange:
    url = words if words.startswith(("https://", "http://")) else ""
    return LinkedChange(words, words, now, url=url, why=BY_HAND)


def remove_change(s: Services, incident_id: int, change_id: str, actor: Actor) -> Incident:
    """Take a change out: it has nothing to do with the incident.

    Raises:
        NotFoundError: the incident does not name it.
    """

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        after, gone = without_change(incident, change_id)
        return after, f"Change {gone.id} has nothing to do with it"

    then = partial(_shown, s)
    return record(s, incident_id, "change", edit, actor, kind=EntryKind.CHANGE, then=then)


def caused_by(s: Services, incident_id: int, change_id: str, actor: Actor) -> Incident:
    """Say that a change caused it, and which; one that was not linked yet is linked.

    Raises:
        NotFoundError: no change is named, and the incident names none or several.
    """
    with s.store() as uow:
        known = uow.changes.get(change_id.strip()) if change_id.strip() else None

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        if known is not None:
            incident = with_change(incident, linked(known, BY_HAND))
        held = incident.details.changes
        one = held[0] if len(held) == 1 and not change_id.strip() else found(incident, change_id)
        details = replace(incident.details, caused_by_change=Answer.YES, cause_change=one.id)
        return replace(incident, details=details), f"Caused by change {one.id}: {in_words(one)}"

    return record(s, incident_id, "answer", edit, actor, then=partial(_shown, s))
