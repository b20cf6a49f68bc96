"""A socket that is open but silent, and what is done after nobody listened for a while."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from fireline.adapters.slack.socket import Limits
from fireline.bootstrap.program import Program
from fireline.domain.incident.timeline import TimelineEntry
from fireline.sandbox.entities import Channel
from fireline.usecases.capture_timeline import RECOVERED
from fireline.usecases.ports import RawMessage
from tests.e2e.conftest import install, settings_for
from tests.e2e.world import Person, World, eventually
from tests.integration.silent_proxy import SilentProxy
from tests.sandbox_fixture import Sandbox

QUICK = Limits(ping_every=0.2, silent_after=1.0, look_every=0.1, gap_after=0.4)
SOON_SECONDS = 5.0

Start = Callable[[], Program]


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    install(sandbox)
    return World(sandbox)


@pytest.fixture
def start(world: World, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as running:

        def program() -> Program:
            made = Program(settings_for(world, tmp_path), QUICK)
            made.start()
            running.callback(made.stop)
            return made

        yield program


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[SilentProxy]:
    """Sockets that are opened from now on run through it."""
    straight = sandbox.workspace.url
    made = SilentProxy(straight)
    sandbox.workspace.url = made.url
    yield made
    sandbox.workspace.url = straight
    made.close()


def health(bot: Program) -> dict[str, Any]:
    facts: dict[str, Any] = httpx.get(bot.health_url).json()
    return facts


def declared(world: World, words: str) -> Channel:
    before = len(world.channels("inc-"))
    Person(world, "ana").command(f"/incident declare {words}")
    eventually(lambda: len(world.channels("inc-")) > before, "its channel")
    channel = world.channels("inc-")[-1]
    eventually(lambda: world.sandbox.user("ana") in channel.members, "ana is invited")
    return channel


def test_a_silent_socket_is_noticed_and_health_fails_while_it_lasts(
    proxy: SilentProxy, start: Start
) -> None:
    bot = start()
    eventually(lambda: health(bot)["ok"], "a healthy start")
    proxy.mute.set()
    eventually(lambda: not health(bot)["ok"], "the silence is noticed")
    assert httpx.get(bot.health_url).status_code == 503
    begun = monotonic()
    eventually(lambda: not health(bot)["ok"] and monotonic() - begun > 2.5, "it stays unhealthy")
    proxy.mute.clear()
    eventually(lambda: health(bot)["ok"], "it is healthy again", SOON_SECONDS)


def kept(bot: Program, channel: str, ts: str) -> RawMessage | None:
    with bot.services.store() as uow:
        return uow.raw_messages.get(channel, ts)


def flagged(bot: Program) -> list[TimelineEntry]:
    with bot.services.store() as uow:
        return [e for e in uow.timeline.entries(2) if e.supporters]


def deaf(world: World) -> set[str]:
    """Let events pass the bot by, as when every retry failed; gives what it listened to."""
    (app,) = world.sandbox.workspace.apps.values()
    heard, app.events = app.events, set()
    return heard


def listening(world: World, events: set[str]) -> None:
    (app,) = world.sandbox.workspace.apps.values()
    app.events = events


def close_first(world: World, bot: Program) -> Channel:
    closed = declared(world, "over already")
    ana = Person(world, "ana")
    ana.command("/incident restore all well", closed.name)
    ana.command('/incident resolve no-damage checked:@bo how:"looked"', closed.name)
    eventually(lambda: not _open(bot), "no incident is open")
    return closed


def _open(bot: Program) -> list[object]:
    with bot.services.store() as uow:
        return list(uow.incidents.open())


def test_what_was_said_during_a_gap_is_read_from_open_incident_channels_only(
    world: World, start: Start
) -> None:
    bot = start()
    eventually(lambda: health(bot)["ok"], "a healthy start")
    closed, ana = close_first(world, bot), Person(world, "ana")
    channel = declared(world, "orders are late")
    heard_top = ana.says("heard as an event", channel.name)
    eventually(lambda: kept(bot, channel.id, heard_top), "the event")
    heard = deaf(world)
    missed = ana.says("said while nobody listened", channel.name)
    reply = ana.says("and a reply", channel.name, thread_ts=heard_top)
    ana.reacts("pushpin", channel.name, reply)
    mark = len(world.api_calls("conversations.history"))
    world.sandbox.fault("refuse_connections", **{"for": "1s"})
    world.sandbox.fault("drop_socket")
    found = eventually(lambda: kept(bot, channel.id, missed), "the message", 1 + SOON_SECONDS)
    assert (found.text, found.user_name, found.recovered) == (
        "said while nobody listened",
        "Ana",
        True,
    )
    again = eventually(lambda: kept(bot, channel.id, reply), "the reply", SOON_SECONDS)
    assert again.recovered
    entry = eventually(lambda: flagged(bot), "the flag")[0]
    assert (entry.text, entry.provenance.detail) == ("and a reply", RECOVERED)
    known = kept(bot, channel.id, heard_top)
    assert known is not None
    assert not known.recovered
    calls = [c["arguments"] for c in world.api_calls("conversations.history")[mark:]]
    read = {c["channel"] for c in calls if "include_all_metadata" not in c}
    assert read == {channel.id}
    assert closed.id not in read
    listening(world, heard)


def test_what_was_said_while_the_bot_was_down_is_read_at_start(world: World, start: Start) -> None:
    first = start()
    channel = declared(world, "orders are late")
    first.stop()
    heard = deaf(world)
    missed = Person(world, "ana").says("said while the bot was down", channel.name)
    listening(world, heard)
    second = start()
    found = eventually(lambda: kept(second, channel.id, missed), "the message", SOON_SECONDS)
    assert found.recovered
