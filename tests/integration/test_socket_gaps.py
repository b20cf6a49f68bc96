"""A connection that breaks: it comes back within seconds, and nothing is lost or done twice."""

import time

from fireline.sandbox.entities import Channel
from tests.integration.slack_bot import Bot

SOON_SECONDS = 5.0


def back(bot: Bot, opened: int) -> None:
    """The bot is connected anew, and soon."""
    begun = time.monotonic()
    bot.until(lambda: bot.socket.state().reconnects > opened and bot.socket.state().healthy)
    assert time.monotonic() - begun < SOON_SECONDS


def texts(bot: Bot) -> list[str]:
    with bot.store() as uow:
        return [e.text for e in uow.timeline.entries(1)]


def reconnects(bot: Bot) -> int:
    return bot.socket.state().reconnects


def kept(bot: Bot, channel: Channel, ts: str) -> bool:
    with bot.store() as uow:
        return uow.raw_messages.get(channel.id, ts) is not None


def test_a_socket_cut_without_a_close_frame_is_replaced(bot: Bot) -> None:
    channel = bot.declared()
    opened = bot.socket.state().reconnects
    bot.sandbox.fault("drop_socket")
    back(bot, opened)
    said = bot.act("message", user="ana", channel=channel.id, text="still here")
    bot.until(lambda: kept(bot, channel, said["ts"]))


def test_after_an_outage_the_bot_returns_and_hears_what_waited(bot: Bot) -> None:
    channel = bot.declared()
    opened = bot.socket.state().reconnects
    bot.sandbox.fault("refuse_connections", **{"for": "3s"})
    bot.sandbox.fault("drop_socket")
    said = bot.act("message", user="ana", channel=channel.id, text="said during the outage")
    over = time.monotonic() + 3
    bot.until(lambda: bot.socket.state().reconnects > opened and bot.socket.state().healthy)
    assert time.monotonic() - over < SOON_SECONDS
    bot.until(lambda: kept(bot, channel, said["ts"]))


def test_a_refresh_under_load_loses_nothing_and_repeats_nothing(bot: Bot) -> None:
    channel = bot.declared()
    before = len(texts(bot))
    opened = reconnects(bot)
    said = []
    for number in range(20):
        if number == 5:
            bot.sandbox.fault("refresh")
        if number == 10:
            bot.until(lambda: reconnects(bot) > opened)
        bot.command(f"/incident note number {number:02}", "ana", channel.id)
        said.append(bot.act("message", user="ana", channel=channel.id, text=f"words {number}"))
    wanted = [f"number {number:02}" for number in range(20)]
    bot.until(lambda: len(texts(bot)) >= before + 20)
    bot.until(lambda: all(kept(bot, channel, one["ts"]) for one in said))
    assert sorted(texts(bot)[before:]) == wanted
    bot.until(lambda: not [d for d in bot.sandbox.journal("delivery") if not d["acked"]])
    assert not bot.sandbox.journal("lost")


def connected(bot: Bot) -> int:
    return len([e for e in bot.sandbox.journal("socket") if e["did"] == "connected"])


def test_a_start_opens_one_socket_and_after_a_stop_none_is_opened(bot: Bot) -> None:
    assert bot.socket.state().healthy
    assert connected(bot) == 1
    bot.socket.stop()
    assert not bot.socket.state().connected
    bot.until(lambda: bot.sandbox.journal("socket")[-1]["did"] == "closed")
    assert connected(bot) == 1


def test_a_stop_during_an_outage_does_not_wait_for_slack(bot: Bot) -> None:
    bot.sandbox.fault("refuse_connections", **{"for": "10m"})
    bot.sandbox.fault("drop_socket")
    bot.until(lambda: [e for e in bot.sandbox.journal("socket") if e["did"] == "refused"])
    begun = time.monotonic()
    bot.socket.stop()
    assert time.monotonic() - begun < SOON_SECONDS
    assert connected(bot) == 1
