"""An incident's channel kept as the record says, whatever people or failed calls have made of it.

Topic, name, the pinned card and our links are put back; links of others stay. A channel that was
archived while work goes on is opened again, or the incident moves into a new one. It is looked at
when something changed, and every ten minutes, to find also what was missed while we were away.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import RejectedError
from fireline.domain.incident.closing_time import put_away_at
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import SYSTEM
from fireline.domain.policy.room_rules import ChannelRules
from fireline.usecases import incident_channel
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import EXPOSE, TIDY, follow, load, show
from fireline.usecases.outside import LEFT
from fireline.usecases.ports import PostedMessage, PostedRef, Services, UnitOfWork
from fireline.usecases.room_ports import Bookmark, Room

EVERY, APART = timedelta(minutes=10), timedelta(minutes=1)
# It is asked every minute; a turn is taken when it begins, once.
NEW = timedelta(minutes=2)
LOOK_BACK = timedelta(days=120)
DECLARE = "declare_incident"
CARD, RUNBOOK, BLAST, POSTMORTEM = "Status card", "Runbook", "Blast radius", "Postmortem"


def tidy(s: Services, incident_id: int) -> None:
    """Put everything back; what is right is left alone.

    Raises:
        EffectError: Slack did not do it.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    if incident.channel_id is None or incident.details.archived_at is not None:
        return
    if incident.restricted and not incident.details.private_channel:
        return  # on its way into a private channel, which its own flow makes
    room = s.chat.look(incident.channel_id)
    if room.archived:
        _open_again(s, incident)
        return
    topic = incident_channel.topic(s, incident)
    if room.topic != topic:
        s.chat.set_topic(room.id, topic)
    _name(s, incident, room)
    _card(s, incident, room)
    for link in _missing(s, incident, room):
        s.chat.bookmark(room.id, link)


def _name(s: Services, incident: Incident, room: Room) -> None:
    """Put the name back; it carries the number by which people find the channel."""
    wanted = incident.channel_name or room.name
    if s.policy.incidents.channels.follow_title and incident.open:
        wanted = incident_channel.name_for(s, incident)
    name = room.name
    if name != wanted:
        try:
            s.chat.rename(room.id, wanted)
            name = wanted
        except RejectedError as error:
            if error.code != "name_taken":
                raise
    if name != incident.channel_name:
        named(s, incident.id, name)


def named(s: Services, incident_id: int, name: str) -> Incident:
    """Remember what its channel is called now."""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        return replace(incident, channel_name=name), f"The channel is called #{name} now"

    return record(s, incident_id, "channel_name", edit, SYSTEM)


def _card(s: Services, incident: Incident, room: Room) -> None:
    """Pin the card again, or post it anew where somebody deleted it."""
    ref = str(incident.id)
    with s.store() as uow:
        posted = uow.messages.get(f"card:{ref}")
    if posted is None or posted.ts is None or posted.ts in room.pinned:
        return
    if s.chat.message(room.id, posted.ts) is not None:
        s.chat.pin(PostedRef(room.id, posted.ts))
        return
    with s.store() as uow:
        uow.messages.save(replace(posted, ts=None, channel_id=None, content_hash=None))
        show(s, uow, "card", room.id, ref)
        uow.commit()


def _missing(s: Services, incident: Incident, room: Room) -> Iterator[Bookmark]:
    """Our links that are not there, or lead elsewhere."""
    with s.store() as uow:
        latest = uow.postmortems.latest(incident.id)
        places = {
            CARD: uow.messages.get(f"card:{incident.id}"),
            RUNBOOK: uow.messages.get(f"runbooks:{incident.id}"),
            BLAST: uow.messages.get(f"blast:{incident.id}"),
            POSTMORTEM: uow.messages.get(f"postmortem:{incident.id}:{latest.version}")
            if latest is not None
            else None,
        }
    for title, posted in places.items():
        if posted is None or posted.ts is None or posted.channel_id != room.id:
            continue
        known = room.bookmarks.get(title)
        # The link to a message ends in its ts, so that Slack need not be asked for it again.
        if known is not None and posted.ts.replace(".", "") in known.link:
            continue
        link = s.chat.permalink(room.id, posted.ts)
        if link is not None:
            yield Bookmark(title, link, known.id if known is not None else "")


