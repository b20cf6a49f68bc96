"""The accept step: entries are accepted, corrected or hidden before the review uses them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.accepting import check_judge, check_words, chosen, waiting
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.timeline import Review, TimelineEntry
from fireline.domain.people import Actor
from fireline.usecases.incident_record import (
    Change,
    check_length,
    follow,
    happened,
    load,
    refresh,
    retried,
    save,
    write_down,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.raw_messages import supersede

REDRAFT = "draft_postmortem"


@retried
def accept(s: Services, incident_id: int, actor: Actor, seqs: Sequence[int] = ()) -> Incident:
    """Accept these entries, hidden ones too; all that wait when none is named.

    The timeline counts as accepted once nothing waits any more.

    Raises:
        ForbiddenError: neither scribe nor commander.
        NotFoundError: an entry is not on the timeline any more.
    """
    with s.store() as uow:
        uow.lock()
        incident = _judged(uow, incident_id, actor)
        entries = uow.timeline.entries(incident_id)
        found = chosen(entries, seqs) if seqs else waiting(entries)
        uow.timeline.set_review(incident_id, [e.seq for e in found], Review.ACCEPTED)
        detail: dict[str, object] = {"seqs": [e.seq for e in found]}
        write_down(uow, incident, Change("timeline.accept", actor, s.clock.now(), detail))
        after = _settled(s, uow, incident, actor)
        uow.commit()
    return after


@retried
def correct(
    s: Services,
    incident_id: int,
    seq: int,
    text: str,
    reason: str,
    actor: Actor,
    at: datetime | None = None,
) -> TimelineEntry:
    """Append a corrected version, which counts as accepted; the old one stays in the chain.

    Raises:
        ForbiddenError: neither scribe nor commander.
        NotFoundError: the entry is not on the timeline any more.
        InvalidInputError: no words, no reason, or a time that has not come.
    """
    now = s.clock.now()
    words, why = check_words(text, "how it should read", "text"), _reason(reason)
    check_length(words, "text")
    if at is not None and at > now:
        raise InvalidInputError("That time has not come yet. Give one in the past.", "at")
    with s.store() as uow:
        uow.lock()
        incident = _judged(uow, incident_id, actor)
        (old,) = chosen(uow.timeline.entries(incident_id), [seq])
        entry = supersede(uow, old, words, now, at=at)
        uow.timeline.set_review(incident_id, [entry.seq], Review.CORRECTED, why)
        detail: dict[str, object] = {"seq": old.seq, "by": entry.seq, "reason": why}
        write_down(uow, incident, Change("timeline.correct", actor, now, detail))
        _settled(s, uow, incident, actor)
        uow.commit()
    return replace(entry, review=Review.CORRECTED, review_reason=why)


@retried
def hide(s: Services, incident_id: int, seq: int, reason: str, actor: Actor) -> Incident:
    """Leave an entry out of what is read; it stays in the chain, with the reason.

    Raises:
        ForbiddenError: neither scribe nor commander.
        NotFoundError: the entry is not on the timeline any more.
        InvalidInputError: no reason.
    """
    why = _reason(reason)
    with s.store() as uow:
        uow.lock()
        incident = _judged(uow, incident_id, actor)
        chosen(uow.timeline.entries(incident_id), [seq])
        uow.timeline.set_review(incident_id, [seq], Review.HIDDEN, why)
        detail: dict[str, object] = {"seq": seq, "reason": why}
        write_down(uow, incident, Change("timeline.hide", actor, s.clock.now(), detail))
        after = _settled(s, uow, incident, actor)
        uow.commit()
    return after


def _judged(uow: UnitOfWork, incident_id: int, actor: Actor) -> Incident:
    incident = load(uow, incident_id)
    check_judge(incident, actor)
    return incident


def _settled(s: Services, uow: UnitOfWork, incident: Incident, actor: Actor) -> Incident:
    """Note that the timeline is accepted once nothing waits; tell card and postmortem."""
    now = s.clock.now()
    after = incident
    if incident.details.timeline_accepted_at is None and not waiting(
        uow.timeline.entries(incident.id)
    ):
        details = replace(incident.details, timeline_accepted_at=now)
        line = happened(actor, "Timeline accepted", now)
        change = Change("incident.accept", actor, now, entries=(line,))
        after = save(s, uow, replace(incident, details=details), change)
        last = max(entry.seq for entry in uow.timeline.entries(incident.id))
        uow.timeline.set_review(incident.id, [last], Review.ACCEPTED)
    else:
        refresh(s, uow, incident)
    if incident.at(Stamp.RESTORED) is not None and uow.postmortems.latest(incident.id) is not None:
        follow(uow, REDRAFT, after, f"draft:{incident.id}:{s.ids.sortable()}")
    return after


def _reason(text: str) -> str:
    why = check_words(text, "why, in a few words", "reason")
    check_length(why, "reason")
    return why
