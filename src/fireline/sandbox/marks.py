"""Reactions and pins."""

import re

from fireline.sandbox.entities import Channel, Json, Message
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import message_json

MAX_DISTINCT_EMOJI = 23
MAX_PINS = 100
_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _reaction_event(workspace: Workspace, kind: str, user: str, name: str, on: Message) -> Json:
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": on.channel, "ts": on.ts},
        "item_user": on.user,
        "event_ts": workspace.event_ts(),
    }


def add_reaction(workspace: Workspace, message: Message, user: str, name: str) -> None:
    """Add one user's reaction; raises the error that reactions.add would answer."""
    name = name.strip(":")
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    if user in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    if name not in message.reactions and len(message.reactions) >= MAX_DISTINCT_EMOJI:
        raise SlackError("too_many_emoji")
    message.reactions.setdefault(name, []).append(user)
    event = _reaction_event(workspace, "reaction_added", user, name, message)
    workspace.emit(event, channel=message.channel)


def remove_reaction(workspace: Workspace, message: Message, user: str, name: str) -> None:
    """Take one user's reaction away; raises `no_reaction` when there is none."""
    name = name.strip(":")
    users = message.reactions.get(name, [])
    if user not in users:
        raise SlackError("no_reaction")
    users.remove(user)
    if not users:
        del message.reactions[name]
    event = _reaction_event(workspace, "reaction_removed", user, name, message)
    workspace.emit(event, channel=message.channel)


def _pin_event(workspace: Workspace, kind: str, user: str, on: Message) -> Json:
    return {
        "type": kind,
        "user": user,
        "channel_id": on.channel,
        "item": {
            "type": "message",
            "channel": on.channel,
            "created": int(workspace.clock.now()),
            "created_by": user,
            "message": message_json(workspace, on),
        },
        "item_user": on.user,
        "pin_count": len(workspace.channels[on.channel].pins),
        "event_ts": workspace.event_ts(),
    }


def pin(workspace: Workspace, channel: Channel, message: Message, user: str) -> None:
    """Pin a message; raises `already_pinned` or `too_many_pins`."""
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    if len(channel.pins) >= MAX_PINS:
        raise SlackError("too_many_pins")
    channel.pins.append(message.ts)
    workspace.emit(_pin_event(workspace, "pin_added", user, message), channel=channel.id)


def unpin(workspace: Workspace, channel: Channel, message: Message, user: str) -> None:
    """Unpin a message; raises `no_pin`."""
    if message.ts not in channel.pins:
        raise SlackError("no_pin")
    channel.pins.remove(message.ts)
    workspace.emit(_pin_event(workspace, "pin_removed", user, message), channel=channel.id)
