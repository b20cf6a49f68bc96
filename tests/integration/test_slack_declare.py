"""Declaring in every way, through the sandbox: quiet, over already, with flags."""

import json
from typing import Any

from fireline.domain.incident.incident import Incident, IncidentState
from fireline.sandbox.entities import Message
from tests.integration.slack_bot import Bot

PAST = "/incident declare orders were late past from:-3h restored:-2h"


def newest(bot: Bot) -> Incident:
    with bot.store() as uow:
        return uow.incidents.all()[-1]


def direct(bot: Bot) -> list[Message]:
    """What stands in direct messages."""
    channels = bot.sandbox.workspace.channels.values()
    return [m for c in channels if c.id.startswith("D") for m in c.messages.values()]


def announced(bot: Bot) -> list[Message]:
    return bot.said(bot.sandbox.workspace.channels[bot.sandbox.channel("incidents")])


def press(bot: Bot, message: Message, words: str, user: str = "ana") -> dict[str, Any]:
    for block in message.blocks:
        for element in block.get("elements", []):
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


def test_a_quiet_one_is_judged_in_a_direct_message_and_opens_its_channel_when_confirmed(
    bot: Bot,
) -> None:
    answer = bot.ask("/incident declare orders look odd quiet")
    assert "waits for triage" in answer
    bot.flows()
    (judged,) = direct(bot)
    assert "Is this an incident?" in json.dumps(judged.blocks)
    assert newest(bot).channel_id is None
    press(bot, judged, "Confirm")
    bot.until(lambda: newest(bot).state is IncidentState.INVESTIGATING)
    bot.flows()
    where = newest(bot).channel_id
    assert where is not None
    assert f"<#{where}>" in json.dumps(direct(bot)[0].blocks)
    assert any("INC-1" in m.text for m in announced(bot))


def test_a_quiet_one_is_declined_from_its_message_without_anybody_having_read_of_it(
    bot: Bot,
) -> None:
    bot.ask("/incident declare orders look odd quiet")
    bot.flows()
    press(bot, direct(bot)[0], "Decline")
    view = bot.open_view()
    bot.submit(view, choice="expected", text="planned load")
    bot.flows()
    assert newest(bot).state is IncidentState.DECLINED
    assert "Declined: no incident" in json.dumps(direct(bot)[0].blocks)
    assert announced(bot) == []


def test_what_is_over_is_recorded_and_worked_on_by_naming_it(bot: Bot) -> None:
    assert "recorded" in bot.ask(PAST)
    bot.flows()
    (shown,) = direct(bot)
    assert "INC-1" in json.dumps(shown.blocks)
    line = f'resolve no-damage checked:<@{bot.sandbox.user("ana")}> how:"counts agree" in:INC-1'
    bot.ask(f"/incident {line}")
    assert newest(bot).state is IncidentState.RESOLVED
    assert announced(bot) == []


def test_what_is_over_is_refused_without_both_times(bot: Bot) -> None:
    assert "needs both times" in bot.ask("/incident declare orders were late past from:-3h")
    words = bot.ask("/incident declare orders were late past from:-1h restored:-2h")
    assert "is before impact_started" in words


def test_a_flag_within_the_words_is_a_word(bot: Bot) -> None:
    bot.ask("/incident declare the topic went quiet again")
    assert newest(bot).state is IncidentState.INVESTIGATING
    assert newest(bot).title == "the topic went quiet again"
    bot.ask("/incident declare orders are late restricted")
    assert newest(bot).restricted
