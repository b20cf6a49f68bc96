"""What an app may post to a response_url: five answers within thirty minutes."""

import json
from typing import Any

from fireline.sandbox import messages
from fireline.sandbox.blockkit import validate_message
from fireline.sandbox.entities import Channel, Json, Message, ResponseUrl
from fireline.sandbox.model import Workspace

MAX_USES = 5
MAX_AGE_SECONDS = 30 * 60


def answer_response_url(workspace: Workspace, token: str, body: Json) -> tuple[int, Json]:
    """Do what the app asks; returns the HTTP status and the answer, both also journalled."""
    status, answer = _answer(workspace, token, body)
    workspace.journal.add("response_url", token=token, body=body, status=status, answer=answer)
    return status, answer


def _refused(error: str, status: int = 200) -> tuple[int, Json]:
    return status, {"ok": False, "error": error}


def _answer(workspace: Workspace, token: str, body: Json) -> tuple[int, Json]:
    handle = workspace.response_urls.get(token)
    if handle is None:
        return _refused("invalid_url", 404)
    too_old = workspace.clock.now() - handle.issued_at > MAX_AGE_SECONDS
    if handle.uses >= MAX_USES or too_old:
        return _refused("expired_url", 404)
    handle.uses += 1
    for key in ("blocks", "attachments"):
        if isinstance(body.get(key), str):
            body[key] = _decoded(body[key])
    channel = workspace.channels[handle.channel]
    original = _original(workspace, channel, handle)
    if body.get("delete_original"):
        return _delete(workspace, channel, original)
    if not any(body.get(key) for key in ("text", "blocks", "attachments")):
        return _refused("no_text", 400)
    if validate_message(_content(body)):
        return _refused("invalid_blocks", 400)
    return _write(workspace, channel, handle, body, original)


def _delete(workspace: Workspace, channel: Channel, original: Message | None) -> tuple[int, Json]:
    if original is None:
        return _refused("message_not_found", 404)
    messages.delete(workspace, channel, original)
    return 200, {"ok": True}


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _content(body: Json) -> Json:
    return {key: body[key] for key in ("text", "blocks", "attachments") if body.get(key)}


def _original(workspace: Workspace, channel: Channel, handle: ResponseUrl) -> Message | None:
    if handle.message_ts is None:
        return None
    if handle.message_ts in channel.messages:
        return channel.messages[handle.message_ts]
    return next((m for m in workspace.ephemerals if m.ts == handle.message_ts), None)


def _write(
    workspace: Workspace,
    channel: Channel,
    handle: ResponseUrl,
    body: Json,
    original: Message | None,
) -> tuple[int, Json]:
    app = workspace.apps[handle.app]
    if body.get("replace_original"):
        if original is None:
            return _refused("message_not_found", 404)
        changes = {
            "text": str(body.get("text") or ""),
            "blocks": body.get("blocks") or [],
            "attachments": body.get("attachments") or [],
        }
        messages.update(workspace, channel, original, changes, app.bot_user_id)
        return 200, {"ok": True}
    draft = messages.from_app(app, body)
    draft.thread_ts = body.get("thread_ts") or handle.thread_ts
    if body.get("response_type") == "in_channel":
        messages.post(workspace, channel, draft)
    else:
        draft.ephemeral_to = handle.user
        messages.post_ephemeral(workspace, channel, draft)
    return 200, {"ok": True}
