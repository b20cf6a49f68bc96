"""Socket Mode frame by frame: acks, retries, several connections of one app."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.contract.sandbox_bot import RawSocket, connections, raw_socket, until
from tests.sandbox_fixture import Sandbox


def say(sandbox: Sandbox, text: str = "hello") -> None:
    assert sandbox.post("/_act/message", user="ana", channel="incidents", text=text)["ok"]


def deliveries(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.journal("delivery")


def test_unacked_event_is_sent_again_three_times_with_one_event_id(sandbox: Sandbox) -> None:
    with raw_socket(sandbox) as raw:
        say(sandbox)
        frames = [raw.read()]
        for _ in range(3):
            sandbox.advance("3s")
            frames.append(raw.read())
        sandbox.advance("3s")
        until(lambda: sandbox.journal("lost"))
    assert [frame["retry_attempt"] for frame in frames] == [0, 1, 2, 3]
    assert [frame["retry_reason"] for frame in frames] == ["", "timeout", "timeout", "timeout"]
    assert len({frame["payload"]["event_id"] for frame in frames}) == 1
    assert len({frame["envelope_id"] for frame in frames}) == 4
    assert {entry["acked"] for entry in deliveries(sandbox)} == {False}


def test_ack_of_a_retry_ends_the_retries(sandbox: Sandbox) -> None:
    with raw_socket(sandbox) as raw:
        say(sandbox)
        raw.read()
        sandbox.advance("3s")
        raw.ack(raw.read())
        until(lambda: deliveries(sandbox)[-1]["acked"])
    assert [entry["acked"] for entry in deliveries(sandbox)] == [False, True]


def test_each_envelope_goes_to_one_of_several_connections(sandbox: Sandbox) -> None:
    with raw_socket(sandbox) as one, raw_socket(sandbox) as two:
        texts = []
        for number in range(4):
            say(sandbox, f"line {number}")
        for raw in (one, two, one, two):
            frame = raw.read()
            raw.ack(frame)
            texts.append(frame["payload"]["event"]["text"])
        until(lambda: all(entry["acked"] for entry in deliveries(sandbox)))
    assert sorted(texts) == [f"line {number}" for number in range(4)]
    assert len(deliveries(sandbox)) == 4


def test_eleventh_connection_is_sent_away(sandbox: Sandbox) -> None:
    held = [RawSocket(sandbox) for _ in range(10)]
    assert held[9].read()["num_connections"] == 10
    extra = RawSocket(sandbox)
    assert extra.read() == {
        "type": "disconnect",
        "reason": "too_many_websockets",
        "debug_info": {"host": "sandbox"},
    }
    for raw in [*held, extra]:
        raw.close()
    until(lambda: connections(sandbox) == 0)


def test_event_waits_for_a_connection_but_not_longer_than_five_minutes(sandbox: Sandbox) -> None:
    say(sandbox, "waits")
    sandbox.advance("4m")
    with raw_socket(sandbox) as raw:
        frame = raw.read()
        raw.ack(frame)
        assert frame["payload"]["event"]["text"] == "waits"
        until(lambda: deliveries(sandbox)[-1]["acked"])
    say(sandbox, "waits in vain")
    sandbox.advance("6m")
    assert until(lambda: sandbox.journal("lost"))[0]["name"] == "message"


def test_commands_and_events_differ_in_what_they_accept(sandbox: Sandbox) -> None:
    with raw_socket(sandbox) as raw:
        say(sandbox)
        event = raw.read()
        raw.ack(event)
        assert event["accepts_response_payload"] is False
        command = {"user": "ana", "channel": "incidents", "command": "/incident"}
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(sandbox.post, "/_act/command", **command)
            envelope = raw.read()
            raw.ack(envelope, text="noted")
            answer = asked.result()
    assert envelope["accepts_response_payload"] is True
    assert "retry_attempt" not in envelope
    assert answer["ack"]["payload"] == {"text": "noted"}
