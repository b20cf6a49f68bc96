"""conversations.*: history, replies, list, info."""

from collections.abc import Iterable

from fireline.sandbox.entities import Channel, Json, Message
from fireline.sandbox.errors import SlackError
from fireline.sandbox.shapes import channel_json, message_json
from fireline.sandbox.webapi.limits import page_size
from fireline.sandbox.webapi.paging import (
    checked_limit,
    decode_cursor,
    encode_cursor,
    micros,
    page,
)
from fireline.sandbox.webapi.registry import Call, method

MAX_PAGE = 999
MAX_REPLIES = 1000
_KINDS = {"public_channel": "channel", "private_channel": "group", "mpim": "mpim", "im": "im"}


def _window(call: Call, found: Iterable[Message]) -> list[Message]:
    oldest = micros(call.text("oldest") or "0", "invalid_ts_oldest")
    named = call.text("latest")
    latest = micros(named, "invalid_ts_latest") if named and named != "now" else None
    inclusive = bool(call.get("inclusive"))

    def inside(message: Message) -> bool:
        at = micros(message.ts, "invalid_ts_latest")
        if inclusive:
            return oldest <= at and (latest is None or at <= latest)
        return oldest < at and (latest is None or at < latest)

    return [m for m in found if inside(m)]


def _shown(call: Call, found: list[Message]) -> list[Json]:
    metadata = bool(call.get("include_all_metadata"))
    return [message_json(call.workspace, m, metadata=metadata) for m in found]


def _asked(call: Call) -> int | None:
    limit = call.get("limit")
    return limit if isinstance(limit, int) else None


@method("conversations.history")
async def history(call: Call) -> Json:
    """Messages of a conversation, newest first, without thread replies."""
    channel = call.channel(member=True)
    top = [m for m in channel.messages.values() if not m.is_reply or m.reply_broadcast]
    found = list(reversed(_window(call, top)))
    cursor = call.text("cursor")
    if cursor:
        before = micros(decode_cursor(cursor), "invalid_cursor")
        found = [m for m in found if micros(m.ts, "invalid_cursor") < before]
    size = page_size(call.app, _asked(call), 100, MAX_PAGE)
    listed, rest = found[:size], found[size:]
    answer: Json = {
        "messages": _shown(call, listed),
        "has_more": bool(rest),
        "pin_count": len(channel.pins),
    }
    next_cursor = encode_cursor(listed[-1].ts) if rest else ""
    return {**answer, "response_metadata": {"next_cursor": next_cursor}}


@method("conversations.replies")
async def replies(call: Call) -> Json:
    """A thread, the parent first; a reply's own ts gives that reply alone."""
    channel = call.channel()
    head = channel.messages.get(call.text("ts"))
    if head is None:
        raise SlackError("thread_not_found")
    rest = [] if head.is_reply else _window(call, channel.thread(head.ts))
    size = page_size(call.app, _asked(call), MAX_REPLIES, MAX_REPLIES)
    cursor = call.text("cursor")
    listed, next_cursor = page([head, *rest], cursor, size)
    return {
        "messages": _shown(call, listed),
        "has_more": bool(next_cursor),
        "response_metadata": {"next_cursor": next_cursor},
    }


def _kinds(call: Call) -> set[str]:
    asked = [t.strip() for t in (call.text("types") or "public_channel").split(",")]
    if not set(asked) <= set(_KINDS):
        raise SlackError("invalid_types")
    kinds = {_KINDS[name] for name in asked}
    for kind in sorted(kinds):
        call.require_scope_for(kind)
    return kinds


def _listing(call: Call, channels: list[Channel]) -> Json:
    if call.get("exclude_archived"):
        channels = [c for c in channels if not c.is_archived]
    size = checked_limit(call.get("limit"), 100, MAX_PAGE)
    listed, cursor = page(channels, call.text("cursor"), size)
    return {
        "channels": [
            {
                **channel_json(call.workspace, c, call.bot),
                **({} if c.is_im else {"num_members": len(c.members)}),
            }
            for c in listed
        ],
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.list")
async def list_conversations(call: Call) -> Json:
    """The conversations the app may see, by kind."""
    kinds = _kinds(call)
    visible = [c for c in call.workspace.channels.values() if c.kind in kinds and call.may_see(c)]
    return _listing(call, visible)


@method("users.conversations")
async def user_conversations(call: Call) -> Json:
    """The conversations a user (the bot by default) is in."""
    kinds = _kinds(call)
    user = call.text("user") or call.bot
    visible = [c for c in call.workspace.channels.values() if c.kind in kinds and call.may_see(c)]
    return _listing(call, [c for c in visible if user in c.members])


@method("conversations.info")
async def info(call: Call) -> Json:
    """One conversation."""
    channel = call.channel()
    body = channel_json(call.workspace, channel, call.bot)
    if call.get("include_num_members"):
        body["num_members"] = len(channel.members)
    if call.bot in channel.members:
        body["last_read"] = channel.last_read.get(call.bot, "0000000000.000000")
    return {"channel": body}
