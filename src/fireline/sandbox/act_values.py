"""What a user may put into an element, and the shapes Slack gives it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from fireline.sandbox.act_request import RefusalError
from fireline.sandbox.entities import Json
from fireline.sandbox.model import Workspace

Check = Callable[[Workspace, Json, Any], Any]

MAX_TEXT = 3000
PLAIN_KEYS = (
    "value",
    "selected_option",
    "selected_options",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "selected_user",
    "selected_users",
    "selected_channel",
    "selected_channels",
    "selected_conversation",
    "selected_conversations",
    "rich_text_value",
    "files",
)


def raw_of(given: Any) -> Any:
    """Return the bare value of what a caller sent: option objects and state shapes are opened."""
    if isinstance(given, list):
        return [raw_of(item) for item in given]
    if not isinstance(given, dict):
        return given
    if "text" in given and "value" in given:
        return given["value"]
    for key in PLAIN_KEYS:
        if key in given:
            return given[key] if key == "rich_text_value" else raw_of(given[key])
    return given


def options_of(element: Json) -> list[Json]:
    """Return the options an element carries, those of its groups included."""
    groups = element.get("option_groups") or []
    own = list(element.get("options") or [])
    return own + [option for group in groups for option in group.get("options", [])]


def _refuse(code: str, detail: str) -> RefusalError:
    return RefusalError(code, detail)


def _option(_workspace: Workspace, element: Json, raw: Any) -> Json:
    for option in options_of(element):
        if option.get("value") == raw:
            return option
    raise _refuse("option_not_found", f"{raw!r} is not among the options")


def _text(_workspace: Workspace, element: Json, raw: Any) -> str:
    if not isinstance(raw, str):
        raise _refuse("invalid_value", "text must be a string")
    least = element.get("min_length", 0)
    most = element.get("max_length", MAX_TEXT)
    if len(raw) > most:
        raise _refuse("value_too_long", f"{len(raw)} characters, at most {most}")
    if raw and len(raw) < least:
        raise _refuse("value_too_short", f"{len(raw)} characters, at least {least}")
    return raw


def _number(_workspace: Workspace, element: Json, raw: Any) -> str:
    text = str(raw).strip()
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, text):
        raise _refuse("invalid_number", f"{raw!r} is not an allowed number")
    if "min_value" in element and float(text) < float(element["min_value"]):
        raise _refuse("invalid_number", f"{text} is below {element['min_value']}")
    if "max_value" in element and float(text) > float(element["max_value"]):
        raise _refuse("invalid_number", f"{text} is above {element['max_value']}")
    return text


def _matching(code: str, pattern: str) -> Check:
    def check(_workspace: Workspace, _element: Json, raw: Any) -> str:
        if not isinstance(raw, str) or not re.fullmatch(pattern, raw):
            raise _refuse(code, f"{raw!r} is not valid here")
        return raw

    return check


def _date(_workspace: Workspace, _element: Json, raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError as error:
        raise _refuse("invalid_date", f"{raw!r} is not a date such as 2026-11-23") from error


def _moment(_workspace: Workspace, _element: Json, raw: Any) -> int:
    if isinstance(raw, bool) or not re.fullmatch(r"\d{10}", str(raw)):
        raise _refuse("invalid_date", f"{raw!r} is not a time in seconds since 1970")
    return int(raw)


def _user(workspace: Workspace, _element: Json, raw: Any) -> str:
    user = workspace.user_named(str(raw))
    if user is None or user.deleted:
        raise _refuse("option_not_found", f"no user {raw!r}")
    return user.id


def _channel(workspace: Workspace, _element: Json, raw: Any) -> str:
    channel = workspace.channel_named(str(raw))
    if channel is None or channel.is_archived:
        raise _refuse("option_not_found", f"no channel {raw!r}")
    return channel.id


def _rich(_workspace: Workspace, _element: Json, raw: Any) -> Json:
    if isinstance(raw, str):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": raw}]}
        return {"type": "rich_text", "elements": [section]}
    if not isinstance(raw, dict) or raw.get("type") != "rich_text":
        raise _refuse("invalid_value", "rich text is a string or a rich_text block")
    return raw


def _file(workspace: Workspace, _element: Json, raw: Any) -> Json:
    if raw not in workspace.files:
        raise _refuse("file_not_found", f"no file {raw!r}")
    return {"id": raw, "name": workspace.files[raw].name}


_TIME = _matching("invalid_time", r"([01]\d|2[0-3]):[0-5]\d")
_EMAIL = _matching("invalid_email", r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = _matching("invalid_url", r"[a-z][a-z0-9+.-]*:\S+")

# element type: the key of its value, the key of what it starts with, the check of one value
SINGLE: dict[str, tuple[str, str, Check]] = {
    "plain_text_input": ("value", "initial_value", _text),
    "number_input": ("value", "initial_value", _number),
    "email_text_input": ("value", "initial_value", _EMAIL),
    "url_text_input": ("value", "initial_value", _URL),
    "rich_text_input": ("rich_text_value", "initial_value", _rich),
    "static_select": ("selected_option", "initial_option", _option),
    "external_select": ("selected_option", "initial_option", _option),
    "radio_buttons": ("selected_option", "initial_option", _option),
    "overflow": ("selected_option", "", _option),
    "datepicker": ("selected_date", "initial_date", _date),
    "timepicker": ("selected_time", "initial_time", _TIME),
    "datetimepicker": ("selected_date_time", "initial_date_time", _moment),
    "users_select": ("selected_user", "initial_user", _user),
    "channels_select": ("selected_channel", "initial_channel", _channel),
    "conversations_select": ("selected_conversation", "initial_conversation", _channel),
}
MANY: dict[str, tuple[str, str, Check]] = {
    "checkboxes": ("selected_options", "initial_options", _option),
    "multi_static_select": ("selected_options", "initial_options", _option),
    "multi_external_select": ("selected_options", "initial_options", _option),
    "multi_users_select": ("selected_users", "initial_users", _user),
    "multi_channels_select": ("selected_channels", "initial_channels", _channel),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", _channel),
    "file_input": ("files", "", _file),
}
STATELESS = {"button", "overflow", "workflow_button", "icon_button", "feedback_buttons", "image"}


def keeps_state(element: Json) -> bool:
    """Tell whether an element's value belongs to `state.values`."""
    kind = element.get("type")
    return kind not in STATELESS and (kind in SINGLE or kind in MANY)


