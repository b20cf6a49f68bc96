"""The HTTP side: Slack's requests, health, readiness, metrics."""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.adapters.http.bodies import MAX_BODY, bounded_body
from fireline.adapters.http.doors import Door, door_route
from fireline.adapters.http.gate import Gate, gate_route

STOP_SECONDS = 10.0
TOO_LARGE = 413
UNAVAILABLE = 503

Check = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SlackReply:
    """What is sent back to Slack."""

    status: int
    body: str
    headers: Mapping[str, str]


SlackHandler = Callable[[str, Mapping[str, str]], SlackReply]


def build_http(
    *,
    slack: SlackHandler | None = None,
    health: Check | None = None,
    ready: Check | None = None,
    registry: CollectorRegistry = REGISTRY,
    gate: Gate | None = None,
    doors: Sequence[Door] = (),
) -> Starlette:
    """The web application.

    Args:
        slack: takes body and headers of a request of Slack's; none in Socket Mode.
        health: facts about the process; `ok` False means restart it.
        ready: facts about its work; `ok` False means send nothing here yet.
        registry: the metrics to show.
        gate: says whether a service may be changed; without one there is no such address.
        doors: where other programs tell something; without one there is no such address.
    """

    def healthz(_request: Request) -> Response:
        return _checked(health)

    def readyz(_request: Request) -> Response:
        return _checked(ready)

    def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    addresses = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    routes = [Route(path, answer) for path, answer in addresses.items()]
    routes += [door_route(door) for door in doors]
    if gate is not None:
        routes.append(gate_route(gate))
    if slack is not None:
        routes.append(Route("/slack/events", _slack_endpoint(slack), methods=["POST"]))
    return Starlette(routes=routes)


def _slack_endpoint(slack: SlackHandler) -> Callable[[Request], Awaitable[Response]]:
    async def slack_events(request: Request) -> Response:
        try:
            body = await bounded_body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            message = f"The body is larger than {MAX_BODY} bytes."
            return JSONResponse({"error": message}, status_code=TOO_LARGE)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return JSONResponse({"error": "The body is not UTF-8."}, status_code=400)
        # bolt is synchronous: in a thread, so that one slow handler never holds the others.
        reply = await run_in_threadpool(slack, text, dict(request.headers))
        return Response(reply.body, reply.status, dict(reply.headers))

    return slack_events


def _checked(check: Check | None) -> Response:
    facts = dict(check()) if check is not None else {"ok": True}
    return JSONResponse(facts, status_code=200 if facts.get("ok") else UNAVAILABLE)


class HttpServer:
    """A web application served from a thread: `start()`, use `url`, `stop()`."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        self._thread: Thread | None = None
        self._socket: socket.socket | None = None
        self._host = host
        self._port = port

    @property
    def url(self) -> str:
        """The address without a slash at the end."""
        return f"http://{self._host}:{self._port}"

    def start(self) -> None:
        """Serve until `stop`.

        Raises:
            OSError: the port is taken, or may not be used.
        """
        bound = socket.create_server((self._host, self._port))
        self._port = bound.getsockname()[1]
        self._socket = bound
        self._thread = Thread(
            target=self._server.run, kwargs={"sockets": [bound]}, name="http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish open requests and stop."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()