def _open_again(s: Services, incident: Incident) -> None:
    """Work goes on: the channel is opened again; where we may not, a new one is made."""
    if not incident.open or incident.channel_id is None:
        return
    try:
        s.chat.unarchive(incident.channel_id)
    except RejectedError:
        _move_on(s, incident)
        return
    _say(s, incident, "The channel was archived while work goes on, and is open again")
    with s.store() as uow:
        follow(uow, TIDY, incident, f"tidy:{incident.id}:open:{s.ids.sortable()}")
        uow.commit()


def _say(s: Services, incident: Incident, words: str) -> None:
    def edit(before: Incident, _now: datetime) -> tuple[Incident, str]:
        # Whoever was in it is invited again.
        return replace(before, details=replace(before.details, gone=())), words

    record(s, incident.id, "channel.opened", edit, SYSTEM)


def _move_on(s: Services, incident: Incident) -> None:
    """Forget the shut channel, and let the flow that opens one make another."""
    old = incident.channel_name

    def edit(before: Incident, _now: datetime) -> tuple[Incident, str]:
        line = f"#{old} was archived while work goes on: a new channel is opened"
        return replace(before, channel_id=None, channel_name=None), line

    def then(uow: UnitOfWork, after: Incident) -> None:
        for posted in uow.messages.of_incident(after.id):
            if incident.channel_id in (posted.channel_id, posted.channel) and posted.kind != LEFT:
                uow.messages.save(PostedMessage(posted.key, "", posted.kind, posted.ref))
        follow(uow, DECLARE, after, f"declare:{after.id}:{s.ids.sortable()}")

    record(s, incident.id, "channel.lost", edit, SYSTEM, then=then)


def look_round(s: Services) -> int:
    """Start tidying the channels of open incidents, each every ten minutes; gives how many.

    One that still has none, or is not private yet, gets it: Slack may have been away for longer
    than a flow waits.
    """
    now, begun = s.clock.now(), 0
    with s.store() as uow:
        for incident in uow.incidents.open():
            # Each in a turn of its own: all at once would use up what Slack allows in a minute.
            turn = timedelta(seconds=now.timestamp()) + incident.id * APART
            slot, into = divmod(turn, EVERY)
            flow = _lacking(incident, now)
            if flow is not None and into < NEW:
                follow(uow, flow, incident, f"tidy:{incident.id}:{slot}")
                begun += 1
        uow.commit()
    return begun


def _lacking(incident: Incident, now: datetime) -> str | None:
    """The flow that puts the channel right; None while there is to be none, or it is being made."""
    if incident.channel_id is not None:
        waits = incident.restricted and not incident.details.private_channel
        return EXPOSE if waits else TIDY
    late = now - incident.stamps[Stamp.DECLARED] >= EVERY
    return DECLARE if incident.needs_channel and late else None


def changed(s: Services, channel_id: str, event_id: str, message_ts: str = "") -> None:
    """Something of a channel was changed; with `message_ts` only if that is the card."""
    with s.store() as uow:
        incident = uow.incidents.by_channel(channel_id)
        if incident is None:
            return
        card = uow.messages.get(f"card:{incident.id}")
        if message_ts and (card is None or card.ts != message_ts):
            return
        follow(uow, TIDY, incident, f"tidy:{incident.id}:{event_id}")
        uow.commit()


def put_away(s: Services) -> int:
    """Archive the channels of incidents that have been over for as long as the policy says."""
    now, rules = s.clock.now(), s.policy.incidents.channels
    if rules.archive_after is None:
        return 0
    with s.store() as uow:
        done = uow.incidents.between(now - LOOK_BACK, now)
    due = [i for i in done if _due(i, rules, now)]
    for incident in due:
        archive(s, incident)
    return len(due)


def _due(incident: Incident, rules: ChannelRules, now: datetime) -> bool:
    at = put_away_at(incident, rules)
    waits = incident.channel_id is not None and incident.details.archived_at is None
    return waits and at is not None and at <= now


def archive(s: Services, incident: Incident) -> Incident:
    """Archive the channel, and remember that we did.

    Raises:
        EffectError: Slack did not do it.
    """
    words = f"#{incident.channel_name} is archived"
    try:
        s.chat.archive(incident.channel_id or "")
    except RejectedError as error:
        # Asked for once only: what Slack refuses today it refuses tomorrow.
        words = f"#{incident.channel_name} could not be archived: {error.code or error}"

    def edit(before: Incident, now: datetime) -> tuple[Incident, str]:
        return replace(before, details=replace(before.details, archived_at=now)), words

    return record(s, incident.id, "archive", edit, SYSTEM)
