"""reactions.* and pins.*."""

from fireline.sandbox import marks
from fireline.sandbox.entities import Channel, Json, Message
from fireline.sandbox.errors import SlackError
from fireline.sandbox.messages import find
from fireline.sandbox.shapes import file_json, message_json
from fireline.sandbox.webapi.paging import micros
from fireline.sandbox.webapi.registry import Call, method


def _item(call: Call, *, member: bool = False) -> tuple[Channel, Message]:
    if not call.text("timestamp") or not call.text("channel"):
        raise SlackError("no_item_specified")
    channel = call.channel(member=member)
    micros(call.text("timestamp"), "bad_timestamp")
    return channel, find(channel, call.text("timestamp"))


def _emoji(call: Call) -> str:
    if not call.text("name"):
        raise SlackError("invalid_name")
    return call.text("name")


@method("reactions.add")
async def add_reaction(call: Call) -> Json:
    """React to a message as the bot."""
    name = _emoji(call)
    channel, message = _item(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    marks.add_reaction(call.workspace, message, call.bot, name)
    return {}


@method("reactions.remove")
async def remove_reaction(call: Call) -> Json:
    """Take the bot's reaction away."""
    name = _emoji(call)
    _, message = _item(call)
    marks.remove_reaction(call.workspace, message, call.bot, name)
    return {}


@method("reactions.get")
async def get_reactions(call: Call) -> Json:
    """A message or file with its reactions."""
    if call.text("file"):
        file = call.workspace.files.get(call.text("file"))
        if file is None:
            raise SlackError("file_not_found")
        return {"type": "file", "file": file_json(call.workspace, file)}
    channel, message = _item(call)
    body = message_json(call.workspace, message, metadata=False)
    return {"type": "message", "channel": channel.id, "message": body}


@method("pins.add")
async def add_pin(call: Call) -> Json:
    """Pin a message."""
    channel, message = _item(call, member=True)
    if channel.is_archived:
        raise SlackError("not_pinnable")
    marks.pin(call.workspace, channel, message, call.bot)
    return {}


@method("pins.remove")
async def remove_pin(call: Call) -> Json:
    """Unpin a message."""
    channel, message = _item(call)
    marks.unpin(call.workspace, channel, message, call.bot)
    return {}


@method("pins.list")
async def list_pins(call: Call) -> Json:
    """What is pinned in a channel, the newest pin first."""
    channel = call.channel()
    items = [
        {
            "type": "message",
            "channel": channel.id,
            "created": int(float(ts)),
            "created_by": channel.messages[ts].user,
            "message": message_json(call.workspace, channel.messages[ts], metadata=False),
        }
        for ts in reversed(channel.pins)
        if ts in channel.messages
    ]
    return {"items": items}
