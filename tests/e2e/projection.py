"""What a workspace shows and what the record says, without what differs from run to run."""

import re
from typing import Any

from fireline.bootstrap.program import Program
from fireline.sandbox.entities import Channel, Message
from tests.e2e.world import World, plain

MOMENT = re.compile(r"<!date\^[^>]*>|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|\+00:00)?")
CLOCK = re.compile(r"\b\d{1,2}:\d{2}(:\d{2})?\b")
SPAN = re.compile(
    r"\b\d+(\.\d+)? ?(s|sec|seconds?|min|minutes?)\b|less than a minute|under a minute"
)
DIGEST = re.compile(r"\b[0-9a-f]{16}\b")
TS = re.compile(r"\bp?\d{10}\.?\d{6}\b")


def seen(world: World) -> dict[str, Any]:
    """Every channel with its messages, and how much each person was told alone."""
    workspace = world.sandbox.workspace
    every = [c for c in workspace.channels.values() if not c.is_im]
    return {
        "channels": {c.name: _channel(world, c) for c in every},
        "direct": sorted(
            _words(world, m)
            for c in workspace.channels.values()
            if c.is_im
            for m in c.messages.values()
        ),
        "alone": sorted(
            (_name(world, m.ephemeral_to), _words(world, m)) for m in workspace.ephemerals
        ),
        "files": {f"{f.name} {f.title}": _lines(world, f.data) for f in _files(world)},
    }


def recorded(world: World, bot: Program, incident_id: int = 1) -> dict[str, Any]:
    """Timeline, audit trail and promises."""
    with bot.services.store() as uow:
        entries = uow.timeline.entries(incident_id)
        return {
            "timeline": [
                (
                    e.kind.value,
                    _steady(world, e.text),
                    e.actor_name,
                    sorted(_name(world, p) for p in e.supporters),
                    e.retracted,
                    e.provenance.permalink is not None,
                    e.provenance.detail,
                )
                for e in entries
            ],
            "audit": sorted((a.action, _name(world, a.actor)) for a in uow.audit.all()),
            "actions": [(a.ref, a.text, a.state.value, a.evidence) for a in uow.actions.all()],
            "incidents": len(uow.incidents.all()),
        }


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Each place where the two differ, so that a failure shows what and not everything."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        pairs = [(one.get(k), other.get(k), f"{where}/{k}") for k in keys]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(a, b, f"{where}/{i}") for i, (a, b) in enumerate(zip(one, other, strict=True))]
    else:
        return [] if one == other else [f"{where}: {one!r} != {other!r}"]
    return [found for a, b, place in pairs for found in differences(a, b, place)]


def _channel(world: World, channel: Channel) -> dict[str, Any]:
    kept = [m for m in channel.messages.values() if not m.deleted]
    return {
        "topic": _steady(world, channel.topic["value"]),
        "members": sorted(_name(world, user) for user in channel.members),
        "pins": [_words(world, channel.messages[ts]) for ts in channel.pins],
        "messages": [_message(world, channel, m) for m in kept if m.subtype is None],
        "notices": sorted(_notice(world, m) for m in kept if m.subtype),
    }


def _notice(world: World, message: Message) -> str:
    return f"{message.subtype}: {_words(world, message)}"


def _message(world: World, channel: Channel, message: Message) -> dict[str, Any]:
    parent = channel.messages.get(message.thread_ts or "") if message.is_reply else None
    return {
        "by": _name(world, message.user),
        "words": _words(world, message),
        "under": _words(world, parent) if parent else None,
        "reactions": {k: [_name(world, u) for u in v] for k, v in message.reactions.items()},
        "files": len(message.files),
    }


def _files(world: World) -> list[Any]:
    return [f for f in world.sandbox.workspace.files.values() if f.shares]


def _lines(world: World, data: bytes) -> list[str]:
    text = "a picture" if data.startswith(b"\x89PNG") else data.decode()
    return _steady(world, text).splitlines()


def _words(world: World, message: Message) -> str:
    return _steady(world, plain(message))


def _name(world: World, user: str | None) -> str:
    known = world.sandbox.workspace.users.get(user or "")
    return known.name if known else str(user)


def _steady(world: World, text: str) -> str:
    """The text with names for ids and placeholders for times."""
    workspace = world.sandbox.workspace
    for user in workspace.users.values():
        text = text.replace(user.id, f"@{user.name}")
    for channel in workspace.channels.values():
        text = text.replace(channel.id, f"#{channel.name}")
    text = text.replace(world.sandbox.url, "")
    steady = {MOMENT: "(time)", CLOCK: "(time)", SPAN: "(span)", TS: "(ts)", DIGEST: "(digest)"}
    for pattern, shown in steady.items():
        text = pattern.sub(shown, text)
    return text
