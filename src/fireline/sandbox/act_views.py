"""Submitting and closing modals, opening the Home tab, as a user does it."""

from fireline.sandbox import membership, payloads
from fireline.sandbox.act_interactions import answered, failure_of, interact, with_offered
from fireline.sandbox.act_places import Place, elements_of
from fireline.sandbox.act_request import ActRequest, RefusalError, app_of, malformed
from fireline.sandbox.act_values import initial_value, is_empty, keeps_state, picked
from fireline.sandbox.blockkit import validate_view
from fireline.sandbox.entities import App, Json, View
from fireline.sandbox.messages import with_block_ids
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import view_json
from fireline.sandbox.webapi.views import MAX_STACK, make_view, replace_payload

TROUBLE = "We had some trouble connecting. Try again?"


def _modal(asked: ActRequest) -> Place:
    user = asked.user()
    view = asked.view(user)
    if view.type != "modal":
        raise RefusalError("view_not_open", "a Home view is neither submitted nor closed")
    return Place(user, app_of(asked.workspace, view.app_id), view=view)


async def submit(asked: ActRequest) -> Json:
    """Send the open modal with these values and do what the app answers."""
    place = _modal(asked)
    view = place.view
    if view is None or not view.payload.get("submit"):
        raise RefusalError("view_not_submittable", "this view has no submit button")
    _fill(asked, place)
    body = payloads.view_submission(asked.workspace, place, view)
    ack = await interact(asked.workspace, place.app, body)
    failed = failure_of("The form", ack)
    if failed is not None:
        return answered(ack, f"{TROUBLE} {failed}")
    return {**answered(ack), **_follow(asked.workspace, place, view, ack.payload or {})}


def _fill(asked: ActRequest, place: Place) -> None:
    """Check every value before any is kept, as a client shows all mistakes at once."""
    values = asked.body.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(v, dict) for v in values.values()):
        raise malformed("values must be {block_id: {action_id: value}}")
    known = {
        (str(block.get("block_id")), str(element.get("action_id"))): (block, element)
        for block, element in elements_of(place.blocks)
        if keeps_state(element)
    }
    wanted = [(block, action) for block, actions in values.items() for action in actions]
    for key in wanted:
        if key not in known:
            raise RefusalError("element_not_found", f"this view has no {key[0]!r} / {key[1]!r}")
    mistakes: dict[str, str] = {}
    entries: dict[tuple[str, str], Json] = {}
    first: RefusalError | None = None
    for (block_id, action_id), (block, element) in known.items():
        try:
            entries[block_id, action_id] = _value_of(asked.workspace, place, block, element, values)
        except RefusalError as refusal:
            first = first or refusal
            mistakes[block_id] = refusal.detail
    if first is not None:
        detail = "; ".join(f"{block_id}: {text}" for block_id, text in mistakes.items())
        raise RefusalError(first.code, detail, errors=mistakes)
    for key, entry in entries.items():
        place.keep(asked.workspace, *known[key], entry)


def _value_of(workspace: Workspace, place: Place, block: Json, element: Json, values: Json) -> Json:
    block_id, action_id = str(block["block_id"]), str(element["action_id"])
    given = values.get(block_id, {})
    if action_id in given:
        offered = with_offered(workspace, place, block, element)
        entry = picked(workspace, offered, given[action_id])
    else:
        held = place.view.state.get(block_id, {}).get(action_id) if place.view else None
        entry = held or initial_value(element)
    if block.get("type") == "input" and not block.get("optional") and is_empty(entry):
        raise RefusalError("missing_required_value", "Please complete this required field.")
    return entry


def _follow(workspace: Workspace, place: Place, view: View, answer: Json) -> Json:
    action = answer.get("response_action")
    if action is None:
        _close(workspace, place, [view])
        return {}
    if action == "clear":
        _close(workspace, place, workspace.open_modals(place.user.id))
        return {"response_action": "clear"}
    if action == "errors":
        return _show_errors(place, answer.get("errors"))
    if action in {"update", "push"}:
        return _show_view(workspace, place, view, (str(action), answer.get("view")))
    return {"error_shown": f"{TROUBLE} (unknown response_action {action!r})"}


def _show_errors(place: Place, errors: object) -> Json:
    inputs = {str(b.get("block_id")) for b in place.blocks if b.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        return {"error_shown": f"{TROUBLE} (errors must be keyed by block_id of input blocks)"}
    return {"response_action": "errors", "errors": errors}


def _show_view(workspace: Workspace, place: Place, view: View, wanted: tuple[str, object]) -> Json:
    action, payload = wanted
    problems = validate_view(payload) if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or problems or payload.get("type") != "modal":
        first = f"{problems[0].pointer}: {problems[0].message}" if problems else "no modal given"
        return {"error_shown": f"{TROUBLE} (the answered view is not valid: {first})"}
    payload = {**payload, "blocks": with_block_ids(workspace, payload["blocks"])}
    if action == "update":
        replace_payload(workspace, view, payload)
        return {"response_action": "update", "view": view_json(workspace, view)}
    stack = workspace.modals[place.user.id]
    if len(stack) >= MAX_STACK:
        return {"error_shown": f"{TROUBLE} (push_limit_reached)"}
    pushed = make_view(workspace, place.app.id, place.user.id, payload, view)
    stack.append(pushed.id)
    workspace.changed("_view", user=place.user.id, view=pushed.id)
    return {"response_action": "push", "view": view_json(workspace, pushed)}


def _close(workspace: Workspace, place: Place, views: list[View]) -> None:
    stack = workspace.modals.get(place.user.id, [])
    for view in views:
        view.is_open = False
        if view.id in stack:
            stack.remove(view.id)
        workspace.changed("_view", user=place.user.id, view=view.id)


async def close(asked: ActRequest) -> Json:
    """Close the open modal, or with `clear` the whole stack; apps that asked hear of it."""
    workspace = asked.workspace
    place = _modal(asked)
    view = place.view
    if view is None:
        raise RefusalError("view_not_open", "no view is open")
    clear = asked.flag("clear") or bool(view.payload.get("clear_on_close"))
    closed = workspace.open_modals(place.user.id) if clear else [view]
    _close(workspace, place, closed)
    ack = None
    for one in reversed(closed):
        if one.payload.get("notify_on_close"):
            body = payloads.view_closed(workspace, place, one, is_cleared=clear)
            ack = await interact(workspace, place.app, body)
    return answered(ack)


async def home_opened(asked: ActRequest) -> Json:
    """Open an app's Home or Messages tab: the app gets `app_home_opened`."""
    workspace = asked.workspace
    user = asked.user()
    app = _home_app(asked)
    tab = asked.text("tab", "home")
    if tab not in {"home", "messages"}:
        raise malformed("tab is home or messages")
    if tab == "home" and not app.home_enabled:
        raise RefusalError("not_enabled", f"{app.name} has no Home tab")
    direct = membership.open_direct(workspace, [user.id, app.bot_user_id])
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": direct.id,
        "tab": tab,
        "event_ts": workspace.event_ts(),
    }
    home = workspace.homes.get((app.id, user.id))
    if home is not None and tab == "home":
        event["view"] = view_json(workspace, home)
    workspace.emit(event, channel=None, only_app=app.id)
    return answered(None, channel=direct.id, view=event.get("view"))


def _home_app(asked: ActRequest) -> App:
    wanted = asked.body.get("app_id") or asked.body.get("app")
    for app in asked.workspace.apps.values():
        if wanted in (None, app.id, app.name, app.bot_user_id):
            return app
    raise RefusalError("app_not_found", f"no app {wanted!r} is installed")
