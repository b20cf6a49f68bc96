"""The Socket Mode connections of every app: one-use addresses, envelopes, acks."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from fireline.sandbox.model import App, Json, Workspace

MAX_CONNECTIONS = 10
WARNING_SECONDS = 1.0
OLD_SOCKET_SECONDS = 10.0
LATE_ACK_SECONDS = 1.0


class SocketGoneError(Exception):
    """The connection that carried an envelope went away before the ack."""


@dataclass(eq=False)
class Connection:
    """One open WebSocket of an app."""

    id: str
    app_id: str
    websocket: WebSocket
    drop: Callable[[], None]
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    retiring: bool = False

    async def send(self, frame: Json) -> bool:
        """Send a frame; False when the socket turned out to be gone."""
        try:
            await self.websocket.send_json(frame)
        except (RuntimeError, WebSocketDisconnect):
            return False
        return True

    def forget(self) -> None:
        """Tell everybody who waits for an ack that none will come."""
        for waiter in self.waiting.values():
            if not waiter.done():
                waiter.set_exception(SocketGoneError)
        self.waiting.clear()


class SocketHub:
    """Knows which connections each app holds and spreads envelopes over them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._connections: dict[str, list[Connection]] = {}
        self._leaving: dict[str, list[Connection]] = {}
        self._arrived = asyncio.Event()
        self._refuse_until = 0.0
        self._turn = 0
        self._last_id = 0
        self._closing: set[asyncio.Task[None]] = set()

    def redeem(self, ticket: str) -> App | None:
        """Return the app whose address this is; the address is worth nothing afterwards."""
        app_id = self._workspace.socket_tickets.pop(ticket, "")
        return self._workspace.apps.get(app_id)

    def connections(self, app_id: str | None = None) -> list[Connection]:
        """Return the open connections of one app, or of all."""
        if app_id is not None:
            return list(self._connections.get(app_id, []))
        return [one for many in self._connections.values() for one in many]

    def is_connected(self, app_id: str) -> bool:
        """Tell whether the app holds at least one connection."""
        return bool(self._connections.get(app_id))

    def refuse_for(self, seconds: float) -> None:
        """Refuse new connections for so many virtual seconds."""
        self._refuse_until = self._workspace.clock.now() + seconds

    def reset(self) -> None:
        """Let connections in again; those that are open stay."""
        self._refuse_until = 0.0

    def refuses(self) -> bool:
        """Tell whether new connections are refused at this moment."""
        return self._workspace.clock.now() < self._refuse_until

    def add(self, app: App, websocket: WebSocket) -> Connection:
        """Register a connection that was accepted."""
        self._last_id += 1
        drop = getattr(websocket.state, "drop", lambda: None)
        connection = Connection(f"S{self._last_id}", app.id, websocket, drop)
        self._connections.setdefault(app.id, []).append(connection)
        self._arrived.set()
        self._arrived = asyncio.Event()
        return connection

    def remove(self, connection: Connection) -> None:
        """Forget a connection; what waits for its acks fails, unless it left as it was asked to."""
        held = self._connections.get(connection.app_id, [])
        if connection in held:
            held.remove(connection)
        if connection.retiring:
            self._leaving.setdefault(connection.app_id, []).append(connection)
            self._spawn(self._forget_later(connection))
        else:
            connection.forget()

    def record_ack(self, app_id: str, frame: Any) -> bool:
        """Pass an ack on; after a refresh it may come over another socket than its envelope."""
        envelope_id = str(frame.get("envelope_id")) if isinstance(frame, dict) else ""
        for connection in [*self.connections(app_id), *self._leaving.get(app_id, [])]:
            waiter = connection.waiting.pop(envelope_id, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(frame)
                return True
        return False

    async def arrival(self) -> None:
        """Wait until any app opens a connection."""
        await self._arrived.wait()

    async def send(self, app_id: str, envelope: Json) -> asyncio.Future[Json] | None:
        """Send an envelope over one connection; the future holds the ack, None is no socket."""
        while chosen := self._next(app_id):
            waiter: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
            chosen.waiting[envelope["envelope_id"]] = waiter
            if await chosen.send(envelope):
                return waiter
            waiter.cancel()
            self.remove(chosen)
        return None

    def _next(self, app_id: str) -> Connection | None:
        held = self._connections.get(app_id, [])
        fresh = [one for one in held if not one.retiring] or held
        if not fresh:
            return None
        self._turn += 1
        return fresh[self._turn % len(fresh)]

    def drop(self, app_id: str | None = None) -> int:
        """Cut connections without a close frame and return how many there were."""
        doomed = self.connections(app_id)
        for connection in doomed:
            connection.retiring = False
            self.remove(connection)
            connection.drop()
        return len(doomed)

    async def refresh(self, app_id: str | None = None) -> int:
        """Ask apps to reconnect: a warning, then the request, later the old socket closes."""
        asked = self.connections(app_id)
        for connection in asked:
            connection.retiring = True
            await connection.send(disconnect_frame("warning"))
            self._spawn(self._retire(connection))
        return len(asked)

    async def _retire(self, connection: Connection) -> None:
        await asyncio.sleep(WARNING_SECONDS)
        await connection.send(disconnect_frame("refresh_requested"))
        await asyncio.sleep(OLD_SOCKET_SECONDS)
        with suppress(RuntimeError, WebSocketDisconnect):
            await connection.websocket.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _forget_later(self, connection: Connection) -> None:
        await asyncio.sleep(LATE_ACK_SECONDS)
        self._leaving[connection.app_id].remove(connection)
        connection.forget()


def disconnect_frame(reason: str) -> Json:
    """Return the frame that asks an app to go and come back."""
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}


def hello_frame(app: App, connections: int) -> Json:
    """Return the first frame of a connection."""
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {
            "host": "sandbox",
            "build_number": 1,
            "approximate_connection_time": 18060,
        },
        "connection_info": {"app_id": app.id},
    }
