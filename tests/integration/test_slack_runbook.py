"""A runbook walked in Slack: one message, its buttons, a second person for what is dangerous."""

import json
from collections.abc import Iterator

import pytest

from fireline.domain.incident.walking import latest
from fireline.sandbox.entities import Message
from tests.fakes import FakeRunbooks
from tests.integration.slack_bot import Bot, make_bot
from tests.runbook_scene import LAG, RESET
from tests.sandbox_fixture import Sandbox
from tests.store_fixture import RecordingStore


@pytest.fixture
def lagging(sandbox: Sandbox, sqlite_store: RecordingStore) -> Iterator[Bot]:
    """A bot that knows the runbook."""
    yield from make_bot(sandbox, sqlite_store, runbooks=FakeRunbooks([LAG]))


def room(bot: Bot) -> str:
    """The channel of INC-1, of which Ana is commander, with Bo in it."""
    channel = bot.declared("orders lag falls behind").id
    bot.act("join", user="bo", channel=channel)
    return channel


def message(bot: Bot, where: str) -> Message:
    """The one message of the run."""
    bot.flows()
    said = bot.said(bot.sandbox.workspace.channels[where])
    (found,) = [m for m in said if "runbook: A consumer group" in m.text]
    return found


def press(bot: Bot, shown: Message, label: str, user: str) -> None:
    for row in shown.blocks:
        for one in row.get("elements", []) if row["type"] == "actions" else []:
            if one["text"]["text"] == label:
                bot.act(
                    "click",
                    user=user,
                    channel=shown.channel,
                    ts=shown.ts,
                    block_id=row["block_id"],
                    action_id=one["action_id"],
                )
                return
    raise AssertionError(label)


def told(bot: Bot, words: str) -> None:
    """Wait for the private answer to a form."""
    bot.until(lambda: any(words in m.text for m in bot.ephemerals()))


def step(bot: Bot) -> int | None:
    with bot.store() as uow:
        incident = uow.incidents.get(1)
    run = latest(incident) if incident else None
    return run.current if run else None


def test_a_runbook_is_walked_by_buttons_and_a_second_person_approves(lagging: Bot) -> None:
    bot = lagging
    where = room(bot)
    assert "its steps are in the channel" in bot.ask(
        "/runbook start kafka-consumer-lag", "bo", where
    )
    first = message(bot, where)
    press(bot, first, "Done", "bo")
    bot.until(lambda: step(bot) == 2)
    press(bot, message(bot, where), "Skip", "bo")
    bot.until(lambda: step(bot) == 3)

    shown = message(bot, where)
    assert shown.ts == first.ts
    assert RESET in json.dumps(shown.blocks)
    refused = bot.ask("/runbook step a1 done", "bo", where)
    assert "the commander approves it first" in refused

    press(bot, shown, "Approve\u2026", "ana")
    wrong = bot.submit(bot.open_view(), "ana", confirm="yes")
    assert "Type `a1`" in json.dumps(wrong)
    bot.submit(bot.open_view(), "ana", confirm="a1")
    told(bot, "step 3 may be done")
    assert "You approved step 3" in bot.ask("/runbook step a1 done", "ana", where)
    press(bot, message(bot, where), "With output\u2026", "bo")
    bot.submit(bot.open_view("bo"), "bo", note="offset 4711")
    told(bot, "step 3 done")
    assert step(bot) == 4
    assert "approved by Ana_: offset 4711" in json.dumps(message(bot, where).blocks)
    assert "stopped" in bot.ask("/runbook stop", "bo", where)
    assert "stopped by Bo" in message(bot, where).text


def test_bare_the_command_shows_what_fits_then_the_run_also_after_a_restart(
    lagging: Bot, sandbox: Sandbox, sqlite_store: RecordingStore
) -> None:
    where = room(lagging)
    lagging.ask("/runbook", "bo", where)
    (offer,) = lagging.ephemerals()[-1:]
    assert "runbook_start" in json.dumps(offer.blocks)
    lagging.ask("/runbook start kafka-consumer-lag", "bo", where)
    lagging.ask("/runbook step c1 done partition 3", "bo", where)
    lagging.flows()
    lagging.socket.stop()

    for again in make_bot(sandbox, sqlite_store, runbooks=FakeRunbooks([LAG])):
        again.done = lagging.done
        assert "step 2 of 4" in again.ask("/runbook", "bo", where)
        again.ask("/runbook step 2 skip", "bo", where)
        assert "step 3 of 4" in message(again, where).text
