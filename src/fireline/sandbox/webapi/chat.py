"""chat.*: posting, ephemerals, permalinks, scheduled messages."""

from fireline.sandbox import messages
from fireline.sandbox.entities import Channel, Json, ScheduledMessage
from fireline.sandbox.errors import SlackError
from fireline.sandbox.membership import open_direct
from fireline.sandbox.shapes import message_json
from fireline.sandbox.webapi.content import checked_content
from fireline.sandbox.webapi.limits import spend_posting
from fireline.sandbox.webapi.paging import micros, page
from fireline.sandbox.webapi.registry import Call, method

MAX_SCHEDULED_AHEAD = 120 * 24 * 3600
MAX_SCHEDULED_PER_WINDOW = 30
SCHEDULE_WINDOW_SECONDS = 300
MAX_TEXT = 40_000
_UNTHREADED = frozenset({"channel_join", "channel_leave", "tombstone"})


def target_channel(call: Call) -> Channel:
    """Where chat.postMessage goes: a channel id or name, or a user id for a direct message."""
    named = call.text("channel")
    user = call.workspace.users.get(named)
    channel = (
        open_direct(call.workspace, [call.bot, user.id])
        if user is not None
        else call.workspace.channel_named(named)
    )
    if channel is None or not call.may_see(channel):
        raise SlackError("channel_not_found")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members and "chat:write.public" not in call.app.scopes:
        raise SlackError("not_in_channel")
    return channel


def check_thread(call: Call, channel: Channel) -> None:
    """Raise `cannot_reply_to_message` unless thread_ts names a parent in the channel."""
    ts = call.text("thread_ts")
    if not ts:
        return
    parent = channel.messages.get(ts)
    if parent is None or parent.is_reply or parent.subtype in _UNTHREADED:
        raise SlackError("cannot_reply_to_message")


@method("chat.postMessage")
async def post_message(call: Call) -> Json:
    """Post a message as the app's bot user."""
    content = checked_content(call)
    channel = target_channel(call)
    check_thread(call, channel)
    spend_posting(call.workspace, channel.id)
    draft = messages.from_app(call.app, content)
    message = messages.post(call.workspace, channel, draft)
    answer: Json = {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(call.workspace, message),
    }
    if len(str(content.get("text") or "")) > messages.MAX_TEXT:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


@method("chat.postEphemeral")
async def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of a channel."""
    content = checked_content(call, too_long="msg_too_long")
    if len(str(content.get("text") or "")) > MAX_TEXT:
        raise SlackError("msg_too_long")
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    if call.text("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    check_thread(call, channel)
    draft = messages.from_app(call.app, content)
    draft.ephemeral_to = call.text("user")
    return {"message_ts": messages.post_ephemeral(call.workspace, channel, draft).ts}


@method("chat.getPermalink")
async def get_permalink(call: Call) -> Json:
    """The address of a message, on this sandbox."""
    channel = call.channel()
    message = messages.find(channel, call.text("message_ts"))
    link = f"{call.workspace.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _check_time(call: Call, channel: Channel) -> int:
    post_at = call.get("post_at")
    if not isinstance(post_at, int):
        raise SlackError("invalid_time")
    now = call.workspace.clock.now()
    if post_at <= now:
        raise SlackError("time_in_past")
    if post_at > now + MAX_SCHEDULED_AHEAD:
        raise SlackError("time_too_far")
    window = post_at // SCHEDULE_WINDOW_SECONDS
    waiting = [
        m
        for m in call.workspace.scheduled.values()
        if m.channel == channel.id and m.post_at // SCHEDULE_WINDOW_SECONDS == window
    ]
    if len(waiting) >= MAX_SCHEDULED_PER_WINDOW:
        raise SlackError("restricted_too_many")
    return post_at


@method("chat.scheduleMessage")
async def schedule_message(call: Call) -> Json:
    """Keep a message until its time."""
    content = checked_content(call, too_long="msg_too_long")
    if len(str(content.get("text") or "")) > MAX_TEXT:
        raise SlackError("msg_too_long")
    channel = target_channel(call)
    post_at = _check_time(call, channel)
    waiting = ScheduledMessage(
        id=call.workspace.new_id("Q"),
        channel=channel.id,
        app_id=call.app.id,
        post_at=post_at,
        created=int(call.workspace.clock.now()),
        arguments=content,
    )
    call.workspace.scheduled[waiting.id] = waiting
    return {
        "channel": channel.id,
        "scheduled_message_id": waiting.id,
        "post_at": post_at,
        "message": {
            "type": "delayed_message",
            "text": str(content.get("text") or ""),
            "user": call.bot,
            "bot_id": call.app.bot_id,
            "team": call.workspace.team_id,
        },
    }


@method("chat.deleteScheduledMessage")
async def delete_scheduled_message(call: Call) -> Json:
    """Forget a message that waits."""
    channel = call.channel()
    waiting = call.workspace.scheduled.get(call.text("scheduled_message_id"))
    if waiting is None or waiting.channel != channel.id or waiting.app_id != call.app.id:
        raise SlackError("invalid_scheduled_message_id")
    del call.workspace.scheduled[waiting.id]
    return {}


@method("chat.scheduledMessages.list")
async def list_scheduled_messages(call: Call) -> Json:
    """The app's waiting messages, soonest first."""
    named = call.text("channel")
    if named and named not in call.workspace.channels:
        raise SlackError("invalid_channel")
    waiting = [
        m
        for m in call.workspace.scheduled.values()
        if m.app_id == call.app.id and (not named or m.channel == named) and _in_range(call, m)
    ]
    waiting.sort(key=lambda m: (m.post_at, m.id))
    listed, cursor = page(waiting, call.text("cursor"), call.get("limit") or 100)
    return {
        "scheduled_messages": [
            {
                "id": m.id,
                "channel_id": m.channel,
                "post_at": m.post_at,
                "date_created": m.created,
                "text": str(m.arguments.get("text") or ""),
            }
            for m in listed
        ],
        "response_metadata": {"next_cursor": cursor},
    }


def _in_range(call: Call, waiting: ScheduledMessage) -> bool:
    at = waiting.post_at * 1_000_000
    oldest = micros(call.text("oldest") or "0", "invalid_arguments")
    latest = call.text("latest")
    return oldest <= at and (not latest or at <= micros(latest, "invalid_arguments"))
