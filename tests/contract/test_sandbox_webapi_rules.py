"""The rules that hold for every Web API method, spoken with the official client."""

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN
from tests.sandbox_fixture import Sandbox


def post_json(sandbox: Sandbox, method: str, body: Any, **headers: str) -> dict[str, Any]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "Authorization": f"Bearer {BOT_TOKEN}",
        "Content-Type": "application/json; charset=utf-8",
        **headers,
    }
    reply = sandbox.http.post(sandbox.api_url + method, content=content, headers=headers)
    answer: dict[str, Any] = reply.json()
    return answer


def test_official_client_learns_who_it_is(sandbox: Sandbox) -> None:
    answer = sandbox.client().auth_test()

    assert answer["user"] == "fireline"
    assert answer["team"] == "Acme Data"
    assert answer["user_id"] == sandbox.user("fireline")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-nobody", "invalid_auth"),
        (APP_TOKEN, "not_allowed_token_type"),
    ],
)
def test_each_bad_token_has_its_own_error(sandbox: Sandbox, token: str | None, error: str) -> None:
    assert sandbox.error("auth.test", token=token) == error


def test_token_in_the_form_is_as_good_as_the_header(sandbox: Sandbox) -> None:
    reply = sandbox.http.post(sandbox.api_url + "auth.test", data={"token": BOT_TOKEN})

    assert reply.json()["ok"] is True


def test_socket_mode_address_needs_the_app_token(sandbox: Sandbox) -> None:
    assert sandbox.error("apps.connections.open") == "not_allowed_token_type"
    opened = sandbox.app_client().apps_connections_open(app_token=APP_TOKEN)
    assert str(opened["url"]).startswith("ws://")


def test_revoked_token_stays_revoked_until_cleared(sandbox: Sandbox) -> None:
    sandbox.fault("revoke_token", method="auth.test")

    assert sandbox.error("auth.test") == "token_revoked"
    assert sandbox.error("users.list") == "token_revoked"
    sandbox.post("/_faults/clear")
    assert sandbox.call("auth.test")["ok"]


def test_user_only_methods_refuse_a_bot(sandbox: Sandbox) -> None:
    assert sandbox.error("search.messages", query="x") == "not_allowed_token_type"


def test_unknown_method_is_named_so(sandbox: Sandbox) -> None:
    assert sandbox.error("chat.postMesage", channel="C1") == "unknown_method"


def test_missing_scope_says_what_is_needed_and_what_there_is(sandbox: Sandbox) -> None:
    app = next(iter(sandbox.workspace.apps.values()))
    app.scopes = {"chat:write", "channels:read"}

    answer = sandbox.call("pins.list", channel=sandbox.channel("incidents"))

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "pins:read"
    assert answer["provided"] == "channels:read,chat:write"


def test_scope_must_fit_the_kind_of_conversation(sandbox: Sandbox) -> None:
    app = next(iter(sandbox.workspace.apps.values()))
    private = sandbox.call("conversations.create", name="secret", is_private=True)["channel"]
    app.scopes.discard("groups:history")

    answer = sandbox.call("conversations.history", channel=private["id"])

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "groups:history"
    assert sandbox.call("conversations.history", channel=sandbox.channel("incidents"))["ok"]


def test_every_missing_argument_is_listed(sandbox: Sandbox) -> None:
    answer = sandbox.call("reactions.add", name="eyes")

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] missing required field: timestamp",
        "[ERROR] missing required field: channel",
    ]


