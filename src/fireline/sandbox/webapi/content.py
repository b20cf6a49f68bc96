"""What the chat methods check about text, blocks, attachments and metadata."""

import json
from typing import Any

from fireline.sandbox.blockkit import Problem, validate_message
from fireline.sandbox.entities import Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.webapi.arguments import invalid
from fireline.sandbox.webapi.registry import Call

TOO_LONG = "msg_blocks_too_long"
MAX_ATTACHMENTS = 100
MAX_METADATA_BYTES = 8_000  # our choice: the platform names the error but not the figure
_CONTENT = ("text", "blocks", "attachments", "markdown_text")


def checked_content(call: Call, *, too_long: str = TOO_LONG) -> Json:
    """The call's arguments after every check on content; `too_long` names the size error."""
    content = dict(call.arguments)
    _check_conflicts(content)
    _check_metadata(content)
    _check_attachments(content)
    _check_blocks(content, too_long)
    check_slack_files(call, content)
    if content.get("markdown_text"):
        content["blocks"] = [{"type": "markdown", "text": content["markdown_text"]}]
    return content


def _check_conflicts(content: Json) -> None:
    if content.get("markdown_text") and (content.get("text") or content.get("blocks")):
        raise SlackError("markdown_text_conflict")
    if not any(content.get(key) for key in _CONTENT):
        raise SlackError("no_text")


def _check_metadata(content: Json) -> None:
    metadata = content.get("metadata")
    if not metadata:
        return
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > MAX_METADATA_BYTES:
        raise SlackError("metadata_too_large")


def _check_attachments(content: Json) -> None:
    attachments = content.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise invalid("attachments must be a list of objects")
    if len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")


def _check_blocks(content: Json, too_long: str) -> None:
    blocks = content.get("blocks") or []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    payload = {key: content[key] for key in ("text", "blocks", "attachments") if content.get(key)}
    problems = validate_message(payload) if len(payload) > 0 else []
    if {p.code for p in problems} == {TOO_LONG}:
        raise SlackError(too_long)
    if problems:
        raise invalid_blocks(problems)


def invalid_blocks(problems: list[Problem], code: str = "invalid_blocks") -> SlackError:
    """`invalid_blocks` with the reasons, as the platform lists them."""
    listed = [f"[ERROR] {p.message} [json-pointer:{p.pointer}]" for p in problems]
    return SlackError(
        code,
        errors=[f"{p.message} [json-pointer:{p.pointer}]" for p in problems],
        response_metadata={"messages": listed},
    )


def check_slack_files(call: Call, part: Any) -> None:
    """Raise `invalid_blocks` when a `slack_file` names a file that is not there."""
    workspace = call.workspace
    for named in _slack_files(part):
        file = workspace.files.get(str(named.get("id", "")))
        if file is None and "url" in named:
            path = str(named["url"]).removeprefix(f"{workspace.url}/files/")
            file = workspace.files.get(path.partition("/")[0])
        if file is None or not file.completed:
            problem = Problem("invalid_slack_file", "invalid slack file", "/blocks", "slack_file")
            raise invalid_blocks([problem])


def _slack_files(part: Any) -> list[Json]:
    if isinstance(part, list):
        return [found for item in part for found in _slack_files(item)]
    if not isinstance(part, dict):
        return []
    own = part.get("slack_file")
    nested = [found for value in part.values() for found in _slack_files(value)]
    return [own, *nested] if isinstance(own, dict) else nested
