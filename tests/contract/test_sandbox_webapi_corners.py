"""The less trodden paths of the sandbox: they too answer as they should."""

import time
from typing import Any

import httpx
import pytest

from fireline.sandbox.server import SandboxServer
from tests.sandbox_fixture import Sandbox


@pytest.fixture
def channel(sandbox: Sandbox) -> str:
    return sandbox.channel("incidents")


def heard(sandbox: Sandbox) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    sandbox.workspace.listeners.append(lambda event, _channel: events.append(event))
    return events


def test_permalink_opens_the_page_at_the_message(sandbox: Sandbox, channel: str) -> None:
    ts = sandbox.call("chat.postMessage", channel=channel, text="x")["ts"]
    link = sandbox.call("chat.getPermalink", channel=channel, message_ts=ts)["permalink"]

    reply = sandbox.http.get(link)

    assert reply.status_code == 307
    assert reply.headers["location"] == f"/#/{channel}/{ts}"


def test_port_in_use_is_an_error_at_start(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"):
        SandboxServer(port=port).start()


def test_private_channels_tell_their_own_events(sandbox: Sandbox) -> None:
    private = sandbox.call("conversations.create", name="sec", is_private=True)["channel"]["id"]
    events = heard(sandbox)
    sandbox.call("conversations.rename", channel=private, name="sec-2")
    sandbox.call("conversations.archive", channel=private)
    sandbox.call("conversations.unarchive", channel=private)

    kinds = {e["type"] for e in events}
    assert kinds >= {"group_rename", "group_archive", "group_unarchive"}
    assert "channel_created" not in kinds


def test_removed_bot_hears_of_it_and_cannot_post(sandbox: Sandbox, channel: str) -> None:
    events = heard(sandbox)

    sandbox.post("/_faults/remove_bot", channel="incidents", app="Fireline")

    assert "member_left_channel" in {e["type"] for e in events}
    assert sandbox.error("chat.postMessage", channel=channel, text="x") == "not_in_channel"
    assert sandbox.error("conversations.archive", channel=channel) == "not_in_channel"
    assert sandbox.error("conversations.rename", channel=channel, name="x") == "not_in_channel"
    assert sandbox.error("conversations.setTopic", channel=channel, topic="x") == "not_in_channel"
    assert sandbox.error("bookmarks.list", channel_id=channel) == "channel_not_found"
    ana = sandbox.user("ana")
    assert sandbox.error("chat.postEphemeral", channel=channel, user=ana, text="x") == (
        "not_in_channel"
    )


def test_revoked_by_control_until_cleared(sandbox: Sandbox) -> None:
    sandbox.post("/_faults/revoke_token", app="Fireline")

    assert sandbox.error("auth.test") == "token_revoked"


def test_deactivated_bot_is_inactive(sandbox: Sandbox) -> None:
    sandbox.workspace.users[sandbox.user("fireline")].deleted = True

    assert sandbox.error("auth.test") == "account_inactive"


def test_ephemerals_change_through_their_response_url(sandbox: Sandbox, channel: str) -> None:
    app = next(iter(sandbox.workspace.apps))
    ana = sandbox.user("ana")
    ts = sandbox.call("chat.postEphemeral", channel=channel, user=ana, text="old")["message_ts"]
    url = sandbox.workspace.issue_response_url(app=app, channel=channel, user=ana, message_ts=ts)
    path = url.removeprefix(sandbox.url)
    events = heard(sandbox)

    assert sandbox.post(path, replace_original=True, text="new")["ok"]
    assert [m.text for m in sandbox.workspace.ephemerals] == ["new"]
    assert sandbox.post(path, delete_original=True)["ok"]
    assert sandbox.workspace.ephemerals == []
    assert {e["type"] for e in events} == {"_ephemeral"}
    assert sandbox.post(path, replace_original=True, text="x")["error"] == "message_not_found"
    assert sandbox.post("/_response/unknown", text="x")["error"] == "invalid_url"
    assert sandbox.post(path, text="x", blocks="no json")["error"] == "invalid_blocks"


def test_archived_channels_take_no_change(sandbox: Sandbox, channel: str) -> None:
    ts = sandbox.call("chat.postMessage", channel=channel, text="x")["ts"]
    item = {"channel": channel, "timestamp": ts}
    ana = sandbox.user("ana")
    file = sandbox.call("files.getUploadURLExternal", length=1, filename="a")
    sandbox.http.post(file["upload_url"], content=b"x")
    sandbox.post("/_faults/archive", channel=channel)

    assert sandbox.error("chat.update", channel=channel, ts=ts, text="y") == "is_inactive"
    assert sandbox.error("reactions.add", name="eyes", **item) == "is_archived"
    assert sandbox.error("pins.add", **item) == "not_pinnable"
    assert sandbox.error("conversations.invite", channel=channel, users="U1") == "is_archived"
    assert sandbox.error("chat.postEphemeral", channel=channel, user=ana, text="x") == "is_archived"
    files = [{"id": file["file_id"]}]
    assert sandbox.error("files.completeUploadExternal", files=files, channel_id=channel) == (
        "posting_to_channel_denied"
    )
    assert "archived already" in sandbox.post("/_faults/archive", channel=channel)["error"]


def test_scheduled_messages_of_an_archived_channel_are_dropped(
    sandbox: Sandbox, channel: str
) -> None:
    at = int(sandbox.workspace.clock.now()) + 60
    sandbox.call("chat.scheduleMessage", channel=channel, text="late", post_at=at)
    sandbox.post("/_faults/archive", channel=channel)
    sandbox.advance("2m")

    assert "late" not in [m.text for m in sandbox.workspace.channels[channel].messages.values()]
    assert sandbox.workspace.scheduled == {}


def test_scheduled_messages_are_found_by_channel_and_time(sandbox: Sandbox, channel: str) -> None:
    now = int(sandbox.workspace.clock.now())
    for minutes in (10, 20, 30):
        sandbox.call(
            "chat.scheduleMessage", channel=channel, text=str(minutes), post_at=now + 60 * minutes
        )
    listing = "chat.scheduledMessages.list"

    found = sandbox.call(listing, channel=channel, oldest=str(now + 900), latest=str(now + 1500))[
        "scheduled_messages"
    ]

    assert [m["text"] for m in found] == ["20"]
    assert sandbox.error(listing, channel="C404") == "invalid_channel"
    assert (
        sandbox.call(listing, channel=sandbox.channel("data-reviews"))["scheduled_messages"] == []
    )


def test_updates_may_broadcast_and_clear(sandbox: Sandbox, channel: str) -> None:
    client = sandbox.client()
    metadata = {"event_type": "fireline", "event_payload": {"key": "k"}}
    parent = client.chat_postMessage(channel=channel, text="p", metadata=metadata)["ts"]
    reply = client.chat_postMessage(channel=channel, text="r", thread_ts=parent)["ts"]

    sandbox.call("chat.update", channel=channel, ts=reply, text="r2", reply_broadcast=True)
    cleared = sandbox.call("chat.update", channel=channel, ts=parent, text="p2", metadata={})

    shown = sandbox.call("conversations.history", channel=channel)["messages"]
    assert [m["text"] for m in shown][:2] == ["r2", "p2"]
    assert "metadata" not in cleared["message"]


def test_replying_to_a_single_reply_shows_it_alone(sandbox: Sandbox, channel: str) -> None:
    client = sandbox.client()
    parent = client.chat_postMessage(channel=channel, text="p")["ts"]
    reply = client.chat_postMessage(channel=channel, text="r", thread_ts=parent)["ts"]

    answer = sandbox.call("conversations.replies", channel=channel, ts=reply)

    assert [m["text"] for m in answer["messages"]] == ["r"]
    assert answer["messages"][0]["parent_user_id"] == sandbox.user("fireline")


def test_wrong_kinds_of_arguments_are_refused(sandbox: Sandbox, channel: str) -> None:
    def error(method: str, body: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {sandbox.client().token}"}
        reply = sandbox.http.post(sandbox.api_url + method, json=body, headers=headers)
        return str(reply.json()["error"])

    assert error("chat.postMessage", {"channel": channel, "text": {"a": 1}}) == "invalid_arguments"
    assert error("chat.postMessage", {"channel": [channel], "text": ["a", 1]}) == (
        "invalid_arguments"
    )
    assert error("conversations.history", {"channel": channel, "limit": True}) == (
        "invalid_arguments"
    )
    assert error("files.completeUploadExternal", {"files": 7}) == "invalid_arguments"
    assert error("files.completeUploadExternal", {"files": "[1"}) == "invalid_arguments"
    assert error("views.publish", {"user_id": "U1", "view": "{"}) == "invalid_arguments"
    assert error("chat.postMessage", {"channel": channel, "text": "x", "attachments": ["y"]}) == (
        "invalid_arguments"
    )
    assert error("chat.postMessage", {"channel": channel, "text": "x", "metadata": "7"}) == (
        "invalid_metadata_format"
    )


def test_body_without_a_type_is_refused_and_an_empty_one_is_not(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.client().token}"}
    url = sandbox.api_url + "auth.test"

    assert sandbox.http.post(url, headers=headers).json()["ok"]
    assert sandbox.http.post(url, headers=headers, content=b"x").json()["error"] == (
        "missing_post_type"
    )


def test_form_with_an_oversized_field_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.error("chat.postMessage", channel="C1", text="x" * 9_000_000) == (
        "invalid_form_data"
    )


def test_slack_file_may_be_named_by_its_address(sandbox: Sandbox, channel: str) -> None:
    uploaded = sandbox.client().files_upload_v2(channel=channel, filename="a.png", content=b"x")
    url = uploaded["files"][0]["url_private"]
    image = {"type": "image", "alt_text": "a", "slack_file": {"url": url}}

    assert sandbox.call("chat.postMessage", channel=channel, text="x", blocks=[image])["ok"]


def test_groups_of_people_are_found_again(sandbox: Sandbox) -> None:
    users = f"{sandbox.user('ana')},{sandbox.user('bo')}"
    made = sandbox.call("conversations.open", users=users)["channel"]["id"]

    assert sandbox.call("conversations.open", channel=made)["already_open"] is True
    assert sandbox.error("conversations.open", channel=sandbox.channel("incidents")) == (
        "method_not_supported_for_channel_type"
    )
    alone = sandbox.user("chen")
    assert sandbox.error("conversations.open", users=alone, prevent_creation=True) == (
        "channel_not_found"
    )
    assert sandbox.error("conversations.archive", channel=made) == (
        "method_not_supported_for_channel_type"
    )


def test_other_small_refusals(sandbox: Sandbox, channel: str) -> None:
    assert sandbox.error("team.info", team="T404") == "team_not_found"
    edit = {"channel_id": channel, "bookmark_id": "Bk404"}
    assert sandbox.error("bookmarks.edit", **edit) == "not_found"
    assert sandbox.error("reactions.add", channel=channel, timestamp="1.1", name="") == (
        "invalid_name"
    )
    assert sandbox.error("reactions.get") == "no_item_specified"
    assert sandbox.error("blocks.validate", token=None, blocks="[{") == "invalid_blocks"
    assert sandbox.error("conversations.list", cursor="bmV4dDo5OTk=") == "invalid_cursor"
    assert sandbox.error("conversations.list", cursor="AAAA") == "invalid_cursor"


def test_purpose_is_shown_and_written_in_the_channel(sandbox: Sandbox, channel: str) -> None:
    answer = sandbox.client().conversations_setPurpose(channel=channel, purpose="watch")

    assert answer["purpose"] == "watch"
    line = sandbox.call("conversations.history", channel=channel)["messages"][0]
    assert (line["subtype"], line["purpose"]) == ("channel_purpose", "watch")


def test_private_history_is_closed_to_outsiders(sandbox: Sandbox) -> None:
    private = sandbox.call("conversations.create", name="sec", is_private=True)["channel"]["id"]
    sandbox.post("/_faults/remove_bot", channel=private)

    for method in ("conversations.history", "conversations.members", "pins.list"):
        assert sandbox.error(method, channel=private) == "channel_not_found"


def test_clock_runs_again_after_a_thaw(sandbox: Sandbox) -> None:
    sandbox.post("/_clock", freeze=True)
    assert sandbox.get("/_clock")["now"] == sandbox.get("/_clock")["now"]
    assert sandbox.post("/_clock", freeze=False)["ok"]
    reply = sandbox.http.post(sandbox.url + "/_clock", content=b"[1]")
    assert "JSON object" in reply.json()["error"]


def test_server_stops_at_once_and_quietly_while_a_page_listens(
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = SandboxServer().start()
    with httpx.stream("GET", f"{server.url}/_page/live") as stream:
        assert stream.status_code == 200
        started = time.monotonic()
        server.stop()
        took = time.monotonic() - started

    assert took < 1.0
    assert capfd.readouterr().err == ""