def test_json_bodies_count_only_where_the_table_allows_them(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")

    assert post_json(sandbox, "chat.postMessage", {"channel": channel, "text": "hi"})["ok"]
    refused = post_json(sandbox, "conversations.info", {"channel": channel})
    assert refused["error"] == "invalid_arguments"
    assert sandbox.call("conversations.info", channel=channel)["ok"]


def test_read_methods_take_get_and_writing_ones_do_not(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    channel = sandbox.channel("incidents")

    read = sandbox.http.get(
        sandbox.api_url + "conversations.info", params={"channel": channel}, headers=headers
    )
    write = sandbox.http.get(
        sandbox.api_url + "chat.postMessage",
        params={"channel": channel, "text": "x"},
        headers=headers,
    )

    assert read.json()["ok"] is True
    assert write.json()["error"] == "invalid_post_type"


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{}", "text/plain", "invalid_post_type"),
        (b"{}", "application/json; charset=utf-16", "invalid_charset"),
        (b"{not json", "application/json", "invalid_arguments"),
        (b"[1]", "application/json", "invalid_arguments"),
        (b'{"a b": 1}', "application/json", "invalid_arg_name"),
        (b"text[]=x", "application/x-www-form-urlencoded", "invalid_array_arg"),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(
    sandbox: Sandbox, body: bytes, kind: str, error: str
) -> None:
    assert post_json(sandbox, "chat.postMessage", body, **{"Content-Type": kind})["error"] == error


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "encoded"])
def test_structured_arguments_come_nested_or_as_json_text(
    sandbox: Sandbox, *, nested: bool
) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
    metadata = {"event_type": "fireline", "event_payload": {"key": "k1"}}
    body: dict[str, Any] = {"channel": sandbox.channel("incidents"), "text": "hello"}
    body |= (
        {"blocks": blocks, "metadata": metadata}
        if nested
        else {"blocks": json.dumps(blocks), "metadata": json.dumps(metadata)}
    )

    answer = post_json(sandbox, "chat.postMessage", body)

    assert answer["message"]["blocks"][0]["text"]["text"] == "hello"
    assert answer["message"]["metadata"] == metadata


def test_blocks_that_are_no_json_have_their_own_error(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")

    assert sandbox.error("chat.postMessage", channel=channel, blocks="[{") == (
        "invalid_blocks_format"
    )


def test_wrong_types_are_refused(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")

    assert sandbox.error("conversations.info", channel=channel, include_locale="maybe") == (
        "invalid_arguments"
    )
    assert sandbox.error("conversations.history", channel=channel, limit="many") == (
        "invalid_arguments"
    )
    assert sandbox.error("chat.scheduleMessage", channel=channel, text="x", post_at="soon") == (
        "invalid_time"
    )


def test_posting_bucket_gives_five_then_one_429_then_refills(sandbox: Sandbox) -> None:
    sandbox.post("/_clock", freeze=True)
    channel = sandbox.channel("incidents")
    client = sandbox.client()

    for number in range(5):
        assert client.chat_postMessage(channel=channel, text=str(number))["ok"]
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=channel, text="6")

    response = refused.value.response
    assert response.status_code == 429
    assert response.headers["retry-after"] == "1"
    assert response.data["error"] == "ratelimited"
    sandbox.advance("1s")
    assert client.chat_postMessage(channel=channel, text="6")["ok"]


def test_posting_buckets_are_per_channel(sandbox: Sandbox) -> None:
    sandbox.post("/_clock", freeze=True)
    for name in ("incidents", "data-reviews"):
        for number in range(5):
            answer = sandbox.call("chat.postMessage", channel=sandbox.channel(name), text=number)
            assert answer["ok"]


def test_tier_two_allows_twenty_a_minute(sandbox: Sandbox) -> None:
    sandbox.post("/_clock", freeze=True)
    answers = [sandbox.call("users.list") for _ in range(21)]

    assert [a["ok"] for a in answers] == [True] * 20 + [False]
    assert answers[-1]["error"] == "ratelimited"
    sandbox.advance("3s")
    assert sandbox.call("users.list")["ok"]


def test_commercial_apps_read_history_once_a_minute_and_fifteen_at_most(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")
    for number in range(20):
        sandbox.call("chat.postMessage", channel=channel, text=str(number))
        sandbox.advance("1s")
    next(iter(sandbox.workspace.apps.values())).distribution = "commercial"

    first = sandbox.call("conversations.history", channel=channel, limit=200)

    assert len(first["messages"]) == 15
    assert sandbox.error("conversations.history", channel=channel) == "ratelimited"
    sandbox.advance("1m")
    assert sandbox.call("conversations.history", channel=channel)["ok"]


def test_next_calls_fail_as_a_fault_demands_and_then_work(sandbox: Sandbox) -> None:
    sandbox.fault("rate_limited", method="auth.test", retry_after=7, times=2)
    url = sandbox.api_url + "auth.test"
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}

    replies = [sandbox.http.post(url, headers=headers) for _ in range(3)]

    assert [r.status_code for r in replies] == [429, 429, 200]
    assert replies[0].headers["retry-after"] == "7"


def test_faults_can_be_http_errors_or_named_errors(sandbox: Sandbox) -> None:
    sandbox.fault("http_500", method="users.list", status=503)
    sandbox.fault("error", method="users.list", error="fatal_error")
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}

    assert sandbox.http.post(sandbox.api_url + "users.list", headers=headers).status_code == 503
    assert sandbox.error("users.list") == "fatal_error"
    assert sandbox.call("users.list")["ok"]


