"""Answers hold no key that Slack's own answers do not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_fixture import Sandbox

KEYS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("slack_response_keys.json").read_text(encoding="utf-8")
)


@pytest.fixture
def channel(sandbox: Sandbox) -> str:
    return sandbox.channel("incidents")


def assert_known(kind: str, body: dict[str, Any]) -> None:
    assert set(body) <= set(KEYS[kind]), set(body) - set(KEYS[kind])


def test_identity_and_people(sandbox: Sandbox) -> None:
    assert_known("auth.test", sandbox.call("auth.test"))
    for name in ("ana", "fireline"):
        user = sandbox.call("users.info", user=sandbox.user(name))["user"]
        assert_known("user", user)
        assert_known("profile", user["profile"])
    groups = sandbox.call("usergroups.list", include_users=True)["usergroups"]
    assert_known("usergroup", groups[0])
    assert_known("bot", sandbox.call("bots.info")["bot"])


def test_channels_of_every_kind(sandbox: Sandbox, channel: str) -> None:
    private = sandbox.call("conversations.create", name="sec", is_private=True)["channel"]
    direct = sandbox.call("conversations.open", users=sandbox.user("ana"), return_im=True)
    shown = sandbox.call("conversations.info", channel=channel, include_num_members=True)

    assert_known("channel", private)
    assert_known("channel", shown["channel"])
    assert_known("im", direct["channel"])


def test_things_in_channels(sandbox: Sandbox, channel: str) -> None:
    posted = sandbox.call("chat.postMessage", channel=channel, text="x")["message"]
    bookmark = sandbox.call(
        "bookmarks.add", channel_id=channel, title="t", type="link", link="https://e.com"
    )["bookmark"]
    at = int(sandbox.workspace.clock.now()) + 60
    waiting = sandbox.call("chat.scheduleMessage", channel=channel, text="x", post_at=at)
    uploaded = sandbox.client().files_upload_v2(
        channel=channel, filename="a.png", content=b"x", alt_txt="a"
    )

    assert_known("bot_profile", posted["bot_profile"])
    assert_known("bookmark", bookmark)
    assert_known("scheduled", waiting)
    assert_known("scheduled_message", waiting["message"])
    assert_known("file", uploaded["files"][0])


def test_refused_blocks(sandbox: Sandbox) -> None:
    assert_known("invalid_blocks", sandbox.call("blocks.validate", token=None, blocks=[{}]))
