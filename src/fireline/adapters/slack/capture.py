"""Events of channels brought into the record, before Slack is told that we have them."""

from collections.abc import Callable, Mapping
from typing import Any

from fireline.adapters.slack.desk import Desk
from fireline.usecases import capture_timeline, incident_roles
from fireline.usecases.ports import RawMessage

Record = Callable[[Desk], object]

SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message", "bot_message"})


def capture(event: Mapping[str, Any]) -> Record | None:
    """What is to be recorded of an event, or None when nothing is."""
    kind = event.get("type")
    if kind == "message":
        return _message(event)
    if kind in ("reaction_added", "reaction_removed"):
        return _reaction(event)
    if kind in ("member_left_channel", "member_joined_channel"):
        return _member(event)
    return None


def _member(event: Mapping[str, Any]) -> Record:
    """Somebody came or went; who leaves lays down their roles."""
    went = event["type"] == "member_left_channel"
    note = incident_roles.person_left if went else incident_roles.person_came
    return lambda desk: note(desk.s, str(event["channel"]), desk.actor(str(event["user"])))


def _message(event: Mapping[str, Any]) -> Record | None:
    subtype = event.get("subtype")
    if subtype in SPOKEN:
        return lambda desk: capture_timeline.record_message(desk.s, raw_message(desk, event))
    if subtype == "message_changed":
        return _edit(event)
    if subtype == "message_deleted":
        return _deletion(event)
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
    )


def words(desk: Desk, message: Mapping[str, Any]) -> str:
    """The message's words and its files' names, which are all a timeline can keep of them."""
    said = desk.readable(str(message.get("text") or ""))
    files = [f"[file: {f.get('name') or f.get('id')}]" for f in message.get("files") or []]
    return " ".join([said, *files]).strip()


def _edit(event: Mapping[str, Any]) -> Record | None:
    fresh = event.get("message") or {}
    if fresh.get("subtype") == "tombstone":
        return lambda desk: capture_timeline.record_delete(
            desk.s, str(event["channel"]), str(fresh["ts"])
        )
    if "edited" not in fresh and fresh.get("text") == (event.get("previous_message") or {}).get(
        "text"
    ):
        return None  # an unfurled link or a new reply, not an edit
    return lambda desk: capture_timeline.record_edit(
        desk.s, str(event["channel"]), str(fresh["ts"]), words(desk, fresh)
    )


def _deletion(event: Mapping[str, Any]) -> Record | None:
    return lambda desk: capture_timeline.record_delete(
        desk.s, str(event["channel"]), str(event["deleted_ts"])
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
