"""Writing, editing, reacting, pinning, joining and leaving as a user."""

import base64
from typing import Any

import pytest

from fireline.sandbox.entities import Message
from tests.sandbox_fixture import Sandbox

Json = dict[str, Any]
WHERE: Json = {"user": "ana", "channel": "incidents"}


def say(sandbox: Sandbox, text: str = "hello", **more: Any) -> Json:
    answer = sandbox.post("/_act/message", **{**WHERE, "text": text, **more})
    assert answer["ok"], answer
    return answer


def stored(sandbox: Sandbox, answer: Json) -> Message:
    return sandbox.workspace.channels[answer["channel"]].messages[answer["ts"]]


def error(sandbox: Sandbox, act: str, **body: Any) -> str:
    reply = sandbox.http.post(f"{sandbox.url}/_act/{act}", json={**WHERE, **body})
    assert reply.status_code in {400, 409}
    assert reply.json()["detail"]
    return str(reply.json()["error"])


def test_typed_text_is_marked_up_as_slack_does(sandbox: Sandbox) -> None:
    said = say(sandbox, "@fireline & <b> see https://x.test/a?b=1&c=2 in #incidents @data-oncall")
    bot, group = sandbox.user("fireline"), next(iter(sandbox.workspace.usergroups))
    assert stored(sandbox, said).text == (
        f"<@{bot}> &amp; &lt;b&gt; see <https://x.test/a?b=1&amp;c=2> in "
        f"<#{sandbox.channel('incidents')}|incidents> <!subteam^{group}>"
    )


@pytest.mark.parametrize("text", ["<@U0000000001> hi", "<!here> a &amp; b", "mail a@b.test #1"])
def test_text_that_is_ready_stays_as_it_is(sandbox: Sandbox, text: str) -> None:
    assert stored(sandbox, say(sandbox, text)).text == text


def test_reply_lands_in_its_thread(sandbox: Sandbox) -> None:
    parent = say(sandbox)
    reply = say(sandbox, "reply", thread_ts=parent["ts"])
    assert stored(sandbox, reply).thread_ts == parent["ts"]
    assert error(sandbox, "message", text="x", thread_ts=reply["ts"]) == "thread_not_found"
    assert error(sandbox, "message", text="x", thread_ts="1.1") == "message_not_found"


def test_direct_message_to_the_bot_opens_when_needed(sandbox: Sandbox) -> None:
    said = say(sandbox, "hi", channel="@fireline")
    channel = sandbox.workspace.channels[said["channel"]]
    assert channel.is_im
    assert set(channel.members) == {sandbox.user("ana"), sandbox.user("fireline")}
    assert say(sandbox, "again", channel="@fireline")["channel"] == channel.id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": "  "}, "invalid_request"),
        ({"text": None}, "invalid_request"),
        ({"text": "x" * 12_001}, "msg_too_long"),
        ({"user": "chen", "channel": "orders-team"}, "user_not_in_channel"),
        ({"channel": "nowhere"}, "channel_not_found"),
    ],
)
def test_message_is_refused(sandbox: Sandbox, change: Json, code: str) -> None:
    assert error(sandbox, "message", **{"text": "hello", **change}) == code


def test_archived_channel_takes_nothing(sandbox: Sandbox) -> None:
    ts = say(sandbox)["ts"]
    sandbox.post("/_faults/archive", channel="incidents")
    for act, body in (
        ("message", {"text": "x"}),
        ("reaction", {"ts": ts, "name": "eyes"}),
        ("pin", {"ts": ts}),
        ("edit", {"ts": ts, "text": "y"}),
        ("join", {}),
        ("leave", {}),
    ):
        assert error(sandbox, act, **body) == "is_archived", act


def test_own_message_can_be_edited_and_deleted(sandbox: Sandbox) -> None:
    said = say(sandbox)
    where = {**WHERE, "ts": said["ts"]}
    assert sandbox.post("/_act/edit", **where, text="better")["ok"]
    message = stored(sandbox, said)
    assert (message.text, message.edited is not None) == ("better", True)
    assert error(sandbox, "edit", user="bo", ts=said["ts"], text="x") == "cant_update_message"
    assert error(sandbox, "delete", user="bo", ts=said["ts"]) == "cant_delete_message"
    assert error(sandbox, "edit", ts=said["ts"], text=" ") == "invalid_request"
    assert sandbox.post("/_act/delete", **where)["ok"]
    assert error(sandbox, "delete", ts=said["ts"]) == "message_not_found"


def test_reaction_comes_and_goes(sandbox: Sandbox) -> None:
    said = say(sandbox)
    where = {**WHERE, "ts": said["ts"], "name": "eyes"}
    assert sandbox.post("/_act/reaction", **where)["ok"]
    assert stored(sandbox, said).reactions == {"eyes": [sandbox.user("ana")]}
    assert error(sandbox, "reaction", ts=said["ts"], name="eyes") == "already_reacted"
    assert sandbox.post("/_act/reaction", **where, remove=True)["ok"]
    assert error(sandbox, "reaction", ts=said["ts"], name="eyes", remove=True) == "no_reaction"


def test_pin_comes_and_goes(sandbox: Sandbox) -> None:
    where = {**WHERE, "ts": say(sandbox)["ts"]}
    assert sandbox.post("/_act/pin", **where)["ok"]
    assert error(sandbox, "pin", ts=where["ts"]) == "already_pinned"
    assert sandbox.post("/_act/pin", **where, remove=True)["ok"]
    assert error(sandbox, "pin", ts=where["ts"], remove=True) == "no_pin"


def test_joining_and_leaving(sandbox: Sandbox) -> None:
    where = {"user": "bo", "channel": "orders-team"}
    assert error(sandbox, "leave", **where) == "user_not_in_channel"
    assert sandbox.post("/_act/join", **where)["ok"]
    assert error(sandbox, "join", **where) == "already_in_channel"
    assert sandbox.post("/_act/leave", **where)["ok"]
    assert error(sandbox, "leave", channel="general") == "cant_leave_general"


def test_file_is_shared_with_its_bytes(sandbox: Sandbox) -> None:
    picture = base64.b64encode(b"\x89PNG").decode()
    answer = sandbox.post(
        "/_act/file", **WHERE, filename="a.png", content_base64=picture, text="see"
    )
    file = sandbox.workspace.files[answer["file"]]
    assert (file.data, file.mimetype, file.size) == (b"\x89PNG", "image/png", 4)
    message = stored(sandbox, answer)
    assert (message.subtype, message.text, message.files) == ("file_share", "see", [file.id])
    assert sandbox.post("/_act/file", **WHERE, filename="log.txt", content="line")["ok"]
    assert error(sandbox, "file", filename="a.png", content_base64="%") == "invalid_request"
