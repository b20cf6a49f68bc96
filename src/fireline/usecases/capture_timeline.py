"""What people say in an incident channel: every message is kept, flagged ones enter the timeline.

A reaction names one exact message. It is looked up among the kept ones, then asked for by its ts;
a message that cannot be had is recorded as such, never replaced by its neighbour.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fireline.domain.errors import EffectError, NotFoundError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance, TimelineEntry
from fireline.domain.people import Actor
from fireline.usecases.incident_record import Change, refresh, write_down
from fireline.usecases.ports import RawMessage, Services, UnitOfWork

NOT_RETRIEVABLE = "message not retrievable"
RECOVERED = "recovered from the channel's history"


@dataclass(frozen=True, slots=True)
class _Found:
    """A flagged message: what it says, or why that is not known."""

    channel: str
    ts: str
    message: RawMessage | None
    permalink: str | None
    why: str | None = None


def record_message(s: Services, message: RawMessage) -> None:
    """Keep a message if it stands in an incident channel; a repeat changes nothing."""
    with s.store() as uow:
        if uow.incidents.by_channel(message.channel) is None:
            return
        if uow.raw_messages.get(message.channel, message.ts) is not None:
            return
        uow.raw_messages.save(message)
        uow.commit()


def record_edit(s: Services, channel: str, ts: str, text: str) -> None:
    """Keep the new text and the old one; timeline entries of the message get a new version."""
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        old = uow.raw_messages.get(channel, ts)
        if incident is None or old is None or old.text == text:
            return
        uow.raw_messages.save(replace(old, text=text, versions=(*old.versions, old.text)))
        for entry in _curated(uow, incident, channel, ts):
            _supersede(uow, entry, text, now)
        author = Actor(old.user, old.user_name)
        write_down(uow, incident, Change("timeline.edit", author, now, {"ts": ts}))
        refresh(s, uow, incident)
        uow.commit()


def record_delete(s: Services, channel: str, ts: str) -> None:
    """Mark the message as deleted by its author; what entered the timeline stays as a tombstone."""
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        old = uow.raw_messages.get(channel, ts)
        if incident is None or old is None or old.deleted:
            return
        uow.raw_messages.save(replace(old, deleted=True))
        uow.timeline.mark_deleted(incident.id, channel, ts)
        author = Actor(old.user, old.user_name)
        write_down(uow, incident, Change("timeline.delete", author, now, {"ts": ts}))
        refresh(s, uow, incident)
        uow.commit()


def flag(s: Services, channel: str, ts: str, emoji: str, actor: Actor) -> None:
    """Put the message into the timeline; a second person supports the entry that is there."""
    kind = _kind(s, emoji)
    if kind is None or _support(s, channel, ts, kind, actor):
        return
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        kept = uow.raw_messages.get(channel, ts)
    if incident is not None:
        _enter(s, incident, _find(s, channel, ts, kept), kind, actor)


def unflag(s: Services, channel: str, ts: str, emoji: str, actor: Actor) -> None:
    """Take the support back; with the last one the entry is retracted."""
    kind = _kind(s, emoji)
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        if kind is None or incident is None:
            return
        uow.lock()
        entry = uow.timeline.by_source(incident.id, channel, ts, kind)
        if entry is None or actor.id not in entry.supporters:
            return
        left = tuple(p for p in entry.supporters if p != actor.id)
        uow.timeline.set_supporters(incident.id, entry.seq, left)
        _audit(uow, incident, "timeline.unflag", actor, now, {"ts": ts, "seq": entry.seq})
        refresh(s, uow, incident)
        uow.commit()


def add_message(  # noqa: PLR0913 - everything the shortcut's payload knows of the message
    s: Services,
    channel: str,
    ts: str,
    thread_ts: str | None,
    text: str,
    author: Actor,
    actor: Actor,
    *,
    kind: EntryKind = EntryKind.EVENT,
) -> Incident:
    """Put a message into the timeline of its channel's incident, as the shortcut does.

    Raises:
        NotFoundError: the channel belongs to no incident.
    """
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
    if incident is None:
        raise NotFoundError(
            "This channel belongs to no incident. Use it in an incident's channel, or declare one."
        )
    if not _support(s, channel, ts, kind, actor):
        message = RawMessage(channel, ts, author.id, author.name, text, thread_ts)
        record_message(s, message)
        link, why = _permalink(s, channel, ts)
        _enter(s, incident, _Found(channel, ts, message, link, why), kind, actor)
    return incident


def said_at(ts: str) -> datetime:
    """The instant a Slack ts stands for."""
    seconds, _, micros = ts.partition(".")
    fraction = int(micros.ljust(6, "0")[:6]) if micros else 0
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=fraction)


def _kind(s: Services, emoji: str) -> EntryKind | None:
    """The entry kind of the emoji, whatever its skin tone; None for any other emoji."""
    name = s.policy.reaction_kinds().get(emoji.strip(":").split("::")[0])
    return EntryKind(name) if name else None


def _support(s: Services, channel: str, ts: str, kind: EntryKind, actor: Actor) -> bool:
    """Add a supporter to the entry of this message; False when there is no entry yet."""
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        if incident is None:
            return False
        uow.lock()
        entry = uow.timeline.by_source(incident.id, channel, ts, kind)
        if entry is None:
            return False
        if actor.id not in entry.supporters:
            uow.timeline.set_supporters(incident.id, entry.seq, (*entry.supporters, actor.id))
            _audit(uow, incident, "timeline.flag", actor, now, {"ts": ts, "seq": entry.seq})
            refresh(s, uow, incident)
            uow.commit()
    return True


def _find(s: Services, channel: str, ts: str, kept: RawMessage | None) -> _Found:
    """The message by its exact ts: the kept one, else asked for once."""
    message, why = kept, None
    if message is None:
        try:
            message = s.chat.message(channel, ts)
        except EffectError as error:
            why = f"asking for it failed: {error}"
        if message is not None and message.ts != ts:
            message, why = None, "Slack gave another message"
    link, no_link = _permalink(s, channel, ts)
    if message is not None and message.permalink:
        link, no_link = message.permalink, None
    return _Found(channel, ts, message, link, why or no_link)


def _permalink(s: Services, channel: str, ts: str) -> tuple[str | None, str | None]:
    """The link to the message, or why there is none."""
    try:
        return s.chat.permalink(channel, ts), None
    except EffectError as error:
        return None, f"no permalink: {error}"


def _enter(s: Services, incident: Incident, found: _Found, kind: EntryKind, actor: Actor) -> None:
    """Append the entry with its first supporter; somebody who was faster is supported instead."""
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        known = uow.timeline.by_source(incident.id, found.channel, found.ts, kind)
        if known is None:
            known = uow.timeline.append(incident.id, _entry(found, kind, actor), now)
            if found.message is not None:
                _keep(uow, found.message)
        supporters = tuple(dict.fromkeys((*known.supporters, actor.id)))
        uow.timeline.set_supporters(incident.id, known.seq, supporters)
        detail = {"ts": found.ts, "seq": known.seq, "kind": kind.value}
        _audit(uow, incident, "timeline.flag", actor, now, detail)
        refresh(s, uow, incident)
        uow.commit()


def _entry(found: _Found, kind: EntryKind, actor: Actor) -> NewEntry:
    """The entry, at the time the message was written, by its author."""
    message = found.message
    where = Provenance(
        source="slack",
        channel=found.channel,
        ts=found.ts,
        thread_ts=message.thread_ts if message else None,
        permalink=found.permalink,
        detail=found.why or (RECOVERED if message and message.recovered else None),
    )
    author = Actor(message.user, message.user_name) if message else actor
    text = message.text if message else NOT_RETRIEVABLE
    return NewEntry(kind, text, said_at(found.ts), author.id, author.name, where)


def _keep(uow: UnitOfWork, message: RawMessage) -> None:
    if uow.raw_messages.get(message.channel, message.ts) is None:
        uow.raw_messages.save(message)


def _curated(uow: UnitOfWork, incident: Incident, channel: str, ts: str) -> list[TimelineEntry]:
    """The newest versions of the entries made from this message."""
    found = (uow.timeline.by_source(incident.id, channel, ts, kind) for kind in EntryKind)
    return [entry for entry in found if entry is not None]


def _supersede(uow: UnitOfWork, old: TimelineEntry, text: str, now: datetime) -> None:
    """Append the new version; it takes over the supporters."""
    fresh = NewEntry(
        old.kind,
        text,
        old.occurred_at,
        old.actor_id,
        old.actor_name,
        old.provenance,
        supersedes=old.seq,
    )
    entry = uow.timeline.append(old.incident_id, fresh, now)
    if old.supporters:
        uow.timeline.set_supporters(old.incident_id, entry.seq, old.supporters)


def _audit(
    uow: UnitOfWork,
    incident: Incident,
    action: str,
    actor: Actor,
    at: datetime,
    detail: dict[str, object],
) -> None:
    write_down(uow, incident, Change(action, actor, at, detail))
