"""What happened before to the same SLO or data stands in the thread of the new incident's card."""

import json

from fireline.sandbox.entities import Channel
from tests.integration.slack_bot import Bot

RESOLVE = '/incident resolve no-damage checked:@ana how:"counted the rows"'


def over(bot: Bot, words: str) -> Channel:
    channel = bot.declared(words)
    bot.ask("/incident restore restarted the connector", "ana", channel.id)
    bot.ask(RESOLVE, "ana", channel.id)
    bot.flows()
    return channel


def before(bot: Bot, channel: Channel) -> str:
    said = [m for m in bot.said(channel) if "It happened before" in json.dumps(m.blocks)]
    return json.dumps([(m.thread_ts, m.blocks) for m in said])


def test_an_earlier_incident_of_the_same_data_is_told_with_what_helped(bot: Bot) -> None:
    first = over(bot, "orders are late dataset:raw_orders")
    again = bot.declared("orders are late once more dataset:raw_orders")
    told = before(bot, again)
    assert again.pins[0] in told
    assert "INC-1" in told
    assert "the same data raw_orders" in told
    assert "restarted the connector" in told
    assert first.id in told


def test_drills_and_other_data_are_not_what_happened_before(bot: Bot) -> None:
    over(bot, "payments are late dataset:payments")
    over(bot, "practice dataset:raw_orders drill")
    assert before(bot, bot.declared("orders are late dataset:raw_orders")) == "[]"


def test_a_restricted_one_is_never_told_of(bot: Bot) -> None:
    channel = bot.declared("people were public dataset:raw_people")
    bot.ask("/incident restore closed it", "ana", channel.id)
    bot.ask(RESOLVE, "ana", channel.id)
    bot.ask("/incident expose people saw it", "ana", channel.id)
    bot.flows()
    assert before(bot, bot.declared("people are late dataset:raw_people")) == "[]"
