"""`fireline run`, `demo`, `sandbox`, `manifest`, `doctor`: what runs, and what it needs."""

import json
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from fireline.bootstrap import offline
from fireline.bootstrap.program import build, start_for_demo
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_text
from fireline.demo.demo import run_demo
from fireline.sandbox.server import SandboxServer
from fireline.settings import load

Port = Annotated[int, typer.Option("--port", help="0 picks a free one.")]


def run() -> None:
    """Run the bot: Socket Mode if an app token is set, else HTTP.

    Settings come from FIRELINE_... variables and fireline.yaml; see docs/settings.md.
    """
    with plain_errors():
        program = build(load())
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
        run_demo(start_for_demo, port=port, folder=keep)


def sandbox(
    *,
    port: Port = 3000,
) -> None:
    """Run only the local Slack, for trying an app of your own against it."""
    server = SandboxServer(port=port)
    server.start()
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
    print_text(json.dumps(offline.app_manifest(name, request_url), indent=2))


def doctor() -> None:
    """Check settings, database, Prometheus, Slack and definitions; say what to do about each."""
    with plain_errors():
        findings = offline.diagnose(load())
    for finding in findings:
        mark, style = ("ok  ", "green") if finding.good else ("FAIL", "red")
        notes.print(f"{mark} {finding.subject}: {finding.text}", style=style, markup=False)
    if not all(finding.good for finding in findings):
        raise typer.Exit(FOUND_PROBLEMS)


def until_stopped() -> None:
    """Wait for Ctrl-C or a polite request to end."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    stopped.wait()
