"""The manifest asks for what the code uses and nothing else."""

import re
from pathlib import Path

import fireline.adapters.slack
from fireline.adapters.slack.acts import VIEW
from fireline.adapters.slack.buttons import BUTTONS
from fireline.adapters.slack.manifest import (
    EVENT_SCOPES,
    METHOD_SCOPES,
    manifest,
    scopes,
)
from fireline.adapters.slack.shortcuts import SHORTCUTS
from fireline.adapters.slack.submissions import SUBMISSIONS

FOLDER = Path(fireline.adapters.slack.__file__).parent
CALL = re.compile(r"[cC]lient\.((?:[a-z]+_)+[A-Za-z0-9]+|auth_test)\b")
UPLOAD = {"files.getUploadURLExternal", "files.completeUploadExternal"}


def called() -> set[str]:
    """Web API methods named in the adapter's source."""
    source = "\n".join(file.read_text() for file in FOLDER.rglob("*.py"))
    names = {name for name in CALL.findall(source) if hasattr_web(name)}
    methods = {name.replace("_", ".", 1) for name in names - {"files_upload_v2"}}
    return methods | UPLOAD | {"apps.connections.open"}


def hasattr_web(name: str) -> bool:
    from slack_sdk import WebClient  # noqa: PLC0415 - only to tell methods from attributes

    return hasattr(WebClient, name) and "_" in name


def test_the_table_of_methods_is_exactly_what_the_code_calls() -> None:
    assert set(METHOD_SCOPES) == called()


def test_scopes_are_those_of_methods_events_and_commands() -> None:
    assert scopes() == sorted(
        {
            "app_mentions:read",
            "bookmarks:read",
            "bookmarks:write",
            "channels:history",
            "channels:join",
            "channels:manage",
            "channels:read",
            "chat:write",
            "commands",
            "files:read",
            "files:write",
            "groups:history",
            "groups:read",
            "groups:write",
            "im:history",
            "im:write",
            "pins:read",
            "pins:write",
            "reactions:read",
            "usergroups:read",
            "users:read",
        }
    )


def test_socket_mode_needs_no_address() -> None:
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in made["settings"]["event_subscriptions"]
    assert made["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENT_SCOPES)


def test_http_names_the_address_everywhere() -> None:
    url = "https://bot.example/slack/events"
    made = manifest("Fire", socket_mode=False, request_url=url)
    assert {c["url"] for c in made["features"]["slash_commands"]} == {url}
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["settings"]["event_subscriptions"]["request_url"] == url


def test_every_shortcut_of_the_manifest_is_handled() -> None:
    listed = {s["callback_id"] for s in manifest()["features"]["shortcuts"]}
    assert listed == set(SHORTCUTS)


def test_every_button_and_form_that_is_drawn_is_handled() -> None:
    from fireline.adapters.slack import ids  # noqa: PLC0415 - read as a list of names

    names = {k: v for k, v in vars(ids).items() if k.isupper()}
    views = {v for k, v in names.items() if k.startswith("VIEW_")}
    rest = {v for k, v in names.items() if not k.startswith(("VIEW_", "SHORTCUT_", "MESSAGE_"))}
    assert views == {name for name in SUBMISSIONS if not name.startswith(VIEW)}
    forms = {name for name in BUTTONS if name.startswith(ids.card_act(""))}
    assert rest - {ids.INPUT} == set(BUTTONS) - forms


def test_over_http_slack_knows_where_to_ask_while_somebody_types_into_a_search() -> None:
    url = "https://fireline.example/slack/events"
    over_http = manifest(socket_mode=False, request_url=url)["settings"]["interactivity"]
    assert over_http["message_menu_options_url"] == url
    assert "message_menu_options_url" not in manifest()["settings"]["interactivity"]
