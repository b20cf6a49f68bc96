"""A small bolt app for the contract tests: it records what arrives and answers as told."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import websocket
from slack_bolt import Ack, App
from slack_sdk import WebClient

from fireline.sandbox.deliveries import deliverer_of
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN
from tests.official_client import official_client
from tests.sandbox_fixture import Sandbox

Json = dict[str, Any]
Answer = Callable[[Ack, Json, WebClient], object]
ANY = re.compile(".*")
PATIENCE = 6.0


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Poll a condition until it holds and return its value; fail after the deadline."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        pause.wait(0.01)
    return value


def says(text: str = "", **answer: Any) -> Answer:
    """An answer that acks with this text or these fields."""

    def run(ack: Ack, _body: Json, _client: WebClient) -> object:
        return ack(text, **answer)

    return run


def stays_silent(_ack: Ack, _body: Json, _client: WebClient) -> None:
    """An answer that never acks."""


def name_of(body: Json) -> str:
    """The name a test knows a body by: command, event type, action_id or callback_id."""
    if "event" in body:
        return str(body["event"]["type"])
    if body.get("actions"):
        return str(body["actions"][0]["action_id"])
    view = body.get("view") or {}
    for candidate in (body.get("command"), body.get("action_id"), body.get("callback_id")):
        if candidate:
            return str(candidate)
    return str(view.get("callback_id"))


class Bot:
    """Everything arrives in `seen`; `answers[name]` says how to answer, else a plain ack."""

    def __init__(self, api_url: str, **more: Any) -> None:
        self.seen: list[Json] = []
        self.answers: dict[str, Answer] = {}
        self.app = App(client=WebClient(token=BOT_TOKEN, base_url=api_url), **more)
        self.client = self.app.client
        for register in (self.app.command, self.app.shortcut, self.app.options):
            register(ANY)(self._heard)
        self.app.event(ANY)(self._heard_event)
        self.app.action({"action_id": ANY})(self._heard)
        self.app.view(ANY)(self._heard)
        self.app.view_closed(ANY)(self._heard)

    def _heard(self, ack: Ack, body: Json, client: WebClient) -> None:
        self.seen.append(body)
        answer = self.answers.get(name_of(body))
        if answer is None:
            ack()
        else:
            answer(ack, body, client)

    def _heard_event(self, body: Json) -> None:
        self.seen.append(body)

    def named(self, name: str) -> list[Json]:
        """What arrived under this name."""
        return [body for body in list(self.seen) if name_of(body) == name]

    def texts(self) -> list[str]:
        """The texts of the message events that arrived."""
        return [body["event"].get("text", "") for body in self.named("message")]

    def reset(self) -> None:
        """Forget what was seen and how to answer."""
        self.seen.clear()
        self.answers.clear()


def connections(sandbox: Sandbox) -> int:
    """How many Socket Mode connections are open."""
    return len(deliverer_of(sandbox.workspace).hub.connections())


@contextmanager
def socket_bot(sandbox: Sandbox) -> Iterator[Bot]:
    """A bot that is connected over Socket Mode with the official client."""
    bot = Bot(sandbox.api_url)
    before = connections(sandbox)
    with official_client(bot.app) as handler:
        until(lambda: connections(sandbox) > before)
        handler.client.current_app_monitor.start()
        yield bot
    until(lambda: connections(sandbox) <= before)


class RawSocket:
    """A Socket Mode connection frame by frame, which acks only when told."""

    def __init__(self, sandbox: Sandbox, url: str | None = None) -> None:
        self.url = url or str(
            sandbox.app_client().apps_connections_open(app_token=APP_TOKEN)["url"]
        )
        self._socket = websocket.create_connection(self.url, timeout=PATIENCE)

    def read(self) -> Json:
        """The next frame."""
        frame: Json = json.loads(self._socket.recv())
        return frame

    def ack(self, frame: Json, **payload: Any) -> None:
        """Ack an envelope."""
        answer = {"envelope_id": frame["envelope_id"]}
        self._socket.send(json.dumps({**answer, "payload": payload} if payload else answer))

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


@contextmanager
def raw_socket(sandbox: Sandbox) -> Iterator[RawSocket]:
    """A raw connection after its hello."""
    raw = RawSocket(sandbox)
    assert raw.read()["type"] == "hello"
    before = connections(sandbox)
    try:
        yield raw
    finally:
        raw.close()
        until(lambda: connections(sandbox) < before or before == 0)
