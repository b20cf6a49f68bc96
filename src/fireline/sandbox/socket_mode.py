"""The WebSocket endpoint that apps connect to in Socket Mode."""

import json
from contextlib import suppress

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from fireline.sandbox.clock import parse_duration
from fireline.sandbox.deliveries import Deliverer, deliverer_of
from fireline.sandbox.model import Workspace
from fireline.sandbox.sockets import (
    MAX_CONNECTIONS,
    Connection,
    SocketHub,
    disconnect_frame,
    hello_frame,
)

REFUSED = 1013


def routes(workspace: Workspace) -> list[BaseRoute]:
    """Return the WebSocket route whose addresses `apps.connections.open` gives out."""
    deliverer = deliverer_of(workspace)

    async def link(websocket: WebSocket) -> None:
        await _serve(deliverer, websocket)

    return [WebSocketRoute("/_socket", link)]


async def _serve(deliverer: Deliverer, websocket: WebSocket) -> None:
    hub, workspace = deliverer.hub, deliverer.workspace
    rule = workspace.faults.take(kind="refuse_connections", name="socket")
    if rule is not None and "for" in rule.params:
        hub.refuse_for(parse_duration(rule.params["for"]))
    app = hub.redeem(websocket.query_params.get("ticket", ""))
    if app is None or rule is not None or hub.refuses():
        workspace.journal.add("socket", app=app.id if app else None, did="refused")
        await websocket.close(REFUSED)
        return
    await websocket.accept()
    if len(hub.connections(app.id)) >= MAX_CONNECTIONS:
        await websocket.send_json(disconnect_frame("too_many_websockets"))
        await websocket.close()
        return
    connection = hub.add(app, websocket)
    workspace.journal.add("socket", app=app.id, did="connected", connection=connection.id)
    try:
        await connection.send(hello_frame(app, len(hub.connections(app.id))))
        await _read(hub, connection)
    finally:
        hub.remove(connection)
        workspace.journal.add("socket", app=app.id, did="closed", connection=connection.id)


async def _read(hub: SocketHub, connection: Connection) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            text = await connection.websocket.receive_text()
            with suppress(json.JSONDecodeError):
                hub.record_ack(connection.app_id, json.loads(text))
