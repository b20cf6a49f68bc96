"""The steps that move a restricted incident into a channel that only its readers see.

Each may run twice and do its work once; nothing that was said is deleted.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import EffectError, RejectedError
from fireline.domain.incident.access import readers_of
from fireline.domain.incident.details import LeftChannel
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.people import SYSTEM
from fireline.usecases import incident_channel
from fireline.usecases.incident_channel import TRIES, channel_name, in_channel, make_channel
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_notices import deliver
from fireline.usecases.incident_record import (
    Change,
    happened,
    load,
    retried,
    save,
    show,
    sync_topic,
)
from fireline.usecases.outside import LEFT, POINTER
from fireline.usecases.ports import ChannelRef, PostedMessage, Services, UnitOfWork
from fireline.usecases.publish import Projections
from fireline.usecases.say_once import say_once

# Together no longer than a timeline entry may be: the move never waits for a list of names.
NAMED, LONGEST_NAME = 50, 40
SHOWN_AGAIN = ("card", "runbook_suggestion", "blast", "changes", "earlier")
MARK = "left:"
ARCHIVED = "is_archived"
DOCUMENTS = ("left:postmortem:", "left:incident_export:")


def open_private(s: Services, incident_id: int) -> ChannelRef:
    """The incident's private channel: the recorded one, one made before a crash, or a new one.

    Raises:
        EffectError: Slack did not do it.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    keeps = incident.details.private_channel or incident.state is IncidentState.MERGED
    if keeps and incident.channel_id is not None:
        # Of one that lives on in another the channel is only shut.
        private = incident.details.private_channel
        return ChannelRef(incident.channel_id, incident.channel_name or "", private)
    since = incident.at(Stamp.LEGAL_CLOCK) or incident.at(Stamp.DECLARED)
    return make_channel(s, incident, since, private=True)


def note_readers(s: Services, incident_id: int) -> None:
    """Write down who could read what was said before, while they can still be asked for.

    Raises:
        EffectError: Slack did not say.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    for left in incident.details.left_channels:
        if left.readers or left.archived_at is not None:
            continue
        readers = s.chat.members_of(left.id)
        names = [_name(s, user)[:LONGEST_NAME] for user in readers[:NAMED]]
        more = f" and {len(readers) - NAMED} more" if len(readers) > NAMED else ""
        words = f"Could read #{left.name}: {', '.join(names) or 'nobody'}{more}"
        _change_left(s, incident_id, replace(left, readers=readers), words)


@retried
def move_in(s: Services, incident_id: int, channel: ChannelRef) -> Incident:
    """Make the private channel the incident's; messages of the old one are taken along anew."""
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        if before.channel_id == channel.id:
            return before
        moved = in_channel(before, channel)
        entry = happened(SYSTEM, f"Moved to the private channel #{channel.name}", now)
        detail: dict[str, object] = {"channel": channel.id, "from": before.channel_id}
        for row in uow.messages.of_incident(incident_id):
            if before.channel_id in (row.channel_id, row.channel):
                _leave(uow, row, channel.id)
        saved = save(s, uow, moved, Change("incident.moved", SYSTEM, now, detail, (entry,)))
        for kind in SHOWN_AGAIN:
            show(s, uow, kind, channel.id, str(saved.id))
        sync_topic(uow, saved)
        uow.commit()
    return saved


def _leave(uow: UnitOfWork, row: PostedMessage, channel: str) -> None:
    """Remember the old message as one that was left, and let its key stand for a new one."""
    if row.kind == LEFT:
        return
    if row.ts is not None:
        uow.messages.save(replace(row, key=f"{MARK}{row.key}", kind=LEFT, content_hash=None))
    fresh = PostedMessage(key=row.key, channel=channel, kind=row.kind, ref=row.ref)
    uow.messages.save(fresh)


