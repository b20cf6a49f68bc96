"""What peers lose on the way, each as a test that shows that we keep it; on the sandbox.

The names carry the numbers of the list in the incident reference.
"""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fireline.bootstrap.program import Program
from fireline.domain.incident.incident import Incident, IncidentState
from fireline.domain.incident.metrics import Durations, durations
from fireline.sandbox.entities import Message
from fireline.usecases.chase_actions import remind_due
from tests.e2e.conftest import install, settings_for
from tests.e2e.stage import Stage, Step
from tests.e2e.world import Person, World, eventually, plain
from tests.integration.slack_bot import Bot
from tests.integration.test_socket_none import post
from tests.sandbox_fixture import Sandbox

CLOSING = (
    "restore rows pass",
    'resolve no-damage checked:@bo how:"counted rows"',
    "time impact_started -20m the first bad load",
    "accept all",
    "review",
    "runbook right",
    "detected alert",
    "caused no",
    "close",
)


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def closed(bot: Bot) -> str:
    """An incident that went the whole way; gives its channel."""
    where = bot.declared("orders are late sev:3").id
    for line in CLOSING:
        bot.ask(f"/incident {line}", "ana", where)
    assert incident(bot).state is IncidentState.CLOSED
    bot.flows()
    return where


def test_F06_duration_over_a_day(bot: Bot) -> None:
    room = bot.declared()
    bot.sandbox.advance("51h")
    bot.sandbox.advance("5m")
    bot.ask("/incident restore rows pass", "ana", room.id)
    bot.flows()
    bot.sandbox.advance("72h")
    (card,) = [message for message in bot.said(room) if message.ts in room.pins]
    assert "Restored after 2 d 3 h 5 min" in f"{card.text} {plain(card)}"
    assert "restored after 2 d 3 h 5 min" in room.topic["value"]
    assert "2 d 3 h 5 min" in bot.ask("/incident", "ana", room.id)


def test_F07_mttr_ignores_later_edits(bot: Bot) -> None:
    where = closed(bot)
    before: Durations = durations(incident(bot))
    assert before.mttr is not None
    bot.sandbox.advance("26h")
    for line in ("note the vendor wrote back", "rename Orders stood still", "caused yes"):
        bot.ask(f"/incident {line}", "ana", where)
    bot.flows()
    after = incident(bot)
    assert after.title == "Orders stood still"
    assert durations(after) == before


def test_F13_actions_chased_after_close(bot: Bot) -> None:
    where = closed(bot)
    bo = bot.sandbox.user("bo")
    bot.ask(f"/postmortem action Alert on the lag of orders <@{bo}> due:+4d", "ana", where)
    for _ in range(24):
        now = bot.services.clock.now()
        remind_due(bot.services, now.replace(hour=9))
        bot.flows()
        bot.sandbox.advance("24h")
    with bot.store() as uow:
        item = uow.actions.get(1)
    assert item is not None
    steps = [mark.partition("@")[0] for mark in item.reminded]
    assert steps == ["before", "due", "late2", "late7"]
    told = [m for m in direct(bot, bo) if "Alert on the lag" in plain(m)]
    assert len(told) == len(steps)


def direct(bot: Bot, user: str) -> list[Message]:
    """Messages that only this person and the bot can see."""
    rooms = [c for c in bot.sandbox.workspace.channels.values() if c.is_im and user in c.members]
    return [message for room in rooms for message in room.messages.values()]


def test_F16_crash_in_declare(world: World, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fireline.db'}"
    with closing(Stage(world, url, tmp_path)) as stage:
        stage.bot.start()
        declare = "/incident declare orders are late"
        create, card = Step("conversations.create"), Step("chat.postMessage", {"metadata": "card:"})
        stage.killed_at(create, lambda: stage.ana.command(declare), done=True)
        stage.killed_at(card, stage.bot.begin, done=True)
        stage.restarted()
        with stage.store() as uow:
            (only,) = uow.incidents.all()
        assert only.channel_id == stage.room.id
        seen = stage.seen()
        assert seen["room"].count("card:1") == 1
        assert seen["incidents"] == ["announcement:1"]
        assert seen["pinned"] == ["card:1"]


def test_F17_redelivered_envelope(sandbox: Sandbox, tmp_path: Path) -> None:
    world = World(sandbox)
    with started(world, tmp_path) as first:
        install(sandbox, socket_mode=False, request_url=first.slack_url)
        body = flagged_once(world)
        eventually(lambda: first.runtime.pending_count() == 0, "all is done")
        for _ in range(4):
            assert post(first, body, time.time()).status_code == 200
    with started(world, tmp_path) as again:
        assert post(again, body, time.time()).status_code == 200
        with again.services.store() as uow:
            entries = [e for e in uow.timeline.entries(1) if e.text == "the producer changed"]
    assert len(entries) == 1


@contextmanager
def started(world: World, folder: Path) -> Iterator[Program]:
    """A bot over HTTP."""
    program = Program(settings_for(world, folder, slack_app_token=None))
    program.start()
    try:
        yield program
    finally:
        program.stop()


def flagged_once(world: World) -> bytes:
    """An incident, a message in its channel, and the envelope that tells of its flag."""
    ana = Person(world, "ana")
    ana.command("/incident declare orders are late")
    room, user = world.wait_channel("inc-1-"), world.sandbox.user("ana")
    eventually(lambda: user in room.members, "ana is invited")
    said = ana.says("the producer changed", room.name)
    event = {
        "type": "reaction_added",
        "user": user,
        "reaction": "pushpin",
        "item": {"type": "message", "channel": room.id, "ts": said},
        "event_ts": f"{time.time():.6f}",
    }
    envelope = {"type": "event_callback", "team_id": "T1", "event_id": "Ev0AGAIN", "event": event}
    return json.dumps(envelope).encode()
