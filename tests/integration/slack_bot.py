"""The Slack side of the bot on a running sandbox; flows are run by hand, in order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from fireline.adapters.slack.app import build_app
from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.slack.manifest import manifest
from fireline.adapters.slack.socket import Limits, SocketMode
from fireline.sandbox.entities import Channel, Message, View
from fireline.sandbox.model import Workspace
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN
from fireline.usecases.incident_channel import (
    invite_people,
    open_channel,
    record_channel,
)
from fireline.usecases.incident_clock import watch_incident
from fireline.usecases.incident_pages import tell_pager
from fireline.usecases.page_telling import TELL_PAGER, WATCH
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.private_channel import (
    move_in,
    note_readers,
    open_private,
    shut_left,
    sync_room,
)
from fireline.usecases.private_words import deliver
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.room_care import tidy
from tests.builders import a_slo, a_status, services
from tests.fakes import FakeDefinitions
from tests.sandbox_fixture import Sandbox
from tests.store_fixture import RecordingStore

SECONDS = 8.0


@dataclass
class SandboxClock:
    """The sandbox's time."""

    workspace: Workspace

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.workspace.clock.now(), UTC)


@dataclass
class Bot:
    """A connected bot, and hands that act as its users."""

    sandbox: Sandbox
    store: RecordingStore
    services: Services
    chat: SlackChat
    socket: SocketMode
    done: set[str] = field(default_factory=set)

    def flows(self) -> None:
        """Run every flow that was started and has not run yet."""
        for _ in range(20):
            waiting = [c for c in self.store.calls if c.id not in self.done]
            if not waiting:
                return
            for call in waiting:
                self.done.add(call.id)
                self.flow(call.flow, call.args)

    def flow(self, name: str, args: tuple[Any, ...]) -> None:
        s = self.services
        if name == "publish":
            deliver(s, PROJECTIONS, PostedMessage(*args))
        elif name == "declare_incident":
            record_channel(s, args[0], open_channel(s, args[0]))
            invite_people(s, args[0])
        elif name == "sync_topic":
            sync_room(s, args[0])
        elif name == "tidy_channel":
            tidy(s, args[0])
        elif name == WATCH:
            watch_incident(s, args[0])
        elif name == TELL_PAGER:
            tell_pager(s, *args)
        elif name == "expose_incident":
            note_readers(s, args[0])
            move_in(s, args[0], open_private(s, args[0]))
            invite_people(s, args[0])
            shut_left(s, PROJECTIONS, args[0])

    def act(self, name: str, /, **body: Any) -> dict[str, Any]:
        answer = self.sandbox.post(f"/_act/{name}", **body)
        assert answer["ok"], answer
        return answer

    def command(self, line: str, user: str = "ana", channel: str = "orders-team") -> dict[str, Any]:
        command, _, text = line.partition(" ")
        answer = self.act("command", user=user, channel=channel, command=command, text=text)
        assert answer["error_shown"] is None, answer
        return answer

    def ask(self, line: str, user: str = "ana", channel: str = "orders-team") -> str:
        """Type a command; gives the text of its private answer, or what is wrong above a form."""
        before, forms = len(self.ephemerals()), set(self.sandbox.workspace.views)
        self.command(line, user, channel)

        def refusal() -> str:
            new = [v for k, v in self.sandbox.workspace.views.items() if k not in forms]
            blocks = [block for view in new for block in view.payload["blocks"]]
            texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
            return next((text for text in texts if text.startswith(":warning:")), "")

        self.until(lambda: len(self.ephemerals()) > before or refusal())
        return refusal() or str(self.ephemerals()[before].text)

    def ephemerals(self) -> list[Message]:
        return list(self.sandbox.workspace.ephemerals)

    def open_view(self, user: str = "ana", kind: str = "modal") -> View:
        who = self.sandbox.user(user)

        def found() -> list[View]:
            views = list(self.sandbox.workspace.views.values())
            return [v for v in views if v.user == who and v.type == kind and v.is_open]

        self.until(lambda: bool(found()))
        return found()[-1]

    def submit(self, view: View, user: str = "ana", **values: Any) -> dict[str, Any]:
        blocks = view.payload["blocks"]
        named = {b["block_id"]: b["element"]["action_id"] for b in blocks if b["type"] == "input"}
        filled = {block: {named.get(block, "value"): value} for block, value in values.items()}
        return self.act("submit", user=user, view_id=view.id, values=filled)

    def until(self, condition: Callable[[], object]) -> None:
        pause = Event()
        for _ in range(int(SECONDS / 0.02)):
            if condition():
                return
            pause.wait(0.02)
        raise AssertionError("it did not happen in time")

    def declared(self, words: str = "orders are late", user: str = "ana") -> Channel:
        """An incident with its channel, card and announcement."""
        self.ask(f"/incident declare {words}", user)
        self.flows()
        with self.store() as uow:
            newest = uow.incidents.open()[-1]
        assert newest.channel_id is not None
        return self.sandbox.workspace.channels[newest.channel_id]

    def said(self, channel: Channel) -> list[Message]:
        return list(channel.messages.values())


@pytest.fixture
def bot(sandbox: Sandbox, sqlite_store: RecordingStore) -> Iterator[Bot]:
    """The bot as most tests want it."""
    yield from make_bot(sandbox, sqlite_store)


def make_bot(sandbox: Sandbox, sqlite_store: RecordingStore, **parts: Any) -> Iterator[Bot]:
    """The bot, installed from its own manifest: a scope that is missing fails the test."""
    assert sandbox.post("/_install", manifest=manifest())["ok"]
    client = web_client(BOT_TOKEN, sandbox.api_url, rate_limit_retries=1)
    chat = SlackChat(client)
    slo = a_slo()
    definitions = FakeDefinitions({slo.name: slo})
    clock = SandboxClock(sandbox.workspace)
    s = services(sqlite_store, chat=chat, clock=clock, definitions=definitions, **parts)
    with sqlite_store() as uow:
        uow.statuses.save([a_status(slo)])
        uow.commit()
    app = build_app(s, client, looks=0, workers=4)
    limits = Limits(ping_every=0.5, silent_after=3.0, look_every=0.2)
    socket = SocketMode(app, APP_TOKEN, limits)
    socket.start()
    made = Bot(sandbox, sqlite_store, s, chat, socket)
    try:
        made.until(lambda: socket.state().healthy)
        yield made
    finally:
        socket.stop()
