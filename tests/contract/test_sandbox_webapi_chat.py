"""chat.* and response_url against the sandbox."""

import json
from typing import Any

import pytest

from tests.sandbox_fixture import Sandbox


@pytest.fixture
def channel(sandbox: Sandbox) -> str:
    return sandbox.channel("incidents")


def section(text: str, **extra: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **extra}


def post(sandbox: Sandbox, channel: str, **arguments: Any) -> dict[str, Any]:
    sandbox.advance("1s")
    return sandbox.call("chat.postMessage", channel=channel, **arguments)


def button(number: int) -> dict[str, Any]:
    text = {"type": "plain_text", "text": f"b{number}"}
    return {"type": "button", "action_id": f"a{number}", "text": text}


def select(options: int) -> dict[str, Any]:
    offered = [
        {"text": {"type": "plain_text", "text": f"o{n}"}, "value": f"v{n}"} for n in range(options)
    ]
    return {"type": "static_select", "action_id": "s", "options": offered}


def test_post_update_delete_tell_their_events(sandbox: Sandbox, channel: str) -> None:
    heard: list[dict[str, Any]] = []
    sandbox.workspace.listeners.append(lambda event, _channel: heard.append(event))
    client = sandbox.client()

    ts = client.chat_postMessage(channel=channel, text="first")["ts"]
    client.chat_update(channel=channel, ts=ts, text="second")
    client.chat_delete(channel=channel, ts=ts)

    assert [e.get("subtype") for e in heard] == [None, "message_changed", "message_deleted"]
    assert heard[0]["bot_id"]
    assert heard[1]["message"]["text"] == "second"
    assert heard[1]["previous_message"]["text"] == "first"
    assert heard[2]["deleted_ts"] == ts


def test_mention_of_the_bot_is_told_to_that_app_only(sandbox: Sandbox, channel: str) -> None:
    heard: list[dict[str, Any]] = []
    sandbox.workspace.listeners.append(lambda event, _channel: heard.append(event))
    bot = sandbox.user("fireline")

    sandbox.post("/_act/message", user="ana", channel="incidents", text=f"<@{bot}> help")
    sandbox.call("chat.postMessage", channel=channel, text=f"I am <@{bot}>")

    mentions = [e for e in heard if e["type"] == "app_mention"]
    assert [m["text"] for m in mentions] == [f"<@{bot}> help"]
    assert mentions[0]["_only_app"] in sandbox.workspace.apps


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"text": "a", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"text": "a", "blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"text": "a", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": "[1"}, "invalid_metadata_format"),
        (
            {"text": "a", "metadata": {"event_type": "x", "event_payload": {"k": "v" * 9000}}},
            "metadata_too_large",
        ),
        ({"text": "a", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
        (
            {"blocks": [{"type": "image", "alt_text": "a", "slack_file": {"id": "F404"}}]},
            "invalid_blocks",
        ),
    ],
)
def test_post_refuses_bad_content(
    sandbox: Sandbox, channel: str, arguments: dict[str, Any], error: str
) -> None:
    assert sandbox.error("chat.postMessage", channel=channel, **arguments) == error


def test_refused_blocks_say_where(sandbox: Sandbox, channel: str) -> None:
    answer = post(sandbox, channel, blocks=[section("x" * 3001)])

    assert "/blocks/0/text" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ([section("x" * 3000)], [section("x" * 3001)]),
        ([section("x")] * 50, [section("x")] * 51),
        (
            [{"type": "actions", "elements": [button(n) for n in range(25)]}],
            [{"type": "actions", "elements": [button(n) for n in range(26)]}],
        ),
        (
            [{"type": "actions", "elements": [select(100)]}],
            [{"type": "actions", "elements": [select(101)]}],
        ),
        ([section("x", block_id="b" * 255)], [section("x", block_id="b" * 256)]),
        (
            [{"type": "markdown", "text": "x" * 12_000}],
            [{"type": "markdown", "text": "x" * 12_001}],
        ),
        (
            [{"type": "markdown", "text": "x" * 6_000}] * 2,
            [{"type": "markdown", "text": "x" * 6_000}, {"type": "markdown", "text": "x" * 6_001}],
        ),
    ],
    ids=["section", "blocks", "buttons", "options", "ids", "markdown", "markdown-sum"],
)
def test_limits_of_messages_hold_at_the_boundary(
    sandbox: Sandbox, channel: str, good: list[dict[str, Any]], bad: list[dict[str, Any]]
) -> None:
    assert post(sandbox, channel, text="t", blocks=good)["ok"]
    assert post(sandbox, channel, text="t", blocks=bad)["error"] == "invalid_blocks"


