"""Reading a call's arguments: form, multipart, query string, and JSON where it is allowed."""

import json
import re
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from fireline.sandbox.entities import Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.webapi.table import Argument, MethodFacts

_FORM = {"application/x-www-form-urlencoded", "multipart/form-data"}
MAX_PART_BYTES = 8 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_ARRAY_NAME = re.compile(r"[A-Za-z0-9_]+\[.*\]")
_NOT_INTEGER = object()

# Arguments whose value is a JSON document, with the error for text that is none.
_STRUCTURED = {
    "blocks": "invalid_blocks_format",
    "metadata": "invalid_metadata_format",
    "attachments": "invalid_arguments",
    "unfurled_attachments": "invalid_arguments",
    "view": "invalid_arguments",
}

# Arguments whose handler has its own error name for a wrong or missing value.
OWN_CHECK = frozenset(
    {
        ("conversations.create", "name"),
        ("conversations.rename", "name"),
        ("conversations.invite", "users"),
        ("bookmarks.add", "link"),
        ("bookmarks.edit", "link"),
        ("chat.scheduleMessage", "post_at"),
        ("reactions.add", "name"),
        ("reactions.remove", "name"),
        ("usergroups.users.update", "users"),
        ("conversations.list", "limit"),
        ("users.conversations", "limit"),
        ("conversations.members", "limit"),
        ("files.getUploadURLExternal", "length"),
        ("files.getUploadURLExternal", "filename"),
        ("canvases.access.set", "channel_ids"),
        ("canvases.access.set", "user_ids"),
    }
)


def invalid(*messages: str) -> SlackError:
    """`invalid_arguments` with the reasons in response_metadata."""
    return SlackError(
        "invalid_arguments",
        response_metadata={"messages": [f"[ERROR] {message}" for message in messages]},
    )


async def read(request: Request, facts: MethodFacts | None) -> Json:
    """The raw arguments of a request, query string and body together."""
    raw: Json = dict(request.query_params)
    if request.method == "POST":
        raw |= await _body(request, facts)
    for name in raw:
        if _ARRAY_NAME.fullmatch(name):
            raise SlackError("invalid_array_arg")
        if not _NAME.fullmatch(name):
            raise SlackError("invalid_arg_name")
    return {name: value for name, value in raw.items() if value is not None}


async def _body(request: Request, facts: MethodFacts | None) -> Json:
    content_type, _, options = request.headers.get("content-type", "").partition(";")
    kind = content_type.strip().lower()
    charset = re.search(r"charset=\"?([\w-]+)", options.lower())
    if charset and charset.group(1) not in {"utf-8", "utf8", "iso-8859-1"}:
        raise SlackError("invalid_charset")
    if kind in _FORM:
        return await _form(request)
    body = await request.body()
    if not body:
        return {}
    if not kind:
        raise SlackError("missing_post_type")
    if kind != "application/json":
        raise SlackError("invalid_post_type")
    return _json(body) if facts is None or facts.takes_json else {}


async def _form(request: Request) -> Json:
    try:
        form = await request.form(max_part_size=MAX_PART_BYTES)
    except HTTPException as error:
        raise SlackError("invalid_form_data") from error
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _json(body: bytes) -> Json:
    try:
        decoded = json.loads(body)
    except ValueError as error:
        reason = f"the body is not JSON: {error}"
        raise invalid(reason) from error
    if not isinstance(decoded, dict):
        raise invalid("the body must be a JSON object")
    return decoded


def convert(facts: MethodFacts, raw: Json) -> Json:
    """Arguments in their types, or `invalid_arguments` with every reason."""
    missing = [
        f"missing required field: {name}"
        for name in facts.required
        if raw.get(name, "") == "" and (facts.name, name) not in OWN_CHECK
    ]
    if missing:
        raise invalid(*missing)
    done: Json = {}
    for name, value in raw.items():
        argument = facts.arguments.get(name)
        if argument is None:
            continue
        if facts.name == "blocks.validate":
            done[name] = value
        elif name in _STRUCTURED:
            done[name] = _structured(name, value)
        else:
            done[name] = _typed(facts, name, value, argument)
    return done


def _structured(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return json.loads(value)
    except ValueError as error:
        code = _STRUCTURED[name]
        reason = f"{name} is not valid JSON: {error}"
        raise invalid(reason) if code == "invalid_arguments" else SlackError(code) from error


def _typed(facts: MethodFacts, name: str, value: Any, argument: Argument) -> Any:
    own_check = (facts.name, name) in OWN_CHECK
    convert_value = _CONVERTERS.get(argument.type)
    if convert_value is None:
        return value
    converted = convert_value(name, value)
    if converted is _NOT_INTEGER:
        if own_check:
            return value
        reason = f"{name} must be an integer"
        raise invalid(reason)
    if not own_check:
        _check_limits(name, converted, argument)
    return converted


def _text(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    reason = f"{name} must be a string"
    raise invalid(reason)


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in {"1", "true"}:
        return True
    if text in {"0", "false", ""}:
        return False
    reason = f"{name} must be a boolean"
    raise invalid(reason)


def _integer(_name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _NOT_INTEGER
    try:
        return int(str(value))
    except ValueError:
        return _NOT_INTEGER


def _list(name: str, value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            decoded = _mapping(name, value)
            if isinstance(decoded, list):
                return decoded
        return [part.strip() for part in value.split(",") if part.strip()]
    reason = f"{name} must be a list"
    raise invalid(reason)


def _mapping(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        reason = f"{name} is not valid JSON: {error}"
        raise invalid(reason) from error


_CONVERTERS: dict[str, Callable[[str, Any], Any]] = {
    "string": _text,
    "boolean": _flag,
    "integer": _integer,
    "number": _integer,
    "array": _list,
    "object": _mapping,
}


def _check_limits(name: str, value: Any, argument: Argument) -> None:
    reasons = []
    if argument.max_length is not None and len(str(value)) > argument.max_length:
        reasons.append(f"{name} must be at most {argument.max_length} characters")
    if argument.enum and value not in argument.enum:
        reasons.append(f"{name} must be one of {', '.join(argument.enum)}")
    if isinstance(value, list):
        fewest, most = argument.min_items or 0, argument.max_items
        if len(value) < fewest or (most is not None and len(value) > most):
            reasons.append(f"{name} must have between {fewest} and {most} items")
    if isinstance(value, int) and not isinstance(value, bool):
        low, high = argument.min, argument.max
        if (low is not None and value < low) or (high is not None and value > high):
            reasons.append(f"{name} must be between {low} and {high}")
    if reasons:
        raise invalid(*reasons)
