"""Writing, changing and deleting messages, with the events that follow from each."""

import re
from typing import Any

from fireline.sandbox.entities import App, Channel, Json, Message
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import message_json

MAX_TEXT = 40_000
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def with_block_ids(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """Blocks with the ids that Slack adds when the app gave none."""
    return [_with_action_ids(workspace, block) for block in blocks]


def _with_action_ids(workspace: Workspace, block: Json) -> Json:
    filled = dict(block)
    filled.setdefault("block_id", workspace.new_id("b"))
    if filled.get("type") in {"actions", "context_actions"}:
        filled["elements"] = [_identified(workspace, e) for e in filled.get("elements", [])]
    for key in ("accessory", "element"):
        if isinstance(filled.get(key), dict) and filled[key].get("type") != "image":
            filled[key] = _identified(workspace, filled[key])
    return filled


def _identified(workspace: Workspace, element: Json) -> Json:
    return element if "action_id" in element else {**element, "action_id": workspace.new_id("a")}


def post(workspace: Workspace, channel: Channel, draft: Message) -> Message:
    """Store a draft as a new message of the channel and tell everybody."""
    draft.channel = channel.id
    draft.ts = workspace.next_ts(channel)
    draft.text = draft.text[:MAX_TEXT]
    draft.blocks = with_block_ids(workspace, draft.blocks)
    if draft.is_reply and draft.reply_broadcast:
        draft.subtype = "thread_broadcast"
    channel.messages[draft.ts] = draft
    if draft.user:
        channel.last_read[draft.user] = draft.ts
    emit_message(workspace, channel, message_json(workspace, draft))
    _emit_mentions(workspace, channel, draft)
    return draft


def emit_message(workspace: Workspace, channel: Channel, body: Json) -> None:
    """Send a `message` event for a message body of that channel."""
    event = {
        **body,
        "type": "message",
        "channel": channel.id,
        "channel_type": channel.kind,
        "event_ts": body.get("event_ts", body["ts"]),
    }
    workspace.emit(event, channel=channel.id)


def _emit_mentions(workspace: Workspace, channel: Channel, message: Message) -> None:
    mentioned = set(_MENTION.findall(message.text))
    for app in workspace.apps.values():
        if app.bot_user_id not in mentioned or app.id == message.app_id or channel.is_im:
            continue
        body = message_json(workspace, message)
        event = {**body, "type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        workspace.emit(event, channel=channel.id, only_app=app.id)


def post_system(
    workspace: Workspace, channel: Channel, subtype: str, text: str, **extra: Any
) -> Message:
    """Store the line that Slack writes when somebody joins, renames, sets a topic, ..."""
    draft = Message(ts="", channel=channel.id, text=text, subtype=subtype)
    draft.user = extra.pop("user", None)
    draft.extra = extra
    return post(workspace, channel, draft)


def post_ephemeral(workspace: Workspace, channel: Channel, draft: Message) -> Message:
    """Show a draft to one user only; it never enters the history."""
    draft.channel = channel.id
    draft.ts = workspace.next_ts(channel)
    draft.blocks = with_block_ids(workspace, draft.blocks)
    workspace.ephemerals.append(draft)
    body = message_json(workspace, draft)
    workspace.changed("_ephemeral", channel=channel.id, user=draft.ephemeral_to, message=body)
    return draft


def update(
    workspace: Workspace, channel: Channel, message: Message, changes: Json, editor: str | None
) -> Message:
    """Change fields of a stored message and send `message_changed`."""
    before = message_json(workspace, message)
    if "blocks" in changes:
        changes["blocks"] = with_block_ids(workspace, changes["blocks"])
    for key, value in changes.items():
        setattr(message, key, value)
    if message.ephemeral_to:
        body = message_json(workspace, message)
        workspace.changed("_ephemeral", channel=channel.id, user=message.ephemeral_to, message=body)
        return message
    message.edited = {"user": editor, "ts": workspace.event_ts()}
    _emit_change(workspace, channel, message, before)
    return message


def _emit_change(workspace: Workspace, channel: Channel, message: Message, before: Json) -> None:
    after = message_json(workspace, message)
    event: Json = {"subtype": "message_changed", "message": after, "previous_message": before}
    _emit_hidden(workspace, channel, event)


def _emit_hidden(workspace: Workspace, channel: Channel, event: Json) -> None:
    ts = workspace.next_ts(channel)
    emit_message(workspace, channel, {**event, "hidden": True, "ts": ts, "event_ts": ts})


def delete(workspace: Workspace, channel: Channel, message: Message) -> None:
    """Remove a message; the parent of a thread stays as a tombstone."""
    before = message_json(workspace, message)
    if message.ephemeral_to:
        workspace.ephemerals.remove(message)
        workspace.changed(
            "_ephemeral", channel=channel.id, user=message.ephemeral_to, deleted_ts=message.ts
        )
        return
    if message.ts in channel.pins:
        channel.pins.remove(message.ts)
    if not message.is_reply and channel.thread(message.ts):
        tombstone = Message(
            ts=message.ts,
            channel=channel.id,
            text="This message was deleted.",
            user="USLACKBOT",
            subtype="tombstone",
            thread_ts=message.ts,
            deleted=True,
            extra={"hidden": True},
        )
        channel.messages[message.ts] = tombstone
    else:
        del channel.messages[message.ts]
    for file_id in message.files:
        file = workspace.files[file_id]
        file.shares = [share for share in file.shares if share != (channel.id, message.ts)]
    event: Json = {
        "subtype": "message_deleted",
        "deleted_ts": message.ts,
        "previous_message": before,
    }
    _emit_hidden(workspace, channel, event)


def share_files(
    workspace: Workspace, channel: Channel, draft: Message, file_ids: list[str]
) -> Message:
    """Post a draft that shows files, as `file_share`."""
    draft.files = list(file_ids)
    draft.subtype = "file_share"
    draft.channel = channel.id
    message = post(workspace, channel, draft)
    for file_id in file_ids:
        workspace.files[file_id].shares.append((channel.id, message.ts))
        event = {
            "type": "file_shared",
            "file_id": file_id,
            "user_id": draft.user,
            "file": {"id": file_id},
            "channel_id": channel.id,
            "event_ts": message.ts,
        }
        workspace.emit(event, channel=channel.id)
    return message


def find(channel: Channel, ts: str) -> Message:
    """The stored message with that timestamp, or `message_not_found`."""
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    return message


def from_app(app: App, arguments: Json) -> Message:
    """A draft written by an app's bot user from chat.postMessage-like arguments."""
    return Message(
        ts="",
        channel="",
        text=str(arguments.get("text") or arguments.get("markdown_text") or ""),
        user=app.bot_user_id,
        bot_id=app.bot_id,
        app_id=app.id,
        blocks=arguments.get("blocks") or [],
        attachments=arguments.get("attachments") or [],
        metadata=arguments.get("metadata") or None,
        thread_ts=arguments.get("thread_ts") or None,
        reply_broadcast=bool(arguments.get("reply_broadcast")),
        username=arguments.get("username"),
        icon_emoji=arguments.get("icon_emoji"),
    )


def fire_scheduled(workspace: Workspace) -> None:
    """Post the scheduled messages whose time has come."""
    now = workspace.clock.now()
    due = [m for m in workspace.scheduled.values() if m.post_at <= now]
    for waiting in sorted(due, key=lambda m: (m.post_at, m.id)):
        del workspace.scheduled[waiting.id]
        channel = workspace.channels[waiting.channel]
        if not channel.is_archived:
            post(workspace, channel, from_app(workspace.apps[waiting.app_id], waiting.arguments))
