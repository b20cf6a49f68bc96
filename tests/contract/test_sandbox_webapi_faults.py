"""Faults that pick their call, and a call whose caller hangs up."""

import socket

from fireline.sandbox.seed import BOT_TOKEN
from tests.e2e.world import eventually
from tests.sandbox_fixture import Sandbox


def test_a_fault_may_let_some_calls_pass_first(sandbox: Sandbox) -> None:
    sandbox.fault("error", method="auth.test", error="fatal_error", skip=2)

    answers = [sandbox.call("auth.test")["ok"] for _ in range(4)]

    assert answers == [True, True, False, True]


def test_a_fault_may_pick_calls_by_what_their_arguments_hold(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")
    where = {"text": "second", "channel": channel}
    sandbox.fault("error", method="chat.postMessage", error="fatal_error", skip=1, where=where)

    said = ["first", "second", "first", "second", "second"]
    answers = [sandbox.call("chat.postMessage", channel=channel, text=t)["ok"] for t in said]

    assert answers == [True, True, True, False, True]


def test_a_call_may_be_lost_with_its_caller_before_it_is_done(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")
    sandbox.fault("slow", method="chat.postMessage", seconds=600, unless_gone=True)
    hang_up_on(sandbox, f"chat.postMessage?channel={channel}&text=lost")

    def ended() -> bool:
        calls = [e for e in sandbox.journal("api") if e["method"] == "chat.postMessage"]
        return [e.get("status") for e in calls] == [499]

    eventually(ended, "the call ended with its caller")
    assert sandbox.call("conversations.history", channel=channel)["messages"] == []


def hang_up_on(sandbox: Sandbox, call: str) -> None:
    """Ask, and close the connection once the call has met its fault."""
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /api/{call} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {BOT_TOKEN}\r\n"
        connection.sendall(f"{head}Content-Length: 0\r\n\r\n".encode())
        eventually(lambda: not sandbox.get("/_faults")["rules"], "the call met its fault")
