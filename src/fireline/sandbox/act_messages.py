"""Writing, changing, reacting, pinning, joining and leaving, as a user does it."""

import base64
import binascii
import mimetypes

from fireline.sandbox import marks, membership, messages
from fireline.sandbox.act_interactions import answered
from fireline.sandbox.act_request import ActRequest, RefusalError, malformed
from fireline.sandbox.act_text import as_typed
from fireline.sandbox.entities import Channel, FileObject, Json, Message, User
from fireline.sandbox.payloads import random_id

MAX_TYPED = 12_000


def _draft(asked: ActRequest, user: User, channel: Channel, text: str) -> Message:
    draft = Message(ts="", channel=channel.id, user=user.id)
    draft.text = as_typed(asked.workspace, text)
    draft.extra = {"client_msg_id": random_id()}
    if asked.body.get("thread_ts"):
        parent = asked.message(user, channel, "thread_ts")
        if parent.ephemeral_to is not None or parent.is_reply:
            raise RefusalError("thread_not_found", "a thread starts at a message of the channel")
        draft.thread_ts = parent.ts
        draft.reply_broadcast = asked.flag("reply_broadcast") or asked.flag("broadcast")
    return draft


async def message(asked: ActRequest) -> Json:
    """Write a message or, with `thread_ts`, a reply."""
    user = asked.user()
    channel = asked.writable(user)
    text = asked.text("text")
    if not text.strip():
        raise malformed("text must not be empty")
    if len(text) > MAX_TYPED:
        raise RefusalError("msg_too_long", f"a user types at most {MAX_TYPED} characters")
    posted = messages.post(asked.workspace, channel, _draft(asked, user, channel, text))
    return answered(None, channel=channel.id, ts=posted.ts)


def _own(asked: ActRequest, code: str) -> tuple[User, Channel, Message]:
    user = asked.user()
    channel = asked.writable(user)
    found = asked.message(user, channel)
    if found.user != user.id or found.app_id or found.ephemeral_to:
        raise RefusalError(code, f"{user.name} did not write this message")
    return user, channel, found


async def edit(asked: ActRequest) -> Json:
    """Change the text of the user's own message."""
    user, channel, found = _own(asked, "cant_update_message")
    text = asked.text("text")
    if not text.strip():
        raise malformed("text must not be empty")
    changes: Json = {"text": as_typed(asked.workspace, text)}
    messages.update(asked.workspace, channel, found, changes, user.id)
    return answered(None, channel=channel.id, ts=found.ts)


async def delete(asked: ActRequest) -> Json:
    """Delete the user's own message."""
    _, channel, found = _own(asked, "cant_delete_message")
    messages.delete(asked.workspace, channel, found)
    return answered(None, channel=channel.id, ts=found.ts)


def _in_channel(asked: ActRequest) -> tuple[User, Channel, Message]:
    user = asked.user()
    channel = asked.writable(user)
    found = asked.message(user, channel)
    if found.ephemeral_to is not None:
        raise RefusalError("message_not_found", "that needs a message of the channel")
    return user, channel, found


async def reaction(asked: ActRequest) -> Json:
    """Add a reaction or, with `remove`, take the user's own away."""
    user, _, found = _in_channel(asked)
    name = asked.text("name", asked.body.get("reaction"))
    change = marks.remove_reaction if asked.flag("remove") else marks.add_reaction
    change(asked.workspace, found, user.id, name)
    return answered(None, ts=found.ts)


async def pin(asked: ActRequest) -> Json:
    """Pin a message or, with `remove`, unpin it."""
    user, channel, found = _in_channel(asked)
    change = marks.unpin if asked.flag("remove") else marks.pin
    change(asked.workspace, channel, found, user.id)
    return answered(None, ts=found.ts)


async def join(asked: ActRequest) -> Json:
    """Join a public channel."""
    user = asked.user()
    channel = asked.channel(user)
    if channel.is_archived:
        raise RefusalError("is_archived", f"#{channel.name} is archived")
    if user.id in channel.members:
        raise RefusalError("already_in_channel", f"{user.name} is in #{channel.name} already")
    membership.add_member(asked.workspace, channel, user.id)
    return answered(None, channel=channel.id)


async def leave(asked: ActRequest) -> Json:
    """Leave a channel."""
    user = asked.user()
    channel = asked.writable(user)
    if channel.is_general or channel.is_im:
        raise RefusalError("cant_leave_general", "nobody leaves this channel")
    membership.remove_member(asked.workspace, channel, user.id)
    return answered(None, channel=channel.id)


async def file(asked: ActRequest) -> Json:
    """Upload a file and share it in a channel."""
    workspace = asked.workspace
    user = asked.user()
    channel = asked.writable(user)
    name = asked.text("filename", asked.body.get("name"))
    data = _bytes_of(asked)
    draft = _draft(asked, user, channel, asked.text("text", ""))
    stored = FileObject(
        id=workspace.new_id("F"),
        name=name,
        title=asked.text("title", name),
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=len(data),
        user=user.id,
        created=int(workspace.clock.now()),
        data=data,
        uploaded=True,
        completed=True,
    )
    workspace.files[stored.id] = stored
    posted = messages.share_files(workspace, channel, draft, [stored.id])
    return answered(None, channel=channel.id, ts=posted.ts, file=stored.id)


def _bytes_of(asked: ActRequest) -> bytes:
    if "content_base64" not in asked.body:
        return asked.text("content").encode()
    try:
        return base64.b64decode(asked.text("content_base64"), validate=True)
    except binascii.Error as error:
        raise malformed(f"content_base64 is not base64: {error}") from error