def test_block_text_over_thirteen_thousand_is_too_long(sandbox: Sandbox, channel: str) -> None:
    blocks = [section("x" * 2600) for _ in range(5)]

    assert post(sandbox, channel, text="t", blocks=blocks)["ok"]
    assert post(sandbox, channel, text="t", blocks=[*blocks, section("x")])["error"] == (
        "msg_blocks_too_long"
    )


def test_markdown_argument_ends_at_twelve_thousand(sandbox: Sandbox, channel: str) -> None:
    assert post(sandbox, channel, markdown_text="x" * 12_000)["ok"]
    assert post(sandbox, channel, markdown_text="x" * 12_001)["error"] == "invalid_arguments"


def test_long_text_is_cut_when_posted_and_refused_when_updated(
    sandbox: Sandbox, channel: str
) -> None:
    posted = post(sandbox, channel, text="x" * 40_001)

    assert len(posted["message"]["text"]) == 40_000
    assert posted["warning"] == "message_truncated"
    ts = posted["ts"]
    assert sandbox.call("chat.update", channel=channel, ts=ts, text="x" * 4_000)["ok"]
    assert sandbox.error("chat.update", channel=channel, ts=ts, text="x" * 4_001) == "msg_too_long"


def test_posting_needs_membership_or_the_public_scope(sandbox: Sandbox) -> None:
    general = sandbox.channel("general")
    assert sandbox.error("chat.postMessage", channel=general, text="x") == "not_in_channel"
    assert sandbox.error("chat.postMessage", channel="nowhere", text="x") == "channel_not_found"

    next(iter(sandbox.workspace.apps.values())).scopes.add("chat:write.public")
    assert sandbox.call("chat.postMessage", channel="#general", text="x")["ok"]


def test_user_id_as_channel_is_a_direct_message(sandbox: Sandbox) -> None:
    answer = sandbox.call("chat.postMessage", channel=sandbox.user("ana"), text="hello")

    assert answer["channel"].startswith("D")


def test_reply_to_a_reply_is_refused(sandbox: Sandbox, channel: str) -> None:
    parent = post(sandbox, channel, text="p")["ts"]
    reply = post(sandbox, channel, text="r", thread_ts=parent)["ts"]

    assert post(sandbox, channel, text="rr", thread_ts=reply)["error"] == "cannot_reply_to_message"


def test_update_keeps_blocks_it_does_not_mention(sandbox: Sandbox, channel: str) -> None:
    ts = post(sandbox, channel, text="t", blocks=[section("kept")])["ts"]

    kept = sandbox.call("chat.update", channel=channel, ts=ts, text="new")["message"]
    emptied = sandbox.call("chat.update", channel=channel, ts=ts, text="new", blocks=[])["message"]

    assert kept["blocks"][0]["text"]["text"] == "kept"
    assert kept["edited"]["user"] == sandbox.user("fireline")
    assert "blocks" not in emptied


def test_messages_of_others_can_be_neither_changed_nor_deleted(
    sandbox: Sandbox, channel: str
) -> None:
    sandbox.post("/_act/message", user="ana", channel="incidents", text="mine")
    ts = sandbox.call("conversations.history", channel=channel)["messages"][0]["ts"]

    assert sandbox.error("chat.update", channel=channel, ts=ts, text="x") == "cant_update_message"
    assert sandbox.error("chat.delete", channel=channel, ts=ts) == "cant_delete_message"
    assert sandbox.error("chat.update", channel=channel, ts="1.1", text="x") == "message_not_found"
    assert sandbox.error("chat.delete", channel=channel, ts="1.1") == "message_not_found"


def test_deleted_parent_leaves_a_tombstone(sandbox: Sandbox, channel: str) -> None:
    ts = post(sandbox, channel, text="p")["ts"]
    post(sandbox, channel, text="r", thread_ts=ts)

    sandbox.call("chat.delete", channel=channel, ts=ts)

    head = sandbox.call("conversations.replies", channel=channel, ts=ts)["messages"][0]
    assert head["subtype"] == "tombstone"
    assert sandbox.error("chat.delete", channel=channel, ts=ts) == "message_not_found"


def test_ephemeral_reaches_one_member_and_no_history(sandbox: Sandbox, channel: str) -> None:
    ana = sandbox.user("ana")
    sandbox.client().chat_postEphemeral(channel=channel, user=ana, text="psst")

    assert sandbox.call("conversations.history", channel=channel)["messages"] == []
    assert [(m.ephemeral_to, m.text) for m in sandbox.workspace.ephemerals] == [(ana, "psst")]
    orders = sandbox.channel("orders-team")
    assert sandbox.error(
        "chat.postEphemeral", channel=orders, user=sandbox.user("bo"), text="x"
    ) == ("user_not_in_channel")
    assert sandbox.error("chat.postEphemeral", channel=channel, user=ana) == "no_text"
    assert (
        sandbox.error("chat.postEphemeral", channel=channel, user=ana, text="x" * 40_001)
        == "msg_too_long"
    )