def initial_value(element: Json) -> Json:
    """Return the state entry an element has before anybody touched it."""
    kind = str(element["type"])
    if kind in MANY:
        key, initial, _ = MANY[kind]
        return {"type": kind, key: list(element.get(initial) or [])}
    key, initial, _ = SINGLE[kind]
    return {"type": kind, key: element.get(initial)}


def picked(workspace: Workspace, element: Json, given: Any) -> Json:
    """Return the state entry of what a user put in; raises RefusalError when it cannot be."""
    kind = str(element.get("type"))
    raw = raw_of(given)
    if kind in MANY:
        key, _, check = MANY[kind]
        chosen = [] if raw is None else raw if isinstance(raw, list) else [raw]
        most = element.get("max_selected_items") or element.get("max_files")
        if most and len(chosen) > most:
            raise _refuse("too_many_selected", f"{len(chosen)} selected, at most {most}")
        return {"type": kind, key: [check(workspace, element, one) for one in chosen]}
    if kind not in SINGLE:
        raise _refuse("element_not_found", f"a {kind} takes no value")
    key, _, check = SINGLE[kind]
    empty = raw is None or raw in ("", [])
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    return {"type": kind, key: None if empty else check(workspace, element, raw)}


def is_empty(entry: Json) -> bool:
    """Tell whether a state entry holds nothing."""
    return not any(value for key, value in entry.items() if key != "type")
