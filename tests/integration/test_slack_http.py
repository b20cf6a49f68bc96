"""The HTTP side: signed requests, bounded bodies, health and metrics."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from fireline.adapters.http.bodies import MAX_BODY
from fireline.adapters.http.server import HttpServer, SlackReply, build_http
from fireline.adapters.slack.app import build_app
from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.requests import dispatch
from fireline.sandbox.seed import BOT_TOKEN
from tests.builders import services
from tests.sandbox_fixture import Sandbox
from tests.store_fixture import RecordingStore

SECRET = "made-up"


@pytest.fixture
def server(sandbox: Sandbox, sqlite_store: RecordingStore) -> Iterator[HttpServer]:
    client = web_client(BOT_TOKEN, sandbox.api_url)
    app = build_app(services(sqlite_store), client, signing_secret=SECRET, looks=0)

    def slack(body: str, headers: Mapping[str, str]) -> SlackReply:
        return SlackReply(*dispatch(app, body, headers))

    facts: dict[str, Any] = {"ok": True, "socket": "none"}
    served = HttpServer(build_http(slack=slack, health=lambda: facts, ready=lambda: {"ok": False}))
    served.start()
    yield served
    served.stop()


def signed(sandbox: Sandbox, body: str, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(sandbox.workspace.clock.now()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def post(server: HttpServer, body: str, headers: dict[str, str], kind: str) -> httpx.Response:
    sent = {**headers, "content-type": kind}
    return httpx.post(f"{server.url}/slack/events", content=body, headers=sent)


def test_slack_may_check_the_address(sandbox: Sandbox, server: HttpServer) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"})
    answer = post(server, body, signed(sandbox, body), "application/json")
    assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})


def test_a_command_is_acknowledged_and_a_repeat_too(sandbox: Sandbox, server: HttpServer) -> None:
    fields = {
        "command": "/incident",
        "text": "help",
        "user_id": "U1",
        "channel_id": "C1",
        "team_id": "T1",
        "trigger_id": "1.2.3",
        "response_url": f"{sandbox.url}/_response/none",
    }
    body = urlencode(fields)
    kind = "application/x-www-form-urlencoded"
    for _ in range(2):
        assert post(server, body, signed(sandbox, body), kind).status_code == 200


def test_a_wrong_signature_is_refused(sandbox: Sandbox, server: HttpServer) -> None:
    body = json.dumps({"type": "event_callback"})
    assert post(server, body, signed(sandbox, body, "other"), "application/json").status_code == 401


def test_a_body_that_is_too_large_is_refused(server: HttpServer) -> None:
    answer = post(server, "x" * (MAX_BODY + 1), {}, "application/json")
    assert answer.status_code == 413
    assert str(MAX_BODY) in answer.json()["error"]


def test_a_body_that_is_no_text_is_refused(server: HttpServer) -> None:
    answer = httpx.post(f"{server.url}/slack/events", content=b"\xff\xfe")
    assert answer.status_code == 400


def test_health_readiness_and_metrics(server: HttpServer) -> None:
    assert httpx.get(f"{server.url}/healthz").json() == {"ok": True, "socket": "none"}
    assert httpx.get(f"{server.url}/readyz").status_code == 503
    assert "python_info" in httpx.get(f"{server.url}/metrics").text


def test_a_taken_port_is_said_at_start(server: HttpServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        HttpServer(build_http(), port=port).start()
