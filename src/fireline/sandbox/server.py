"""The sandbox as an ASGI application and as a server in a thread."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from fireline.sandbox import act, control, page_api, socket_mode, webapi
from fireline.sandbox.droppable import DroppableProtocol
from fireline.sandbox.messages import fire_scheduled
from fireline.sandbox.model import Workspace
from fireline.sandbox.seed import Seed, plant

_TICK_SECONDS = 0.2


def build_app(seed: Seed | None = None, workspace: Workspace | None = None) -> Starlette:
    """The sandbox as an ASGI application; its state is in `app.state.workspace`."""
    workspace = workspace or Workspace()
    seed = seed or Seed()
    plant(workspace, seed)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ticker = asyncio.create_task(_tick(workspace))
        yield
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker

    routes = [
        *webapi.routes(workspace),
        *control.routes(workspace, seed),
        *act.routes(workspace),
        *socket_mode.routes(workspace),
        *page_api.routes(workspace),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.workspace = workspace
    return app


async def _tick(workspace: Workspace) -> None:
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        fire_scheduled(workspace)


def _with_transport(app: Starlette) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The application, told the connection of each request so that a fault may cut it."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        scope["sandbox.transport"] = getattr(cycle, "transport", None)
        # Only the end of the server cancels a request: nobody is left to answer.
        with suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return run


async def _serve(app: Starlette, server: uvicorn.Server, sock: socket.socket) -> None:
    # The lifespan is run here, not by uvicorn: a forced exit would leave uvicorn's unfinished.
    async with app.router.lifespan_context(app):
        await server.serve(sockets=[sock])
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0.01)


class SandboxServer:
    """A sandbox on a real port, served from a thread: `start()`, use `api_url`, `stop()`."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1", seed: Seed | None = None) -> None:
        self.workspace = Workspace()
        self.host = host
        self._port = port
        self._seed = seed
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    @property
    def url(self) -> str:
        """The address of the page and the control endpoints, without a slash at the end."""
        return self.workspace.url

    @property
    def api_url(self) -> str:
        """The Web API's base address; it ends with `/api/` as the clients need."""
        return f"{self.workspace.url}/api/"

    def start(self) -> Self:
        """Serve in a thread; returns when requests are answered."""
        # asyncio turns Nagle's delay off only for sockets that name their protocol.
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((self.host, self._port))
        except OSError:
            sock.close()
            raise
        self._port = int(sock.getsockname()[1])
        self.workspace.url = f"http://{self.host}:{self._port}"
        sock.listen(128)
        app = build_app(self._seed, self.workspace)
        config = uvicorn.Config(
            _with_transport(app), log_level="error", lifespan="off", ws=DroppableProtocol
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=asyncio.run, args=(_serve(app, self._server, sock),), name="sandbox", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the port."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(5)
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()
