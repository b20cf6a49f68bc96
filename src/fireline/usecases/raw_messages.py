"""Every message of an incident channel is kept: edits add versions, deletes a mark."""

from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.logbook import reworded
from fireline.domain.incident.timeline import EntryKind, NewEntry, Review, TimelineEntry
from fireline.domain.people import Actor
from fireline.usecases.capture_ports import RawVersion
from fireline.usecases.incident_record import Change, refresh, retried, write_down
from fireline.usecases.ports import RawMessage, Services, UnitOfWork


@dataclass(frozen=True, slots=True)
class Edit:
    """What a message says now, with names and as Slack sent it, and who changed it when."""

    channel: str
    ts: str
    text: str
    source: str = ""
    editor: Actor | None = None
    at: datetime | None = None


def record_message(s: Services, message: RawMessage) -> None:
    """Keep a message if it stands in an incident channel; a repeat changes nothing."""
    with s.store() as uow:
        if uow.incidents.by_channel(message.channel) is None:
            return
        if uow.raw_messages.get(message.channel, message.ts) is not None:
            return
        uow.raw_messages.save(message)
        uow.commit()


@retried
def record_edit(s: Services, edit: Edit) -> None:
    """Keep the new text and the old one; timeline entries of the message get a new version."""
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(edit.channel)
        old = uow.raw_messages.get(edit.channel, edit.ts)
        if incident is None or old is None or old.text == edit.text:
            return
        editor = edit.editor or Actor(old.user, old.user_name)
        version = RawVersion(old.text, edit.at or now, editor.id)
        fresh = replace(old, text=edit.text, source=edit.source, versions=(*old.versions, version))
        uow.raw_messages.save(fresh)
        for entry in curated(uow, incident, edit.channel, edit.ts):
            supersede(uow, entry, edit.text, now)
        _follow_words(uow, incident, fresh)
        detail = {"ts": edit.ts, "at": (edit.at or now).isoformat()}
        write_down(uow, incident, Change("timeline.edit", editor, now, detail))
        refresh(s, uow, incident)
        uow.commit()


def record_delete(s: Services, channel: str, ts: str, at: datetime | None = None) -> None:
    """Mark the message as deleted by its author; what entered the timeline stays as a tombstone."""
    now = s.clock.now()
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        old = uow.raw_messages.get(channel, ts)
        if incident is None or old is None or old.deleted:
            return
        uow.raw_messages.save(replace(old, deleted=True, deleted_at=at or now))
        uow.timeline.mark_deleted(incident.id, channel, ts, at or now)
        author = Actor(old.user, old.user_name)
        write_down(uow, incident, Change("timeline.delete", author, now, {"ts": ts}))
        refresh(s, uow, incident)
        uow.commit()


def curated(uow: UnitOfWork, incident: Incident, channel: str, ts: str) -> list[TimelineEntry]:
    """The newest versions of the entries made from this message."""
    found = (uow.timeline.by_source(incident.id, channel, ts, kind) for kind in EntryKind)
    return [entry for entry in found if entry is not None]


def supersede(
    uow: UnitOfWork,
    old: TimelineEntry,
    text: str,
    now: datetime,
    by: Actor | None = None,
    at: datetime | None = None,
) -> TimelineEntry:
    """Append the new version, at another time if given; it takes over the supporters.

    A hidden entry stays hidden; any other waits to be judged anew.
    """
    who = by or Actor(old.actor_id, old.actor_name)
    fresh = NewEntry(
        old.kind, text, at or old.occurred_at, who.id, who.name, old.provenance, supersedes=old.seq
    )
    entry = uow.timeline.append(old.incident_id, fresh, now)
    if old.supporters:
        uow.timeline.set_supporters(old.incident_id, entry.seq, old.supporters)
    if old.review is Review.HIDDEN:
        uow.timeline.set_review(old.incident_id, [entry.seq], Review.HIDDEN, old.review_reason)
    return entry


def _follow_words(uow: UnitOfWork, incident: Incident, message: RawMessage) -> None:
    """Decisions and tasks that came from the message say what it says now."""
    after = reworded(incident, f"{message.channel}:{message.ts}", message.text)
    if after != incident:
        uow.incidents.save(after)