def shut_left(s: Services, projections: Projections, incident_id: int) -> None:
    """Say in the old channel where to ask, take our words out of it, and archive it.

    Raises:
        EffectError: Slack did not do it.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
        rows = uow.messages.of_incident(incident_id)
    for left in incident.details.left_channels:
        in_use = left.id == incident.channel_id and incident.state is not IncidentState.MERGED
        if left.archived_at is not None or in_use:
            continue
        try:
            words = _shut_words(rows, _take_words_out(s, projections, incident, left, rows))
        except RejectedError as error:
            if error.code != ARCHIVED:
                raise
            words = "The old channel was archived before; its messages could not be edited"
        shut = replace(left, archived_at=s.clock.now())
        _change_left(s, incident_id, shut, words)


def _take_words_out(
    s: Services,
    projections: Projections,
    incident: Incident,
    left: LeftChannel,
    rows: Sequence[PostedMessage],
) -> list[str]:
    """Our messages become the sentence, the pointer is posted, topic and name are neutral.

    Gives why some messages could not be edited; the others, and the rest, are done all the same.
    """
    refused = []
    for row in rows:
        if row.channel_id == left.id:
            try:
                deliver(s, projections, row)
            except RejectedError as error:
                if error.code == ARCHIVED:
                    raise
                refused.append(error.code or str(error))
    key, ref = f"pointer:{incident.id}:{left.id}", f"{incident.id}:{left.id}"
    deliver(s, projections, PostedMessage(key=key, channel=left.id, kind=POINTER, ref=ref))
    s.chat.set_topic(left.id, _neutral_topic(incident))
    _rename(s, incident, left)
    s.chat.archive(left.id)
    return refused


def _shut_words(rows: Sequence[PostedMessage], refused: Sequence[str]) -> str:
    """That it is archived, and what of ours still stands there: somebody has to know of it."""
    files = sum(row.key.startswith(DOCUMENTS) for row in rows)
    words = "The old channel is archived; nothing in it is deleted"
    words += f". Documents shared there before: {files}" if files else ""
    if refused:
        words += f". Messages that Slack did not let us edit: {len(refused)} ({refused[0]})"
    return words


def _rename(s: Services, incident: Incident, left: LeftChannel) -> None:
    """Take the words out of the old channel's name."""
    for attempt in range(1, TRIES + 1):
        name = channel_name(s.channels.prefix, incident.id, "left", attempt)
        try:
            s.chat.rename(left.id, name)
        except RejectedError as error:
            if error.code != "name_taken":
                raise
        else:
            return


def _neutral_topic(incident: Incident) -> str:
    return f"Restricted incident {incident.ref}, {incident.severity.label}"


def _change_left(s: Services, incident_id: int, changed: LeftChannel, line: str) -> None:
    """Keep what is known of a channel that was left; known already, nothing is written."""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        known = next(one for one in incident.details.left_channels if one.id == changed.id)
        if (known.readers and changed.archived_at is None) or known.archived_at is not None:
            return incident, ""
        channels = tuple(
            changed if one.id == changed.id else one for one in incident.details.left_channels
        )
        return replace(incident, details=replace(incident.details, left_channels=channels)), line

    record(s, incident_id, "left_channel", edit, SYSTEM)


def sync_room(s: Services, incident_id: int) -> None:
    """Bring topic and members of the channel to what the record says, and report who is too many.

    Raises:
        EffectError: Slack did not do it.
    """
    incident_channel.sync_topic(s, incident_id)
    report_strangers(s, incident_id)


def report_strangers(s: Services, incident_id: int) -> tuple[str, ...]:
    """Report members of a restricted incident's channel who may not read it; each once.

    Raises:
        EffectError: Slack did not say who is there.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    if not incident.restricted or incident.channel_id is None:
        return ()
    if not incident.details.private_channel:
        return ()
    listed = set(readers_of(incident))
    strangers = tuple(u for u in s.chat.members_of(incident.channel_id) if u not in listed)
    for user in strangers:
        report(s, incident_id, user)
    return strangers


def joined(s: Services, channel_id: str, user: str) -> None:
    """Somebody came into a channel; reported where they may not read what is said there."""
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel_id)
    if incident is None or not incident.restricted or user in readers_of(incident):
        return
    if incident.details.private_channel and s.chat.is_member(user):
        report(s, incident.id, user)


def report(s: Services, incident_id: int, user: str) -> Incident:
    """Say in the channel and on the timeline that somebody is there who should not be."""
    key, name = f"stranger:{user}", _name(s, user)
    text = (
        f"{name} is in this channel and not on the access list."
        f" Let them in with `/incident access grant`, or remove them from the channel."
    )
    line = f"{name} is in the channel and not on the access list"
    return say_once(s, incident_id, "access.stranger", key, text, line, commander=True)


def _name(s: Services, user: str) -> str:
    """The person's name, or the id when Slack does not say: a list is never lost for a name."""
    try:
        return s.chat.user_name(user)
    except EffectError:
        return user
