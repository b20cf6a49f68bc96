"""What people flag enters the timeline: by reaction, pin or shortcut, each message once per kind.

A flag names one exact message. It is looked up among the kept ones, then asked for by its ts; a
message that cannot be had is recorded as such, never replaced by its neighbour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fireline.domain.errors import EffectError, NotFoundError
from fireline.domain.incident import logbook
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance, TimelineEntry
from fireline.domain.incident.timeline_text import PIN
from fireline.domain.people import Actor
from fireline.usecases.incident_record import INCIDENTS, Change, load, refresh, retried, write_down
from fireline.usecases.ports import FlowCall, RawMessage, Services, UnitOfWork

NOT_RETRIEVABLE = "message not retrievable"
RECOVERED = "recovered from the channel's history"
WORDLESS = "(a message without words)"
KEEP_FILES = "keep_files"


@dataclass(frozen=True, slots=True)
class Flag:
    """One person's mark on one message; `mark` is who, and how if not by a reaction."""

    channel: str
    ts: str
    kind: EntryKind
    actor: Actor
    mark: str

    @property
    def source(self) -> str:
        """The message as decisions and tasks name it."""
        return f"{self.channel}:{self.ts}"


@dataclass(frozen=True, slots=True)
class _Found:
    """A flagged message: what it says, or why that is not known."""

    message: RawMessage | None
    permalink: str | None
    why: str | None = None


def flag(s: Services, channel: str, ts: str, emoji: str, actor: Actor) -> None:
    """Put the message into the timeline; a second person supports the entry that is there."""
    kind = _kind(s, emoji)
    if kind is not None:
        _flagged(s, Flag(channel, ts, kind, actor, actor.id))


def unflag(s: Services, channel: str, ts: str, emoji: str, actor: Actor) -> None:
    """Take the support back; with the last one the entry is retracted."""
    kind = _kind(s, emoji)
    if kind is not None:
        _unflagged(s, Flag(channel, ts, kind, actor, actor.id), lambda mark: mark == actor.id)


def pin(s: Services, channel: str, ts: str, actor: Actor) -> None:
    """A pin puts the message into the timeline, as an event."""
    _flagged(s, Flag(channel, ts, EntryKind.EVENT, actor, PIN + actor.id))


def unpin(s: Services, channel: str, ts: str, actor: Actor) -> None:
    """An unpin, by whomever, takes the pin's support back and no reaction's."""
    pinned = Flag(channel, ts, EntryKind.EVENT, actor, PIN + actor.id)
    _unflagged(s, pinned, lambda mark: mark.startswith(PIN))


def add_message(
    s: Services,
    message: RawMessage,
    actor: Actor,
    *,
    kind: EntryKind = EntryKind.EVENT,
    incident_id: int | None = None,
) -> Incident:
    """Put a message into the timeline of its channel's incident or of another, as shortcuts do.

    Raises:
        NotFoundError: the channel belongs to no incident, and none is named.
    """
    with s.store() as uow:
        found = uow.incidents.by_channel(message.channel)
        incident = load(uow, incident_id) if incident_id is not None else found
    if incident is None:
        raise NotFoundError(
            "This channel belongs to no incident. Use it in an incident's channel, or declare one."
        )
    mark = Flag(message.channel, message.ts, kind, actor, actor.id)
    if not _support(s, incident, mark):
        link, why = _permalink(s, message.channel, message.ts)
        _enter(s, incident.id, mark, _Found(message, link, why))
    return incident


def whole(s: Services, carried: RawMessage) -> RawMessage:
    """The message as Slack has it, with its files; as it was carried when Slack does not say."""
    try:
        found = s.chat.message(carried.channel, carried.ts, carried.thread_ts)
    except EffectError:
        return carried
    return found if found is not None and found.ts == carried.ts else carried


def said_at(ts: str) -> datetime:
    """The instant a Slack ts stands for."""
    seconds, _, micros = ts.partition(".")
    fraction = int(micros.ljust(6, "0")[:6]) if micros else 0
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=fraction)


def _kind(s: Services, emoji: str) -> EntryKind | None:
    """The entry kind of the emoji, whatever its skin tone; None for any other emoji."""
    name = s.policy.reaction_kinds().get(emoji.strip(":").split("::")[0])
    return EntryKind(name) if name else None


def _flagged(s: Services, mark: Flag) -> None:
    with s.store() as uow:
        incident = uow.incidents.by_channel(mark.channel)
        kept = uow.raw_messages.get(mark.channel, mark.ts)
    if incident is not None and not _support(s, incident, mark):
        _enter(s, incident.id, mark, _find(s, mark.channel, mark.ts, kept))


