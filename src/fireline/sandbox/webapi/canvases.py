"""canvases.* and conversations.canvases.create: documents made of Markdown sections."""

import re
from typing import Any

from fireline.sandbox.entities import FileObject, Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace
from fireline.sandbox.webapi.arguments import invalid
from fireline.sandbox.webapi.registry import Call, method

MAX_MARKDOWN = 1_048_576
_HEADINGS = {"h1": r"# ", "h2": r"## ", "h3": r"### ", "any_header": r"#{1,6} "}
_ANCHORED = frozenset({"insert_after", "insert_before", "delete"})


def _markdown(content: Any) -> str:
    if content is None:
        return ""
    if not isinstance(content, dict) or content.get("type") != "markdown":
        raise invalid("document_content must be {type: markdown, markdown: ...}")
    return str(content.get("markdown") or "")


def _sections(workspace: Workspace, markdown: str) -> dict[str, str]:
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", markdown) if part.strip()]
    return {workspace.new_id("temp:C:"): part for part in parts}


def _make(call: Call, title: str) -> FileObject:
    markdown = _markdown(call.get("document_content"))
    if len(markdown) > MAX_MARKDOWN:
        raise SlackError("canvas_creation_failed")
    file = FileObject(
        id=call.workspace.new_id("F"),
        name=title or "Untitled",
        title=title,
        mimetype="application/vnd.slack-docs",
        size=len(markdown.encode()),
        user=call.bot,
        created=int(call.workspace.clock.now()),
        uploaded=True,
        completed=True,
        sections=_sections(call.workspace, markdown),
        access={call.bot: "owner"},
    )
    call.workspace.files[file.id] = file
    return file


@method("canvases.create")
async def create(call: Call) -> Json:
    """A canvas of its own, shared with a channel when one is named."""
    channel = None
    if call.text("channel_id"):
        channel = call.workspace.channels.get(call.text("channel_id"))
        if channel is None or not call.may_see(channel):
            raise SlackError("canvas_creation_failed")
    file = _make(call, call.text("title"))
    if channel is not None:
        file.access[channel.id] = "read"
    call.workspace.changed("_file", files=[file.id])
    return {"canvas_id": file.id}


@method("conversations.canvases.create")
async def create_for_channel(call: Call) -> Json:
    """The one canvas that belongs to a channel."""
    channel = call.workspace.channels.get(call.text("channel_id"))
    if channel is None or call.bot not in channel.members:
        raise SlackError("channel_canvas_creation_failed")
    if channel.canvas_id is not None:
        raise SlackError("channel_canvas_already_exists")
    file = _make(call, call.text("title") or channel.name)
    file.access[channel.id] = "write"
    channel.canvas_id = file.id
    call.workspace.changed("_channel", channel=channel.id)
    return {"canvas_id": file.id}


def _canvas(call: Call, *, write: bool = False) -> tuple[FileObject, dict[str, str]]:
    file = call.workspace.files.get(call.text("canvas_id"))
    if file is None or file.sections is None:
        raise SlackError("canvas_not_found")
    levels = [file.access.get(who) for who in (call.bot, *_channels_of(call))]
    if not any(levels):
        raise SlackError("canvas_not_found")
    if write and not {"write", "owner"}.intersection(filter(None, levels)):
        raise SlackError("restricted_action")
    return file, file.sections


def _channels_of(call: Call) -> list[str]:
    return [c.id for c in call.workspace.channels.values() if call.bot in c.members]


@method("canvases.edit")
async def edit(call: Call) -> Json:
    """Do one change to a canvas."""
    file, sections = _canvas(call, write=True)
    change = call.get("changes")[0]
    if not isinstance(change, dict) or "operation" not in change:
        raise invalid("changes must hold one object with an operation")
    operation = change["operation"]
    if operation == "rename":
        title = change.get("title_content") or {}
        file.title = str(title.get("markdown") or "") if isinstance(title, dict) else ""
    else:
        edited = _edited(call, sections, operation, change)
        if sum(len(part) + 2 for part in edited.values()) > MAX_MARKDOWN:
            raise SlackError("canvas_too_large")
        file.sections = edited
        file.size = len((file.markdown or "").encode())
    call.workspace.changed("_file", files=[file.id])
    return {}


def _edited(call: Call, sections: dict[str, str], operation: str, change: Json) -> dict[str, str]:
    anchor = str(change.get("section_id") or "")
    if (operation in _ANCHORED or anchor) and anchor not in sections:
        raise SlackError("canvas_editing_failed")
    new = _sections(call.workspace, _markdown(change.get("document_content")))
    if operation == "insert_at_start":
        return {**new, **sections}
    if operation == "insert_at_end":
        return {**sections, **new}
    if operation == "replace" and not anchor:
        return new
    if operation not in {"insert_before", "insert_after", "replace", "delete"}:
        raise SlackError("canvas_editing_failed")
    edited: dict[str, str] = {}
    for key, text in sections.items():
        edited |= _around(operation, {key: text}, new) if key == anchor else {key: text}
    return edited


def _around(operation: str, kept: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    if operation == "insert_before":
        return {**new, **kept}
    if operation == "insert_after":
        return {**kept, **new}
    return new if operation == "replace" else {}


@method("canvases.sections.lookup")
async def lookup_sections(call: Call) -> Json:
    """The ids of sections by kind of heading and text."""
    _, sections = _canvas(call)
    criteria = call.get("criteria")
    if not isinstance(criteria, dict) or not criteria:
        raise invalid("criteria must name section_types or contains_text")
    kinds = criteria.get("section_types") or []
    if any(kind not in _HEADINGS for kind in kinds):
        raise invalid("section_types must be among h1, h2, h3, any_header")
    text = str(criteria.get("contains_text") or "")
    found = [
        {"id": key}
        for key, part in sections.items()
        if text in part and (not kinds or any(re.match(_HEADINGS[k], part) for k in kinds))
    ]
    return {"sections": found}


@method("canvases.access.set")
async def set_access(call: Call) -> Json:
    """Let one channel or one user read or write a canvas."""
    file, _ = _canvas(call, write=True)
    channels, users = call.id_list("channel_ids"), call.id_list("user_ids")
    if bool(channels) == bool(users):
        raise SlackError("invalid_parameters")
    if channels and call.text("access_level") == "owner":
        raise SlackError("invalid_parameters")
    if any(c not in call.workspace.channels for c in channels):
        raise SlackError("channel_not_found")
    if any(u not in call.workspace.users for u in users):
        raise SlackError("user_not_found")
    for who in (*channels, *users):
        file.access[who] = call.text("access_level")
    return {}
