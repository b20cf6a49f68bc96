"""bookmarks.*."""

from urllib.parse import urlsplit

from fireline.sandbox.entities import Channel, Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.webapi.registry import Call, method

MAX_BOOKMARKS = 100
MAX_LINK = 2048


def _checked_link(link: str) -> str:
    parts = urlsplit(link)
    if len(link) > MAX_LINK or parts.scheme not in {"http", "https"} or not parts.netloc:
        raise SlackError("invalid_link")
    return link


def _channel(call: Call) -> Channel:
    channel = call.channel("channel_id")
    if call.bot not in channel.members:
        raise SlackError("channel_not_found")
    return channel


@method("bookmarks.add")
async def add(call: Call) -> Json:
    """Put a link into a channel's bar."""
    channel = _channel(call)
    if call.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    link = _checked_link(call.text("link"))
    if len(channel.bookmarks) >= MAX_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    now = int(call.workspace.clock.now())
    bookmark: Json = {
        "id": call.workspace.new_id("Bk"),
        "channel_id": channel.id,
        "title": call.text("title"),
        "link": link,
        "emoji": call.text("emoji"),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": now,
        "date_updated": 0,
        "rank": f"{len(channel.bookmarks):04d}",
        "last_updated_by_user_id": call.bot,
        "last_updated_by_team_id": call.workspace.team_id,
        "shortcut_id": None,
        "app_id": call.app.id,
    }
    channel.bookmarks[bookmark["id"]] = bookmark
    call.workspace.changed("_channel", channel=channel.id)
    return {"bookmark": dict(bookmark)}


def _bookmark(call: Call, channel: Channel) -> Json:
    bookmark = channel.bookmarks.get(call.text("bookmark_id"))
    if bookmark is None:
        raise SlackError("not_found")
    return bookmark


@method("bookmarks.edit")
async def edit(call: Call) -> Json:
    """Change title, link or emoji of a bookmark."""
    channel = _channel(call)
    bookmark = _bookmark(call, channel)
    if call.text("link"):
        bookmark["link"] = _checked_link(call.text("link"))
    for key in ("title", "emoji"):
        if call.get(key) is not None:
            bookmark[key] = call.text(key)
    bookmark["date_updated"] = int(call.workspace.clock.now())
    call.workspace.changed("_channel", channel=channel.id)
    return {"bookmark": dict(bookmark)}


@method("bookmarks.remove")
async def remove(call: Call) -> Json:
    """Take a bookmark away."""
    channel = _channel(call)
    del channel.bookmarks[_bookmark(call, channel)["id"]]
    call.workspace.changed("_channel", channel=channel.id)
    return {}


@method("bookmarks.list")
async def list_bookmarks(call: Call) -> Json:
    """The bookmarks of a channel."""
    return {"bookmarks": [dict(b) for b in _channel(call).bookmarks.values()]}
