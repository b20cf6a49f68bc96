"""Bodies of interactions and commands, in Slack's shapes, made from stored state."""

import secrets

from fireline.sandbox.act_places import Place
from fireline.sandbox.entities import App, Channel, Json, Message, User, View
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import message_json, view_json

DIRECT_NAMES = {"im": "directmessage", "mpim": "mpdm", "group": "privategroup"}


def event_moment(workspace: Workspace) -> str:
    """Return the present as `action_ts` shows it."""
    return f"{workspace.clock.now():.6f}"


def _common(workspace: Workspace, app: App, user: User, kind: str) -> Json:
    return {
        "type": kind,
        "token": app.verification_token,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": workspace.team_id,
        },
        "api_app_id": app.id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": DIRECT_NAMES.get(channel.kind, channel.name)}


def _container(place: Place) -> Json:
    if place.view is not None:
        return {"type": "view", "view_id": place.view.id}
    message = place.message
    if message is None:
        return {}
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return container


def _scene(workspace: Workspace, place: Place) -> Json:
    """The message or view of a place; Slack leaves an ephemeral message out."""
    scene: Json = {"container": _container(place)}
    if place.view is not None:
        scene["view"] = view_json(workspace, place.view)
        scene["view"]["state"] = {"values": place.state(workspace)}
        return scene
    if place.channel is not None and place.message is not None:
        scene["channel"] = _channel(place.channel)
        if place.message.ephemeral_to is None:
            scene["message"] = message_json(workspace, place.message)
    return scene


def block_actions(workspace: Workspace, place: Place, action: Json) -> Json:
    """Return the body of a click, with a fresh trigger and, for messages, a response_url."""
    body = _common(workspace, place.app, place.user, "block_actions")
    body |= _scene(workspace, place)
    view_id = place.view.id if place.view else None
    body["trigger_id"] = workspace.issue_trigger(place.user.id, place.app.id, view_id=view_id)
    if place.message is not None:
        body["state"] = {"values": place.state(workspace)}
        body["response_url"] = _response_url(workspace, place)
    body["actions"] = [{**action, "action_ts": event_moment(workspace)}]
    return body


def _response_url(workspace: Workspace, place: Place) -> str:
    message = place.message
    return workspace.issue_response_url(
        app=place.app.id,
        channel=place.channel.id if place.channel else "",
        user=place.user.id,
        message_ts=message.ts if message else None,
        thread_ts=message.thread_ts if message else None,
    )


def block_suggestion(
    workspace: Workspace, place: Place, where: tuple[str, str], query: str
) -> Json:
    """Return the body that asks an app for the options of an external menu."""
    block_id, action_id = where
    body = _common(workspace, place.app, place.user, "block_suggestion")
    body |= _scene(workspace, place)
    return {**body, "block_id": block_id, "action_id": action_id, "value": query}


def view_submission(workspace: Workspace, place: Place, view: View) -> Json:
    """Return the body of a submission, with every value the view holds."""
    body = _common(workspace, place.app, place.user, "view_submission")
    body["trigger_id"] = workspace.issue_trigger(place.user.id, place.app.id, view_id=view.id)
    body["view"] = {**view_json(workspace, view), "state": {"values": place.state(workspace)}}
    return {**body, "response_urls": view.response_urls}


def view_closed(workspace: Workspace, place: Place, view: View, *, is_cleared: bool) -> Json:
    """Return the body an app gets when a view was closed unsent."""
    body = _common(workspace, place.app, place.user, "view_closed")
    return {**body, "view": view_json(workspace, view), "is_cleared": is_cleared}


def shortcut(workspace: Workspace, app: App, user: User, callback_id: str) -> Json:
    """Return the body of a global shortcut."""
    body = _common(workspace, app, user, "shortcut")
    body["trigger_id"] = workspace.issue_trigger(user.id, app.id)
    return {**body, "callback_id": callback_id, "action_ts": event_moment(workspace)}


def message_action(
    workspace: Workspace, app: App, user: User, callback_id: str, on: tuple[Channel, Message]
) -> Json:
    """Return the body of a shortcut chosen from a message's menu."""
    channel, message = on
    place = Place(user, app, channel=channel, message=message)
    return {
        **_common(workspace, app, user, "message_action"),
        "callback_id": callback_id,
        "action_ts": event_moment(workspace),
        "trigger_id": workspace.issue_trigger(user.id, app.id),
        "response_url": _response_url(workspace, place),
        "message_ts": message.ts,
        "channel": _channel(channel),
        "message": message_json(workspace, message),
    }


def slash_command(
    workspace: Workspace, app: App, user: User, channel: Channel, typed: tuple[str, str]
) -> Json:
    """Return the fields of a slash command; over HTTP they are sent as a form."""
    command, text = typed
    return {
        "token": app.verification_token,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": _channel(channel)["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": workspace.issue_response_url(app=app.id, channel=channel.id, user=user.id),
        "trigger_id": workspace.issue_trigger(user.id, app.id),
    }


def random_id() -> str:
    """Return the client_msg_id of something a user typed."""
    return secrets.token_hex(16)
