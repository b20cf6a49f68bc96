"""A whole Fireline as people meet it: the sandbox Slack, and persons acting in it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from fireline.sandbox.entities import Channel, Message
from tests.sandbox_fixture import Sandbox

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.02

T = TypeVar("T")


def eventually(look: Callable[[], T | None], what: str, patience: float = PATIENCE_SECONDS) -> T:
    """The first truthy answer of `look`; fails with `what` when the deadline passes."""
    deadline = monotonic() + patience
    pause = threading.Event()
    while True:
        seen = look()
        if seen:
            return seen
        if monotonic() > deadline:
            message = f"not seen within {patience:.0f} s: {what}"
            raise AssertionError(message)
        pause.wait(LOOK_SECONDS)


def plain(message: Message) -> str:
    """All words of a message, blocks included."""
    return " ".join([message.text or "", *_texts(message.blocks or [])])


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [t for value in node.values() for t in _texts(value)]
    if isinstance(node, list):
        return [t for item in node for t in _texts(item)]
    return []


@dataclass(frozen=True)
class World:
    """The sandbox as the tests look at it."""

    sandbox: Sandbox

    def channel(self, name: str) -> Channel:
        found = self.sandbox.workspace.channel_named(name)
        assert found is not None, f"no channel {name}"
        return found

    def channels(self, prefix: str) -> list[Channel]:
        every = list(self.sandbox.workspace.channels.values())
        return [c for c in every if c.name.startswith(prefix)]

    def messages(self, channel: str, containing: str = "") -> list[Message]:
        every = list(self.channel(channel).messages.values())
        return [m for m in every if not m.deleted and not m.subtype and containing in plain(m)]

    def wait_message(self, channel: str, containing: str, patience: float = 20.0) -> Message:
        def look() -> Message | None:
            if self.sandbox.workspace.channel_named(channel) is None:
                return None
            return next(iter(self.messages(channel, containing)), None)

        return eventually(look, f"{containing!r} in #{channel}", patience)

    def wait_channel(self, prefix: str) -> Channel:
        return eventually(lambda: next(iter(self.channels(prefix)), None), f"a channel {prefix}...")

    def private(self, user: str, containing: str = "") -> list[Message]:
        """What that person alone saw."""
        mine = self.sandbox.user(user)
        every = list(self.sandbox.workspace.ephemerals)
        return [m for m in every if m.ephemeral_to == mine and containing in plain(m)]

    def wait_private(self, user: str, containing: str) -> Message:
        return eventually(
            lambda: next(iter(self.private(user, containing)), None),
            f"{containing!r} for {user} alone; seen: {[plain(m) for m in self.private(user)]}",
        )

    def api_calls(self, method: str) -> list[dict[str, Any]]:
        calls = list(self.sandbox.workspace.journal.entries)
        return [e for e in calls if e["kind"] == "api" and e["method"] == method]


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace, doing things through Slack's own doors."""

    world: World
    name: str

    def _act(self, act: str, **body: Any) -> dict[str, Any]:
        answer = self.world.sandbox.post(f"/_act/{act}", user=self.name, **body)
        assert answer.get("ok"), f"{self.name} {act} {body}: {answer}"
        assert not answer.get("error_shown"), f"{self.name} {act} {body}: {answer}"
        return answer

    def command(self, line: str, channel: str = "general") -> dict[str, Any]:
        command, _, text = line.partition(" ")
        return self._act("command", channel=channel, command=command, text=text)

    def says(self, text: str, channel: str, thread_ts: str | None = None) -> str:
        body = {"thread_ts": thread_ts} if thread_ts else {}
        return str(self._act("message", channel=channel, text=text, **body)["ts"])

    def reacts(self, emoji: str, channel: str, ts: str) -> None:
        self._act("reaction", channel=channel, ts=ts, name=emoji)

    def clicks(self, label: str, message: Message, **extra: Any) -> dict[str, Any]:
        """Press the button with this label on a message."""
        block, element = _button(message.blocks or [], label)
        return self._act(
            "click",
            channel=message.channel,
            ts=message.ts,
            block_id=block.get("block_id"),
            action_id=element["action_id"],
            **extra,
        )

    def modal(self) -> dict[str, Any]:
        """The view in front of this person."""
        workspace = self.world.sandbox.workspace
        user = self.world.sandbox.user(self.name)
        top = eventually(
            lambda: next(iter(reversed(workspace.modals.get(user, []))), None), "an open modal"
        )
        view = workspace.views[top]
        return {"id": view.id, **view.payload}

    def submits(self, **values: Any) -> dict[str, Any]:
        """Fill the open modal: `block_id=value` for each field given."""
        view = self.modal()
        filled: dict[str, dict[str, Any]] = {}
        for block in view["blocks"]:
            element = block.get("element") or {}
            if block.get("type") == "input" and block["block_id"] in values:
                filled[block["block_id"]] = {element["action_id"]: values[block["block_id"]]}
        return self._act("submit", view_id=view["id"], values=filled)


def _button(blocks: list[dict[str, Any]], label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            words = element.get("text")
            if isinstance(words, dict) and label in words.get("text", ""):
                return block, element
    message = f"no button {label!r}"
    raise AssertionError(message)
