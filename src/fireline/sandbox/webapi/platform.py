"""auth.test, apps.connections.open, blocks.validate, team.info, bots.info."""

import json
from typing import Any

from fireline.sandbox.blockkit import Problem, validate_blocks, validate_message, validate_view
from fireline.sandbox.entities import Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.shapes import bot_profile_json
from fireline.sandbox.webapi.arguments import invalid
from fireline.sandbox.webapi.registry import Call, method

MAX_CHECKED_CHARACTERS = 100_000
_CHECKED = ("blocks", "message", "view")


@method("auth.test")
async def auth_test(call: Call) -> Json:
    """Who the token is."""
    return {
        "url": f"{call.workspace.url}/",
        "team": call.workspace.team_name,
        "user": call.workspace.users[call.bot].name,
        "team_id": call.workspace.team_id,
        "user_id": call.bot,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open")
async def open_connection(call: Call) -> Json:
    """A one-use Socket Mode address."""
    return {"url": call.workspace.issue_socket_url(call.app.id)}


@method("team.info")
async def team_info(call: Call) -> Json:
    """The workspace."""
    if call.text("team") not in {"", call.workspace.team_id}:
        raise SlackError("team_not_found")
    domain = call.workspace.team_domain
    return {
        "team": {
            "id": call.workspace.team_id,
            "name": call.workspace.team_name,
            "domain": domain,
            "email_domain": f"{domain}.example",
            "icon": {"image_default": True},
        }
    }


@method("bots.info")
async def bots_info(call: Call) -> Json:
    """One bot, the caller by default."""
    bot_id = call.text("bot") or call.app.bot_id
    app = next((a for a in call.workspace.apps.values() if a.bot_id == bot_id), None)
    if app is None:
        raise SlackError("bot_not_found")
    profile = bot_profile_json(call.workspace, bot_id)
    kept = ("id", "deleted", "name", "updated", "app_id")
    return {"bot": {**{key: profile[key] for key in kept}, "user_id": app.bot_user_id}}


def _document(name: str, value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MAX_CHECKED_CHARACTERS:
        reason = f"{name} must be at most {MAX_CHECKED_CHARACTERS} characters"
        raise invalid(reason)
    try:
        return json.loads(text)
    except ValueError as error:
        problem = Problem("invalid_json", f"not valid JSON: {error}", "", "json")
        raise _refused(name, [problem]) from error


def _refused(name: str, problems: list[Problem]) -> SlackError:
    return SlackError(f"invalid_{name}", errors=[p.as_dict() for p in problems])


@method("blocks.validate")
async def validate(call: Call) -> Json:
    """Whether Slack would take these blocks, this message or this view."""
    sent = [name for name in _CHECKED if call.get(name) not in {None, ""}]
    if len(sent) != 1:
        raise invalid("exactly one of blocks, message and view must be sent")
    name = sent[0]
    document = _document(name, call.get(name))
    checks = {
        "blocks": lambda: validate_blocks(document, "message"),
        "message": lambda: validate_message(document),
        "view": lambda: validate_view(document),
    }
    problems = checks[name]()
    if problems:
        raise _refused(name, problems)
    return {}
