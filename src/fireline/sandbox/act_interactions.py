"""Commands, clicks, shortcuts and option searches, as a user does them."""

from contextlib import suppress

from fireline.sandbox import messages, payloads
from fireline.sandbox.act_places import Place, element_at, elements_of, place_of, remembered
from fireline.sandbox.act_request import ActRequest, RefusalError, malformed
from fireline.sandbox.act_text import as_typed
from fireline.sandbox.act_values import MANY, SINGLE, keeps_state, options_of, picked, raw_of
from fireline.sandbox.attempts import Ack, Delivery
from fireline.sandbox.blockkit import validate_blocks, validate_message
from fireline.sandbox.deliveries import deliverer_of
from fireline.sandbox.entities import App, Channel, Json, Message, User
from fireline.sandbox.model import Workspace

INTERACTIVE = "interactive"
DEFAULT_QUERY_LENGTH = 3


def answered(ack: Ack | None, error_shown: str | None = None, **more: object) -> Json:
    """Return the answer to an act that was done."""
    return {
        "ok": True,
        "ack": ack.as_json() if ack else None,
        "response_action": None,
        "errors": None,
        "error_shown": error_shown,
        **more,
    }


def failure_of(what: str, ack: Ack) -> str | None:
    """Return what Slack tells the user when the app did not answer, else None."""
    if ack.received:
        return None
    code = "operation_timeout" if ack.failure in {"timeout", "http_timeout"} else "dispatch_failed"
    return f'{what} failed with the error "{code}"'


async def interact(workspace: Workspace, app: App, body: Json) -> Ack:
    """Bring an interaction to its app and return the ack."""
    url = app.interactivity_url or app.request_url
    if body["type"] == "block_suggestion":
        url = app.options_url or url
    delivery = Delivery(app, INTERACTIVE, str(body["type"]), body, url)
    return await deliverer_of(workspace).ask(delivery)


async def command(asked: ActRequest) -> Json:
    """Run a slash command; what the app answers in its ack is posted."""
    workspace = asked.workspace
    user = asked.user()
    channel = asked.writable(user)
    name = asked.text("command")
    name = name if name.startswith("/") else f"/{name}"
    app, spec = _command_of(workspace, name)
    text = asked.text("text", "").strip()
    if spec.get("should_escape"):
        text = as_typed(workspace, text)
    body = payloads.slash_command(workspace, app, user, channel, (name, text))
    url = spec.get("url") or app.request_url
    ack = await deliverer_of(workspace).ask(Delivery(app, "slash_commands", name, body, url))
    shown = failure_of(name, ack)
    if shown is None and ack.payload:
        shown = _post_answer(workspace, (app, user, channel), ack.payload, name)
    if shown is not None:
        _tell(workspace, channel, user, shown)
    return answered(ack, shown)


def _command_of(workspace: Workspace, name: str) -> tuple[App, Json]:
    for app in workspace.apps.values():
        for spec in app.commands:
            if spec.get("command") == name and not app.revoked:
                return app, spec
    raise RefusalError("unknown_command", f"{name} is not a command of any installed app")


def _post_answer(
    workspace: Workspace, where: tuple[App, User, Channel], answer: Json, name: str
) -> str | None:
    app, user, channel = where
    if not any(answer.get(key) for key in ("text", "blocks", "attachments")):
        return None
    content = {key: answer[key] for key in ("text", "blocks", "attachments") if answer.get(key)}
    if validate_message(content):
        return f'{name} failed with the error "invalid_blocks"'
    draft = messages.from_app(app, answer)
    if answer.get("response_type") == "in_channel":
        messages.post(workspace, channel, draft)
    else:
        draft.ephemeral_to = user.id
        messages.post_ephemeral(workspace, channel, draft)
    return None


def _tell(workspace: Workspace, channel: Channel, user: User, text: str) -> None:
    """Show the user an error as Slackbot does."""
    draft = Message(ts="", channel=channel.id, text=text, user="USLACKBOT", ephemeral_to=user.id)
    messages.post_ephemeral(workspace, channel, draft)


async def click(asked: ActRequest) -> Json:
    """Press a button or choose in a menu of a stored message or view."""
    workspace = asked.workspace
    place = place_of(asked)
    block, element = element_at(asked, place)
    _keep_others(asked, place, element)
    action = _action(asked, place, block, element)
    body = payloads.block_actions(workspace, place, action)
    ack = await interact(workspace, place.app, body)
    return answered(ack, failure_of("The action", ack), trigger_id=body["trigger_id"])


def _given(asked: ActRequest) -> object:
    for key in ("value", *(k for k in asked.body if k.startswith("selected_"))):
        if key in asked.body:
            return asked.body[key]
    return None


