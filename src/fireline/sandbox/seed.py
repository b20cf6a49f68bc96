"""The state a sandbox starts with: built in, or from a YAML or JSON file."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from fireline.sandbox.entities import App, Channel, Json, User, UserGroup
from fireline.sandbox.model import Workspace

BOT_TOKEN = "xoxb-sandbox-fireline"  # noqa: S105 - opens nothing but this local sandbox
APP_TOKEN = "xapp-sandbox-fireline"  # noqa: S105 - same
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - same

_COLORS = ("4bbe2e", "e7392d", "3c989f", "9f69e7", "e96699", "684b6c", "2b6836", "d58247")

BOT_SCOPES = [
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "canvases:read",
    "canvases:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "channels:write.invites",
    "channels:write.topic",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "usergroups:write",
    "users.profile:read",
    "users:read",
    "users:read.email",
]

BOT_EVENTS = [
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_created",
    "channel_rename",
    "channel_unarchive",
    "file_shared",
    "group_archive",
    "group_rename",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
]

DEFAULT: Json = {
    "team": {"id": "T0SANDBOX1", "name": "Acme Data", "domain": "acme-data"},
    "users": [
        {"name": "ana", "real_name": "Ana Silva", "tz": "Europe/Lisbon", "is_admin": True},
        {"name": "bo", "real_name": "Bo Larsen", "tz": "Europe/Copenhagen"},
        {"name": "chen", "real_name": "Chen Wei", "tz": "Asia/Singapore"},
        {"name": "dia", "real_name": "Dia Patel", "tz": "America/New_York"},
    ],
    "channels": [
        {"name": "general", "is_general": True, "members": ["ana", "bo", "chen", "dia"]},
        {"name": "incidents", "members": ["ana", "bo", "chen", "dia", "fireline"]},
        {"name": "data-platform-alerts", "members": ["ana", "bo", "chen", "dia", "fireline"]},
        {"name": "data-reviews", "members": ["ana", "bo", "chen", "dia", "fireline"]},
        {"name": "orders-team", "members": ["ana", "dia", "fireline"]},
    ],
    "usergroups": [
        {"handle": "data-oncall", "name": "Data on call", "users": ["ana"]},
        {"handle": "orders-team", "name": "Orders team", "users": ["ana", "dia"]},
    ],
    "apps": [
        {
            "name": "Fireline",
            "bot_user": "fireline",
            "scopes": BOT_SCOPES,
            "events": BOT_EVENTS,
            "commands": [
                {
                    "command": "/incident",
                    "description": "Declare and run incidents",
                    "usage_hint": "declare [text] | status | update | resolve | help",
                },
                {
                    "command": "/slo",
                    "description": "Error budgets",
                    "usage_hint": "[name] | list | burning | help",
                },
                {
                    "command": "/runbook",
                    "description": "Find and follow runbooks",
                    "usage_hint": "[what is wrong] | help",
                },
                {
                    "command": "/postmortem",
                    "description": "Draft and publish postmortems",
                    "usage_hint": "[incident] | help",
                },
                {
                    "command": "/review",
                    "description": "Weekly reliability review",
                    "usage_hint": "[week] | help",
                },
            ],
            "shortcuts": [
                {
                    "name": "Add to timeline",
                    "callback_id": "add_to_timeline",
                    "type": "message",
                },
                {
                    "name": "Declare from this message",
                    "callback_id": "declare_from_message",
                    "type": "message",
                },
                {
                    "name": "Make an action item",
                    "callback_id": "make_action_item",
                    "type": "message",
                },
            ],
        }
    ],
}


@dataclass(frozen=True)
class Seed:
    """What to plant; the tokens go to the first app unless the data names its own."""

    data: Json | None = None
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    signing_secret: str = SIGNING_SECRET
    request_url: str | None = None
    socket_mode: bool = True

    @classmethod
    def from_file(cls, path: Path) -> "Seed":
        """A seed from a YAML or JSON file; raises ValueError that names the file."""
        text = path.read_text(encoding="utf-8")
        try:
            data = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        except (ValueError, yaml.YAMLError) as error:
            msg = f"{path}: not readable as YAML or JSON: {error}"
            raise ValueError(msg) from error
        if not isinstance(data, dict):
            msg = f"{path}: a seed is a mapping with team, users, channels, usergroups and apps"
            raise ValueError(msg)  # noqa: TRY004 - the file is wrong, not the caller's type
        return replace(cls(), data=data)


def plant(workspace: Workspace, seed: Seed) -> None:
    """Fill the workspace anew from a seed; the same seed always gives the same ids."""
    workspace.clear()
    data = DEFAULT if seed.data is None else seed.data
    team = data.get("team", {})
    workspace.team_id = team.get("id", "T0SANDBOX1")
    workspace.team_name = team.get("name", "Acme Data")
    workspace.team_domain = team.get("domain", "acme-data")
    for spec in data.get("users", []):
        add_user(workspace, spec)
    for position, spec in enumerate(data.get("apps", [])):
        _plant_app(workspace, spec, seed if position == 0 else None)
    for spec in data.get("channels", []):
        _plant_channel(workspace, spec)
    for spec in data.get("usergroups", []):
        members = [_user_id(workspace, name) for name in spec.get("users", [])]
        group = UserGroup(
            spec.get("id") or workspace.new_id("S"),
            spec["handle"],
            spec.get("name", spec["handle"]),
            members,
            disabled=spec.get("disabled", False),
        )
        workspace.usergroups[group.id] = group


def add_user(workspace: Workspace, spec: Json) -> User:
    """A user from its seed entry (`name` is enough)."""
    name = str(spec["name"])
    real_name = str(spec.get("real_name", name))
    user = User(
        id=spec.get("id") or workspace.new_id("U"),
        name=name,
        real_name=real_name,
        display_name=spec.get("display_name", real_name.partition(" ")[0]),
        tz=spec.get("tz", "UTC"),
        email=spec.get("email", f"{name}@{workspace.team_domain}.example"),
        is_bot=spec.get("is_bot", False),
        deleted=bool(spec.get("deleted") or spec.get("deactivated")),
        color=spec.get("color", _COLORS[len(workspace.users) % len(_COLORS)]),
        is_admin=spec.get("is_admin", False),
    )
    workspace.users[user.id] = user
    return user


def add_app(workspace: Workspace, name: str, bot_user: str, app: Json) -> App:
    """An app with its bot user; `app` holds the other fields of `App`."""
    app_id = app.pop("id", None) or workspace.new_id("A")
    bot_id = workspace.new_id("B")
    spec = {"name": bot_user, "real_name": name, "display_name": bot_user, "is_bot": True}
    user = add_user(workspace, {**spec, "email": "", "id": app.pop("bot_user_id", None)})
    user.app_id, user.bot_id = app_id, bot_id
    installed = App(id=app_id, name=name, bot_user_id=user.id, bot_id=bot_id, **app)
    workspace.apps[app_id] = installed
    return installed


def _plant_app(workspace: Workspace, spec: Json, seed: Seed | None) -> None:
    number = len(workspace.apps) + 1
    fields: dict[str, Any] = {
        "id": spec.get("id"),
        "bot_user_id": spec.get("bot_user_id"),
        "bot_token": spec.get("bot_token") or (seed.bot_token if seed else f"xoxb-app-{number}"),
        "app_token": spec.get("app_token") or (seed.app_token if seed else f"xapp-app-{number}"),
        "signing_secret": spec.get("signing_secret")
        or (seed.signing_secret if seed else f"secret-{number}"),
        "scopes": set(spec.get("scopes", BOT_SCOPES)),
        "events": set(spec.get("events", BOT_EVENTS)),
        "commands": [dict(c) for c in spec.get("commands", [])],
        "shortcuts": [dict(s) for s in spec.get("shortcuts", [])],
        "request_url": spec.get("request_url") or (seed.request_url if seed else None),
        "socket_mode": spec.get("socket_mode", seed.socket_mode if seed else True),
        "distribution": spec.get("distribution", "internal"),
        "home_enabled": spec.get("home_enabled", True),
    }
    add_app(workspace, spec["name"], spec.get("bot_user", spec["name"].lower()), fields)


def _plant_channel(workspace: Workspace, spec: Json) -> None:
    members = [_user_id(workspace, name) for name in spec.get("members", [])]
    creator = spec.get("creator")
    fallback = members[0] if members else next(iter(workspace.users), "USLACKBOT")
    channel = Channel(
        id=spec.get("id") or workspace.new_id("C"),
        name=spec["name"],
        creator=_user_id(workspace, creator) if creator else fallback,
        created=int(workspace.clock.now()),
        is_private=spec.get("is_private", False),
        is_archived=spec.get("is_archived", False),
        is_general=spec.get("is_general", spec["name"] == "general"),
        members=members,
    )
    channel.topic["value"] = spec.get("topic", "")
    channel.purpose["value"] = spec.get("purpose", "")
    workspace.channels[channel.id] = channel


def _user_id(workspace: Workspace, name: str) -> str:
    user = workspace.user_named(name)
    if user is None:
        msg = f"the seed names the user {name!r}, but no user or app has that name"
        raise ValueError(msg)
    return user.id
