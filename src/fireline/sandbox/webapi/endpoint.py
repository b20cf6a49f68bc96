"""`/api/{method}`: every call passes here, and every call is in the journal."""

import asyncio
import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from fireline.sandbox.entities import App, Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.faults import API_KINDS, FaultRule
from fireline.sandbox.model import Workspace
from fireline.sandbox.webapi import arguments, limits
from fireline.sandbox.webapi.registry import REGISTRY, Call, missing_scope
from fireline.sandbox.webapi.table import MethodFacts, methods

# What nginx notes when nobody waits for the answer any more.
CLIENT_CLOSED_REQUEST = 499
_APP_TOKEN_METHODS = frozenset({"apps.connections.open"})


@dataclass
class Outcome:
    """What a call led to, before it is sent."""

    status: int = 200
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    app: App | None = None
    arguments: Json = field(default_factory=dict)
    fault: FaultRule | None = None


class InjectedFailureError(Exception):
    """A fault rule asked for an HTTP error instead of an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class CallerGoneError(Exception):
    """The caller hung up before its call was begun."""


class Endpoint:
    """The Web API of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def __call__(self, request: Request) -> Response:
        """Answer one call as Slack would, or as the faults demand."""
        name = request.path_params["method"]
        started = time.perf_counter()
        outcome = Outcome()
        entry = self._workspace.journal.add("api", method=name)
        try:
            await self._run(request, name, outcome)
        except limits.RateLimitedError as error:
            outcome.status = 429
            outcome.headers["Retry-After"] = str(error.retry_after)
            outcome.body = {"ok": False, "error": error.code}
        except InjectedFailureError as error:
            outcome.status = error.status
        except CallerGoneError:
            outcome.status = CLIENT_CLOSED_REQUEST
        except SlackError as error:
            outcome.body = {"ok": False, "error": error.code, **error.fields}
        entry |= {
            "app": outcome.app.id if outcome.app else None,
            "arguments": outcome.arguments,
            "status": outcome.status,
            "answer": outcome.body,
            "fault": outcome.fault.kind if outcome.fault else None,
            "duration": time.perf_counter() - started,
        }
        return await self._reply(request, outcome)

    async def _run(self, request: Request, name: str, outcome: Outcome) -> None:
        facts = methods().get(name)
        raw = await arguments.read(request, facts)
        token = _token(request, raw)
        outcome.arguments = raw
        outcome.app = self._workspace.app_by_token(token)
        outcome.fault = self._workspace.faults.take(kind=API_KINDS, name=name, arguments=raw)
        await self._inject(request, outcome)
        if facts is None:
            raise SlackError("unknown_method")
        self._admit(facts, token, outcome)
        handler = REGISTRY.get(name)
        if handler is None:
            raise SlackError("unknown_method")
        if request.method == "GET" and not facts.takes_get:
            raise SlackError("invalid_post_type")
        outcome.arguments = arguments.convert(facts, raw)
        answer = await handler(Call(self._workspace, facts, outcome.app, outcome.arguments))
        outcome.body = {"ok": True, **answer}

    def _admit(self, facts: MethodFacts, token: str, outcome: Outcome) -> None:
        if not facts.needs_token:
            return
        if not token:
            raise SlackError("not_authed")
        app = outcome.app
        if app is None:
            raise SlackError("invalid_auth")
        if app.revoked:
            raise SlackError("token_revoked")
        is_app_token = token == app.app_token
        if is_app_token != (facts.name in _APP_TOKEN_METHODS) or facts.user_token_only:
            raise SlackError("not_allowed_token_type")
        if self._workspace.users[app.bot_user_id].deleted:
            raise SlackError("account_inactive")
        outcome.headers["x-oauth-scopes"] = ",".join(sorted(app.scopes))
        outcome.headers["x-accepted-oauth-scopes"] = ",".join(facts.scopes)
        limits.spend_method(self._workspace, app, facts)
        if facts.scopes and not app.scopes.intersection(facts.scopes):
            raise missing_scope(app, list(facts.scopes))

    async def _inject(self, request: Request, outcome: Outcome) -> None:
        app, fault = outcome.app, outcome.fault
        if fault is None:
            return
        if fault.kind in {"rate_limited", "first_call_429"}:
            raise limits.RateLimitedError(int(fault.params.get("retry_after", 1)))
        if fault.kind == "http_500":
            raise InjectedFailureError(int(fault.params.get("status", 500)))
        if fault.kind == "error":
            raise SlackError(str(fault.params.get("error", "fatal_error")))
        if fault.kind == "revoke_token" and app is not None:
            app.revoked = True
        if fault.kind == "slow" and await self._gone_while(request, fault):
            raise CallerGoneError

    async def _gone_while(self, request: Request, fault: FaultRule) -> bool:
        """Wait as the fault says; whether the caller hung up, if the fault minds."""
        sleeping = asyncio.ensure_future(
            self._workspace.clock.sleep(float(fault.params.get("seconds", 1)))
        )
        waits = {sleeping}
        if fault.params.get("unless_gone"):
            waits.add(asyncio.ensure_future(_hung_up(request)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return not sleeping.done()
        finally:
            for wait in waits:
                wait.cancel()

    async def _reply(self, request: Request, outcome: Outcome) -> Response:
        fault = outcome.fault
        if fault is not None and fault.kind == "slow_after":
            await self._gone_while(request, fault)
        if fault is not None and fault.kind == "drop_reply":
            transport = request.scope.get("sandbox.transport")
            if isinstance(transport, asyncio.Transport):
                transport.abort()
                await asyncio.sleep(0)
        if not outcome.body:
            return PlainTextResponse("injected failure", status_code=outcome.status)
        return JSONResponse(outcome.body, status_code=outcome.status, headers=outcome.headers)


async def _hung_up(request: Request) -> None:
    """Return when the caller is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _token(request: Request, raw: Json) -> str:
    sent = str(raw.pop("token", "") or "")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else sent
