"""What people do to a channel itself: its topic, its name, shutting it."""

from fireline.sandbox import membership, messages
from fireline.sandbox.act_interactions import answered
from fireline.sandbox.act_request import ActRequest, RefusalError
from fireline.sandbox.entities import Channel, Json, User


def _room(asked: ActRequest) -> tuple[User, Channel]:
    """Who acts, and the open channel they are in."""
    user = asked.user()
    return user, asked.writable(user)


async def topic(asked: ActRequest) -> Json:
    """Set a channel's topic."""
    user, channel = _room(asked)
    membership.set_topic(asked.workspace, channel, user.id, asked.text("topic", ""))
    return answered(None, channel=channel.id)


async def rename(asked: ActRequest) -> Json:
    """Give a channel another name."""
    user, channel = _room(asked)
    name = asked.text("name")
    if asked.workspace.channel_named(name) is not None:
        raise RefusalError("name_taken", f"there is a #{name} already")
    membership.rename(asked.workspace, channel, user.id, name)
    return answered(None, channel=channel.id)


async def archive(asked: ActRequest) -> Json:
    """Archive a channel."""
    user, channel = _room(asked)
    membership.archive(asked.workspace, channel, user.id)
    return answered(None, channel=channel.id)


async def moderate(asked: ActRequest) -> Json:
    """Delete anybody's message, as an owner of the workspace may."""
    user, channel = _room(asked)
    found = asked.message(user, channel)
    messages.delete(asked.workspace, channel, found)
    return answered(None, channel=channel.id, ts=found.ts)
