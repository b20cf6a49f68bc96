"""Users, groups, reactions, pins, bookmarks, files, canvases against the sandbox."""

from typing import Any

import pytest

from tests.sandbox_fixture import Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def channel(sandbox: Sandbox) -> str:
    return sandbox.channel("incidents")


@pytest.fixture
def ts(sandbox: Sandbox, channel: str) -> str:
    return str(sandbox.call("chat.postMessage", channel=channel, text="note")["ts"])


def test_users_are_found_by_id_and_address(sandbox: Sandbox) -> None:
    client = sandbox.client()
    user = client.users_info(user=sandbox.user("chen"))["user"]

    assert user["tz"] == "Asia/Singapore"
    assert user["tz_offset"] == 8 * 3600
    email = user["profile"]["email"]
    assert client.users_lookupByEmail(email=email)["user"]["id"] == user["id"]
    assert sandbox.error("users.lookupByEmail", email="no@where") == "users_not_found"
    assert sandbox.error("users.info", user="U404") == "user_not_found"


def test_addresses_are_hidden_without_their_scope(sandbox: Sandbox) -> None:
    next(iter(sandbox.workspace.apps.values())).scopes.discard("users:read.email")

    user = sandbox.call("users.info", user=sandbox.user("ana"))["user"]
    assert "email" not in user["profile"]
    assert sandbox.error("users.lookupByEmail", email="x") == "missing_scope"


def test_users_come_in_pages(sandbox: Sandbox) -> None:
    names = [u["name"] for page in sandbox.client().users_list(limit=2) for u in page["members"]]

    assert names == ["ana", "bo", "chen", "dia", "fireline"]


def test_user_groups_are_listed_and_changed(sandbox: Sandbox) -> None:
    groups = sandbox.client().usergroups_list(include_users=True)["usergroups"]
    oncall = next(g for g in groups if g["handle"] == "data-oncall")
    bo = sandbox.user("bo")

    sandbox.client().usergroups_users_update(usergroup=oncall["id"], users=[bo])

    assert sandbox.call("usergroups.users.list", usergroup=oncall["id"])["users"] == [bo]
    update = "usergroups.users.update"
    assert sandbox.error(update, usergroup=oncall["id"], users="") == "no_users_provided"
    assert sandbox.error(update, usergroup=oncall["id"], users="U404") == "invalid_users"
    assert sandbox.error("usergroups.users.list", usergroup="S404") == "no_such_subteam"


def test_reactions_are_counted_once_per_user(sandbox: Sandbox, channel: str, ts: str) -> None:
    item = {"channel": channel, "timestamp": ts}
    client = sandbox.client()
    client.reactions_add(name="eyes", channel=channel, timestamp=ts)

    assert sandbox.error("reactions.add", name="eyes", **item) == "already_reacted"
    shown = client.reactions_get(channel=channel, timestamp=ts)["message"]["reactions"]
    assert shown == [{"name": "eyes", "users": [sandbox.user("fireline")], "count": 1}]
    client.reactions_remove(name="eyes", channel=channel, timestamp=ts)
    assert sandbox.error("reactions.remove", name="eyes", **item) == "no_reaction"
    assert sandbox.error("reactions.add", name="not an emoji", **item) == "invalid_name"
    missing = {"channel": channel, "timestamp": "1.000001"}
    assert sandbox.error("reactions.add", name="eyes", **missing) == "message_not_found"
    bad = {"channel": channel, "timestamp": "noon"}
    assert sandbox.error("reactions.add", name="eyes", **bad) == "bad_timestamp"


def test_too_many_emoji_are_refused(sandbox: Sandbox, channel: str, ts: str) -> None:
    for number in range(23):
        assert sandbox.call("reactions.add", name=f"e{number}", channel=channel, timestamp=ts)["ok"]

    assert sandbox.error("reactions.add", name="e23", channel=channel, timestamp=ts) == (
        "too_many_emoji"
    )


def test_pins_are_kept_listed_and_removed(sandbox: Sandbox, channel: str, ts: str) -> None:
    item = {"channel": channel, "timestamp": ts}
    assert sandbox.call("pins.add", **item)["ok"]
    assert sandbox.error("pins.add", **item) == "already_pinned"
    assert sandbox.call("pins.list", channel=channel)["items"][0]["message"]["ts"] == ts
    assert sandbox.call("pins.remove", **item)["ok"]
    assert sandbox.error("pins.remove", **item) == "no_pin"
    assert sandbox.error("pins.add", channel=channel) == "no_item_specified"
    assert sandbox.error("pins.add", channel=channel, timestamp="1.000001") == "message_not_found"
    outside = {"channel": sandbox.channel("general"), "timestamp": ts}
    assert sandbox.error("pins.add", **outside) == "not_in_channel"


