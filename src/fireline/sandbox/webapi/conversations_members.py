"""conversations.*: who is in a channel, and direct messages."""

from fireline.sandbox import membership
from fireline.sandbox.entities import Channel, Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.shapes import channel_json
from fireline.sandbox.webapi.arguments import invalid
from fireline.sandbox.webapi.conversations import refuse_direct, shown
from fireline.sandbox.webapi.paging import checked_limit, page
from fireline.sandbox.webapi.registry import Call, method

MAX_INVITED = 100
MAX_GROUP = 8
MAX_MEMBERS_PAGE = 1000


def _invite_error(call: Call, channel: Channel, user_id: str) -> str | None:
    user = call.workspace.users.get(user_id)
    if user is None:
        return "user_not_found"
    if user_id == call.bot:
        return "cant_invite_self"
    if user_id in channel.members:
        return "already_in_channel"
    return "cant_invite" if user.deleted else None


@method("conversations.invite")
async def invite(call: Call) -> Json:
    """Invite users; all or none, unless `force` lets the good ones in."""
    users = list(dict.fromkeys(call.id_list("users")))
    if not users:
        raise SlackError("no_user")
    if len(users) > MAX_INVITED:
        reason = f"users must have at most {MAX_INVITED} items"
        raise invalid(reason)
    channel = call.channel()
    refuse_direct(channel)
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    found = {user: _invite_error(call, channel, user) for user in users}
    errors = [{"user": u, "ok": False, "error": e} for u, e in found.items() if e is not None]
    good = [user for user, error in found.items() if error is None]
    if errors and (not good or not call.get("force")):
        raise SlackError(str(errors[0]["error"]), errors=errors)
    for user in good:
        membership.add_member(call.workspace, channel, user, call.bot)
    return {**shown(call, channel), **({"errors": errors} if errors else {})}


@method("conversations.kick")
async def kick(call: Call) -> Json:
    """Take a user out of a channel."""
    channel = call.channel()
    refuse_direct(channel)
    if channel.is_general:
        raise SlackError("cant_kick_from_general")
    if call.text("user") == call.bot:
        raise SlackError("cant_kick_self")
    user = call.user()
    if call.bot not in channel.members or user.id not in channel.members:
        raise SlackError("not_in_channel")
    membership.remove_member(call.workspace, channel, user.id)
    return {"errors": {}}


@method("conversations.join")
async def join(call: Call) -> Json:
    """Put the bot into a public channel."""
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    warned: Json = {}
    if call.bot in channel.members:
        warned = {
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    membership.add_member(call.workspace, channel, call.bot)
    return {**shown(call, channel), **warned}


@method("conversations.members")
async def members(call: Call) -> Json:
    """Who is in a conversation."""
    channel = call.channel()
    size = checked_limit(call.get("limit"), 100, MAX_MEMBERS_PAGE)
    listed, cursor = page(channel.members, call.text("cursor"), size)
    return {"members": listed, "response_metadata": {"next_cursor": cursor}}


@method("conversations.open")
async def open_conversation(call: Call) -> Json:
    """Open (or find) a direct or group message."""
    if call.text("channel"):
        channel = call.channel()
        if not channel.is_im and not channel.is_mpim:
            raise SlackError("method_not_supported_for_channel_type")
        return {"no_op": True, "already_open": True, "channel": _opened(call, channel)}
    users = _addressees(call)
    call.require_scope_for("im" if len(users) == 1 else "mpim")
    existing = membership.direct_channel(call.workspace, [call.bot, *users])
    if existing is not None:
        return {"no_op": True, "already_open": True, "channel": _opened(call, existing)}
    if call.get("prevent_creation"):
        raise SlackError("channel_not_found")
    channel = membership.open_direct(call.workspace, [call.bot, *users])
    return {"channel": _opened(call, channel)}


def _addressees(call: Call) -> list[str]:
    users = [u for u in dict.fromkeys(call.id_list("users")) if u != call.bot]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MAX_GROUP:
        raise SlackError("too_many_users")
    for user_id in users:
        user = call.workspace.users.get(user_id)
        if user is None:
            raise SlackError("user_not_found")
        if user.deleted:
            raise SlackError("user_disabled")
    return users


def _opened(call: Call, channel: Channel) -> Json:
    if call.get("return_im") or channel.is_mpim:
        return channel_json(call.workspace, channel, call.bot)
    return {"id": channel.id}
