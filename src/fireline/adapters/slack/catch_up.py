"""After a long silence: what was said meanwhile in the channels of open incidents."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from fireline.adapters.slack.calls import call
from fireline.adapters.slack.capture import SPOKEN, edit, raw_message
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.slack.desk import Desk, log
from fireline.domain.errors import EffectError, UserError
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import SYSTEM
from fireline.usecases.capture_timeline import flag, pin
from fireline.usecases.ports import Services
from fireline.usecases.raw_messages import record_edit, record_message

MARGIN_SECONDS = 60
PAGE = 200
MOST_PAGES = 5

Json = dict[str, Any]


def catch_up(s: Services, client: WebClient, chat: SlackChat, gap: float | None) -> int:
    """Record what was said, edited and flagged while no events came; gives how much was looked at.

    Only the channels of open incidents are read, and what is known already changes nothing. What
    is found is marked as recovered. A channel that cannot be read does not hold up the others.

    Args:
        s: the services.
        client: reads the history.
        chat: knows who we are.
        gap: seconds without events; None when that is not known.
    """
    desk = Desk(s)
    with s.store() as uow:
        incidents = [i for i in uow.incidents.open() if i.channel_id]
    seen = 0
    for incident in incidents:
        since = incident.stamps[Stamp.DECLARED]
        if gap is not None:
            since = max(since, s.clock.now() - timedelta(seconds=gap + MARGIN_SECONDS))
        try:
            seen += _read(desk, client, chat, incident, since)
        except EffectError as error:
            log.warning("slack_catch_up_refused", incident=incident.ref, error=str(error))
    log.info("slack_caught_up", incidents=len(incidents), messages=seen)
    return seen


def _read(
    desk: Desk, client: WebClient, chat: SlackChat, incident: Incident, since: datetime
) -> int:
    own = chat.directory.identity().get("bot_id")
    where, edge = str(incident.channel_id), f"{since.timestamp():.6f}"
    # From the beginning: an old message may have new replies, flags and words.
    begin = f"{incident.stamps[Stamp.DECLARED].timestamp() - MARGIN_SECONDS:.6f}"
    seen = 0
    for message in _pages(client.conversations_history, channel=where, oldest=begin):
        found = [message]
        if str(message.get("latest_reply") or "") >= edge:
            replies = client.conversations_replies
            thread = _pages(replies, channel=where, ts=message["ts"], oldest=edge)
            found += [reply for reply in thread if reply["ts"] != message["ts"]]
        for one in found:
            _recover(desk, where, one, ours=one.get("bot_id") == own)
        seen += len(found)
    return seen


def _pages(method: Callable[..., SlackResponse], **arguments: str) -> Iterator[Json]:
    cursor = ""
    for _ in range(MOST_PAGES):
        answer = call("read what was missed", method, limit=PAGE, cursor=cursor, **arguments)
        yield from answer.get("messages", [])
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return


def _recover(desk: Desk, where: str, message: Json, *, ours: bool) -> None:
    ts = str(message["ts"])
    if not ours and message.get("subtype") in SPOKEN:
        found = raw_message(desk, {**message, "channel": where})
        record_message(desk.s, replace(found, recovered=True))
        if "edited" in message:
            record_edit(desk.s, edit(desk, where, message))
    if not ours and message.get("pinned_to"):
        pinned_by = str((message.get("pinned_info") or {}).get("pinned_by") or "")
        pin(desk.s, where, ts, desk.actor(pinned_by) if pinned_by else SYSTEM)
    for reaction in message.get("reactions") or []:
        for user in reaction.get("users") or []:
            _flag(desk, where, ts, str(reaction["name"]), str(user))


def _flag(desk: Desk, where: str, ts: str, emoji: str, user: str) -> None:
    try:
        flag(desk.s, where, ts, emoji, desk.actor(user))
    except UserError as error:
        log.warning("slack_event_refused", id=ts, error=str(error))