def test_hundred_pins_are_enough(sandbox: Sandbox, channel: str, ts: str) -> None:
    sandbox.workspace.channels[channel].pins.extend(f"{n}.000000" for n in range(100))

    assert sandbox.error("pins.add", channel=channel, timestamp=ts) == "too_many_pins"


def test_bookmarks_live_in_the_channel(sandbox: Sandbox, channel: str) -> None:
    client = sandbox.client()
    made = client.bookmarks_add(
        channel_id=channel, title="Runbook", type="link", link="https://example.com/r"
    )["bookmark"]
    client.bookmarks_edit(channel_id=channel, bookmark_id=made["id"], title="The runbook")

    listed = client.bookmarks_list(channel_id=channel)["bookmarks"]
    assert [b["title"] for b in listed] == ["The runbook"]
    client.bookmarks_remove(channel_id=channel, bookmark_id=made["id"])
    assert client.bookmarks_list(channel_id=channel)["bookmarks"] == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"link": "javascript:alert(1)"}, "invalid_link"),
        ({"link": "https://e.com/" + "x" * 2048}, "invalid_link"),
        ({"type": "folder"}, "invalid_bookmark_type"),
        ({"channel_id": "C404"}, "channel_not_found"),
        ({"title": "x" * 257}, "invalid_arguments"),
        ({"title": ""}, "invalid_arguments"),
    ],
)
def test_bad_bookmarks_are_refused(
    sandbox: Sandbox, channel: str, changes: dict[str, str], error: str
) -> None:
    arguments = {"channel_id": channel, "title": "t", "type": "link", "link": "https://e.com"}

    assert sandbox.error("bookmarks.add", **{**arguments, **changes}) == error


def test_too_many_bookmarks_are_refused(sandbox: Sandbox, channel: str) -> None:
    sandbox.workspace.channels[channel].bookmarks.update({f"Bk{n}": {} for n in range(100)})

    assert sandbox.error(
        "bookmarks.add", channel_id=channel, title="t", type="link", link="https://e.com"
    ) == ("too_many_bookmarks")


def upload(sandbox: Sandbox, data: bytes = PNG, name: str = "budget.png") -> str:
    answer = sandbox.call("files.getUploadURLExternal", length=len(data), filename=name)
    assert sandbox.http.post(answer["upload_url"], content=data).status_code == 200
    return str(answer["file_id"])


def test_official_client_uploads_in_three_steps(sandbox: Sandbox, channel: str, ts: str) -> None:
    answer = sandbox.client().files_upload_v2(
        channel=channel,
        filename="budget.png",
        content=PNG,
        title="Budget",
        alt_txt="a falling line",
        initial_comment="This month",
        thread_ts=ts,
    )

    shown = answer["files"][0]
    assert shown["mimetype"] == "image/png"
    assert shown["alt_txt"] == "a falling line"
    fetched = sandbox.download(shown["url_private"])
    assert fetched.content == PNG
    assert fetched.headers["content-type"] == "image/png"
    thread = sandbox.call("conversations.replies", channel=channel, ts=ts)["messages"]
    assert thread[1]["subtype"] == "file_share"
    assert thread[1]["files"][0]["id"] == shown["id"]
    assert thread[1]["text"] == "This month"


def test_image_block_may_show_an_uploaded_file(sandbox: Sandbox, channel: str) -> None:
    file_id = upload(sandbox)
    image = {"type": "image", "alt_text": "budget", "slack_file": {"id": file_id}}
    arguments: dict[str, Any] = {"channel": channel, "text": "chart", "blocks": [image]}

    assert sandbox.error("chat.postMessage", **arguments) == "invalid_blocks"
    assert sandbox.call("files.completeUploadExternal", files=[{"id": file_id}])["ok"]
    assert sandbox.call("chat.postMessage", **arguments)["ok"]
    assert sandbox.call("files.info", file=file_id)["file"]["name"] == "budget.png"


def test_uploads_are_refused_when_incomplete_or_misplaced(sandbox: Sandbox, channel: str) -> None:
    assert sandbox.error("files.getUploadURLExternal", filename="x") == "missing_argument"
    assert sandbox.error("files.getUploadURLExternal", length=1) == "missing_argument"
    assert sandbox.error("files.getUploadURLExternal", length=0, filename="x") == (
        "invalid_arguments"
    )
    waiting = sandbox.call("files.getUploadURLExternal", length=3, filename="x.txt")
    assert sandbox.http.post(waiting["upload_url"], content=b"toolong").status_code == 400
    complete = "files.completeUploadExternal"
    assert sandbox.error(complete, files=[{"id": waiting["file_id"]}]) == "file_not_found"
    assert sandbox.error(complete, files=[{"id": "F404"}]) == "file_not_found"
    file_id = upload(sandbox)
    files = [{"id": file_id}]
    assert sandbox.error(complete, files=files, channel_id="C404") == "channel_not_found"
    general = sandbox.channel("general")
    assert sandbox.error(complete, files=files, channel_id=general) == "not_in_channel"
    many = ",".join([channel] * 101)
    assert sandbox.error(complete, files=files, channels=many) == "channels_limit_exceeded"
    assert sandbox.error("files.upload", content="x") == "method_deprecated"


