"""What people do to an incident's channel, which is then put in order again."""

from collections.abc import Callable, Mapping
from typing import Any

from fireline.adapters.slack.desk import Desk
from fireline.usecases import room_care

Note = Callable[[Desk], object]
# Written into a channel by Slack when somebody changes it.
CHANGES = frozenset({"channel_topic", "channel_name", "group_topic", "group_name"})
SHUT = frozenset({"channel_archive", "group_archive"})


def changed_room(event: Mapping[str, Any], own: str) -> Note | None:
    """What is to be looked at after this event; `own` is our own user id."""
    kind, subtype = event.get("type"), event.get("subtype")
    if event.get("user") == own:
        return None
    if kind in SHUT or (kind == "message" and subtype in CHANGES):
        return _look(str(event["channel"]), _id_of(event))
    item = event.get("item") or {}
    message = item.get("message") or {}
    if kind == "pin_removed" and message.get("ts"):
        where = str(event.get("channel_id") or item.get("channel"))
        return _look(where, _id_of(event), str(message["ts"]))
    return None


def _id_of(event: Mapping[str, Any]) -> str:
    return str(event.get("event_ts") or event.get("ts") or "")


def _look(channel: str, event_id: str, message_ts: str = "") -> Note:
    return lambda desk: room_care.changed(desk.s, channel, event_id, message_ts)
