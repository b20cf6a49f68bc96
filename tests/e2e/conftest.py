"""A whole Fireline per test: sandbox, database, Prometheus, bot."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fireline.adapters.slack.manifest import manifest
from fireline.bootstrap.program import Program, build
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from fireline.settings import Settings
from tests.e2e.world import World
from tests.sandbox_fixture import Sandbox

ROOT = Path(__file__).resolve().parents[2]
StartBot = Callable[..., Program]


def install(sandbox: Sandbox, **given: Any) -> None:
    """Install the app from our own manifest: only the scopes we ask for are granted."""
    installed = sandbox.post(
        "/_install",
        manifest=manifest(**given),
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
    )
    assert installed["ok"], installed


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    """The sandbox with our own manifest installed."""
    install(sandbox)
    return World(sandbox)


def settings_for(world: World, folder: Path, **given: Any) -> Settings:
    """Settings that reach the sandbox, with everything written into `folder`."""
    return Settings(
        **{
            "database_url": f"sqlite:///{folder / 'fireline.db'}",
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": APP_TOKEN,
            "slack_signing_secret": SIGNING_SECRET,
            "slack_api_url": world.sandbox.api_url,
            "prometheus_url": "http://127.0.0.1:9",
            "definitions": [ROOT / "slo_definitions"],
            "runbooks": ROOT / "runbooks",
            "policy": None,
            "http_port": 0,
            "polling_seconds": 0.05,
            "schedules": False,
            "log_level": "ERROR",
            **given,
        }
    )


@pytest.fixture
def start_bot(world: World, tmp_path: Path) -> Iterator[StartBot]:
    """Start a bot with these settings; all are stopped at the end."""
    with ExitStack() as running:

        def start(**given: Any) -> Program:
            program = build(settings_for(world, tmp_path, **given))
            program.start()
            running.callback(program.stop)
            return program

        yield start
