"""chat.update and chat.delete."""

from fireline.sandbox import messages
from fireline.sandbox.entities import Channel, Json, Message
from fireline.sandbox.errors import SlackError
from fireline.sandbox.shapes import message_json
from fireline.sandbox.webapi.content import checked_content
from fireline.sandbox.webapi.registry import Call, method

MAX_UPDATE_TEXT = 4_000


def _own_message(call: Call, channel: Channel, refusal: str) -> Message:
    message = messages.find(channel, call.text("ts"))
    if message.app_id != call.app.id:
        raise SlackError(refusal)
    return message


@method("chat.update")
async def update(call: Call) -> Json:
    """Change a message of the app; blocks and attachments that are not sent stay."""
    text = call.text("text") or call.text("markdown_text")
    if len(call.text("text")) > MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content = checked_content(call, too_long="msg_too_long")
    channel = call.channel()
    message = _own_message(call, channel, "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    changes: Json = {"text": text} if text else {}
    for key in ("blocks", "attachments", "metadata"):
        if content.get(key) is not None:
            changes[key] = content[key] or ([] if key != "metadata" else None)
    if content.get("reply_broadcast") and message.is_reply:
        changes |= {"reply_broadcast": True, "subtype": "thread_broadcast"}
    messages.update(call.workspace, channel, message, changes, call.bot)
    body = message_json(call.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": body}


@method("chat.delete")
async def delete(call: Call) -> Json:
    """Delete a message of the app."""
    channel = call.channel()
    message = _own_message(call, channel, "cant_delete_message")
    messages.delete(call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}
