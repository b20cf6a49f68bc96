"""The steps that give an incident its room in Slack; each may run twice and do its work once."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import RejectedError
from fireline.domain.incident.access import readers_of
from fireline.domain.incident.details import LeftChannel
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, Role, Stamp
from fireline.domain.incident.metrics import durations
from fireline.domain.people import SYSTEM
from fireline.domain.policy.room_rules import Slug
from fireline.usecases.earlier_incidents import alike
from fireline.usecases.incident_invites import invited_by_policy, say_missing
from fireline.usecases.incident_record import (
    EXPOSE,
    Change,
    follow,
    happened,
    load,
    retried,
    save,
    show,
    show_alert,
)
from fireline.usecases.incident_record import (
    sync_topic as topic_flow,
)
from fireline.usecases.page_telling import tell_pages
from fireline.usecases.ports import ChannelRef, Services
from fireline.usecases.triage import show_in_place

NAME_LIMIT = 80
DRILL = "drill"
READABLE = 40  # letters that a sidebar shows
TOPIC_LIMIT = 250
TRIES = 9
NEARLY = 0.75
SOON = timedelta(hours=12)
NOT_WORD = re.compile(r"[^a-z0-9]+")


def channel_name(prefix: str, incident_id: int, title: str, attempt: int = 1) -> str:
    """The channel's name from id and title, in the letters Slack allows."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = NOT_WORD.sub("-", ascii_title).strip("-")
    suffix = f"-{attempt}" if attempt > 1 else ""
    number = f"{prefix}-{incident_id}"
    stem = f"{number}-{words}"
    whole_words = stem[: READABLE + 1].rpartition("-")[0]
    if len(stem) > READABLE and len(whole_words) > len(number):
        stem = whole_words
    return stem[: NAME_LIMIT - len(suffix)].strip("-") + suffix


def name_for(
    s: Services, incident: Incident, attempt: int = 1, *, private: bool | None = None
) -> str:
    """What its channel is called by policy; a private one never has the title in its name."""
    hidden = incident.restricted if private is None else private
    titled = s.policy.incidents.channels.slug is Slug.TITLE and not hidden
    title = incident.title if titled else ""
    return channel_name(_prefix(s, incident), incident.id, title, attempt)


def open_channel(s: Services, incident_id: int) -> ChannelRef:
    """The incident's channel: the recorded one, one made before a crash, or a new one.

    Raises:
        EffectError: Slack did not do it.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    if incident.channel_id is not None:
        return ChannelRef(incident.channel_id, incident.channel_name or "")
    since = incident.stamps.get(Stamp.DECLARED)
    if incident.restricted and incident.at(Stamp.LEGAL_CLOCK) != since:
        # Exposed while a public channel was being made: it is adopted, and left in good order.
        name = name_for(s, incident, private=False)
        public = s.chat.own_channel(name, since)
        if public is not None:
            return public
    return make_channel(s, incident, since, private=incident.restricted)


def _prefix(s: Services, incident: Incident) -> str:
    return DRILL if incident.drill else s.channels.prefix


def make_channel(
    s: Services, incident: Incident, since: datetime | None, *, private: bool
) -> ChannelRef:
    """A new channel, or the one made `since` then before a crash; a private one has no title.

    Raises:
        EffectError: Slack did not do it.
    """
    for attempt in range(1, TRIES + 1):
        name = name_for(s, incident, attempt, private=private)
        try:
            return s.chat.create_channel(name, private=private)
        except RejectedError as error:
            if error.code != "name_taken":
                raise
            # An older one is another database's: its talk belongs to another incident.
            ours = s.chat.own_channel(name, since, private=private)
            if ours is not None:
                return ours
    message = f"No free channel name for {incident.ref} after {TRIES} tries; rename an old channel."
    raise RejectedError(message, "name_taken")


@retried
def record_channel(s: Services, incident_id: int, channel: ChannelRef) -> Incident:
    """Remember the channel and start its first messages; a second time changes nothing."""
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        if before.channel_id is not None:
            return before
        entry = happened(SYSTEM, f"Opened channel #{channel.name}", now)
        detail = {"channel": channel.id, "name": channel.name}
        change = Change("incident.channel", SYSTEM, now, detail, (entry,))
        saved = save(s, uow, in_channel(before, channel), change)
        show(s, uow, "runbook_suggestion", channel.id, str(saved.id))
        show(s, uow, "blast", channel.id, str(saved.id))
        if saved.details.changes:
            show(s, uow, "changes", channel.id, str(saved.id))
        if alike(uow, saved):
            show(s, uow, "earlier", channel.id, str(saved.id))
        tell_pages(s, uow, saved, saved.details.pages)
        show_alert(s, uow, saved)
        if saved.details.place and not saved.details.past:
            show_in_place(s, uow, saved)
        topic_flow(uow, saved)
        if saved.details.left_channels:
            follow(uow, EXPOSE, saved, f"expose:{saved.id}:{saved.version}")
        uow.commit()
    return saved


def invite_people(s: Services, incident_id: int) -> tuple[str, ...]:
    """Invite declarer, role holders, who joined and whom the policy wants; gives those refused.

    Who was refused is told in the channel.

    Raises:
        EffectError: Slack did not do it.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
        by_policy = invited_by_policy(s, uow, incident)
    if incident.channel_id is None:
        return ()
    wanted = {incident.declared_by, *incident.roles.values(), *incident.details.joined, *by_policy}
    if incident.restricted:
        # Who may read it, and nobody before the channel is private.
        wanted = set(readers_of(incident)) if incident.details.private_channel else set()
    people = sorted(wanted - {SYSTEM.id, *incident.details.gone})
    missing = s.chat.invite(incident.channel_id, people)
    if missing:
        say_missing(s, incident.id, missing)
    return missing


