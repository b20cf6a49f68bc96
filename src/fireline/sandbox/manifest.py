"""Installing an app from its Slack manifest."""

from typing import Any

from fireline.sandbox.entities import App, Json
from fireline.sandbox.model import Workspace
from fireline.sandbox.seed import add_app


def _section(manifest: Json, *path: str) -> Any:
    found: Any = manifest
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def install_manifest(
    workspace: Workspace,
    manifest: Json,
    bot_token: str,
    app_token: str,
    signing_secret: str,
) -> App:
    """The app of a manifest; one with the same name is changed in place, keeping its bot user."""
    name = str(_section(manifest, "display_information", "name") or "App")
    bot_name = str(_section(manifest, "features", "bot_user", "display_name") or name)
    fields = _fields(manifest)
    fields |= {
        "bot_token": bot_token,
        "app_token": app_token,
        "signing_secret": signing_secret,
    }
    existing = next((a for a in workspace.apps.values() if a.name == name), None)
    if existing is None:
        return add_app(workspace, name, bot_name.lower().replace(" ", "-"), fields)
    for key, value in fields.items():
        setattr(existing, key, value)
    existing.revoked = False
    return existing


def _fields(manifest: Json) -> Json:
    features = manifest.get("features") or {}
    settings = manifest.get("settings") or {}
    subscriptions = settings.get("event_subscriptions") or {}
    interactivity = settings.get("interactivity") or {}
    home = features.get("app_home") or {}
    socket_mode = bool(settings.get("socket_mode_enabled", False))
    return {
        "scopes": set(_section(manifest, "oauth_config", "scopes", "bot") or []),
        "events": set(subscriptions.get("bot_events") or []),
        "commands": [dict(c) for c in features.get("slash_commands") or []],
        "shortcuts": [dict(s) for s in features.get("shortcuts") or []],
        "socket_mode": socket_mode,
        "request_url": subscriptions.get("request_url"),
        "interactivity_url": interactivity.get("request_url"),
        "options_url": interactivity.get("message_menu_options_url"),
        "home_enabled": bool(home.get("home_tab_enabled", False)),
    }
