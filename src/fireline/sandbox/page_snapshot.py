"""What one user may see of the workspace, as the JSON the web page draws."""

import json
from collections.abc import Iterable
from itertools import chain

from fireline.sandbox.entities import App, Channel, FileObject, Json, Message, User, View
from fireline.sandbox.model import Workspace

_MOST_MESSAGES = 400
_MOST_PREVIEW = 40_000
_QUIET = {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name"}
_TEXT_TYPES = ("text/", "application/json", "application/x-yaml")


def snapshot(workspace: Workspace, user: str) -> Json:
    """Everything the user may see: channels, messages, modals, Home views, people, commands."""
    return {
        "now": workspace.clock.now(),
        "me": user,
        "team": {"id": workspace.team_id, "name": workspace.team_name},
        "users": [_user_json(u) for u in workspace.users.values()],
        "usergroups": [
            {"id": g.id, "handle": g.handle, "name": g.name} for g in workspace.usergroups.values()
        ],
        "apps": [_app_json(workspace, app, user) for app in workspace.apps.values()],
        "channels": [
            _channel_json(workspace, channel, user)
            for channel in workspace.channels.values()
            if may_see(channel, user)
        ],
        "waiting": {u.id: _waiting(workspace, u.id) for u in workspace.users.values() if _human(u)},
        "views": [_view_json(view) for view in workspace.open_modals(user) if view.is_open],
    }


def may_see(channel: Channel, user: str) -> bool:
    """Whether the channel is in the user's reach: a public one, or one they are in."""
    is_public = not (channel.is_private or channel.is_im or channel.is_mpim)
    return is_public or user in channel.members


def may_see_file(workspace: Workspace, file: FileObject, user: str) -> bool:
    """Whether the user owns the file, or sees a message that shares it or shows it in a block."""
    shared = (workspace.channels.get(channel) for channel, _ts in file.shares)
    if file.user == user or any(c is not None and may_see(c, user) for c in shared):
        return True
    seen = (c for c in workspace.channels.values() if may_see(c, user))
    mine = (m for m in workspace.ephemerals if m.ephemeral_to == user)
    messages = chain(mine, *(c.messages.values() for c in seen))
    return any(file.id in json.dumps(m.blocks) for m in messages if m.blocks)


def _human(user: User) -> bool:
    return not (user.is_bot or user.deleted)


def _waiting(workspace: Workspace, user: str) -> int:
    """How many channels of the user hold something unread."""
    mine = (c for c in workspace.channels.values() if user in c.members and not c.is_archived)
    return sum(1 for channel in mine if _unread(channel, user))


def _unread(channel: Channel, user: str) -> list[Message]:
    read = channel.last_read.get(user, "0")
    return [m for m in channel.messages.values() if _is_unread(m, user, read)]


def _user_json(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "display_name": user.display_name,
        "tz": user.tz,
        "color": user.color,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
        "app_id": user.app_id,
    }


def _app_json(workspace: Workspace, app: App, user: str) -> Json:
    homes = (v for v in workspace.homes.values() if v.app_id == app.id and v.user == user)
    home = next(homes, None)
    return {
        "id": app.id,
        "name": app.name,
        "bot_user_id": app.bot_user_id,
        "home_enabled": app.home_enabled,
        "home": _view_json(home) if home is not None else None,
        "commands": app.commands,
        "shortcuts": app.shortcuts,
    }


def _view_json(view: View) -> Json:
    return {
        **view.payload,
        "id": view.id,
        "app_id": view.app_id,
        "hash": view.hash,
        "state": view.state,
        "root_id": view.root_id,
    }


def _channel_json(workspace: Workspace, channel: Channel, user: str) -> Json:
    shown = [m for m in channel.messages.values() if not m.deleted]
    private = [
        m for m in workspace.ephemerals if m.channel == channel.id and m.ephemeral_to == user
    ]
    read = channel.last_read.get(user, "0")
    unread = _unread(channel, user) if user in channel.members else []
    direct = channel.is_im or channel.is_mpim
    calls = unread if direct else [m for m in unread if _calls(m, user)]
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_archived": channel.is_archived,
        "is_member": user in channel.members,
        "topic": channel.topic.get("value", ""),
        "purpose": channel.purpose.get("value", ""),
        "members": channel.members,
        "bookmarks": list(channel.bookmarks.values()),
        "pins": channel.pins,
        "last_read": read,
        "unread": len(unread),
        "mentions": len(calls),
        "messages": [
            _message_json(workspace, channel, message) for message in _latest(shown, private)
        ],
    }


def _latest(shown: Iterable[Message], private: Iterable[Message]) -> list[Message]:
    ordered = sorted([*shown, *private], key=lambda m: m.ts)
    return ordered[-_MOST_MESSAGES:]


def _is_unread(message: Message, user: str, read: str) -> bool:
    if message.ts <= read or message.user == user or message.subtype in _QUIET:
        return False
    if message.deleted:
        return False
    return not message.is_reply or message.reply_broadcast


def _calls(message: Message, user: str) -> bool:
    return any(mark in message.text for mark in (f"<@{user}>", "<!here>", "<!channel>"))


def _message_json(workspace: Workspace, channel: Channel, message: Message) -> Json:
    return {
        "ts": message.ts,
        "channel": channel.id,
        "text": message.text,
        "user": message.user,
        "app_id": message.app_id,
        "username": message.username,
        "icon_emoji": message.icon_emoji,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "broadcast": message.reply_broadcast,
        "edited": message.edited is not None,
        "subtype": message.subtype,
        "ephemeral": message.ephemeral_to is not None,
        "pinned": message.ts in channel.pins,
        "reactions": [{"name": n, "users": users} for n, users in message.reactions.items()],
        "files": [
            _file_json(workspace.files[file_id])
            for file_id in message.files
            if file_id in workspace.files
        ],
    }


def _file_json(file: FileObject) -> Json:
    is_text = file.is_canvas or file.mimetype.startswith(_TEXT_TYPES)
    preview = file.markdown
    if preview is None and is_text:
        preview = file.data[:_MOST_PREVIEW].decode("utf-8", errors="replace")
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": file.size,
        "alt_text": file.alt_text,
        "is_canvas": file.is_canvas,
        "preview": preview,
    }
