"""The bolt app: one set of handlers for Socket Mode and for HTTP."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from fireline.adapters.slack import declaring, ids
from fireline.adapters.slack.blocks import answers, forms, modals
from fireline.adapters.slack.blocks.home import home as home_view
from fireline.adapters.slack.buttons import BUTTONS, value_of
from fireline.adapters.slack.commands import NOUNS, Noun, command_names, only_reads, run
from fireline.adapters.slack.desk import (
    LOOKS,
    Asked,
    Desk,
    HomeTab,
    Modal,
    Respond,
    acknowledging,
    attempt,
    deliver,
    drawn,
    finished,
    log,
    recorded,
    tell,
)
from fireline.adapters.slack.directory import Directory
from fireline.adapters.slack.inbox import Inbox
from fireline.adapters.slack.interactions import Next, Outcome, Pressed, Redraw
from fireline.adapters.slack.mentions import Mentions
from fireline.adapters.slack.shortcuts import SHORTCUTS, Chosen, Shortcut, chosen
from fireline.adapters.slack.submissions import (
    SUBMISSIONS,
    at_field,
    sent_from,
)
from fireline.domain.errors import UserError
from fireline.usecases.home import home, opened
from fireline.usecases.ports import Services

LEFT_ALONE = frozenset({"not_found", "hash_conflict", "view_not_found"})
ANYTHING = re.compile(".*", re.DOTALL)


def build_app(
    services: Services,
    client: WebClient,
    *,
    signing_secret: str | None = None,
    commands: Mapping[str, str] | None = None,
    workers: int = 10,
    looks: int = LOOKS,
) -> App:
    """The app with every handler, ready for Socket Mode or HTTP.

    Args:
        services: what handlers ask use cases with.
        client: its token and address are used for every answer.
        signing_secret: needed for HTTP; Socket Mode carries no signatures.
        commands: slash command by noun, when they are named otherwise.
        workers: threads that handle what was acknowledged.
        looks: how often a new incident's channel is looked for before answering without it.
    """
    app = App(
        client=_without_token(client),
        authorize=_authorize(client),
        signing_secret=signing_secret or "",
        listener_executor=ThreadPoolExecutor(workers, thread_name_prefix="slack"),
    )
    names = commands or command_names()
    desk = Desk(services, looks)

    _first(
        app,
        Inbox(desk, Mentions(client, names)),
        {command: NOUNS[noun] for noun, command in names.items()},
    )
    _commands(app, desk, names)
    _actions(app, desk, names)
    _views(app, desk)
    _shortcuts(app, desk)
    _events(app, desk)
    app.error(_last_resort)
    return app


def _first(app: App, inbox: Inbox, nouns: Mapping[str, Noun]) -> None:
    """What every request meets first."""

    @app.middleware
    def store_before_ack(
        body: dict[str, Any],
        ack: Ack,
        next: Callable[[], Any],  # noqa: A002 - bolt passes arguments by name
    ) -> BoltResponse | None:
        if body.get("type") == "block_suggestion":
            next()  # only a look-up, and the same words may be typed twice
            return None
        noun = nouns.get(str(body.get("command")))
        if noun is None or not only_reads(noun, str(body.get("text") or "")):
            return inbox.take(body, next)
        ack()  # not in its turn among the workers: a burst of long answers fills them all
        if not inbox.take_reading(body):
            return BoltResponse(status=200, body="")
        next()
        return None


def _without_token(client: WebClient) -> WebClient:
    """The same client, so that bolt asks us who we are.

    With a token bolt asks Slack itself, and acknowledges what came when Slack does not say.
    """
    return WebClient(
        base_url=client.base_url,
        timeout=client.timeout,
        ssl=client.ssl,
        proxy=client.proxy,
        retry_handlers=client.retry_handlers,
    )


def _authorize(client: WebClient) -> Callable[..., AuthorizeResult]:
    directory = Directory(client)

    def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult:
        own = directory.identity()
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=own.get("user_id"),
            bot_id=own.get("bot_id"),
            bot_token=client.token,
        )

    return authorize


def _asked(desk: Desk, body: Mapping[str, Any]) -> Asked:
    """Who asked and where, from any kind of payload."""
    if "user_id" in body:
        user, given = str(body["user_id"]), str(body.get("user_name") or "")
        where = str(body.get("channel_id") or "")
    else:
        person = body.get("user") or {}
        user, given = str(person.get("id") or ""), str(person.get("name") or "")
        where = str((body.get("channel") or {}).get("id") or "")
        where = where or str((body.get("container") or {}).get("channel_id") or "")
        where = where or str(forms.meta_of(body.get("view") or {}).get("channel") or "")
    return Asked(desk.actor(user, given), where, str(body.get("trigger_id") or ""))


def _commands(app: App, desk: Desk, names: Mapping[str, str]) -> None:
    for noun_name, command in names.items():
        app.command(command)(_command(desk, NOUNS[noun_name], command))

    @app.command(ANYTHING)
    def unknown(ack: Ack, body: dict[str, Any]) -> None:
        known = ", ".join(names.values())
        ack(f"{body.get('command')} is not one of mine. I know {known}.")


def _command(desk: Desk, noun: Noun, command: str) -> Callable[..., None]:
    def handle(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        with acknowledging(ack):
            asked = _asked(desk, body)
            line = str(body.get("text") or "")
            reply = attempt(lambda: run(desk, asked, noun, command, line))
        deliver(client, asked, finished(reply), respond)

    return handle


def _actions(app: App, desk: Desk, names: Mapping[str, str]) -> None:
    @app.action(ANYTHING)
    def pressed(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
    ) -> None:
        button = BUTTONS.get(str(action.get("action_id")))
        if button is None:
            ack()
            return  # a link, or a field of a modal that nobody listens to
        with acknowledging(ack):
            asked = _asked(desk, body)
            view = body.get("view") or {}
            in_modal = view.get("type") == "modal"
            what = Pressed(value_of(action), names, sent_from(view) if in_modal else None)
            done = attempt(lambda: button(desk, asked, what))
        if isinstance(done, Redraw):
            _redraw(client, view, done)
            return
        reply = finished(done)
        if in_modal and reply is not None and not isinstance(reply, Modal):
            told = modals.told("Fireline", drawn(reply).blocks)
            client.views_push(trigger_id=asked.trigger_id, view=told)
            return
        deliver(client, asked, reply, respond if body.get("response_url") else None)


def _redraw(client: WebClient, view: Mapping[str, Any], drawn_anew: Redraw) -> None:
    """Bring an open form up to date; one that was closed or changed meanwhile is left alone."""
    try:
        client.views_update(view_id=view["id"], hash=view.get("hash"), view=drawn_anew.view)
    except SlackApiError as error:
        if error.response.get("error") not in LEFT_ALONE:
            raise


def _views(app: App, desk: Desk) -> None:
    @app.view_submission(ANYTHING)
    def submitted(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        view = body["view"]
        handler = SUBMISSIONS.get(str(view.get("callback_id")))
        if handler is None:
            ack()
            return
        sent = sent_from(view)
        who = _asked(desk, body)
        asked = Asked(who.user, str(sent.meta.get("channel") or ""), who.trigger_id)
        _settle(ack, view, client, asked, lambda: handler(desk, asked, sent))

    @app.options(ids.DECLARE_ABOUT)
    def suggest(ack: Ack, body: dict[str, Any]) -> None:
        ack(**declaring.options(desk, str(body.get("value") or "")))

    @app.view_closed(ANYTHING)
    def closed(ack: Ack) -> None:
        ack()


def _settle(
    ack: Ack,
    view: dict[str, Any],
    client: WebClient,
    asked: Asked,
    work: Callable[[], Outcome],
) -> None:
    """Do a modal's work before it closes, so that a refusal appears at its field."""
    try:
        outcome = work()
    except UserError as error:
        errors = at_field(view, error)
        if errors:
            ack(response_action="errors", errors=errors)
        else:
            told = answers.told(str(error))
            ack(response_action="update", view=modals.told("Not done", told.blocks))
        return
    except Exception as error:  # noqa: BLE001 - recorded with the id that the person sees
        told = answers.fault(recorded(error))
        ack(response_action="update", view=modals.told("Not done", told.blocks))
        return
    if isinstance(outcome, Next):
        ack(response_action="update", view=outcome.view)
        return
    ack()
    shown = finished(outcome)
    if shown is not None and not isinstance(shown, Modal | HomeTab):
        tell(client, asked, shown)