def sync_topic(s: Services, incident_id: int) -> None:
    """Bring topic and members of the channel to what the record says.

    Raises:
        EffectError: Slack did not do it.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    if incident.channel_id is None:
        return
    invite_people(s, incident_id)
    s.chat.set_topic(incident.channel_id, topic(s, incident))


def topic(s: Services, incident: Incident) -> str:
    """One line: what, how bad, where it stands, who leads, by when.

    Slack announces each change of a topic, so the countdown turns at 75 % and 100 % only and
    names the instant, which never goes stale.
    """
    holder = incident.roles.get(Role.COMMANDER)
    leads = f"commander {_called(s, holder)}" if holder else "no commander yet"
    parts = (
        ("DRILL " if incident.drill else "") + f"{incident.ref} {incident.severity.label}",
        incident.state.value,
        leads if incident.open or holder else "",
        _countdown(s, incident),
        "restricted" if incident.restricted else incident.title,
    )
    text = " · ".join(part for part in parts if part)
    return text if len(text) <= TOPIC_LIMIT else text[: TOPIC_LIMIT - 1] + "…"


def _countdown(s: Services, incident: Incident) -> str:
    """By when service must be back, or how long it took."""
    if incident.at(Stamp.RESTORED) is not None:
        known = durations(incident).mttr
        took = f"restored after {spell(known)}" if known is not None else "restored"
        return f"{took}, data not yet safe" if incident.open else took
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    if start is None or not incident.open:
        return ""
    target = timedelta(minutes=s.policy.mttr_target(incident.tier))
    now, until = s.clock.now(), start + target
    form = "%H:%M UTC" if until - now < SOON else "%d %b %H:%M UTC"
    if now >= until:
        return f"target of {spell(target)} missed at {until:{form}}"
    if now >= start + target * NEARLY:
        return f"over 75 % used, restore by {until:{form}}"
    return f"restore by {until:{form}}"


def _called(s: Services, user: str) -> str:
    """The person's name; the id of somebody whom Slack does not know any more."""
    try:
        return s.chat.user_name(user)
    except RejectedError:
        return user


def in_channel(incident: Incident, channel: ChannelRef) -> Incident:
    """The incident with its channel; a public one of a restricted incident is to be left."""
    details = replace(incident.details, private_channel=channel.private)
    if incident.restricted and not channel.private:
        left = LeftChannel(channel.id, channel.name)
        details = replace(details, left_channels=(*details.left_channels, left))
    return replace(incident, channel_id=channel.id, channel_name=channel.name, details=details)
