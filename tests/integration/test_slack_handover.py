"""Handing command over: the card tells what is open, and command moves when it is taken."""

import json
from typing import Any

import pytest

from fireline.domain.incident.incident import Incident, Role
from fireline.sandbox.entities import Message
from tests.integration.slack_bot import Bot


@pytest.fixture
def where(bot: Bot) -> str:
    """An incident that Ana commands, with something of everything open."""
    channel = bot.declared("orders are late slo:orders-api-availability").id
    for line in (
        "claim commander",
        "hypothesis the broker is full",
        "hypothesis a bad deploy",
        "hypothesis ruled-out a bad deploy",
        "decide roll back",
        "task tell finance",
        "dataset add raw_orders wrong",
        "unit add raw_orders -6h..-2h",
    ):
        bot.ask(f"/incident {line}", "ana", channel)
    return channel


def person(bot: Bot, name: str) -> str:
    return next(u.id for u in bot.sandbox.workspace.users.values() if u.name == name)


def offered(bot: Bot, where: str, to: str) -> Message:
    bot.ask(f"/incident handover <@{person(bot, to)}>", "ana", where)
    bot.flows()
    channel = bot.sandbox.workspace.channels[where]
    return [m for m in bot.said(channel) if "command for" in m.text][-1]


def press(bot: Bot, message: Message, user: str) -> dict[str, Any]:
    row = next(b for b in message.blocks if b["type"] == "actions")
    return bot.act(
        "click",
        user=user,
        channel=message.channel,
        ts=message.ts,
        block_id=row["block_id"],
        action_id=row["elements"][0]["action_id"],
    )


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def test_the_card_tells_all_that_is_open(bot: Bot, where: str) -> None:
    shown = json.dumps(offered(bot, where, "dia").blocks)
    for words in (
        "the broker is full",
        "roll back",
        "tell finance",
        "1 raw_orders planned",
        "orders-api-availability",
        "used",
        "Next update",
    ):
        assert words in shown
    assert "a bad deploy" not in shown


def test_command_moves_when_it_is_taken_and_not_before(bot: Bot, where: str) -> None:
    card = offered(bot, where, "dia")
    assert incident(bot).roles[Role.COMMANDER] == person(bot, "ana")
    press(bot, card, "dia")
    bot.until(lambda: incident(bot).roles[Role.COMMANDER] == person(bot, "dia"))
    bot.flows()
    channel = bot.sandbox.workspace.channels[where]
    shown = json.dumps(channel.messages[card.ts].blocks)
    assert "has command" in shown
    assert "I have it" not in shown


def test_nobody_else_takes_it(bot: Bot, where: str) -> None:
    card = offered(bot, where, "dia")
    press(bot, card, "ana")
    bot.until(lambda: any("is offered to Dia" in m.text for m in bot.ephemerals()))
    assert incident(bot).roles[Role.COMMANDER] == person(bot, "ana")


def test_an_older_offer_is_worth_nothing_any_more(bot: Bot, where: str) -> None:
    first = offered(bot, where, "dia")
    offered(bot, where, "bo")
    press(bot, first, "dia")
    bot.until(lambda: any("to somebody else since" in m.text for m in bot.ephemerals()))
    assert incident(bot).roles[Role.COMMANDER] == person(bot, "ana")


def test_only_the_commander_offers(bot: Bot, where: str) -> None:
    offered(bot, where, "dia")  # which invites her
    said = bot.ask(f"/incident handover <@{person(bot, 'bo')}>", "dia", where)
    assert "Only the commander" in said
    again = bot.ask(f"/incident handover <@{person(bot, 'ana')}>", "ana", where)
    assert "is commander already" in again
