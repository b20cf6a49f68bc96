"""Commands, clicks, shortcuts and searches: what a user can do, and what is refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.sandbox_bot import Bot, connections, says, socket_bot, stays_silent, until
from tests.sandbox_fixture import Sandbox

Json = dict[str, Any]


@pytest.fixture(scope="module")
def connected(sandbox_server: Sandbox) -> Iterator[Bot]:
    with socket_bot(sandbox_server) as bot:
        yield bot


@pytest.fixture
def bot(sandbox: Sandbox, connected: Bot) -> Bot:
    until(lambda: connections(sandbox) == 1)
    connected.reset()
    return connected


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


BUTTON: Json = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "7"}
MENU: Json = {
    "type": "static_select",
    "action_id": "pick",
    "options": [option("red"), option("blue")],
}
SEARCH: Json = {"type": "external_select", "action_id": "find", "min_query_length": 2}


def blocks(*elements: Json) -> list[Json]:
    return [{"type": "actions", "block_id": "row", "elements": list(elements)}]


def post(sandbox: Sandbox, bot: Bot, *elements: Json, channel: str = "incidents") -> Json:
    answer = bot.client.chat_postMessage(
        channel=sandbox.channel(channel), text="Choose", blocks=blocks(*elements)
    )
    return {"channel": channel, "ts": answer["ts"]}


def run(sandbox: Sandbox, command: str = "/incident", **more: Any) -> Json:
    body = {"user": "ana", "channel": "incidents", "command": command, **more}
    return sandbox.post("/_act/command", **body)


def test_command_carries_who_where_and_what(sandbox: Sandbox, bot: Bot) -> None:
    answer = run(sandbox, text="declare kafka")
    assert answer["ok"]
    assert answer["ack"]["received"]
    body = bot.named("/incident")[0]
    assert (body["text"], body["user_name"], body["channel_name"]) == (
        "declare kafka",
        "ana",
        "incidents",
    )
    assert body["response_url"].startswith(sandbox.url)


def test_command_answer_is_seen_by_its_user_only(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["/incident"] = says("only you")
    run(sandbox)
    shown = sandbox.get("/_state")["ephemerals"]
    assert [(m["text"], m["ephemeral_to"]) for m in shown] == [("only you", sandbox.user("ana"))]


def test_command_answer_in_channel_is_a_message(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["/incident"] = says("for all", response_type="in_channel")
    run(sandbox)
    messages = sandbox.workspace.channels[sandbox.channel("incidents")].messages.values()
    assert [m.text for m in messages] == ["for all"]


def test_command_answer_with_broken_blocks_fails_visibly(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["/incident"] = says("x", blocks=[{"type": "header"}])
    assert run(sandbox)["error_shown"] == '/incident failed with the error "invalid_blocks"'


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"command": "/nothing"}, "unknown_command"),
        ({"user": "chen", "channel": "orders-team"}, "user_not_in_channel"),
        ({"channel": "nowhere"}, "channel_not_found"),
        ({"user": "zoe"}, "user_not_found"),
        ({"user": "fireline"}, "user_disabled"),
    ],
)
@pytest.mark.usefixtures("bot")
def test_command_is_refused(sandbox: Sandbox, change: Json, error: str) -> None:
    answer = run(sandbox, **change)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert sandbox.journal("delivery") == []


def test_command_in_an_archived_channel_is_refused(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.post("/_faults/archive", channel="incidents")
    assert run(sandbox)["error"] == "is_archived"
    assert bot.named("/incident") == []


def test_silent_app_times_out_after_three_virtual_seconds(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["/incident"] = stays_silent
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(run, sandbox)
        until(lambda: bot.named("/incident"))
        sandbox.advance("3s")
        answer = asked.result()
    assert answer["error_shown"] == '/incident failed with the error "operation_timeout"'
    assert answer["ack"]["received"] is False
    assert sandbox.get("/_state")["ephemerals"][0]["text"] == answer["error_shown"]


def test_click_carries_the_stored_message_and_element(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, BUTTON)
    answer = sandbox.post("/_act/click", user="bo", **where, action_id="go", block_id="row")
    assert answer["ack"]["received"]
    body = bot.named("go")[0]
    assert body["message"]["ts"] == where["ts"]
    assert body["message"]["blocks"][0]["block_id"] == "row"
    assert body["container"]["channel_id"] == sandbox.channel("incidents")
    action = body["actions"][0]
    assert (action["value"], action["block_id"], action["type"]) == ("7", "row", "button")
    assert body["user"]["id"] == sandbox.user("bo")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"action_id": "gone"}, "element_not_found"),
        ({"block_id": "other"}, "element_not_found"),
        ({"value": "8"}, "element_not_found"),
        ({"ts": "1.000001"}, "message_not_found"),
        ({"view_id": "V1"}, "view_not_open"),
    ],
)
def test_click_on_what_is_not_there_is_refused(
    sandbox: Sandbox, bot: Bot, change: Json, error: str
) -> None:
    where = post(sandbox, bot, BUTTON)
    body = {"user": "bo", **where, "action_id": "go", **change}
    reply = sandbox.http.post(f"{sandbox.url}/_act/click", json=body)
    assert (reply.status_code, reply.json()["error"]) == (409, error)
    assert bot.named("go") == []


def test_click_after_the_button_was_replaced_is_refused(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, BUTTON)
    bot.client.chat_update(
        channel=sandbox.channel("incidents"), ts=where["ts"], text="Done", blocks=blocks(MENU)
    )
    answer = sandbox.post("/_act/click", user="bo", **where, action_id="go")
    assert answer["error"] == "element_not_found"


def test_ephemeral_message_is_invisible_to_others(sandbox: Sandbox, bot: Bot) -> None:
    channel = sandbox.channel("incidents")
    posted = bot.client.chat_postEphemeral(
        channel=channel, user=sandbox.user("ana"), text="Psst", blocks=blocks(BUTTON)
    )
    where = {"channel": channel, "ts": posted["message_ts"], "action_id": "go"}
    assert sandbox.post("/_act/click", user="bo", **where)["error"] == "message_not_found"
    assert sandbox.post("/_act/click", user="ana", **where)["ok"]
    body = bot.named("go")[0]
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body


def test_private_channel_is_invisible_to_outsiders(sandbox: Sandbox, bot: Bot) -> None:
    created = bot.client.conversations_create(name="secret", is_private=True)
    bot.client.conversations_invite(channel=created["channel"]["id"], users=sandbox.user("ana"))
    where = post(sandbox, bot, BUTTON, channel="secret")
    assert (
        sandbox.post("/_act/click", user="bo", **where, action_id="go")["error"]
        == "channel_not_found"
    )
    assert sandbox.post("/_act/click", user="ana", **where, action_id="go")["ok"]


def test_chosen_option_comes_whole_and_is_remembered(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, MENU, BUTTON)
    sandbox.post("/_act/click", user="bo", **where, action_id="pick", value="blue")
    sandbox.post("/_act/click", user="bo", **where, action_id="go")
    assert bot.named("pick")[0]["actions"][0]["selected_option"] == option("blue")
    state = bot.named("go")[0]["state"]["values"]
    assert state == {"row": {"pick": {"type": "static_select", "selected_option": option("blue")}}}


def test_option_not_among_the_options_is_refused(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, MENU)
    answer = sandbox.post("/_act/click", user="bo", **where, action_id="pick", value="green")
    assert answer["error"] == "option_not_found"


def test_response_url_of_a_click_replaces_the_message(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, BUTTON)
    sandbox.post("/_act/click", user="bo", **where, action_id="go")
    url = bot.named("go")[0]["response_url"]
    sandbox.http.post(url, json={"replace_original": True, "text": "Replaced"})
    message = sandbox.workspace.channels[sandbox.channel("incidents")].messages[where["ts"]]
    assert (message.text, message.blocks) == ("Replaced", [])


def test_external_menu_offers_what_the_app_found(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, SEARCH)
    early = sandbox.post("/_act/click", user="bo", **where, action_id="find", value="kafka")
    assert early["error"] == "option_not_found"
    bot.answers["find"] = lambda ack, _body, _client: ack(options=[option("kafka")])
    found = sandbox.post("/_act/options", user="bo", **where, action_id="find", query="ka")
    assert found["options"] == [option("kafka")]
    assert bot.named("find")[0]["value"] == "ka"
    chosen = sandbox.post("/_act/click", user="bo", **where, action_id="find", value="kafka")
    assert chosen["ok"]


@pytest.mark.parametrize(
    ("element", "query", "error"),
    [(MENU, "ka", "not_external_select"), (SEARCH, "k", "query_too_short")],
)
def test_search_is_refused(
    sandbox: Sandbox, bot: Bot, element: Json, query: str, error: str
) -> None:
    where = post(sandbox, bot, element)
    asked = {"user": "bo", **where, "action_id": element["action_id"], "query": query}
    assert sandbox.post("/_act/options", **asked)["error"] == error


def test_message_shortcut_carries_the_message(sandbox: Sandbox, bot: Bot) -> None:
    said = sandbox.post("/_act/message", user="ana", channel="incidents", text="look at this")
    where = {"channel": "incidents", "ts": said["ts"]}
    answer = sandbox.post("/_act/shortcut", user="bo", callback_id="add_to_timeline", **where)
    assert answer["ack"]["received"]
    body = bot.named("add_to_timeline")[0]
    assert (body["type"], body["message"]["text"]) == ("message_action", "look at this")
    assert body["message_ts"] == said["ts"]


def test_unknown_shortcut_is_refused(sandbox: Sandbox, bot: Bot) -> None:
    answer = sandbox.post("/_act/shortcut", user="bo", callback_id="nothing")
    assert answer["error"] == "unknown_shortcut"
    incomplete = sandbox.post("/_act/shortcut", user="bo", callback_id="add_to_timeline")
    assert incomplete["error"] == "invalid_request"
    assert bot.seen == []


def test_request_that_is_no_object_is_refused(sandbox: Sandbox) -> None:
    for body in ("[1]", "{"):
        reply = sandbox.http.post(f"{sandbox.url}/_act/click", content=body)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")


def test_every_act_is_journaled_with_its_answer(sandbox: Sandbox, bot: Bot) -> None:
    run(sandbox)
    run(sandbox, command="/nothing")
    acts = sandbox.journal("act")
    assert [entry["answer"]["ok"] for entry in acts] == [True, False]
    assert [entry["body"]["command"] for entry in acts] == ["/incident", "/nothing"]
    assert bot.named("/incident")


def test_global_shortcut_comes_with_a_trigger(sandbox: Sandbox, bot: Bot) -> None:
    app = next(iter(sandbox.workspace.apps.values()))
    app.shortcuts.append({"name": "Declare", "callback_id": "declare", "type": "global"})
    assert sandbox.post("/_act/shortcut", user="bo", callback_id="declare")["ok"]
    body = bot.named("declare")[0]
    assert (body["type"], bool(body["trigger_id"])) == ("shortcut", True)


def test_command_with_escaping_marks_up_names(sandbox: Sandbox, bot: Bot) -> None:
    app = next(iter(sandbox.workspace.apps.values()))
    next(c for c in app.commands if c["command"] == "/incident")["should_escape"] = True
    run(sandbox, "incident", text="lead @bo")
    assert bot.named("/incident")[0]["text"] == f"lead <@{sandbox.user('bo')}>"


def test_feedback_button_takes_one_of_its_two_values(sandbox: Sandbox, bot: Bot) -> None:
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "rate",
        "positive_button": {"text": plain("Good"), "value": "1"},
        "negative_button": {"text": plain("Bad"), "value": "0"},
    }
    posted = bot.client.chat_postMessage(
        channel=sandbox.channel("incidents"),
        text="Rate",
        blocks=[{"type": "context_actions", "elements": [thumbs]}],
    )
    where = {"user": "bo", "channel": "incidents", "ts": posted["ts"], "action_id": "rate"}
    assert sandbox.post("/_act/click", **where, value="2")["error"] == "option_not_found"
    assert sandbox.post("/_act/click", **where, value="0")["ok"]
    assert bot.named("rate")[0]["actions"][0]["value"] == "0"


def test_same_action_in_two_blocks_needs_the_block_id(sandbox: Sandbox, bot: Bot) -> None:
    rows = [{"type": "actions", "block_id": name, "elements": [BUTTON]} for name in ("a", "b")]
    posted = bot.client.chat_postMessage(
        channel=sandbox.channel("incidents"), text="Two", blocks=rows
    )
    where = {"user": "bo", "channel": "incidents", "ts": posted["ts"], "action_id": "go"}
    assert sandbox.post("/_act/click", **where)["error"] == "element_ambiguous"
    assert sandbox.post("/_act/click", **where, block_id="b")["ok"]


def test_message_of_a_user_has_nothing_to_click(sandbox: Sandbox) -> None:
    said = sandbox.post("/_act/message", user="ana", channel="incidents", text="hi")
    where = {"user": "bo", "channel": "incidents", "ts": said["ts"], "action_id": "go"}
    assert sandbox.post("/_act/click", **where)["error"] == "element_not_found"


def test_broken_options_are_shown_as_an_error(sandbox: Sandbox, bot: Bot) -> None:
    where = post(sandbox, bot, SEARCH)
    bot.answers["find"] = lambda ack, _body, _client: ack(options=[option("x" * 151)])
    answer = sandbox.post("/_act/options", user="bo", **where, action_id="find", query="ka")
    assert "The search failed" in answer["error_shown"]


def test_click_in_a_direct_message_names_no_channel(sandbox: Sandbox, bot: Bot) -> None:
    opened = bot.client.conversations_open(users=sandbox.user("ana"))
    channel = opened["channel"]["id"]
    posted = bot.client.chat_postMessage(channel=channel, text="Choose", blocks=blocks(BUTTON))
    where = {"channel": channel, "ts": posted["ts"], "action_id": "go"}
    assert sandbox.post("/_act/click", user="bo", **where)["error"] == "channel_not_found"
    assert sandbox.post("/_act/click", user="ana", **where)["ok"]
    assert bot.named("go")[0]["channel"]["name"] == "directmessage"


def test_click_in_a_thread_names_the_thread(sandbox: Sandbox, bot: Bot) -> None:
    parent = post(sandbox, bot, BUTTON)
    reply = bot.client.chat_postMessage(
        channel=sandbox.channel("incidents"),
        text="In the thread",
        thread_ts=parent["ts"],
        blocks=blocks(BUTTON),
    )
    where = {"channel": "incidents", "ts": reply["ts"], "action_id": "go"}
    sandbox.post("/_act/click", user="bo", **where)
    assert bot.named("go")[0]["container"]["thread_ts"] == parent["ts"]
