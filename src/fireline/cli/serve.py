"""`fireline run`, `demo`, `sandbox`, `manifest`, `doctor`: what runs, and what it needs."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from fireline.cli import loading
from fireline.cli.output import (
    WRONG_USE,
    notes,
    plain_errors,
    print_json,
)

Port = Annotated[int, typer.Option("--port", help="0 picks a free one.")]


def run() -> None:
    """Run the bot: Socket Mode if an app token is set, else HTTP.

    Settings come from FIRELINE_... variables and fireline.yaml; see docs/settings.md.

    For example:

        FIRELINE_SLACK_BOT_TOKEN_FILE=bot.token FIRELINE_SLACK_APP_TOKEN_FILE=app.token fireline run
    """
    with plain_errors(), loading.starting():
        program = loading.program.build_configured()
        program.start()
        notes.print(f"Fireline is ready; health at {program.health_url}")
    try:
        until_stopped()
    finally:
        program.stop()


def demo(
    *,
    port: Port = 3000,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the demo's data in this folder.")
    ] = None,
) -> None:
    """Everything on this machine, no account anywhere: Slack page, Prometheus, platform, bot.

    For example:

        fireline demo --port 3000
    """
    with plain_errors():
        loading.demonstration.run_demo(loading.program.start_for_demo, port=port, folder=keep)


def sandbox(
    *,
    port: Port = 3000,
) -> None:
    """Run only the local Slack, for trying an app of your own against it.

    For example:

        fireline sandbox --port 3000
    """
    server = loading.sandbox.SandboxServer(port=port)
    try:
        server.start()
    except OSError as error:
        notes.print(f"fireline: port {port} cannot be used ({error.strerror}); give another --port")
        raise typer.Exit(WRONG_USE) from error
    notes.print(f"A small Slack is at {server.url} (API {server.api_url})")
    try:
        until_stopped()
    finally:
        server.stop()


def manifest(
    *,
    name: Annotated[str, typer.Option("--name", help="The app's name in Slack.")] = "Fireline",
    request_url: Annotated[
        str | None,
        typer.Option("--request-url", help="Public address for HTTP; without it Socket Mode."),
    ] = None,
) -> None:
    """Print the Slack app manifest; its scopes are exactly those the code uses.

    For example:

        fireline manifest > manifest.json
    """
    print_json(loading.offline.app_manifest(name, request_url))


def until_stopped() -> None:
    """Wait for Ctrl-C or a polite request to end."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    stopped.wait()
