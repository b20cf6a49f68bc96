"""Events, commands and interactions over signed HTTP, with bolt behind a small web server."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fireline.sandbox.seed import SIGNING_SECRET
from tests.contract.sandbox_bot import Bot, says, until
from tests.sandbox_fixture import Sandbox


@dataclass
class WebBot:
    """A bolt app behind HTTP; `broken` makes it answer 500, `headers` holds what it got."""

    url: str
    bot: Bot
    broken: bool = False
    no_retry: bool = False
    headers: list[dict[str, str]] = field(default_factory=list)
    verified: list[bool] = field(default_factory=list)


@pytest.fixture(scope="module")
def web_bot(sandbox_server: Sandbox) -> Iterator[WebBot]:
    sock = socket.create_server(("127.0.0.1", 0))
    bot = Bot(sandbox_server.api_url, signing_secret=SIGNING_SECRET)
    web = WebBot(f"http://127.0.0.1:{sock.getsockname()[1]}/slack", bot)
    handler = SlackRequestHandler(bot.app)
    verifier = SignatureVerifier(SIGNING_SECRET)

    async def endpoint(request: Request) -> Response:
        web.headers.append(dict(request.headers))
        web.verified.append(verifier.is_valid_request(await request.body(), dict(request.headers)))
        if web.broken:
            headers = {"x-slack-no-retry": "1"} if web.no_retry else {}
            return PlainTextResponse("broken", status_code=500, headers=headers)
        return await handler.handle(request)

    app = Starlette(routes=[Route("/slack", endpoint, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[sock]),))
    thread.start()
    yield web
    server.should_exit = True
    thread.join(5)
    sock.close()


@pytest.fixture
def web(sandbox: Sandbox, web_bot: WebBot) -> WebBot:
    app = next(iter(sandbox.workspace.apps.values()))
    app.socket_mode, app.request_url = False, web_bot.url
    web_bot.bot.reset()
    web_bot.broken = web_bot.no_retry = False
    web_bot.headers.clear()
    web_bot.verified.clear()
    return web_bot


def say(sandbox: Sandbox, text: str = "hello") -> None:
    assert sandbox.post("/_act/message", user="ana", channel="incidents", text=text)["ok"]


def attempts(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [e for e in sandbox.journal("delivery") if e["acked"] is not None]


def test_event_arrives_signed(sandbox: Sandbox, web: WebBot) -> None:
    say(sandbox)
    until(lambda: web.bot.texts() == ["hello"])
    assert web.verified == [True]
    assert "x-slack-retry-num" not in web.headers[0]


def test_refused_event_is_retried_at_once_after_a_minute_and_after_five(
    sandbox: Sandbox, web: WebBot
) -> None:
    web.broken = True
    say(sandbox)
    until(lambda: len(attempts(sandbox)) == 2)
    sandbox.advance("59s")
    assert len(attempts(sandbox)) == 2
    sandbox.advance("2s")
    until(lambda: len(attempts(sandbox)) == 3)
    web.broken = False
    sandbox.advance("5m")
    until(lambda: web.bot.texts() == ["hello"])
    assert [h.get("x-slack-retry-num") for h in web.headers] == [None, "1", "2", "3"]
    assert web.headers[1]["x-slack-retry-reason"] == "http_error"
    assert len({entry["event_id"] for entry in attempts(sandbox)}) == 1


def test_no_retry_header_stops_the_retries(sandbox: Sandbox, web: WebBot) -> None:
    web.broken = web.no_retry = True
    say(sandbox)
    until(lambda: attempts(sandbox))
    sandbox.advance("10m")
    assert len(attempts(sandbox)) == 1


def test_command_answers_with_text(sandbox: Sandbox, web: WebBot) -> None:
    web.bot.answers["/incident"] = says("declared")
    answer = sandbox.post(
        "/_act/command", user="ana", channel="incidents", command="/incident", text="declare"
    )
    assert answer["ack"]["payload"] == {"text": "declared"}
    assert web.bot.seen[0]["text"] == "declare"
    assert sandbox.get("/_state")["ephemerals"][0]["text"] == "declared"


def test_click_arrives_as_a_form_with_a_payload(sandbox: Sandbox, web: WebBot) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    channel = sandbox.channel("incidents")
    posted = web.bot.client.chat_postMessage(
        channel=channel, text="Press", blocks=[{"type": "actions", "elements": [button]}]
    )
    answer = sandbox.post(
        "/_act/click", user="ana", channel=channel, ts=posted["ts"], action_id="go"
    )
    assert answer["ack"]["received"] is True
    assert web.bot.named("go")[0]["type"] == "block_actions"


def test_command_to_a_broken_app_is_tried_once_and_shown_as_failed(
    sandbox: Sandbox, web: WebBot
) -> None:
    web.broken = True
    answer = sandbox.post("/_act/command", user="ana", channel="incidents", command="/incident")
    assert answer["error_shown"] == '/incident failed with the error "dispatch_failed"'
    sandbox.advance("10m")
    assert [e["name"] for e in sandbox.journal("delivery")] == ["/incident"]


@pytest.mark.usefixtures("web")
def test_app_that_is_down_fails_the_connection(sandbox: Sandbox) -> None:
    app = next(iter(sandbox.workspace.apps.values()))
    app.request_url = "http://127.0.0.1:9/slack"
    say(sandbox)
    until(lambda: len(attempts(sandbox)) == 2)
    assert {entry["failure"] for entry in attempts(sandbox)} == {"connection_failed"}
