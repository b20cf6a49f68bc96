"""What is said to the bot: commands without their slash, and plain questions with sources."""

import json
from dataclasses import replace

import pytest

from fireline.domain.incident.incident import Incident
from fireline.sandbox.entities import Message
from tests.integration.slack_bot import Bot

SLO = "orders-api-availability"


def bot_id(bot: Bot) -> str:
    return next(u.id for u in bot.sandbox.workspace.users.values() if u.is_bot)


def said_to_bot(bot: Bot, words: str, user: str = "ana", channel: str = "orders-team") -> str:
    answer = bot.act("message", user=user, channel=channel, text=f"<@{bot_id(bot)}> {words}")
    return str(answer["ts"])


def reply_to(bot: Bot, ts: str, channel: str = "orders-team") -> Message:
    where = bot.sandbox.workspace.channels[bot.sandbox.channel(channel)]

    def found() -> list[Message]:
        return [m for m in bot.said(where) if m.thread_ts == ts and m.ts != ts]

    bot.until(found)
    return found()[0]


def asked(bot: Bot, words: str) -> str:
    return json.dumps(reply_to(bot, said_to_bot(bot, words)).blocks, ensure_ascii=False)


def opened(bot: Bot) -> list[Incident]:
    with bot.store() as uow:
        return list(uow.incidents.open())


def test_what_is_burning_is_answered_in_the_thread_with_its_source(bot: Bot) -> None:
    told = asked(bot, "what is burning?")
    assert "Nothing burns: none of 1 budgets." in told
    assert "From `1 SLOs`" in told


def test_data_of_an_open_incident_is_not_to_be_used(bot: Bot) -> None:
    where = bot.declared("orders are late dataset:demo.main.raw_orders").id
    told = asked(bot, "is raw_orders safe to use?")
    assert "Do not use demo.main.raw_orders now." in told
    assert "INC-1 orders are late (investigating" in told
    assert f"<#{where}>" in told


def test_a_name_that_nobody_knows_is_not_guessed(bot: Bot) -> None:
    assert "I know no dataset, dashboard or model called" in asked(bot, "can I use moon_phases?")


def test_a_restricted_incident_is_not_told_of_elsewhere(bot: Bot) -> None:
    bot.declared("customer list was public dataset:demo.main.people")
    with bot.store() as uow:
        uow.incidents.save(replace(uow.incidents.open()[0], restricted=True))
        uow.commit()
    told = asked(bot, "is demo.main.people safe to use?")
    assert "INC-1" not in told
    assert "customer list" not in told


def test_open_incidents_are_named(bot: Bot) -> None:
    assert "No incident is open." in asked(bot, "any incidents?")
    bot.declared("orders are late")
    assert "INC-1 SEV3 orders are late: investigating" in asked(bot, "what is going on?")


def test_what_nobody_knows_is_said_to_be_so(bot: Bot) -> None:
    assert "I do not guess" in asked(bot, "who won the match?")


@pytest.mark.parametrize("words", ["incident declare orders are late", "declare orders are late"])
def test_a_command_works_without_its_slash(bot: Bot, words: str) -> None:
    said_to_bot(bot, words)
    bot.until(lambda: opened(bot))
    assert opened(bot)[0].title == "orders are late"
    bot.until(bot.ephemerals)
    assert "INC-1" in bot.ephemerals()[0].text


def test_a_command_that_needs_a_form_offers_it(bot: Bot) -> None:
    said_to_bot(bot, "incident declare")
    bot.until(bot.ephemerals)
    shown = bot.ephemerals()[0]
    button = shown.blocks[-1]
    bot.act(
        "click",
        user="ana",
        channel=shown.channel,
        ts=shown.ts,
        block_id=button["block_id"],
        action_id=button["elements"][0]["action_id"],
    )
    assert "Declare" in json.dumps(bot.open_view().payload)


def test_a_mistyped_command_is_refused_in_words(bot: Bot) -> None:
    said_to_bot(bot, "incident show INC-77")
    bot.until(bot.ephemerals)
    assert "no INC-77" in bot.ephemerals()[0].text


def test_nothing_but_a_mention_says_how_to_ask(bot: Bot) -> None:
    assert "Ask me plainly" in json.dumps(reply_to(bot, said_to_bot(bot, "")).blocks)
