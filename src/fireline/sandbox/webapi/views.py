"""views.*: modals opened with a trigger, updates, and the Home."""

import json
import secrets

from fireline.sandbox.blockkit import validate_view
from fireline.sandbox.entities import Json, Trigger, View
from fireline.sandbox.errors import SlackError
from fireline.sandbox.messages import with_block_ids
from fireline.sandbox.model import TRIGGER_SECONDS, Workspace
from fireline.sandbox.shapes import view_json
from fireline.sandbox.webapi.arguments import invalid
from fireline.sandbox.webapi.content import check_slack_files
from fireline.sandbox.webapi.registry import Call, method

MAX_VIEW_BYTES = 250_000
MAX_STACK = 3


def new_hash(workspace: Workspace) -> str:
    """A fresh view hash: time and a random tail, as Slack's look."""
    return f"{int(workspace.clock.now())}.{secrets.token_hex(4)}"


def _checked_view(call: Call, kind: str) -> Json:
    payload = call.get("view")
    if not isinstance(payload, dict):
        raise invalid("view must be an object")
    if len(json.dumps(payload).encode()) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    if payload.get("type") != kind:
        reason = f"view must be of type {kind} [json-pointer:/view/type]"
        raise invalid(reason)
    problems = validate_view(payload)
    if problems:
        raise invalid(*(f"{p.message} [json-pointer:/view{p.pointer}]" for p in problems))
    check_slack_files(call, payload)
    return {**payload, "blocks": with_block_ids(call.workspace, payload["blocks"])}


def _check_external_id(call: Call, external_id: str, own: View | None = None) -> None:
    taken = any(
        v.external_id == external_id and v.app_id == call.app.id and v.is_open and v is not own
        for v in call.workspace.views.values()
    )
    if external_id and taken:
        raise SlackError("duplicate_external_id")


def _spend_trigger(call: Call) -> Trigger:
    handle = call.text("trigger_id") or call.text("interactivity_pointer")
    if not handle:
        raise invalid("missing required field: trigger_id or interactivity_pointer")
    trigger = call.workspace.triggers.get(handle)
    if trigger is None or trigger.app != call.app.id:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.workspace.clock.now() - trigger.issued_at > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    return trigger


def make_view(
    workspace: Workspace, app_id: str, user: str, payload: Json, previous: View | None = None
) -> View:
    """Store a checked payload as a view; on top of `previous` when it is pushed."""
    view = View(
        id=workspace.new_id("V"),
        app_id=app_id,
        user=user,
        type=payload["type"],
        payload=payload,
        hash=new_hash(workspace),
        external_id=str(payload.get("external_id") or ""),
        previous_id=previous.id if previous else None,
    )
    view.root_id = (previous.root_id or previous.id) if previous else view.id
    workspace.views[view.id] = view
    return view


def replace_payload(workspace: Workspace, view: View, payload: Json) -> None:
    """Give a view other content; what the user typed stays where the input stays."""
    view.payload = payload
    view.hash = new_hash(workspace)
    view.external_id = str(payload.get("external_id") or "")
    kept: dict[str, Json] = {}
    for block in payload["blocks"]:
        values = view.state.get(block["block_id"], {})
        action_id = (block.get("element") or block.get("accessory") or {}).get("action_id")
        actions = {action_id, *(e.get("action_id") for e in block.get("elements", []))}
        same = {key: value for key, value in values.items() if key in actions}
        if same:
            kept[block["block_id"]] = same
    view.state = kept
    workspace.changed("_home" if view.type == "home" else "_view", user=view.user, view=view.id)


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(call.workspace, view)}


@method("views.open")
async def open_view(call: Call) -> Json:
    """Open a modal for the user of a fresh trigger."""
    payload = _checked_view(call, "modal")
    trigger = _spend_trigger(call)
    _check_external_id(call, str(payload.get("external_id") or ""))
    trigger.used = True
    for old in call.workspace.open_modals(trigger.user):
        old.is_open = False
    view = make_view(call.workspace, call.app.id, trigger.user, payload)
    call.workspace.modals[trigger.user] = [view.id]
    call.workspace.changed("_view", user=trigger.user, view=view.id)
    return _answer(call, view)


@method("views.push")
async def push_view(call: Call) -> Json:
    """Put a modal on top of the open one; at most three."""
    payload = _checked_view(call, "modal")
    trigger = _spend_trigger(call)
    stack = call.workspace.open_modals(trigger.user)
    if not stack or stack[-1].app_id != call.app.id:
        raise SlackError("not_found")
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    _check_external_id(call, str(payload.get("external_id") or ""))
    trigger.used = True
    view = make_view(call.workspace, call.app.id, trigger.user, payload, stack[-1])
    call.workspace.modals[trigger.user].append(view.id)
    call.workspace.changed("_view", user=trigger.user, view=view.id)
    return _answer(call, view)


def _find_view(call: Call) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise invalid("missing required field: view_id or external_id")
    for view in call.workspace.views.values():
        named = view.id == view_id if view_id else view.external_id == external_id
        if named and view.app_id == call.app.id and view.is_open:
            return view
    raise SlackError("not_found")


@method("views.update")
async def update_view(call: Call) -> Json:
    """Change an open view; with `hash`, only when nobody else did."""
    view = _find_view(call)
    payload = _checked_view(call, view.type)
    if call.text("hash") and call.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    _check_external_id(call, str(payload.get("external_id") or ""), view)
    replace_payload(call.workspace, view, payload)
    return _answer(call, view)


@method("views.publish")
async def publish_view(call: Call) -> Json:
    """Set a user's Home."""
    if not call.app.home_enabled:
        raise SlackError("not_enabled")
    user = call.workspace.users.get(call.text("user_id"))
    if user is None or user.deleted:
        raise invalid("user_id names no active user")
    payload = _checked_view(call, "home")
    key = (call.app.id, user.id)
    view = call.workspace.homes.get(key)
    if call.text("hash") and view is not None and call.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    _check_external_id(call, str(payload.get("external_id") or ""), view)
    if view is None:
        view = make_view(call.workspace, call.app.id, user.id, payload)
        call.workspace.homes[key] = view
        call.workspace.changed("_home", user=user.id, view=view.id)
    else:
        replace_payload(call.workspace, view, payload)
    return _answer(call, view)
