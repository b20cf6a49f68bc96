"""Events of channels brought into the record, before Slack is told that we have them."""

from collections.abc import Callable, Mapping
from typing import Any

from fireline.adapters.slack.desk import Desk
from fireline.adapters.slack.files import shared
from fireline.adapters.slack.room_events import changed_room
from fireline.usecases import capture_timeline, incident_roles, raw_messages
from fireline.usecases.capture_timeline import said_at
from fireline.usecases.ports import RawMessage
from fireline.usecases.private_channel import joined
from fireline.usecases.raw_messages import Edit

Record = Callable[[Desk], object]

MOST_BESIDE = 4000
SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message", "bot_message"})


def capture(event: Mapping[str, Any], own: str = "") -> Record | None:
    """What is to be recorded of an event, or None when nothing is; `own` is our own user id."""
    written, looked = _written(event, own), changed_room(event, own)
    if written is None or looked is None:
        return written or looked

    def both(desk: Desk) -> None:
        looked(desk)
        written(desk)

    return both


def _written(event: Mapping[str, Any], own: str) -> Record | None:
    kind = event.get("type")
    if kind == "message":
        return _message(event)
    if kind in ("reaction_added", "reaction_removed"):
        return _reaction(event)
    if kind in ("member_left_channel", "member_joined_channel"):
        return _member(event)
    if kind in ("pin_added", "pin_removed"):
        return _pin(event, own)
    return None


def _member(event: Mapping[str, Any]) -> Record:
    """Somebody came or went; who leaves lays down their roles, who may not be there is reported."""
    where, user = str(event["channel"]), str(event["user"])
    if event["type"] == "member_left_channel":
        return lambda desk: incident_roles.person_left(desk.s, where, desk.actor(user))

    def came(desk: Desk) -> None:
        incident_roles.person_came(desk.s, where, desk.actor(user))
        joined(desk.s, where, user)

    return came


def _message(event: Mapping[str, Any]) -> Record | None:
    subtype = event.get("subtype")
    if subtype in SPOKEN:
        return lambda desk: raw_messages.record_message(desk.s, raw_message(desk, event))
    if subtype == "message_changed":
        return _edit(event)
    if subtype == "message_deleted":
        return _deletion(event, str(event["deleted_ts"]))
    return None


def raw_message(desk: Desk, event: Mapping[str, Any]) -> RawMessage:
    """What a message event says, as plain text with its author's name."""
    author = str(event.get("user") or event.get("bot_id") or "")
    return RawMessage(
        channel=str(event["channel"]),
        ts=str(event["ts"]),
        user=author,
        user_name=desk.name(author, str(event.get("username") or "")),
        text=words(desk, event),
        thread_ts=event.get("thread_ts"),
        source=str(event.get("text") or ""),
        files=shared(event),
    )


def words(desk: Desk, message: Mapping[str, Any]) -> str:
    """The message's words and its files' names, which are all a timeline can keep of them."""
    said = desk.readable(str(message.get("text") or "") or _beside_text(message))
    files = [f"[file: {f.get('name') or f.get('id')}]" for f in message.get("files") or []]
    return " ".join([said, *files]).strip()


def _beside_text(message: Mapping[str, Any]) -> str:
    """What a bot says without text: its attachments' words, else those of its sections."""
    attached = message.get("attachments") or []
    said = [str(one.get("fallback") or one.get("text") or "") for one in attached]
    sections = [_words_of(one) for one in message.get("blocks") or []]
    return "\n".join(part for part in (said if any(said) else sections) if part)[:MOST_BESIDE]


def _words_of(block: Mapping[str, Any]) -> str:
    """A block's words: its text object's, or its own as a markdown block has them."""
    text = block.get("text") or ""
    return str(text.get("text") or "") if isinstance(text, Mapping) else str(text)


def _edit(event: Mapping[str, Any]) -> Record | None:
    fresh = event.get("message") or {}
    if fresh.get("subtype") == "tombstone":
        return _deletion(event, str(fresh["ts"]))
    if "edited" not in fresh and fresh.get("text") == (event.get("previous_message") or {}).get(
        "text"
    ):
        return None  # an unfurled link or a new reply, not an edit
    return lambda desk: raw_messages.record_edit(desk.s, edit(desk, str(event["channel"]), fresh))


def edit(desk: Desk, channel: str, message: Mapping[str, Any]) -> Edit:
    """What an edited message says now; Slack says who edited it, and when."""
    edited = message.get("edited") or {}
    editor, at = str(edited.get("user") or ""), str(edited.get("ts") or "")
    return Edit(
        channel=channel,
        ts=str(message["ts"]),
        text=words(desk, message),
        source=str(message.get("text") or ""),
        editor=desk.actor(editor) if editor else None,
        at=said_at(at) if at else None,
    )


def _deletion(event: Mapping[str, Any], ts: str) -> Record | None:
    at = str(event.get("event_ts") or event.get("ts") or "")
    return lambda desk: raw_messages.record_delete(
        desk.s, str(event["channel"]), ts, said_at(at) if at else None
    )


def _reaction(event: Mapping[str, Any]) -> Record | None:
    item = event.get("item") or {}
    if item.get("type") != "message":
        return None
    write = capture_timeline.flag if event["type"] == "reaction_added" else capture_timeline.unflag
    return lambda desk: write(
        desk.s,
        str(item["channel"]),
        str(item["ts"]),
        str(event["reaction"]),
        desk.actor(str(event["user"])),
    )


def _pin(event: Mapping[str, Any], own: str) -> Record | None:
    """A pinned or unpinned message; what we pin ourselves is no news."""
    item = event.get("item") or {}
    message = item.get("message") or {}
    who = str(event.get("user") or "")
    if item.get("type") != "message" or not message.get("ts") or who == own:
        return None
    write = capture_timeline.pin if event["type"] == "pin_added" else capture_timeline.unpin
    channel = str(event.get("channel_id") or item["channel"])
    return lambda desk: write(desk.s, channel, str(message["ts"]), desk.actor(who))
