"""The bot without a socket: everything comes as signed HTTP requests, end to end."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fireline.adapters.http.bodies import MAX_BODY
from fireline.bootstrap.program import Program
from fireline.domain.incident.incident import IncidentState
from fireline.sandbox.seed import SIGNING_SECRET
from fireline.sandbox.signed_http import signature
from tests.e2e.conftest import install, settings_for
from tests.e2e.world import Person, World, eventually, plain
from tests.sandbox_fixture import Sandbox

BODY = b'{"type": "url_verification", "challenge": "abc"}'
SIX_MINUTES = 360


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return World(sandbox)


@pytest.fixture
def bot(world: World, tmp_path: Path) -> Iterator[Program]:
    made = Program(settings_for(world, tmp_path, slack_app_token=None))
    made.start()
    install(world.sandbox, socket_mode=False, request_url=made.slack_url)
    yield made
    made.stop()


def state(bot: Program) -> IncidentState:
    with bot.services.store() as uow:
        return uow.incidents.all()[0].state


def post(bot: Program, body: bytes, stamp: float, secret: str = SIGNING_SECRET) -> httpx.Response:
    sent = str(int(stamp))
    headers = {
        "X-Slack-Request-Timestamp": sent,
        "X-Slack-Signature": signature(secret, sent, body),
        "Content-Type": "application/json",
    }
    return httpx.post(bot.slack_url, content=body, headers=headers)


def test_command_event_and_click_work_over_http(world: World, bot: Program) -> None:
    ana = Person(world, "ana")
    ana.command("/incident declare orders are late")
    channel = world.wait_channel("inc-1-")
    eventually(lambda: world.sandbox.user("ana") in channel.members, "ana is invited")
    said = ana.says("the producer changed", channel.name)
    ana.reacts("bulb", channel.name, said)
    card = world.wait_message(channel.name, "INC-1")
    eventually(lambda: "the producer changed" in plain(card), "the flag shows on the card")
    ana.clicks("Mitigating", card)
    ana.submits(text="rolled it back")
    eventually(lambda: state(bot) is IncidentState.MITIGATING, "the form was taken")
    sent = [d for d in world.sandbox.journal("delivery") if d["transport"] == "http"]
    assert {d["type"] for d in sent} == {"events_api", "slash_commands", "interactive"}
    eventually(
        lambda: all(d["acked"] for d in world.sandbox.journal("delivery")), "all is answered"
    )
    assert httpx.get(bot.health_url).json() == {"ok": True, "slack": "http"}


def test_only_fresh_signed_requests_of_a_sane_size_are_taken(bot: Program) -> None:
    now = time.time()
    assert post(bot, BODY, now).json() == {"challenge": "abc"}
    assert post(bot, BODY, now, "somebody else's").status_code == 401
    assert post(bot, BODY, now - SIX_MINUTES).status_code == 401
    assert post(bot, b"x" * (MAX_BODY + 1), now).status_code == 413
