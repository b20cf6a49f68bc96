"""JSON objects in Slack's shapes, made from stored state."""

from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fireline.sandbox.entities import (
    App,
    Channel,
    FileObject,
    Json,
    Message,
    User,
    UserGroup,
    View,
)
from fireline.sandbox.model import Workspace


def message_json(workspace: Workspace, message: Message, *, metadata: bool = True) -> Json:
    """A message as history, events and interaction payloads show it."""
    body: Json = {"type": "message", "text": message.text, "ts": message.ts}
    optional: Json = {
        "subtype": message.subtype,
        "user": message.user,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "username": message.username,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "edited": message.edited,
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if metadata else None,
    }
    body.update({key: value for key, value in optional.items() if value})
    if message.icon_emoji:
        body["icons"] = {"emoji": message.icon_emoji}
    if message.ephemeral_to:
        body["is_ephemeral"] = True
    if message.bot_id:
        body["bot_profile"] = bot_profile_json(workspace, message.bot_id)
    body["team"] = workspace.team_id
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if message.files:
        body["files"] = [file_json(workspace, workspace.files[f]) for f in message.files]
    channel = workspace.channels[message.channel]
    if message.ts in channel.pins:
        body["pinned_to"] = [channel.id]
    body.update(_thread_fields(channel, message))
    return {**body, **message.extra}


def _thread_fields(channel: Channel, message: Message) -> Json:
    if message.is_reply:
        parent = channel.messages.get(message.thread_ts or "")
        return {"parent_user_id": parent.user} if parent and parent.user else {}
    replies = channel.thread(message.ts)
    if not replies:
        return {}
    authors = list(dict.fromkeys(r.user for r in replies if r.user))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "latest_reply": replies[-1].ts,
        "reply_users": authors,
        "is_locked": False,
        "subscribed": False,
    }


def bot_profile_json(workspace: Workspace, bot_id: str) -> Json:
    """The `bot_profile` of a message that a bot wrote."""
    app = next((a for a in workspace.apps.values() if a.bot_id == bot_id), None)
    return {
        "id": bot_id,
        "app_id": app.id if app else "",
        "name": app.name if app else bot_id,
        "deleted": False,
        "updated": 0,
        "team_id": workspace.team_id,
    }


def channel_json(workspace: Workspace, channel: Channel, viewer: str | None = None) -> Json:
    """A conversation as conversations.info shows it to that viewer."""
    common: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.is_im,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": channel.created * 1000,
    }
    if channel.is_im:
        other = next((m for m in channel.members if m != viewer), viewer)
        return {**common, "user": other, "is_user_deleted": False, "priority": 0}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private and not channel.is_mpim,
        "is_group": channel.is_private and not channel.is_mpim,
        "is_mpim": channel.is_mpim,
        "is_private": channel.is_private,
        "is_general": channel.is_general,
        "unlinked": 0,
        "is_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "creator": channel.creator,
        "is_ext_shared": False,
        "shared_team_ids": [workspace.team_id],
        "pending_connected_team_ids": [],
        "is_member": viewer in channel.members,
        "topic": dict(channel.topic),
        "purpose": dict(channel.purpose),
        "previous_names": [],
    }


def user_json(workspace: Workspace, user: User, *, email: bool = True) -> Json:
    """A user as users.info shows it; the address only to apps that may read it."""
    at = datetime.fromtimestamp(workspace.clock.now(), UTC).astimezone(ZoneInfo(user.tz))
    offset = at.utcoffset()
    return {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": at.tzname() or user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": profile_json(workspace, user, email=email),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def profile_json(workspace: Workspace, user: User, *, email: bool = True) -> Json:
    """The profile part of a user."""
    profile: Json = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": user.color,
        "team": workspace.team_id,
    }
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id, "always_active": True}
    elif email and user.email:
        profile["email"] = user.email
    return profile


def view_json(workspace: Workspace, view: View) -> Json:
    """A view as the views methods and interaction payloads show it."""
    payload = view.payload
    app: App = workspace.apps[view.app_id]
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": view.type,
        "blocks": payload.get("blocks", []),
        "private_metadata": payload.get("private_metadata", ""),
        "callback_id": payload.get("callback_id", ""),
        "external_id": view.external_id,
        "state": {"values": view.state},
        "hash": view.hash,
        "title": payload.get("title"),
        "submit": payload.get("submit"),
        "close": payload.get("close"),
        "clear_on_close": payload.get("clear_on_close", False),
        "notify_on_close": payload.get("notify_on_close", False),
        "submit_disabled": payload.get("submit_disabled", False),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id or view.id,
        "app_id": view.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": app.bot_id,
    }


def file_url(workspace: Workspace, file: FileObject) -> str:
    """Where the sandbox serves the bytes of a file."""
    return f"{workspace.url}/files/{file.id}/{file.name}"


def file_json(workspace: Workspace, file: FileObject) -> Json:
    """A file as files.info and messages show it."""
    places, shares = _shares(workspace, file)
    extension = file.name.rpartition(".")[2].lower() if "." in file.name else ""
    url = file_url(workspace, file)
    body: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": "quip" if file.is_canvas else extension or "text",
        "pretty_type": "Canvas" if file.is_canvas else extension.upper() or "Plain Text",
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": file.is_canvas,
        "size": file.size,
        "mode": "quip" if file.is_canvas else "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(places["channels"]),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
        **places,
        "shares": shares,
        "comments_count": 0,
        "has_rich_preview": False,
        "file_access": "visible",
    }
    return {**body, "alt_txt": file.alt_text} if file.alt_text else body


def _shares(workspace: Workspace, file: FileObject) -> tuple[dict[str, list[str]], Json]:
    """Where a file is shared: ids by kind of channel, and the messages that show it."""
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    shares: dict[str, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for channel_id, ts in file.shares:
        channel = workspace.channels[channel_id]
        list_name = "ims" if channel.is_im else "groups" if channel.is_private else "channels"
        if channel_id not in places[list_name]:
            places[list_name].append(channel_id)
        side = "private" if channel.is_private or channel.is_im else "public"
        shares[side][channel_id].append({"ts": ts, "channel_name": channel.name})
    return places, {side: dict(by_channel) for side, by_channel in shares.items()}


def usergroup_json(workspace: Workspace, group: UserGroup, *, users: bool = False) -> Json:
    """A user group as usergroups.list shows it."""
    body: Json = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": 0 if not group.disabled else group.updated,
        "user_count": len(group.users),
        "prefs": {"channels": [], "groups": []},
    }
    return {**body, "users": list(group.users)} if users else body
