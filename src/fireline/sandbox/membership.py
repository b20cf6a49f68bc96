"""Creating channels, joining, leaving, and what else changes a channel itself."""

from fireline.sandbox.entities import Channel, Json
from fireline.sandbox.messages import post_system
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import channel_json


def create_channel(
    workspace: Workspace, name: str, creator: str, *, is_private: bool = False
) -> Channel:
    """A new channel with its creator as the only member."""
    channel = Channel(
        id=workspace.new_id("C"),
        name=name,
        creator=creator,
        created=int(workspace.clock.now()),
        is_private=is_private,
        members=[creator],
    )
    workspace.channels[channel.id] = channel
    body = channel_json(workspace, channel, creator)
    event: Json = {"type": "channel_created", "channel": body, "event_ts": workspace.event_ts()}
    if is_private:
        workspace.changed("_channel", channel=channel.id)
    else:
        workspace.emit(event, channel=None)
    post_system(workspace, channel, "channel_join", _joined(creator), user=creator)
    _emit_member(workspace, channel, "member_joined_channel", creator)
    return channel


def _joined(user: str) -> str:
    return f"<@{user}> has joined the channel"


def _emit_member(
    workspace: Workspace, channel: Channel, kind: str, user: str, inviter: str | None = None
) -> None:
    event: Json = {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if not channel.is_private else "G",
        "team": workspace.team_id,
        "event_ts": workspace.event_ts(),
    }
    if inviter:
        event["inviter"] = inviter
    workspace.emit(event, channel=channel.id)


def add_member(
    workspace: Workspace, channel: Channel, user: str, inviter: str | None = None
) -> None:
    """Put a user into a channel; nothing happens when already there."""
    if user in channel.members:
        return
    channel.members.append(user)
    extra = {"inviter": inviter} if inviter else {}
    post_system(workspace, channel, "channel_join", _joined(user), user=user, **extra)
    _emit_member(workspace, channel, "member_joined_channel", user, inviter)


def remove_member(workspace: Workspace, channel: Channel, user: str) -> None:
    """Take a user out of a channel; apps in the channel hear it, the leaver too."""
    if user not in channel.members:
        return
    _emit_member(workspace, channel, "member_left_channel", user)
    channel.members.remove(user)
    text = f"<@{user}> has left the channel"
    post_system(workspace, channel, "channel_leave", text, user=user)


def set_topic(workspace: Workspace, channel: Channel, user: str, topic: str) -> None:
    """Set the topic and write the line in the channel."""
    channel.topic = {"value": topic, "creator": user, "last_set": int(workspace.clock.now())}
    text = f"<@{user}> set the channel topic: {topic}"
    post_system(workspace, channel, "channel_topic", text, user=user, topic=topic)


def set_purpose(workspace: Workspace, channel: Channel, user: str, purpose: str) -> None:
    """Set the purpose and write the line in the channel."""
    channel.purpose = {"value": purpose, "creator": user, "last_set": int(workspace.clock.now())}
    text = f"<@{user}> set the channel purpose: {purpose}"
    post_system(workspace, channel, "channel_purpose", text, user=user, purpose=purpose)


def archive(workspace: Workspace, channel: Channel, user: str) -> None:
    """Archive a channel; its name stays taken."""
    post_system(workspace, channel, "channel_archive", f"<@{user}> archived the channel", user=user)
    channel.is_archived = True
    event = {
        "type": "group_archive" if channel.is_private else "channel_archive",
        "channel": channel.id,
        "user": user,
        "event_ts": workspace.event_ts(),
    }
    workspace.emit(event, channel=channel.id if channel.is_private else None)


def unarchive(workspace: Workspace, channel: Channel, user: str) -> None:
    """Open an archived channel again; the caller becomes a member."""
    channel.is_archived = False
    event = {
        "type": "group_unarchive" if channel.is_private else "channel_unarchive",
        "channel": channel.id,
        "user": user,
        "event_ts": workspace.event_ts(),
    }
    workspace.emit(event, channel=channel.id if channel.is_private else None)
    add_member(workspace, channel, user)


def rename(workspace: Workspace, channel: Channel, user: str, name: str) -> None:
    """Give a channel another name."""
    old, channel.name = channel.name, name
    text = f"<@{user}> has renamed the channel from {old} to {name}"
    post_system(workspace, channel, "channel_name", text, user=user, old_name=old, name=name)
    event = {
        "type": "group_rename" if channel.is_private else "channel_rename",
        "channel": {
            "id": channel.id,
            "name": name,
            "name_normalized": name,
            "created": channel.created,
            "is_channel": not channel.is_private,
            "is_mpim": False,
        },
        "event_ts": workspace.event_ts(),
    }
    workspace.emit(event, channel=channel.id if channel.is_private else None)


def direct_channel(workspace: Workspace, users: list[str]) -> Channel | None:
    """The existing direct or group message of exactly these users."""
    wanted = set(users)
    direct = (c for c in workspace.channels.values() if c.is_im or c.is_mpim)
    return next((c for c in direct if set(c.members) == wanted), None)


def open_direct(workspace: Workspace, users: list[str]) -> Channel:
    """The direct message (two users) or group message of these users, made when missing."""
    existing = direct_channel(workspace, users)
    if existing is not None:
        return existing
    members = list(dict.fromkeys(users))
    is_im = len(members) <= 2  # noqa: PLR2004 - two people make a direct message
    names = "--".join(workspace.users[m].name for m in members)
    channel = Channel(
        id=workspace.new_id("D" if is_im else "C"),
        name="" if is_im else f"mpdm-{names}-1",
        creator=members[0],
        created=int(workspace.clock.now()),
        is_private=not is_im,
        is_im=is_im,
        is_mpim=not is_im,
        members=members,
    )
    workspace.channels[channel.id] = channel
    workspace.changed("_channel", channel=channel.id)
    return channel
