"""Control endpoints: clock, faults, journal, state, reset, install, response_url, files."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fireline.sandbox import membership
from fireline.sandbox.clock import parse_duration
from fireline.sandbox.downloads import Downloads
from fireline.sandbox.entities import Channel, Json
from fireline.sandbox.manifest import install_manifest
from fireline.sandbox.messages import fire_scheduled
from fireline.sandbox.model import Workspace
from fireline.sandbox.response_url import answer_response_url
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Seed, plant
from fireline.sandbox.snapshot import state_json

Handler = Callable[[Request], Awaitable[Response]]


class ControlError(Exception):
    """A control request that cannot be done; the message says what to change."""


async def json_body(request: Request) -> Json:
    """The request's JSON object; raises ControlError with the reason."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        msg = f"the body is not JSON: {error}"
        raise ControlError(msg) from error
    if not isinstance(body, dict):
        raise ControlError("the body must be a JSON object")
    return body


def guarded(handler: Handler) -> Handler:
    """The handler with mistakes of the caller answered as 400 `{ok: false, error}`."""

    async def run(request: Request) -> Response:
        try:
            return await handler(request)
        except (ControlError, ValueError, KeyError, TypeError) as error:
            text = f"missing field {error}" if isinstance(error, KeyError) else str(error)
            return JSONResponse({"ok": False, "error": text}, status_code=400)

    return run


class Controls:
    """The handlers of the control endpoints, bound to one workspace and its seed."""

    def __init__(self, workspace: Workspace, seed: Seed) -> None:
        self._workspace = workspace
        self._seed = seed

    async def clock(self, request: Request) -> Response:
        """Move, stop or restart time; due scheduled messages are posted before the answer."""
        clock = self._workspace.clock
        if request.method == "POST":
            body = await json_body(request)
            if "freeze" in body:
                (clock.freeze if body["freeze"] else clock.thaw)()
            if "advance" in body:
                clock.advance(parse_duration(body["advance"]))
                fire_scheduled(self._workspace)
        return JSONResponse({"ok": True, "now": clock.now()})

    async def journal(self, request: Request) -> Response:
        """Journal entries after `since`."""
        since = int(request.query_params.get("since", "0"))
        entries = self._workspace.journal.since(since)
        return Response(
            json.dumps({"ok": True, "entries": entries}, default=str),
            media_type="application/json",
        )

    async def state(self, _request: Request) -> Response:
        """The whole state."""
        return JSONResponse(state_json(self._workspace))

    async def reset(self, _request: Request) -> Response:
        """Plant the seed again; journal, faults and clock start anew."""
        plant(self._workspace, self._seed)
        return JSONResponse({"ok": True})

    async def faults(self, request: Request) -> Response:
        """List the fault rules (GET) or add one (POST)."""
        faults = self._workspace.faults
        if request.method == "GET":
            return JSONResponse({"ok": True, "rules": [r.as_json() for r in faults.rules]})
        body = await json_body(request)
        kind = str(body.pop("kind"))
        method, event = body.pop("method", None), body.pop("event", None)
        until_cleared = body.pop("until_cleared", False) or kind == "first_call_429"
        times = None if until_cleared else int(body.pop("times", 1) or 1)
        rule = faults.add(kind, str(method or event or "*"), times, **body)
        self._workspace.changed("_fault", rule=rule.as_json())
        return JSONResponse({"ok": True, "rule": rule.as_json()})

    async def clear_faults(self, _request: Request) -> Response:
        """Remove every fault rule and give revoked tokens back."""
        self._workspace.faults.clear()
        for app in self._workspace.apps.values():
            app.revoked = False
        return JSONResponse({"ok": True})

    async def remove_bot(self, request: Request) -> Response:
        """Take an app's bot user out of a channel behind its back."""
        body = await json_body(request)
        channel = self._channel(body)
        bot = self._app_user(body)
        membership.remove_member(self._workspace, channel, bot)
        return JSONResponse({"ok": True})

    async def archive(self, request: Request) -> Response:
        """Archive a channel behind the app's back."""
        channel = self._channel(await json_body(request))
        if channel.is_archived:
            msg = f"{channel.name} is archived already"
            raise ControlError(msg)
        actor = next((u.id for u in self._workspace.users.values() if not u.is_bot), "USLACKBOT")
        membership.archive(self._workspace, channel, actor)
        return JSONResponse({"ok": True})

    async def revoke(self, request: Request) -> Response:
        """Revoke an app's tokens: every later call answers token_revoked."""
        body = await json_body(request)
        bot = self._app_user(body)
        app = next(a for a in self._workspace.apps.values() if a.bot_user_id == bot)
        app.revoked = True
        return JSONResponse({"ok": True})

    async def install(self, request: Request) -> Response:
        """Install an app from a manifest."""
        body = await json_body(request)
        app = install_manifest(
            self._workspace,
            body["manifest"],
            str(body.get("bot_token", BOT_TOKEN)),
            str(body.get("app_token", APP_TOKEN)),
            str(body.get("signing_secret", SIGNING_SECRET)),
        )
        for key in ("request_url", "distribution"):
            if key in body:
                setattr(app, key, str(body[key]))
        return JSONResponse(
            {"ok": True, "app_id": app.id, "bot_user_id": app.bot_user_id, "bot_id": app.bot_id}
        )

    async def response_url(self, request: Request) -> Response:
        """What an app posts to a response_url."""
        token = request.path_params["token"]
        status, answer = answer_response_url(self._workspace, token, await json_body(request))
        return JSONResponse(answer, status_code=status)

    async def permalink(self, request: Request) -> Response:
        """The page at the message that chat.getPermalink named."""
        digits = request.path_params["stamp"]
        own = f"{digits[:-6]}.{digits[-6:]}"
        ts = request.query_params.get("thread_ts", own)
        return RedirectResponse(f"/#/{request.path_params['channel']}/{quote(ts)}")

    def _channel(self, body: Json) -> Channel:
        channel = self._workspace.channel_named(str(body["channel"]))
        if channel is None:
            msg = f"no channel {body['channel']!r}: see /_state for the ids"
            raise ControlError(msg)
        return channel

    def _app_user(self, body: Json) -> str:
        wanted: Any = body.get("app")
        for app in self._workspace.apps.values():
            if wanted is None or wanted in {app.id, app.name}:
                return app.bot_user_id
        msg = f"no app {wanted!r}: see /_state for the ids"
        raise ControlError(msg)


def routes(workspace: Workspace, seed: Seed) -> list[BaseRoute]:
    """The routes of the control endpoints."""
    do = Controls(workspace, seed)
    post = {
        "/_reset": do.reset,
        "/_install": do.install,
        "/_faults/clear": do.clear_faults,
        "/_faults/remove_bot": do.remove_bot,
        "/_faults/archive": do.archive,
        "/_faults/revoke_token": do.revoke,
        "/_response/{token}": do.response_url,
    }
    both = {"/_clock": do.clock, "/_faults": do.faults}
    get = {
        "/_journal": do.journal,
        "/_state": do.state,
        "/files/{file_id}/{name:path}": Downloads(workspace).serve,
        "/archives/{channel}/p{stamp}": do.permalink,
    }
    return [
        *(Route(path, guarded(handler), methods=["POST"]) for path, handler in post.items()),
        *(Route(path, guarded(handler), methods=["GET", "POST"]) for path, handler in both.items()),
        *(Route(path, guarded(handler), methods=["GET"]) for path, handler in get.items()),
    ]
