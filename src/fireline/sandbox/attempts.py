"""One delivery to one app: sending it, waiting for the ack, sending it again."""

import asyncio
import json
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from fireline.sandbox import signed_http
from fireline.sandbox.delivery_faults import Plan
from fireline.sandbox.model import App, Json, Workspace
from fireline.sandbox.sockets import SocketGoneError, SocketHub

ACK_SECONDS = 3.0
GRACE_SECONDS = 0.25
WAIT_FOR_SOCKET_SECONDS = 300.0
HTTP_RETRY_DELAYS = (0.0, 60.0, 300.0)
SOCKET_RETRY_DELAYS = (0.0, 0.0, 0.0)
EVENTS = "events_api"
WITH_RESPONSE = {"view_submission", "block_suggestion"}


@dataclass(frozen=True)
class Ack:
    """What an app answered to one delivery, and how long it took in milliseconds."""

    received: bool
    ms: float = 0.0
    payload: Json | None = None
    failure: str = ""
    final: bool = False

    def as_json(self) -> Json:
        """Return the `ack` part of an answer to an act."""
        return {"received": self.received, "ms": self.ms, "payload": self.payload}


@dataclass
class Delivery:
    """One payload on its way to one app; every attempt carries the same payload."""

    app: App
    kind: str
    name: str
    payload: Json
    url: str | None = None
    plan: Plan = field(default_factory=Plan)


class Courier:
    """Makes attempts: over a socket when the app is connected, else over signed HTTP."""

    def __init__(self, workspace: Workspace, hub: SocketHub) -> None:
        self._workspace = workspace
        self._hub = hub

    def uses_socket(self, app: App, url: str | None) -> bool:
        """Tell whether the next attempt goes over Socket Mode."""
        return self._hub.is_connected(app.id) or (app.socket_mode and not url)

    async def start(self, delivery: Delivery, number: int = 0, reason: str = "") -> Awaitable[Ack]:
        """Send one attempt; what it returns gives the ack. Over HTTP it is there already."""
        if self.uses_socket(delivery.app, delivery.url):
            return await self._over_socket(delivery, number, reason)
        return _known(await self._over_http(delivery, number, reason))

    async def wait_for_socket(self, app: App) -> bool:
        """Wait until the app is connected, at most five virtual minutes."""
        deadline = self._workspace.clock.now() + WAIT_FOR_SOCKET_SECONDS
        while not self._hub.is_connected(app.id):
            left = deadline - self._workspace.clock.now()
            if left <= 0:
                return False
            waits = {
                asyncio.ensure_future(self._hub.arrival()),
                asyncio.ensure_future(self._workspace.clock.sleep(left)),
            }
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return True

    def retry_delays(self, delivery: Delivery) -> tuple[float, ...]:
        """Return how long to wait before each of the three retries."""
        if self.uses_socket(delivery.app, delivery.url):
            return SOCKET_RETRY_DELAYS
        return HTTP_RETRY_DELAYS

    def _record(self, delivery: Delivery, number: int, reason: str, **fields: object) -> Json:
        return self._workspace.journal.add(
            "delivery",
            app=delivery.app.id,
            type=delivery.kind,
            name=delivery.name,
            event_id=delivery.payload.get("event_id"),
            retry_attempt=number,
            retry_reason=reason,
            payload=delivery.payload,
            acked=None,
            **fields,
        )

    def _settle(self, entry: Json, ack: Ack) -> Ack:
        entry["acked"] = ack.received
        entry["ack_ms"] = ack.ms
        if ack.failure:
            entry["failure"] = ack.failure
        if ack.received:
            self._workspace.journal.add(
                "ack",
                app=entry["app"],
                name=entry["name"],
                envelope_id=entry.get("envelope_id"),
                delivery=entry["n"],
                ms=ack.ms,
                payload=ack.payload,
            )
        return ack

    async def _over_socket(self, delivery: Delivery, number: int, reason: str) -> Awaitable[Ack]:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": _accepts_response(delivery),
        }
        if delivery.kind == EVENTS:
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        fields = {"transport": "socket", "envelope_id": envelope["envelope_id"]}
        entry = self._record(delivery, number, reason, **fields)
        waiter = await self._hub.send(delivery.app.id, envelope)
        if waiter is None:
            return _known(self._settle(entry, Ack(received=False, failure="connection_failed")))
        return self._ack_over_socket(waiter, entry)

    async def _ack_over_socket(self, waiter: "asyncio.Future[Json]", entry: Json) -> Ack:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            frame = await self._in_time(waiter)
        except TimeoutError:
            ack = Ack(received=False, ms=_ms_since(loop, started), failure="timeout")
        except SocketGoneError:
            ack = Ack(received=False, ms=_ms_since(loop, started), failure="connection_failed")
        else:
            payload = frame.get("payload")
            shown = payload if isinstance(payload, dict) else None
            if isinstance(payload, str) and payload:
                shown = {"text": payload}
            ack = Ack(received=True, ms=_ms_since(loop, started), payload=shown)
        return self._settle(entry, ack)

    async def _in_time(self, waiter: "asyncio.Future[Json]") -> Json:
        """Wait three seconds of the virtual clock, but never less than a quarter of a real one."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        virtual: asyncio.Future[Any] = asyncio.ensure_future(
            self._workspace.clock.sleep(ACK_SECONDS)
        )
        waits: set[asyncio.Future[Any]] = {waiter, virtual}
        try:
            await asyncio.wait(waits, timeout=ACK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            left = started + GRACE_SECONDS - loop.time()
            if not waiter.done() and left > 0:
                await asyncio.wait({waiter}, timeout=left)
            if not waiter.done():
                raise TimeoutError
            return waiter.result()
        finally:
            virtual.cancel()
            waiter.cancel()

    async def _over_http(self, delivery: Delivery, number: int, reason: str) -> Ack:
        entry = self._record(delivery, number, reason, transport="http", url=delivery.url)
        if not delivery.url:
            return self._settle(entry, Ack(received=False, failure="connection_failed"))
        if delivery.kind == EVENTS:
            content = ("application/json", json.dumps(delivery.payload).encode())
        else:
            content = (signed_http.FORM, signed_http.form_body(delivery.kind, delivery.payload))
        extra = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        loop = asyncio.get_running_loop()
        started = loop.time()
        reply = await signed_http.post(delivery.app, delivery.url, content, extra=extra)
        ms = _ms_since(loop, started)
        ack = Ack(
            received=not reply.failure,
            ms=ms,
            payload=reply.payload,
            failure=reply.failure,
            final=reply.no_retry,
        )
        return self._settle(entry, ack)


def _accepts_response(delivery: Delivery) -> bool:
    return delivery.kind == "slash_commands" or delivery.payload.get("type") in WITH_RESPONSE


def _ms_since(loop: asyncio.AbstractEventLoop, started: float) -> float:
    return round((loop.time() - started) * 1000, 1)


def _known(ack: Ack) -> "asyncio.Future[Ack]":
    settled: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
    settled.set_result(ack)
    return settled
