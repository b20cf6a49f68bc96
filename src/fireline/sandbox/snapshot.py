"""The whole state as JSON in a stable order, and files for the page."""

from typing import Any

from fireline.sandbox.entities import App, Channel, Json
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import (
    channel_json,
    file_json,
    message_json,
    user_json,
    usergroup_json,
    view_json,
)


def state_json(workspace: Workspace) -> Json:
    """Everything the workspace holds; tokens and bytes are left out."""
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.team_name,
            "domain": workspace.team_domain,
            "url": workspace.url,
        },
        "clock": workspace.clock.now(),
        "users": [user_json(workspace, u) for u in _ordered(workspace.users)],
        "channels": [_channel(workspace, c) for c in _ordered(workspace.channels)],
        "apps": [_app(a) for a in _ordered(workspace.apps)],
        "usergroups": [
            usergroup_json(workspace, g, users=True) for g in _ordered(workspace.usergroups)
        ],
        "files": [_file(workspace, file_id) for file_id in sorted(workspace.files)],
        "views": [
            {**view_json(workspace, v), "user": v.user, "is_open": v.is_open}
            for v in _ordered(workspace.views)
        ],
        "modals": {user: list(ids) for user, ids in sorted(workspace.modals.items()) if ids},
        "homes": [
            {"app": app, "user": user, "view": view_json(workspace, view)}
            for (app, user), view in sorted(workspace.homes.items())
        ],
        "ephemerals": [
            {
                **message_json(workspace, m),
                "channel": m.channel,
                "ephemeral_to": m.ephemeral_to,
            }
            for m in workspace.ephemerals
        ],
        "scheduled": [
            {"id": m.id, "channel": m.channel, "post_at": m.post_at, "arguments": m.arguments}
            for m in _ordered(workspace.scheduled)
        ],
        "faults": [rule.as_json() for rule in workspace.faults.rules],
    }


def _ordered(store: dict[str, Any]) -> list[Any]:
    return [store[key] for key in sorted(store)]


def _channel(workspace: Workspace, channel: Channel) -> Json:
    return {
        **channel_json(workspace, channel, channel.creator),
        "members": sorted(channel.members),
        "messages": [message_json(workspace, m) for m in channel.messages.values()],
        "pins": list(channel.pins),
        "bookmarks": list(channel.bookmarks.values()),
        "canvas_id": channel.canvas_id,
        "last_read": dict(sorted(channel.last_read.items())),
    }


def _app(app: App) -> Json:
    return {
        "id": app.id,
        "name": app.name,
        "bot_user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "scopes": sorted(app.scopes),
        "events": sorted(app.events),
        "commands": app.commands,
        "shortcuts": app.shortcuts,
        "socket_mode": app.socket_mode,
        "request_url": app.request_url,
        "distribution": app.distribution,
        "revoked": app.revoked,
    }


def _file(workspace: Workspace, file_id: str) -> Json:
    file = workspace.files[file_id]
    body = file_json(workspace, file)
    if file.is_canvas:
        body |= {"markdown": file.markdown, "access": dict(sorted(file.access.items()))}
    return body
