"""Merging: one incident lives on in another, which takes over what is known of both."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.attachments import proposed
from fireline.domain.incident.details import Fired
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.merging import parted, united
from fireline.domain.incident.moves import Move, Verb
from fireline.domain.incident.proposals import ProposalKind
from fireline.domain.incident.timeline import NewEntry, TimelineEntry
from fireline.domain.incident.timeline_text import ERASED, deleted, shown
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.expose_incident import enter
from fireline.usecases.incident_record import Change, happened, load, save, show
from fireline.usecases.link_signals import relinked
from fireline.usecases.ports import Services, UnitOfWork

TELLING = (Verb.MERGE, Verb.REOPEN)


def with_notice(after: Incident, before: Incident, move: Move, actor: Actor) -> Incident:
    """The incident with what its channel is told of a merge or a reopening, once each."""
    if move.verb not in TELLING:
        return after
    count = sum(fired.key.startswith(f"{move.verb.value}:") for fired in before.details.fired)
    key = f"{move.verb.value}:{count + 1}"
    fired = Fired(key, move.now, _words(before, move, actor))
    return replace(after, details=replace(after.details, fired=(*after.details.fired, fired)))


def _words(before: Incident, move: Move, actor: Actor) -> str:
    if move.verb is Verb.REOPEN:
        what = f"{move.choice} is bad again" if move.choice else "it stands alone again"
        return f"Reopened by {actor.name}, {what}: {' '.join(move.reason.split())}"
    target = move.target
    if target is None:
        return f"{before.ref} was merged"
    where = f" in #{target.channel_name}" if target.channel_name and not target.restricted else ""
    # The channel of one that is not restricted may be read by all: not even the number is told.
    hidden = target.restricted and not before.restricted
    there = "a restricted incident" if hidden else target.ref
    return (
        f"{before.ref} lives on in {there}: go on there{where}."
        f" This channel is archived in a day; `/incident reopen service WHY` takes it back."
    )


def tell(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Say in the channel what was recorded last, once."""
    if incident.channel_id is not None and incident.details.fired:
        ref = f"{incident.id}|{incident.details.fired[-1].key}"
        show(s, uow, "incident_notice", incident.channel_id, ref)


def unite(
    s: Services, uow: UnitOfWork, source: Incident, target: Incident, now: datetime
) -> Incident:
    """The target takes over what the merged incident knew; its entries name where they are from."""
    entries: list[NewEntry] = [happened(SYSTEM, f"{source.ref} was merged into this one", now)]
    after = united(target, source)
    impact, mine = source.at(Stamp.IMPACT_STARTED), target.at(Stamp.IMPACT_STARTED)
    number = None
    if impact is not None and (mine is None or impact < mine):
        text = f"{source.ref} saw the impact begin at {impact:%Y-%m-%d %H:%M} UTC"
        entries.append(happened(SYSTEM, text, now))
        after, made = proposed(
            after, ProposalKind.IMPACT, text, now, source="incident", ref=source.ref, moment=impact
        )
        number = made.number if made else None
    entries += [_copied(source, entry) for entry in shown(uow.timeline.entries(source.id))]
    detail = {"source": source.ref, "entries": len(entries)}
    after = replace(after, restricted=target.restricted)
    saved = save(s, uow, after, Change("incident.united", SYSTEM, now, detail, tuple(entries)))
    if source.restricted:
        saved = enter(
            s, uow, saved, f"{source.ref}, which is restricted, was merged into it", SYSTEM
        )
    if number is not None and saved.channel_id is not None:
        show(s, uow, "proposal", saved.channel_id, f"{saved.id}:{number}")
    relinked(s, uow, source.details.alerts, source.id, target.id)
    return saved


def _copied(source: Incident, entry: TimelineEntry) -> NewEntry:
    where = replace(entry.provenance, detail=f"{source.ref} entry {entry.seq}")
    text = deleted(entry) if entry.deleted else entry.text or ERASED
    return NewEntry(entry.kind, text, entry.occurred_at, entry.actor_id, entry.actor_name, where)


def part(s: Services, uow: UnitOfWork, source: Incident, target_id: int, now: datetime) -> Incident:
    """The target gives back what the reopened incident had brought."""
    target = load(uow, target_id)
    text = f"{source.ref} stands alone again; what it brought went with it"
    change = Change(
        "incident.parted", SYSTEM, now, {"source": source.ref}, (happened(SYSTEM, text, now),)
    )
    saved = save(s, uow, parted(target, source.id), change)
    relinked(s, uow, source.details.alerts, target_id, source.id)
    return saved