def _action(asked: ActRequest, place: Place, block: Json, element: Json) -> Json:
    kind = str(element["type"])
    action: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block["block_id"],
    }
    if kind == "button":
        _same_button(asked, element)
        extra: Json = {key: element[key] for key in ("value", "style", "url") if key in element}
        return {**action, "text": element["text"], **extra}
    if kind == "feedback_buttons":
        return {**action, **_feedback(asked, element)}
    if kind not in SINGLE and kind not in MANY:
        raise RefusalError("element_not_found", f"a {kind} cannot be clicked")
    if block.get("type") == "input" and not block.get("dispatch_action"):
        raise RefusalError("element_not_interactive", "this input is sent with its form only")
    offered = with_offered(asked.workspace, place, block, element)
    entry = picked(asked.workspace, offered, _given(asked))
    if keeps_state(element):
        place.keep(asked.workspace, block, element, entry)
    return {**action, **entry}


def _keep_others(asked: ActRequest, place: Place, clicked: Json) -> None:
    """Keep what the user has typed elsewhere (`values`); half-typed values are left out."""
    values = asked.body.get("values")
    if not isinstance(values, dict):
        return
    for block, element in elements_of(place.blocks):
        actions = values.get(block.get("block_id"))
        if not isinstance(actions, dict) or element is clicked or not keeps_state(element):
            continue
        if element["action_id"] in actions:
            offered = with_offered(asked.workspace, place, block, element)
            with suppress(RefusalError):
                entry = picked(asked.workspace, offered, actions[element["action_id"]])
                place.keep(asked.workspace, block, element, entry)


def _same_button(asked: ActRequest, button: Json) -> None:
    given = asked.body.get("value")
    if given is not None and raw_of(given) != button.get("value"):
        raise RefusalError("element_not_found", f"the button's value is not {given!r}")


def _feedback(asked: ActRequest, element: Json) -> Json:
    for name in ("positive_button", "negative_button"):
        if element[name].get("value") == raw_of(_given(asked)):
            return {"text": element[name]["text"], "value": element[name]["value"]}
    raise RefusalError("option_not_found", "the value is not one of the two buttons'")


def with_offered(workspace: Workspace, place: Place, block: Json, element: Json) -> Json:
    """Return the element; an external menu with the options its app offered last."""
    if "external_select" not in str(element["type"]):
        return element
    key = (place.key, str(block["block_id"]), str(element["action_id"]))
    held = remembered(workspace).offered.get(key, [])
    initial = [element.get("initial_option"), *(element.get("initial_options") or [])]
    return {**element, "options": [*held, *(one for one in initial if one)]}


async def options(asked: ActRequest) -> Json:
    """Type into an external menu; the app's options are returned and remembered."""
    workspace = asked.workspace
    place = place_of(asked)
    block, element = element_at(asked, place)
    if "external_select" not in str(element["type"]):
        raise RefusalError("not_external_select", f"{element['type']} has its own options")
    query = asked.text("query", "")
    if len(query) < element.get("min_query_length", DEFAULT_QUERY_LENGTH):
        raise RefusalError("query_too_short", "Slack asks the app from min_query_length on")
    where = (str(block["block_id"]), str(element["action_id"]))
    body = payloads.block_suggestion(workspace, place, where, query)
    ack = await interact(workspace, place.app, body)
    found = ack.payload or {}
    shown = failure_of("The search", ack) or _bad_options(found)
    if shown is None:
        remembered(workspace).offered[(place.key, *where)] = options_of(found)
    return answered(
        ack,
        shown,
        options=found.get("options") or [],
        option_groups=found.get("option_groups") or None,
    )


def _bad_options(found: Json) -> str | None:
    if not options_of(found):
        return None
    content = {key: found[key] for key in ("options", "option_groups") if found.get(key)}
    menu = {"type": "static_select", "action_id": "a", **content}
    problems = validate_blocks([{"type": "actions", "elements": [menu]}], "message")
    return f'The search failed with the error "{problems[0].message}"' if problems else None


async def shortcut(asked: ActRequest) -> Json:
    """Run a global shortcut, or one of a message's menu when `ts` is given."""
    workspace = asked.workspace
    user = asked.user()
    callback_id = asked.text("callback_id")
    app, spec = _shortcut_of(asked, callback_id)
    if spec.get("type", "global") == "message":
        channel, message = _shortcut_message(asked, user)
        body = payloads.message_action(workspace, app, user, callback_id, (channel, message))
    else:
        body = payloads.shortcut(workspace, app, user, callback_id)
    ack = await interact(workspace, app, body)
    return answered(ack, failure_of(str(spec.get("name", callback_id)), ack))


def _shortcut_of(asked: ActRequest, callback_id: str) -> tuple[App, Json]:
    wanted = asked.body.get("app_id")
    for app in asked.workspace.apps.values():
        for spec in app.shortcuts:
            if spec.get("callback_id") == callback_id and wanted in (None, app.id):
                return app, spec
    raise RefusalError("unknown_shortcut", f"no app has a shortcut {callback_id!r}")


def _shortcut_message(asked: ActRequest, user: User) -> tuple[Channel, Message]:
    named = asked.body.get("message")
    if isinstance(named, dict):
        asked = ActRequest(asked.workspace, {**asked.body, **named})
    elif isinstance(named, str):
        asked = ActRequest(asked.workspace, {**asked.body, "ts": named})
    if "ts" not in asked.body or "channel" not in asked.body:
        raise malformed("this shortcut is a message's: give channel and ts")
    channel = asked.channel(user)
    return channel, asked.message(user, channel)
