"""Modals as users fill them in: what is checked before the app hears, what its answer does."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

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


def field(name: str, element: Json, **more: Any) -> Json:
    shown = {**element, "action_id": "a"}
    return {"type": "input", "block_id": name, "label": plain(name), "element": shown, **more}


TITLE = field("title", {"type": "plain_text_input", "min_length": 3, "max_length": 20})
SEVERITY = field("severity", {"type": "static_select", "options": [option("sev1"), option("sev2")]})
DAY = field("day", {"type": "datepicker"}, optional=True)
COUNT = field("count", {"type": "number_input", "is_decimal_allowed": False}, optional=True)
TEAMS = field("teams", {"type": "checkboxes", "options": [option("a"), option("b")]}, optional=True)
GOOD: Json = {"title": {"a": "Kafka down"}, "severity": {"a": "sev1"}}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "declare",
        "title": plain("Declare"),
        "submit": plain("Send"),
        "blocks": list(blocks) or [TITLE, SEVERITY, DAY, COUNT, TEAMS],
        **more,
    }


def open_modal(sandbox: Sandbox, bot: Bot, view: Json | None = None) -> str:
    sandbox.post("/_act/command", user="ana", channel="incidents", command="/incident")
    trigger = until(lambda: bot.named("/incident"))[-1]["trigger_id"]
    opened = bot.client.views_open(trigger_id=trigger, view=view or modal())
    return str(opened["view"]["id"])


def submit(sandbox: Sandbox, view_id: str, values: Json | None = None, user: str = "ana") -> Json:
    return sandbox.post("/_act/submit", user=user, view_id=view_id, values=values or GOOD)


def open_views(sandbox: Sandbox) -> list[str]:
    return [view.id for view in sandbox.workspace.open_modals(sandbox.user("ana"))]


def test_submission_carries_every_value_and_closes_the_modal(sandbox: Sandbox, bot: Bot) -> None:
    view_id = open_modal(sandbox, bot)
    values = {**GOOD, "day": {"a": "2026-11-23"}, "count": {"a": 4}, "teams": {"a": ["b"]}}
    answer = submit(sandbox, view_id, values)
    assert (answer["ok"], answer["response_action"], answer["error_shown"]) == (True, None, None)
    state = bot.named("declare")[0]["view"]["state"]["values"]
    assert state["title"]["a"] == {"type": "plain_text_input", "value": "Kafka down"}
    assert state["severity"]["a"]["selected_option"] == option("sev1")
    assert state["day"]["a"]["selected_date"] == "2026-11-23"
    assert state["count"]["a"]["value"] == "4"
    assert state["teams"]["a"]["selected_options"] == [option("b")]
    assert open_views(sandbox) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": {}}, "missing_required_value"),
        ({"title": {"a": ""}}, "missing_required_value"),
        ({"title": {"a": "x" * 21}}, "value_too_long"),
        ({"title": {"a": "xx"}}, "value_too_short"),
        ({"title": {"a": 3}}, "invalid_value"),
        ({"severity": {"a": "sev9"}}, "option_not_found"),
        ({"teams": {"a": ["a", "z"]}}, "option_not_found"),
        ({"day": {"a": "2026-02-30"}}, "invalid_date"),
        ({"count": {"a": "1.5"}}, "invalid_number"),
        ({"other": {"a": "x"}}, "element_not_found"),
        ({"title": {"b": "x"}}, "element_not_found"),
        ({"title": "Kafka down"}, "invalid_request"),
    ],
)
def test_submission_is_refused_before_the_app_hears(
    sandbox: Sandbox, bot: Bot, change: Json, error: str
) -> None:
    view_id = open_modal(sandbox, bot)
    answer = submit(sandbox, view_id, {**GOOD, **change})
    assert (answer["ok"], answer["error"]) == (False, error)
    assert bot.named("declare") == []
    assert open_views(sandbox) == [view_id]


def test_refusal_names_every_wrong_field(sandbox: Sandbox, bot: Bot) -> None:
    view_id = open_modal(sandbox, bot)
    answer = submit(sandbox, view_id, {"day": {"a": "tomorrow"}})
    assert set(answer["errors"]) == {"title", "severity", "day"}


def test_view_of_somebody_else_cannot_be_submitted(sandbox: Sandbox, bot: Bot) -> None:
    view_id = open_modal(sandbox, bot)
    assert submit(sandbox, view_id, user="bo")["error"] == "view_not_open"
    assert submit(sandbox, "V0")["error"] == "view_not_open"


def test_errors_keep_the_modal_open_with_its_values(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = says(response_action="errors", errors={"title": "Say more"})
    view_id = open_modal(sandbox, bot)
    answer = submit(sandbox, view_id)
    assert (answer["response_action"], answer["errors"]) == ("errors", {"title": "Say more"})
    assert open_views(sandbox) == [view_id]
    assert sandbox.workspace.views[view_id].state["title"]["a"]["value"] == "Kafka down"


def test_errors_for_a_block_that_is_no_input_are_trouble(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = says(response_action="errors", errors={"nothing": "Say more"})
    answer = submit(sandbox, open_modal(sandbox, bot))
    assert "trouble connecting" in answer["error_shown"]


def test_update_replaces_the_view(sandbox: Sandbox, bot: Bot) -> None:
    shown = {"type": "section", "text": plain("Working")}
    bot.answers["declare"] = says(response_action="update", view=modal(shown))
    view_id = open_modal(sandbox, bot)
    before = sandbox.workspace.views[view_id].hash
    assert submit(sandbox, view_id)["response_action"] == "update"
    view = sandbox.workspace.views[view_id]
    assert view.payload["blocks"][0]["text"] == plain("Working")
    assert view.hash != before


def test_update_with_a_broken_view_is_trouble(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = says(response_action="update", view=modal(title=plain("x" * 25)))
    view_id = open_modal(sandbox, bot)
    assert "/title/text" in submit(sandbox, view_id)["error_shown"]
    assert open_views(sandbox) == [view_id]


def test_pushed_view_lies_on_top_until_it_is_closed(sandbox: Sandbox, bot: Bot) -> None:
    pushed = modal(TITLE, callback_id="second", notify_on_close=True)
    bot.answers["declare"] = says(response_action="push", view=pushed)
    below = open_modal(sandbox, bot)
    answer = submit(sandbox, below)
    top = answer["view"]["id"]
    assert open_views(sandbox) == [below, top]
    assert submit(sandbox, below)["error"] == "view_not_open"
    closed = sandbox.post("/_act/close", user="ana", view_id=top)
    assert closed["ack"]["received"]
    assert bot.named("second")[0]["is_cleared"] is False
    assert open_views(sandbox) == [below]


def test_clear_closes_the_whole_stack(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = says(response_action="push", view=modal(callback_id="second"))
    bot.answers["second"] = says(response_action="clear")
    top = submit(sandbox, open_modal(sandbox, bot))["view"]["id"]
    assert submit(sandbox, top)["response_action"] == "clear"
    assert open_views(sandbox) == []


def test_closing_everything_tells_each_view_that_asked(sandbox: Sandbox, bot: Bot) -> None:
    view_id = open_modal(sandbox, bot, modal(notify_on_close=True))
    sandbox.post("/_act/close", user="ana", view_id=view_id, clear=True)
    body = bot.named("declare")[0]
    assert (body["type"], body["is_cleared"]) == ("view_closed", True)
    assert sandbox.post("/_act/close", user="ana", view_id=view_id)["error"] == "view_not_open"


def test_silent_app_leaves_the_modal_open_with_an_error(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = stays_silent
    view_id = open_modal(sandbox, bot)
    sandbox.fault("drop_socket", event="view_submission", when="after")
    answer = submit(sandbox, view_id)
    assert "trouble connecting" in answer["error_shown"]
    assert open_views(sandbox) == [view_id]


def test_trigger_expires_after_three_virtual_seconds(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.post("/_act/command", user="ana", channel="incidents", command="/incident")
    trigger = until(lambda: bot.named("/incident"))[0]["trigger_id"]
    sandbox.advance("4s")
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        bot.client.views_open(trigger_id=trigger, view=modal())


def test_trigger_opens_one_modal_only(sandbox: Sandbox, bot: Bot) -> None:
    open_modal(sandbox, bot)
    trigger = bot.named("/incident")[0]["trigger_id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        bot.client.views_open(trigger_id=trigger, view=modal())


def test_click_inside_a_modal_carries_what_was_typed(sandbox: Sandbox, bot: Bot) -> None:
    button = {"type": "button", "action_id": "more", "text": plain("More")}
    row = {"type": "actions", "block_id": "row", "elements": [button]}
    view_id = open_modal(sandbox, bot, modal(TITLE, row))
    values = {"title": {"a": "Half typed"}}
    asked = {"user": "ana", "view_id": view_id, "action_id": "more", "values": values}
    assert sandbox.post("/_act/click", **asked)["ok"]
    body = bot.named("more")[0]
    assert body["view"]["state"]["values"]["title"]["a"]["value"] == "Half typed"
    assert body["container"] == {"type": "view", "view_id": view_id}
    assert "response_url" not in body


def test_input_without_dispatch_action_cannot_be_clicked(sandbox: Sandbox, bot: Bot) -> None:
    view_id = open_modal(sandbox, bot)
    asked = {"user": "ana", "view_id": view_id, "block_id": "severity", "action_id": "a"}
    answer = sandbox.post("/_act/click", **asked, value="sev1")
    assert answer["error"] == "element_not_interactive"


def test_home_opened_reaches_the_app_and_its_view_can_be_clicked(
    sandbox: Sandbox, bot: Bot
) -> None:
    answer = sandbox.post("/_act/home_opened", user="ana")
    assert answer["ok"]
    event = until(lambda: bot.named("app_home_opened"))[0]["event"]
    assert (event["user"], event["tab"]) == (sandbox.user("ana"), "home")
    button = {"type": "button", "action_id": "refresh", "text": plain("Refresh")}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    view = bot.client.views_publish(user_id=sandbox.user("ana"), view=home)["view"]
    clicked = {"view_id": view["id"], "action_id": "refresh"}
    assert sandbox.post("/_act/click", user="bo", **clicked)["error"] == "view_not_open"
    assert sandbox.post("/_act/click", user="ana", **clicked)["ok"]
    assert bot.named("refresh")[0]["view"]["type"] == "home"


def test_home_of_an_app_without_one_cannot_be_opened(sandbox: Sandbox, bot: Bot) -> None:
    next(iter(sandbox.workspace.apps.values())).home_enabled = False
    assert sandbox.post("/_act/home_opened", user="ana")["error"] == "not_enabled"
    assert sandbox.post("/_act/home_opened", user="ana", app="Other")["error"] == "app_not_found"
    assert bot.seen == []


def test_fourth_view_cannot_be_pushed(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = says(response_action="push", view=modal())
    view_id = open_modal(sandbox, bot)
    for _ in range(2):
        view_id = submit(sandbox, view_id)["view"]["id"]
    assert "push_limit_reached" in submit(sandbox, view_id)["error_shown"]
    assert len(open_views(sandbox)) == 3


def test_view_without_a_submit_button_cannot_be_submitted(sandbox: Sandbox, bot: Bot) -> None:
    view = modal({"type": "section", "text": plain("Loading")})
    del view["submit"]
    view_id = open_modal(sandbox, bot, view)
    assert submit(sandbox, view_id)["error"] == "view_not_submittable"


def test_unknown_response_action_is_trouble(sandbox: Sandbox, bot: Bot) -> None:
    bot.answers["declare"] = says(response_action="dance")
    assert "trouble connecting" in submit(sandbox, open_modal(sandbox, bot))["error_shown"]


def test_home_view_is_neither_submitted_nor_closed(sandbox: Sandbox, bot: Bot) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    view = bot.client.views_publish(user_id=sandbox.user("ana"), view=home)["view"]
    assert submit(sandbox, view["id"])["error"] == "view_not_open"
    assert sandbox.post("/_act/close", user="ana", view_id=view["id"])["error"] == "view_not_open"
    opened = sandbox.post("/_act/home_opened", user="ana")
    assert opened["view"]["id"] == view["id"]
    assert sandbox.post("/_act/home_opened", user="ana", tab="x")["error"] == "invalid_request"