@retried
def _unflagged(s: Services, mark: Flag, gone: Callable[[str], bool]) -> None:
    """Take marks off the entry; without any left it is retracted, with what it put in the log."""
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(mark.channel)
        if incident is None:
            return
        uow.lock()
        entry = uow.timeline.by_source(incident.id, mark.channel, mark.ts, mark.kind)
        if entry is None:
            return
        left = tuple(one for one in entry.supporters if not gone(one))
        if left == entry.supporters:
            return
        uow.timeline.set_supporters(incident.id, entry.seq, left)
        if not left:
            _keep_log(uow, incident, logbook.without_flagged(incident, mark.source, mark.kind, now))
        _audit(s, uow, incident, "timeline.unflag", mark, entry.seq)
        uow.commit()


@retried
def _support(s: Services, incident: Incident, mark: Flag) -> bool:
    """Add the mark to the entry of this message; False when there is no entry yet."""
    with s.store() as uow:
        uow.lock()
        entry = uow.timeline.by_source(incident.id, mark.channel, mark.ts, mark.kind)
        if entry is None:
            return False
        if not _has(entry, mark):
            _mark(uow, load(uow, incident.id), entry, mark)
            _audit(s, uow, incident, "timeline.flag", mark, entry.seq)
            uow.commit()
    return True


def _has(entry: TimelineEntry, mark: Flag) -> bool:
    """Whether the mark is there; a message is pinned once, by whomever."""
    if mark.mark.startswith(PIN):
        return any(one.startswith(PIN) for one in entry.supporters)
    return mark.mark in entry.supporters


def _mark(uow: UnitOfWork, incident: Incident, entry: TimelineEntry, mark: Flag) -> None:
    """Add the mark; what the message says of decisions and tasks is (again) in the log."""
    marks = tuple(dict.fromkeys((*entry.supporters, mark.mark)))
    uow.timeline.set_supporters(incident.id, entry.seq, marks)
    author = Actor(entry.actor_id, entry.actor_name)
    said = logbook.Said(mark.source, entry.text, author, entry.occurred_at)
    _keep_log(uow, incident, logbook.with_flagged(incident, said, mark.kind))


def _keep_log(uow: UnitOfWork, before: Incident, after: Incident) -> None:
    if after != before:
        uow.incidents.save(after)


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
    return _Found(message, link, why or no_link)


def _permalink(s: Services, channel: str, ts: str) -> tuple[str | None, str | None]:
    """The link to the message, or why there is none."""
    try:
        return s.chat.permalink(channel, ts), None
    except EffectError as error:
        return None, f"no permalink: {error}"


@retried
def _enter(s: Services, incident_id: int, mark: Flag, found: _Found) -> None:
    """Append the entry with its first supporter; somebody who was faster is supported instead."""
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        incident = load(uow, incident_id)
        known = uow.timeline.by_source(incident_id, mark.channel, mark.ts, mark.kind)
        if known is None:
            known = uow.timeline.append(incident_id, _entry(mark, found), now)
            _keep(uow, incident, found.message, now)
        _mark(uow, incident, known, mark)
        _audit(s, uow, incident, "timeline.flag", mark, known.seq)
        uow.commit()


def _entry(mark: Flag, found: _Found) -> NewEntry:
    """The entry, at the time the message was written, by its author."""
    message = found.message
    where = Provenance(
        source="slack",
        channel=mark.channel,
        ts=mark.ts,
        thread_ts=message.thread_ts if message else None,
        permalink=found.permalink,
        detail=found.why or (RECOVERED if message and message.recovered else None),
    )
    author = Actor(message.user, message.user_name) if message else mark.actor
    text = (message.text or WORDLESS) if message else NOT_RETRIEVABLE
    return NewEntry(mark.kind, text, said_at(mark.ts), author.id, author.name, where)


def _keep(uow: UnitOfWork, incident: Incident, message: RawMessage | None, now: datetime) -> None:
    """Keep the message itself, and start copying its files."""
    if message is None:
        return
    if message.deleted:
        at = message.deleted_at or now
        uow.timeline.mark_deleted(incident.id, message.channel, message.ts, at)
    if uow.raw_messages.get(message.channel, message.ts) is None:
        uow.raw_messages.save(message)
    if message.files:
        arguments = (incident.id, message.channel, message.ts)
        call_id = f"files:{incident.id}:{message.channel}:{message.ts}"
        uow.start(FlowCall(KEEP_FILES, arguments, call_id, INCIDENTS, str(incident.id)))


def _audit(
    s: Services, uow: UnitOfWork, incident: Incident, action: str, mark: Flag, seq: int
) -> None:
    detail: dict[str, object] = {"ts": mark.ts, "seq": seq, "kind": mark.kind.value}
    if mark.mark.startswith(PIN):
        detail["by"] = "pin"
    write_down(uow, incident, Change(action, mark.actor, s.clock.now(), detail))
    refresh(s, uow, incident)
