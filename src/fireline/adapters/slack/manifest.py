"""The app manifest: commands, shortcuts, events and exactly the scopes that the code uses."""

from collections.abc import Mapping
from typing import Any

from fireline.adapters.slack import ids
from fireline.adapters.slack.commands import command_names

# Web API methods that this adapter calls, each with the scope it needs for public channels, for
# the private ones of restricted incidents, and for direct messages. Methods without a scope are
# listed too, so that the list is whole.
METHOD_SCOPES: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.edit": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": ("channels:manage", "groups:write"),
    "conversations.create": ("channels:manage", "groups:write"),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.invite": ("channels:manage", "groups:write"),
    "conversations.join": ("channels:join",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.list": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.rename": ("channels:manage",),
    "conversations.replies": ("channels:history", "groups:history"),
    "conversations.unarchive": ("channels:manage", "groups:write"),
    "conversations.setTopic": ("channels:manage", "groups:write"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "pins.add": ("pins:write",),
    "pins.list": ("pins:read",),
    "usergroups.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}

# What is fetched by its address, with the bot's own token.
ADDRESS_SCOPES: Mapping[str, tuple[str, ...]] = {"url_private": ("files:read",)}

# Events that are delivered, each with the scope that its subscription needs.
EVENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "channel_archive": ("channels:read",),
    "group_archive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
}

COMMAND_WORDS: Mapping[str, tuple[str, str]] = {
    "incident": ("Declare and run an incident", "[declare WORDS | severity | role | note | help]"),
    "slo": ("Error budgets: what burns, how much is left", "[list | show NAME]"),
    "runbook": ("Find what to do", "[WORDS | show ID | start ID | step 2 done]"),
    "postmortem": ("The draft, and action items", "[show INC-7 | action TEXT @owner due:friday]"),
    "review": ("The weekly reliability review", "[show WEEK | post | action ACT-1 done LINK]"),
}

SHORTCUTS: tuple[Mapping[str, str], ...] = (
    {
        "name": "Declare incident",
        "type": "global",
        "callback_id": ids.SHORTCUT_DECLARE,
        "description": "Open an incident",
    },
    {
        "name": "My actions",
        "type": "global",
        "callback_id": ids.SHORTCUT_ACTIONS,
        "description": "What you promised, and by when",
    },
    {
        "name": "Add to timeline",
        "type": "message",
        "callback_id": ids.MESSAGE_TIMELINE,
        "description": "Put this message on the incident's timeline",
    },
    {
        "name": "Declare from message",
        "type": "message",
        "callback_id": ids.MESSAGE_DECLARE,
        "description": "Open an incident with these words",
    },
    {
        "name": "Make action item",
        "type": "message",
        "callback_id": ids.MESSAGE_ACTION,
        "description": "Turn this message into a promise",
    },
    {
        "name": "Record decision",
        "type": "message",
        "callback_id": ids.MESSAGE_DECISION,
        "description": "Keep what was decided, and why",
    },
)


def scopes() -> list[str]:
    """Every scope the code needs, and no other."""
    tables = (METHOD_SCOPES, ADDRESS_SCOPES, EVENT_SCOPES)
    used = {scope for table in tables for needed in table.values() for scope in needed}
    return sorted(used | {"commands"})


def manifest(
    name: str = "Fireline",
    *,
    commands: Mapping[str, str] | None = None,
    socket_mode: bool = True,
    request_url: str | None = None,
) -> dict[str, Any]:
    """The manifest to paste when the app is created.

    Args:
        name: shown in Slack; the bot user is called the same.
        commands: slash command by noun, when they are named otherwise.
        socket_mode: whether Slack talks to us over a socket that we open.
        request_url: where Slack sends requests otherwise, ending in `/slack/events`.
    """
    at: dict[str, Any] = {} if socket_mode or not request_url else {"request_url": request_url}
    names = commands or command_names()
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": "Incidents and error budgets for data platforms",
            "background_color": "#7a1f1f",
        },
        "features": _features(name, [_command(noun, text, at) for noun, text in names.items()]),
        "oauth_config": {"scopes": {"bot": scopes()}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": sorted(EVENT_SCOPES)},
            "interactivity": {"is_enabled": True, **at, **_searched(at)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _searched(at: Mapping[str, Any]) -> dict[str, Any]:
    """Where Slack asks what fits, as somebody types into a search; a socket needs no address."""
    return {"message_menu_options_url": at["request_url"]} if at else {}


def _features(name: str, commands: list[dict[str, Any]]) -> dict[str, Any]:
    """What people see of the app in Slack."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [dict(shortcut) for shortcut in SHORTCUTS],
        "slash_commands": commands,
    }


def _command(noun: str, command: str, at: Mapping[str, str]) -> dict[str, Any]:
    about, usage = COMMAND_WORDS[noun]
    described = {"command": command, "description": about, "usage_hint": usage}
    if "request_url" in at:
        described["url"] = at["request_url"]
    return {**described, "should_escape": True}