def test_canvas_is_made_of_sections_that_can_be_found_and_changed(
    sandbox: Sandbox, channel: str
) -> None:
    client = sandbox.client()
    content = {"type": "markdown", "markdown": "# Timeline\n\n- 10:00 alert"}
    made = client.conversations_canvases_create(channel_id=channel, document_content=content)
    canvas = made["canvas_id"]

    found = client.canvases_sections_lookup(
        canvas_id=canvas, criteria={"section_types": ["h1"], "contains_text": "Timeline"}
    )["sections"]
    change = {
        "operation": "insert_after",
        "section_id": found[0]["id"],
        "document_content": {"type": "markdown", "markdown": "- 09:58 deploy"},
    }
    client.canvases_edit(canvas_id=canvas, changes=[change])

    file = sandbox.workspace.files[canvas]
    assert file.markdown == "# Timeline\n\n- 09:58 deploy\n\n- 10:00 alert"
    assert sandbox.error("conversations.canvases.create", channel_id=channel) == (
        "channel_canvas_already_exists"
    )


def test_canvas_edits_are_one_at_a_time_and_bounded(sandbox: Sandbox) -> None:
    content = {"type": "markdown", "markdown": "text"}
    canvas = sandbox.call("canvases.create", title="Report", document_content=content)["canvas_id"]
    end = {"operation": "insert_at_end", "document_content": content}

    def error(*changes: dict[str, Any], canvas_id: str = canvas) -> str:
        return sandbox.error("canvases.edit", canvas_id=canvas_id, changes=list(changes))

    assert error(end, end) == "invalid_arguments"
    assert error(end, canvas_id="F404") == "canvas_not_found"
    assert error({**end, "operation": "dance"}) == "canvas_editing_failed"
    assert error({"operation": "delete", "section_id": "none"}) == "canvas_editing_failed"
    huge = {"type": "markdown", "markdown": "x" * 1_048_577}
    assert error({**end, "document_content": huge}) == "canvas_too_large"
    assert sandbox.call("canvases.edit", canvas_id=canvas, changes=[end])["ok"]
    assert sandbox.workspace.files[canvas].markdown == "text\n\ntext"


def test_canvas_access_is_given_to_one_kind_at_a_time(sandbox: Sandbox, channel: str) -> None:
    canvas = sandbox.call("canvases.create", title="Report")["canvas_id"]
    access = {"canvas_id": canvas, "access_level": "read"}

    assert sandbox.call("canvases.access.set", **access, channel_ids=[channel])["ok"]
    assert sandbox.error("canvases.access.set", **access) == "invalid_parameters"
    assert sandbox.error("canvases.access.set", **access, user_ids=["U404"]) == "user_not_found"
    assert sandbox.error("canvases.access.set", canvas_id=canvas, access_level="all") == (
        "invalid_arguments"
    )


def test_blocks_validate_answers_without_a_token(sandbox: Sandbox) -> None:
    good = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    bad = [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]

    assert sandbox.call("blocks.validate", token=None, blocks=good)["ok"]
    answer = sandbox.call("blocks.validate", token=None, blocks=bad)
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"][0]["pointer"] == "/0/text/type"
    assert set(answer["errors"][0]) == {"code", "message", "pointer", "constraint"}
    assert sandbox.error("blocks.validate", token=None, message={}) == "invalid_message"
    assert sandbox.error("blocks.validate", token=None, view={"type": "modal"}) == "invalid_view"
    assert sandbox.error("blocks.validate", token=None) == "invalid_arguments"
    assert sandbox.error("blocks.validate", token=None, blocks=good, view={}) == (
        "invalid_arguments"
    )
    assert sandbox.error("blocks.validate", token=None, message={"text": "x" * 100_000}) == (
        "invalid_arguments"
    )


def test_team_and_bot_describe_themselves(sandbox: Sandbox) -> None:
    assert sandbox.call("team.info")["team"]["name"] == "Acme Data"
    assert sandbox.call("bots.info")["bot"]["user_id"] == sandbox.user("fireline")
    assert sandbox.error("bots.info", bot="B404") == "bot_not_found"
    assert sandbox.call("users.conversations")["channels"][0]["name"] == "incidents"
    assert sandbox.call("users.profile.get")["profile"]["bot_id"]
    assert sandbox.call("users.getPresence", user=sandbox.user("ana"))["presence"] == "active"
