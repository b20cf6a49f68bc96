"""conversations.*: making and changing channels."""

import re

from fireline.sandbox import membership
from fireline.sandbox.entities import Channel, Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.shapes import channel_json
from fireline.sandbox.webapi.registry import Call, method

MAX_NAME = 80
MAX_TOPIC = 250
_NAME = re.compile(r"[a-z0-9_-]+")
_PUNCTUATION = re.compile(r"[_-]+")


def check_name(call: Call, name: str) -> None:
    """Raise the error that Slack has for this channel name."""
    if not name.strip():
        raise SlackError("invalid_name_required")
    if len(name) > MAX_NAME:
        raise SlackError("invalid_name_maxlength")
    if _PUNCTUATION.fullmatch(name):
        raise SlackError("invalid_name_punctuation")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if any(c.name == name for c in call.workspace.channels.values()):
        raise SlackError("name_taken")


def shown(call: Call, channel: Channel) -> Json:
    """The answer that carries one channel."""
    return {"channel": channel_json(call.workspace, channel, call.bot)}


def refuse_direct(channel: Channel) -> None:
    """Raise for direct messages, which have no name, topic or members to change."""
    if channel.is_im or channel.is_mpim:
        raise SlackError("method_not_supported_for_channel_type")


def _refuse_archived(channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")


@method("conversations.create")
async def create(call: Call) -> Json:
    """Create a channel with the bot as its only member."""
    is_private = bool(call.get("is_private"))
    call.require_scope_for("group" if is_private else "channel")
    name = call.text("name").removeprefix("#")
    check_name(call, name)
    channel = membership.create_channel(call.workspace, name, call.bot, is_private=is_private)
    return shown(call, channel)


@method("conversations.rename")
async def rename(call: Call) -> Json:
    """Rename a channel the bot made."""
    channel = call.channel()
    refuse_direct(channel)
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    _refuse_archived(channel)
    if channel.creator != call.bot:
        raise SlackError("not_authorized")
    name = call.text("name").removeprefix("#")
    check_name(call, name)
    membership.rename(call.workspace, channel, call.bot, name)
    return shown(call, channel)


def _topic_target(call: Call, text: str) -> Channel:
    channel = call.channel()
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    _refuse_archived(channel)
    if len(text) > MAX_TOPIC:
        raise SlackError("too_long")
    return channel


@method("conversations.setTopic")
async def set_topic(call: Call) -> Json:
    """Set a channel's topic."""
    topic = call.text("topic")
    channel = _topic_target(call, topic)
    membership.set_topic(call.workspace, channel, call.bot, topic)
    return shown(call, channel)


@method("conversations.setPurpose")
async def set_purpose(call: Call) -> Json:
    """Set a channel's purpose."""
    purpose = call.text("purpose")
    channel = _topic_target(call, purpose)
    membership.set_purpose(call.workspace, channel, call.bot, purpose)
    return {**shown(call, channel), "purpose": purpose}


@method("conversations.archive")
async def archive(call: Call) -> Json:
    """Archive a channel; its name stays taken."""
    channel = call.channel()
    refuse_direct(channel)
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.is_general:
        raise SlackError("cant_archive_general")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    membership.archive(call.workspace, channel, call.bot)
    return {}


@method("conversations.unarchive")
async def unarchive(call: Call) -> Json:
    """Open an archived channel again."""
    channel = call.channel()
    refuse_direct(channel)
    if not channel.is_archived:
        raise SlackError("not_archived")
    membership.unarchive(call.workspace, channel, call.bot)
    return {}
