"""What people do with an open incident, each in one transaction.

Every function gives the incident as it is afterwards; a refusal says what stands in the way.
"""

from datetime import UTC, datetime

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident, RepairDecision, Severity, Stamp
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.severity import change as changed_severity
from fireline.domain.incident.stamps import EDITABLE, with_stamp
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import Actor
from fireline.usecases.declare_incident import Declare, Declared, declare
from fireline.usecases.incident_record import (
    COMMAND,
    Change,
    check_length,
    happened,
    load,
    refresh,
    retried,
    save,
    sync_topic,
    write_down,
)
from fireline.usecases.incident_roles import assign_role
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.ports import Services
from fireline.usecases.tell_subscribers import tell_subscribers

__all__ = [
    "Declare",
    "Declared",
    "add_note",
    "assign_role",
    "change_severity",
    "declare",
    "incident_in",
    "investigate",
    "mitigate",
    "resolve",
    "restore",
    "set_time",
]


def incident_in(s: Services, channel_id: str) -> Incident | None:
    """The incident whose channel this is."""
    with s.store() as uow:
        return uow.incidents.by_channel(channel_id)


@retried
def change_severity(
    s: Services, incident_id: int, severity: Severity, reason: str, actor: Actor
) -> Incident:
    """Set the severity, keeping what the rules computed and why it was changed.

    Raises:
        InvalidInputError: the reason is missing.
    """
    now = s.clock.now()
    check_length(reason, "reason")
    with s.store() as uow:
        before = load(uow, incident_id)
        after = changed_severity(before, severity, actor.name, reason)
        text = f"Severity {before.severity.label} -> {severity.label}: {' '.join(reason.split())}"
        detail = {"from": before.severity.label, "to": severity.label, "reason": reason}
        change = Change("incident.severity", actor, now, detail, (happened(actor, text, now),))
        saved = save(s, uow, after, change)
        sync_topic(uow, saved)
        tell_subscribers(s, uow, saved)
        uow.commit()
    return saved


def add_note(
    s: Services,
    incident_id: int,
    text: str,
    actor: Actor,
    occurred_at: datetime | None = None,
    kind: EntryKind = EntryKind.NOTE,
    provenance: Provenance | None = None,
) -> Incident:
    """Write a line into the timeline, at the time it happened if that was earlier.

    Raises:
        InvalidInputError: the note is empty, too long, or from the future.
    """
    now = s.clock.now()
    words = text.strip()
    if not words:
        raise InvalidInputError("A note needs words: `/incident note WHAT_HAPPENED`.", "text")
    check_length(words, "text")
    at = occurred_at or now
    if at > now:
        raise InvalidInputError("That time has not come yet. Give one in the past.", "at")
    with s.store() as uow:
        incident = load(uow, incident_id)
        entry = NewEntry(kind, words, at, actor.id, actor.name, provenance or COMMAND)
        detail = {"kind": kind.value, "occurred_at": at.isoformat()}
        write_down(uow, incident, Change("incident.note", actor, now, detail, (entry,)))
        refresh(s, uow, incident)
        uow.commit()
    return incident


def investigate(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Confirm that a signal is an incident."""
    return step(s, incident_id, Ask(Verb.INVESTIGATE), actor)


def mitigate(
    s: Services, incident_id: int, text: str, actor: Actor, at: datetime | None = None
) -> Incident:
    """Say that somebody is changing something to stop the harm."""
    return step(s, incident_id, Ask(Verb.MITIGATE, text, at), actor)


def restore(
    s: Services,
    incident_id: int,
    text: str,
    actor: Actor,
    at: datetime | None = None,
    override: str | None = None,
) -> Incident:
    """Say that service works again; refused while a linked SLO still burns, unless overridden.

    Raises:
        IllegalTransitionError: names every guard in the way.
        InvalidInputError: the time contradicts a recorded one.
    """
    return step(s, incident_id, Ask(Verb.RESTORE, text, at, override), actor)


def resolve(
    s: Services, incident_id: int, decision: RepairDecision | None, actor: Actor
) -> Incident:
    """Close the work: data was checked, or repaired and verified. Starts the postmortem draft.

    Raises:
        IllegalTransitionError: not restored yet, or nobody decided about the data.
    """
    return step(s, incident_id, Ask(Verb.RESOLVE, decision=decision), actor)


@retried
def set_time(
    s: Services, incident_id: int, stamp: Stamp, at: datetime, reason: str, actor: Actor
) -> Incident:
    """Correct a recorded instant, with its reason.

    Raises:
        InvalidInputError: it may not be set by hand, has no reason, or breaks the order.
    """
    now = s.clock.now()
    _check_edit(stamp, at, reason, now)
    with s.store() as uow:
        before = load(uow, incident_id)
        old = before.at(stamp)
        after = with_stamp(before, stamp, at)
        was = f"{old:%Y-%m-%d %H:%M}" if old else "not recorded"
        text = f"{stamp.value}: {was} -> {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC. {reason.strip()}"
        detail = {
            "stamp": stamp.value,
            "from": old.isoformat() if old else None,
            "to": at.isoformat(),
            "reason": reason,
        }
        change = Change("incident.time", actor, now, detail, (happened(actor, text, now),))
        saved = save(s, uow, after, change)
        uow.commit()
    return saved


def _check_edit(stamp: Stamp, at: datetime, reason: str, now: datetime) -> None:
    """Refuse an edit that nobody may make."""
    if stamp not in EDITABLE:
        known = ", ".join(e.value for e in EDITABLE)
        raise InvalidInputError(f"{stamp.value} is recorded, not typed. You can set {known}.")
    check_length(reason, "reason")
    if not reason.strip():
        message = "Say why: `/incident time NAME WHEN REASON`."
        raise InvalidInputError(message, field="reason")
    if at > now:
        raise InvalidInputError("That time has not come yet. Give one in the past.", field="at")
