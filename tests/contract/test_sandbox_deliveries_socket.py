"""Events over Socket Mode, with the official client and frame by frame."""

from collections.abc import Iterator
from typing import Any

import pytest
import websocket

from tests.contract.sandbox_bot import (
    Bot,
    RawSocket,
    connections,
    raw_socket,
    socket_bot,
    until,
)
from tests.sandbox_fixture import Sandbox


@pytest.fixture(scope="module")
def connected(sandbox_server: Sandbox) -> Iterator[Bot]:
    with socket_bot(sandbox_server) as bot:
        yield bot


@pytest.fixture
def bot(sandbox: Sandbox, connected: Bot) -> Bot:
    until(lambda: connections(sandbox) == 1)
    connected.reset()
    return connected


def say(sandbox: Sandbox, text: str = "hello", channel: str = "incidents") -> dict[str, Any]:
    answer = sandbox.post("/_act/message", user="ana", channel=channel, text=text)
    assert answer["ok"], answer
    return answer


def deliveries(sandbox: Sandbox, name: str = "message") -> list[dict[str, Any]]:
    return [entry for entry in sandbox.journal("delivery") if entry["name"] == name]


def test_events_arrive_in_order_and_every_delivery_is_acked(sandbox: Sandbox, bot: Bot) -> None:
    texts = [f"line {number}" for number in range(20)]
    for text in texts:
        say(sandbox, text)
    until(lambda: len(bot.texts()) == len(texts))
    sent = [entry["payload"]["event"]["text"] for entry in deliveries(sandbox)]
    assert sent == texts
    until(lambda: all(entry["acked"] for entry in deliveries(sandbox)))
    assert all(entry["ms"] < 3000 for entry in sandbox.journal("ack"))


def test_event_envelope_has_slacks_fields(sandbox: Sandbox, bot: Bot) -> None:
    say(sandbox)
    body = until(lambda: bot.named("message"))[0]
    assert body["type"] == "event_callback"
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["is_bot"] is True
    assert body["event"]["channel_type"] == "channel"
    assert not [key for key in body["event"] if key.startswith("_")]


def test_bot_hears_only_channels_it_is_in(sandbox: Sandbox, bot: Bot) -> None:
    say(sandbox, "not for the bot", channel="general")
    say(sandbox, "for the bot")
    until(lambda: bot.texts() == ["for the bot"])


def test_mention_arrives_as_message_and_as_app_mention(sandbox: Sandbox, bot: Bot) -> None:
    say(sandbox, "@fireline look")
    until(lambda: bot.named("app_mention") and bot.named("message"))
    app = next(iter(sandbox.workspace.apps.values()))
    assert bot.named("app_mention")[0]["event"]["text"] == f"<@{app.bot_user_id}> look"


def test_unsubscribed_event_is_not_delivered(sandbox: Sandbox, bot: Bot) -> None:
    app = next(iter(sandbox.workspace.apps.values()))
    app.events.discard("reaction_added")
    ts = say(sandbox)["ts"]
    sandbox.post("/_act/reaction", user="bo", channel="incidents", ts=ts, name="eyes")
    say(sandbox, "after")
    until(lambda: "after" in bot.texts())
    assert bot.named("reaction_added") == []


def test_delivered_twice_has_one_event_id(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("deliver_twice", event="message")
    say(sandbox)
    first, second = until(lambda: len(bot.named("message")) == 2 and bot.named("message"))
    assert first["event_id"] == second["event_id"]


def test_redelivered_after_the_ack_as_a_retry(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("redeliver", event="message", count=2)
    say(sandbox)
    until(lambda: len(bot.named("message")) == 3)
    sent = deliveries(sandbox)
    assert [entry["retry_attempt"] for entry in sent] == [0, 1, 2]
    assert len({entry["event_id"] for entry in sent}) == 1


def test_late_event_waits_for_the_virtual_clock(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("late", event="message", by="10m")
    say(sandbox, "late")
    say(sandbox, "in time")
    until(lambda: bot.texts() == ["in time"])
    sandbox.advance("10m")
    until(lambda: bot.texts() == ["in time", "late"])


def test_reordered_event_comes_after_the_next_one(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("reorder", event="message")
    say(sandbox, "first")
    say(sandbox, "second")
    until(lambda: len(bot.texts()) == 2)
    sent = [entry["payload"]["event"]["text"] for entry in deliveries(sandbox)]
    assert sent == ["second", "first"]


def test_withheld_event_comes_as_a_retry(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("withhold", event="message", **{"for": "1m"})
    say(sandbox)
    sandbox.advance("1m")
    until(lambda: bot.named("message"))
    assert [entry["retry_attempt"] for entry in deliveries(sandbox)] == [1]


def test_official_client_returns_after_a_dropped_socket(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("drop_socket")
    assert connections(sandbox) == 0
    say(sandbox, "while nobody listens")
    until(lambda: bot.texts() == ["while nobody listens"])


def test_socket_dropped_before_the_ack_means_the_same_event_again(
    sandbox: Sandbox, bot: Bot
) -> None:
    sandbox.fault("drop_socket", event="message", when="after")
    say(sandbox)
    until(lambda: len(deliveries(sandbox)) == 2 and deliveries(sandbox)[-1]["acked"])
    first, second = deliveries(sandbox)
    assert first["event_id"] == second["event_id"]
    assert (first["acked"], second["retry_attempt"]) == (False, 1)
    until(lambda: bot.named("message"))


def test_refused_connections_delay_the_return(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("refuse_connections", **{"for": "10m"})
    sandbox.fault("drop_socket")
    until(lambda: [e for e in sandbox.journal("socket") if e["did"] == "refused"])
    say(sandbox, "still here")
    assert connections(sandbox) == 0
    sandbox.advance("4m")
    sandbox.workspace.faults.clear()
    sandbox.advance("6m")
    until(lambda: connections(sandbox) == 1)
    assert bot.texts() == []


def test_refresh_under_load_loses_nothing(sandbox: Sandbox, bot: Bot) -> None:
    texts = [f"load {number}" for number in range(12)]
    for number, text in enumerate(texts):
        if number == 4:
            sandbox.fault("refresh")
        say(sandbox, text)
    # The client waits up to 10 s in select when its old socket goes away at a bad moment.
    until(lambda: set(bot.texts()) == set(texts), seconds=15)
    until(lambda: connections(sandbox) == 1)
    ids = {entry["event_id"] for entry in deliveries(sandbox)}
    assert len(ids) == len(texts)


def test_reset_keeps_connections_and_forgets_what_is_under_way(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.fault("late", event="message", by="1h")
    say(sandbox, "before the reset")
    sandbox.post("/_reset")
    say(sandbox, "after the reset")
    until(lambda: bot.texts() == ["after the reset"])


def test_hello_comes_first_and_the_address_works_once(sandbox: Sandbox) -> None:
    raw = RawSocket(sandbox)
    hello = raw.read()
    assert hello["type"] == "hello"
    assert hello["connection_info"]["app_id"] in sandbox.workspace.apps
    assert hello["debug_info"]["approximate_connection_time"] == 18060
    with pytest.raises(websocket.WebSocketBadStatusException):
        RawSocket(sandbox, raw.url)
    raw.close()
    until(lambda: connections(sandbox) <= 1)


def test_refresh_warns_before_it_asks(sandbox: Sandbox) -> None:
    with raw_socket(sandbox) as raw:
        sandbox.fault("refresh")
        frames = [raw.read(), raw.read()]
    assert [frame["reason"] for frame in frames] == ["warning", "refresh_requested"]
    until(lambda: connections(sandbox) <= 1)
