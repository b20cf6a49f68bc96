"""Declaring what is open already: it is shown first, and joined or declared with one click."""

import json
from typing import Any

import pytest

from fireline.domain.incident.incident import Incident
from fireline.sandbox.entities import Message
from tests.integration.slack_bot import Bot

SLO = "orders-api-availability"


@pytest.fixture
def first(bot: Bot) -> str:
    """An incident of one SLO, declared a moment ago; gives its channel."""
    return bot.declared(f"orders are late slo:{SLO}").id


def opened(bot: Bot) -> list[Incident]:
    with bot.store() as uow:
        return list(uow.incidents.open())


def click(bot: Bot, message: Message, words: str, user: str = "dia") -> dict[str, Any]:
    for block in message.blocks:
        for element in [*block.get("elements", []), block.get("accessory", {})]:
            if words in json.dumps(element) and "action_id" in element:
                return bot.act(
                    "click",
                    user=user,
                    channel=message.channel,
                    ts=message.ts,
                    block_id=block["block_id"],
                    action_id=element["action_id"],
                )
    raise AssertionError(words)


def chosen(bot: Bot) -> list[str]:
    """The SLO, picked in the open form."""
    where = {"view_id": bot.open_view("dia").id, "block_id": "about", "action_id": "declare_about"}
    bot.act("options", user="dia", **where, query="orders")
    return [f"slo:{SLO}"]


def asked(bot: Bot, line: str) -> Message:
    bot.ask(line, "dia")
    return bot.ephemerals()[-1]


@pytest.mark.usefixtures("first")
def test_a_second_one_of_the_same_slo_is_asked_about_before_it_is_declared(bot: Bot) -> None:
    shown = asked(bot, f"/incident declare orders api is down slo:{SLO}")
    assert "INC-1" in json.dumps(shown.blocks)
    assert f"the same SLO {SLO}" in json.dumps(shown.blocks)
    assert [i.id for i in opened(bot)] == [1]


def test_joining_instead_invites_into_its_channel(bot: Bot, first: str) -> None:
    shown = asked(bot, f"/incident declare orders api is down slo:{SLO}")
    click(bot, shown, "Join INC-1 instead")
    bot.until(lambda: opened(bot)[0].details.joined)
    bot.flows()
    channel = bot.sandbox.workspace.channels[first]
    names = {u.name for u in bot.sandbox.workspace.users.values() if u.id in channel.members}
    assert "dia" in names


@pytest.mark.usefixtures("first")
def test_declaring_anyway_opens_the_second_one_with_the_same_words(bot: Bot) -> None:
    shown = asked(bot, f'/incident declare "orders api is down" slo:{SLO} sev:2')
    click(bot, shown, "Declare anyway")
    bot.until(lambda: len(opened(bot)) > 1)
    second = opened(bot)[-1]
    assert (second.title, second.severity.label, second.slos) == (
        "orders api is down",
        "SEV2",
        (SLO,),
    )


@pytest.mark.usefixtures("first")
def test_the_form_asks_too_and_keeps_what_was_filled_in(bot: Bot) -> None:
    bot.command("/incident declare", "dia")
    bot.submit(bot.open_view("dia"), "dia", text="api is down", about=chosen(bot))
    assert len(opened(bot)) == 1
    again = bot.open_view("dia")
    for words in ("Is it one of these?", "INC-1", "api is down", "Declare anyway"):
        assert words in json.dumps(again.payload)
    bot.submit(again, "dia", text="api is down", about=chosen(bot))
    bot.until(lambda: len(opened(bot)) > 1)


@pytest.mark.usefixtures("first")
def test_an_hour_later_or_of_something_else_it_is_declared_at_once(bot: Bot) -> None:
    bot.ask("/incident declare payments are late service:payments", "dia")
    assert len(opened(bot)) == 2
    bot.sandbox.post("/_clock", advance="62m")
    bot.ask(f"/incident declare orders again slo:{SLO}", "dia")
    assert len(opened(bot)) == 3


def test_the_same_data_counts_however_it_is_written(bot: Bot) -> None:
    where = bot.declared("orders are wrong dataset:raw_orders").id
    bot.ask("/incident dataset add raw_orders wrong", "ana", where)
    shown = asked(bot, "/incident declare numbers are odd dataset:RAW_ORDERS")
    assert "the same data RAW_ORDERS" in json.dumps(shown.blocks)


@pytest.mark.usefixtures("first")
def test_join_by_its_number(bot: Bot) -> None:
    assert "INC-1" in bot.ask("/incident join INC-1", "dia")
    assert "no INC-9" in bot.ask("/incident join INC-9", "dia")