def test_permalink_leads_to_this_sandbox(sandbox: Sandbox, channel: str) -> None:
    ts = post(sandbox, channel, text="p")["ts"]
    reply = post(sandbox, channel, text="r", thread_ts=ts)["ts"]

    link = sandbox.call("chat.getPermalink", channel=channel, message_ts=reply)["permalink"]

    assert link.startswith(f"{sandbox.url}/archives/{channel}/p")
    assert f"thread_ts={ts}" in link
    assert sandbox.error("chat.getPermalink", channel=channel, message_ts="1.1") == (
        "message_not_found"
    )


def test_scheduled_message_is_posted_when_its_time_comes(sandbox: Sandbox, channel: str) -> None:
    at = int(sandbox.workspace.clock.now()) + 600
    client = sandbox.client()
    waiting = client.chat_scheduleMessage(channel=channel, text="later", post_at=at)
    forgotten = client.chat_scheduleMessage(channel=channel, text="never", post_at=at)
    client.chat_deleteScheduledMessage(
        channel=channel, scheduled_message_id=forgotten["scheduled_message_id"]
    )

    listed = client.chat_scheduledMessages_list()["scheduled_messages"]
    sandbox.advance("11m")

    assert [m["id"] for m in listed] == [waiting["scheduled_message_id"]]
    texts = [m["text"] for m in sandbox.call("conversations.history", channel=channel)["messages"]]
    assert texts == ["later"]


def test_schedule_refuses_past_far_crowded_and_unknown(sandbox: Sandbox, channel: str) -> None:
    now = int(sandbox.workspace.clock.now())

    def error(at: int) -> str:
        return sandbox.error("chat.scheduleMessage", channel=channel, text="x", post_at=at)

    assert error(now - 1) == "time_in_past"
    assert error(now + 121 * 86_400) == "time_too_far"
    at = (now // 300 + 2) * 300
    for _ in range(30):
        assert sandbox.call("chat.scheduleMessage", channel=channel, text="x", post_at=at)["ok"]
    assert error(at) == "restricted_too_many"
    assert (
        sandbox.error("chat.deleteScheduledMessage", channel=channel, scheduled_message_id="Q404")
        == "invalid_scheduled_message_id"
    )


def response_url(sandbox: Sandbox, channel: str, **fields: Any) -> str:
    app = next(iter(sandbox.workspace.apps))
    return sandbox.workspace.issue_response_url(
        app=app, channel=channel, user=sandbox.user("ana"), **fields
    )


def test_response_url_takes_five_answers(sandbox: Sandbox, channel: str) -> None:
    path = response_url(sandbox, channel).removeprefix(sandbox.url)

    assert sandbox.post(path, text="one")["ok"]
    assert sandbox.post(path, text="two", response_type="in_channel")["ok"]
    assert sandbox.post(path)["error"] == "no_text"
    for _ in range(2):
        assert sandbox.post(path, text="more")["ok"]
    assert sandbox.post(path, text="six")["error"] == "expired_url"

    history = sandbox.call("conversations.history", channel=channel)["messages"]
    assert [m["text"] for m in history] == ["two"]
    assert [m.text for m in sandbox.workspace.ephemerals] == ["one", "more", "more"]


def test_response_url_ends_after_half_an_hour(sandbox: Sandbox, channel: str) -> None:
    path = response_url(sandbox, channel).removeprefix(sandbox.url)
    sandbox.advance("31m")

    assert sandbox.post(path, text="late")["error"] == "expired_url"


def test_response_url_replaces_and_deletes_its_message(sandbox: Sandbox, channel: str) -> None:
    ts = post(sandbox, channel, text="old", blocks=[section("old")])["ts"]
    path = response_url(sandbox, channel, message_ts=ts).removeprefix(sandbox.url)

    assert sandbox.post(path, replace_original=True, text="new")["ok"]
    replaced = sandbox.call("conversations.history", channel=channel)["messages"][0]
    assert (replaced["text"], "blocks" in replaced) == ("new", False)
    assert sandbox.post(path, text="x", blocks=json.dumps([{"type": "?"}]))["error"] == (
        "invalid_blocks"
    )
    assert sandbox.post(path, delete_original=True)["ok"]
    assert sandbox.call("conversations.history", channel=channel)["messages"] == []
    assert sandbox.post(path, delete_original=True)["error"] == "message_not_found"