def _shortcuts(app: App, desk: Desk) -> None:
    @app.shortcut(ANYTHING)
    def used(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        handler = SHORTCUTS.get(str(body.get("callback_id")))
        if handler is None:
            ack()
            return
        with acknowledging(ack):
            asked = _asked(desk, body)
            reply = attempt(lambda: _use(handler, desk, asked, body))
        deliver(client, asked, finished(reply), respond if body.get("response_url") else None)


def _use(handler: Shortcut, desk: Desk, asked: Asked, body: dict[str, Any]) -> Any:
    message: Chosen = chosen(desk, body)
    return handler(desk, asked, message)


def _events(app: App, desk: Desk) -> None:
    @app.event("app_home_opened")
    def home_opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab", "home") == "home":
            user = str(event["user"])
            client.views_publish(user_id=user, view=home_view(home(desk.s, user)))
            opened(desk.s, user)

    @app.event(ANYTHING)
    def other(ack: Ack) -> None:
        ack()  # what matters of it was recorded before it came here


def _last_resort(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Tell the person the id of the fault; let Slack send an event again that was not recorded."""
    error_id = recorded(error)
    kind = "command" if body.get("command") else str(body.get("type"))
    log.error("slack_answer_failed", error_id=error_id, kind=kind)
    if kind == "event_callback":
        return BoltResponse(status=500, body="")
    told = answers.fault(error_id)
    if kind == "command":
        return BoltResponse(status=200, body=told.text)
    if kind == "view_submission":
        view = modals.told("Not done", told.blocks)
        return BoltResponse(status=200, body={"response_action": "update", "view": view})
    return BoltResponse(status=200, body="")
