"""What the page is told: only what its user may see, and as soon as it changes."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from fireline.sandbox.seed import BOT_TOKEN, DEFAULT, Seed
from fireline.sandbox.server import SandboxServer

SECRET = {"name": "secret-plans", "is_private": True, "members": ["ana", "fireline"]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    data = {**DEFAULT, "channels": [*DEFAULT["channels"], SECRET]}
    with SandboxServer(seed=Seed(data=data)) as running:
        yield running


@pytest.fixture
def page(sandbox: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=5) as client:
        client.post("/_reset")
        yield client


@pytest.fixture
def bot(sandbox: SandboxServer) -> WebClient:
    return WebClient(token=BOT_TOKEN, base_url=sandbox.api_url)


def user_id(sandbox: SandboxServer, name: str) -> str:
    user = sandbox.workspace.user_named(name)
    assert user is not None
    return user.id


def channel_id(sandbox: SandboxServer, name: str) -> str:
    channel = sandbox.workspace.channel_named(name)
    assert channel is not None
    return channel.id


def seen_by(page: httpx.Client, sandbox: SandboxServer, name: str) -> dict[str, Any]:
    answer = page.get("/_page/snapshot", params={"user": user_id(sandbox, name)})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def channel_of(snapshot: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in snapshot["channels"] if c["name"] == name)
    return found


def test_page_and_its_assets_are_served_and_nothing_else(page: httpx.Client) -> None:
    assert "<title>" in page.get("/").text
    assert page.get("/page/page.js").status_code == 200
    assert page.get("/page/page.css").headers["content-type"].startswith("text/css")
    assert page.get("/page/model.py").status_code == 404
    assert page.get("/page/..%2Fmodel.py").status_code == 404


def test_private_channel_is_shown_to_its_members_only(
    page: httpx.Client, sandbox: SandboxServer
) -> None:
    names = {n: {c["name"] for c in seen_by(page, sandbox, n)["channels"]} for n in ("ana", "bo")}
    assert "secret-plans" in names["ana"]
    assert "secret-plans" not in names["bo"]
    assert "orders-team" in names["bo"]


def test_ephemeral_message_is_shown_to_its_user_until_dismissed(
    page: httpx.Client, sandbox: SandboxServer, bot: WebClient
) -> None:
    ana = user_id(sandbox, "ana")
    bot.chat_postEphemeral(channel=channel_id(sandbox, "incidents"), user=ana, text="for you")
    shown = channel_of(seen_by(page, sandbox, "ana"), "incidents")["messages"]
    assert [m["text"] for m in shown if m["ephemeral"]] == ["for you"]
    others = channel_of(seen_by(page, sandbox, "bo"), "incidents")["messages"]
    assert [m for m in others if m["ephemeral"]] == []
    taken = {"user": user_id(sandbox, "bo"), "ts": shown[-1]["ts"]}
    assert page.post("/_page/dismiss", json=taken).status_code == 404
    assert page.post("/_page/dismiss", json={**taken, "user": ana}).json() == {"ok": True}
    assert channel_of(seen_by(page, sandbox, "ana"), "incidents")["messages"] == []


def test_unread_is_counted_per_user_and_ends_with_reading(
    page: httpx.Client, sandbox: SandboxServer, bot: WebClient
) -> None:
    ana, incidents = user_id(sandbox, "ana"), channel_id(sandbox, "incidents")
    bot.chat_postMessage(channel=incidents, text="hello")
    bot.chat_postMessage(channel=incidents, text=f"<@{ana}> look")
    before = seen_by(page, sandbox, "ana")
    assert (channel_of(before, "incidents")["unread"], before["waiting"][ana]) == (2, 1)
    assert channel_of(before, "incidents")["mentions"] == 1
    assert channel_of(seen_by(page, sandbox, "bo"), "incidents")["mentions"] == 0
    assert page.post("/_page/read", json={"user": ana, "channel": incidents}).json()["ok"]
    after = seen_by(page, sandbox, "ana")
    assert (channel_of(after, "incidents")["unread"], after["waiting"][ana]) == (0, 0)
    assert channel_of(seen_by(page, sandbox, "bo"), "incidents")["unread"] == 2


def test_file_of_a_private_channel_is_kept_from_others_and_never_runs_as_a_page(
    page: httpx.Client, sandbox: SandboxServer, bot: WebClient
) -> None:
    channel = channel_id(sandbox, "secret-plans")
    done = bot.files_upload_v2(
        channel=channel, content="<script>x</script>", filename="plan.html", title="Plan"
    )
    path = f"/_page/file/{done['file']['id']}"
    got = page.get(path, params={"user": user_id(sandbox, "ana")})
    assert got.text == "<script>x</script>"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-security-policy"] == "sandbox"
    assert page.get(path, params={"user": user_id(sandbox, "bo")}).status_code == 404


def test_unknown_user_is_refused(page: httpx.Client) -> None:
    answer = page.get("/_page/snapshot", params={"user": "U404"})
    assert (answer.status_code, answer.json()["error"]) == (404, "user_not_found")


def test_change_is_signalled_at_once(
    page: httpx.Client, sandbox: SandboxServer, bot: WebClient
) -> None:
    with page.stream("GET", "/_page/live") as live:
        versions = (json.loads(x[6:])["version"] for x in live.iter_lines() if x[:6] == "data: ")
        first = next(versions)
        bot.chat_postMessage(channel=channel_id(sandbox, "incidents"), text="news")
        assert next(versions) > first


def test_demo_panel_is_absent_without_a_demo(page: httpx.Client, sandbox: SandboxServer) -> None:
    assert page.get("/_page/demo").json() == {"panel": None}
    sandbox.workspace.demo_panel = {"title": "Demo", "text": "Try it", "buttons": []}
    assert page.get("/_page/demo").json()["panel"]["title"] == "Demo"
    sandbox.workspace.demo_panel = None