def test_first_call_of_each_method_answers_429_on_demand(sandbox: Sandbox) -> None:
    sandbox.fault("first_call_429", method="*")

    outcomes = [sandbox.call(m)["ok"] for m in ("auth.test", "users.list", "auth.test")]

    assert outcomes == [False, False, True]


def test_dropped_reply_leaves_the_work_done(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")
    sandbox.fault("drop_reply", method="chat.postMessage")
    request = urllib.request.Request(  # noqa: S310 - the sandbox's own address
        sandbox.api_url + "chat.postMessage",
        data=f"channel={channel}&text=unknown+outcome".encode(),
        headers={"Authorization": f"Bearer {BOT_TOKEN}"},
    )

    with pytest.raises(
        (http.client.RemoteDisconnected, ConnectionResetError, urllib.error.URLError)
    ):
        urllib.request.urlopen(request)  # noqa: S310 - same

    texts = [m["text"] for m in sandbox.call("conversations.history", channel=channel)["messages"]]
    assert texts == ["unknown outcome"]


def test_slow_answers_wait_before_or_after_the_work(sandbox: Sandbox) -> None:
    sandbox.fault("slow", method="auth.test", seconds=0.2)
    sandbox.fault("slow_after", method="users.list", seconds=0.2)

    started = time.monotonic()
    assert sandbox.call("auth.test")["ok"]
    assert sandbox.call("users.list")["ok"]

    assert time.monotonic() - started >= 0.4


def test_unknown_fault_is_refused_with_the_known_ones(sandbox: Sandbox) -> None:
    reply = sandbox.http.post(sandbox.url + "/_faults", json={"kind": "gremlins"})

    assert reply.status_code == 400
    assert "rate_limited" in reply.json()["error"]


def test_every_call_is_in_the_journal_with_arguments_and_answer(sandbox: Sandbox) -> None:
    channel = sandbox.channel("incidents")
    before = len(sandbox.journal())
    sandbox.client().chat_postMessage(channel=channel, text="noted")
    sandbox.call("nothing.here")

    entries = sandbox.journal("api", since=before)

    assert [e["method"] for e in entries] == ["chat.postMessage", "nothing.here"]
    assert entries[0]["arguments"]["text"] == "noted"
    assert entries[0]["answer"]["ok"] is True
    assert entries[0]["duration"] >= 0
    assert BOT_TOKEN not in json.dumps(entries)


def test_reset_gives_the_same_ids_again(sandbox: Sandbox) -> None:
    made = sandbox.call("conversations.create", name="inc-1")["channel"]["id"]
    sandbox.post("/_reset")

    assert sandbox.workspace.channel_named("inc-1") is None
    assert sandbox.call("conversations.create", name="inc-1")["channel"]["id"] == made


def test_state_dump_is_stable_and_tells_no_token(sandbox: Sandbox) -> None:
    sandbox.post("/_clock", freeze=True)
    text = sandbox.http.get(sandbox.url + "/_state").text

    assert text == sandbox.http.get(sandbox.url + "/_state").text
    assert BOT_TOKEN not in text
    assert {c["name"] for c in json.loads(text)["channels"]} >= {"general", "incidents"}


def test_timestamps_rise_while_the_clock_stands_still(sandbox: Sandbox) -> None:
    sandbox.post("/_clock", freeze=True)
    channel = sandbox.channel("incidents")

    stamps = [sandbox.call("chat.postMessage", channel=channel, text="x")["ts"] for _ in range(4)]

    assert stamps == sorted(set(stamps))
