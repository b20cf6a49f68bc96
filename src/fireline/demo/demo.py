"""Everything on one machine: a small Slack, Prometheus with a past, a platform, the bot."""

import logging
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

from rich.console import Console
from rich.panel import Panel

from fireline.bootstrap.offline import app_manifest
from fireline.demo import history
from fireline.demo.platform import Platform, PlatformServer
from fireline.demo.processes import (
    RunningServer,
    find_program,
    free_port,
    reload_prometheus,
    start_prometheus,
)
from fireline.demo.remote_write import RemoteWriter
from fireline.demo.words import banner, page_panel
from fireline.domain.errors import FirelineError
from fireline.sandbox.manifest import install_manifest
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from fireline.sandbox.server import SandboxServer

APP = "Fireline"
SCRAPE_SECONDS = 5
EVALUATE_SECONDS = 10
_LAG_SECONDS = 5
_BLOCK = "60d"
_DEFINITIONS = Path(__file__).parent / "definitions"
_CHECKOUT = Path(__file__).parents[3]


class Stoppable(Protocol):
    """Something that runs until told to stop."""

    def stop(self) -> None:
        """Stop and wait for the end."""


StartBot = Callable[[Mapping[str, object]], Stoppable]
"""Starts the bot with these settings (names as in `fireline.settings`); returns when it runs."""


class Demo:
    """The whole demo: `start()`, look at `page_url`, `stop()`."""

    def __init__(
        self,
        start_bot: StartBot,
        folder: Path,
        port: int = 3000,
        now: Callable[[], float] = time.time,
        console: Console | None = None,
    ) -> None:
        """Take a way to start the bot and an empty folder for everything that is written."""
        self._start_bot = start_bot
        self._port = port
        self._now = now
        self._console = console or Console(quiet=True)
        self._running = ExitStack()
        self.folder = folder
        self.log = folder / "fireline.log"
        self.page_url = ""
        self.platform_url = ""
        self.prometheus_url = ""

    def start(self) -> None:
        """Start everything; when a part fails, what was started is stopped again.

        Raises:
            MissingProgramError: Prometheus is not installed; the text says how to get it.
        """
        find_program(("prometheus",), "prometheus")
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything this demo started, the newest first."""
        self._running.close()

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log_to_file()
        with self._step("a small Slack"):
            sandbox = SandboxServer(port=free_port(self._port))
            self._running.callback(sandbox.stop)
            sandbox.start()
            install_manifest(
                sandbox.workspace, app_manifest(APP, None), BOT_TOKEN, APP_TOKEN, SIGNING_SECRET
            )
            self.page_url = sandbox.url
        place = self.folder / "prometheus"
        with self._step("Prometheus"):
            prometheus = start_prometheus(place, block=_BLOCK)
            self._running.callback(prometheus.stop)
            self.prometheus_url = prometheus.url
        with self._step(f"{history.DAYS} days of history"):
            server = self._live(prometheus)
        with self._step("scraping the simulated platform"):
            config = history.scrape_config(server.address, SCRAPE_SECONDS)
            reload_prometheus(prometheus, place, config)
        with self._step("the bot"):
            bot = self._start_bot(self._settings(sandbox))
            self._running.callback(bot.stop)
        sandbox.workspace.demo_panel = page_panel(self.platform_url)

    def _live(self, prometheus: RunningServer) -> PlatformServer:
        """Write the past, then let the platform go on exactly where it ends."""
        with RemoteWriter(prometheus.url) as writer:
            before = history.past(self._now())
            history.write_past(before, writer)
            platform = Platform(before.end, before.counters)
            server = PlatformServer(platform, now=self._now)
            self._running.callback(server.stop)
            history.catch_up(platform, before.end, self._now(), writer)
        server.start()
        self.platform_url = server.url
        return server

    def _settings(self, sandbox: SandboxServer) -> dict[str, object]:
        return {
            "database_url": f"sqlite:///{self.folder / 'fireline.db'}",
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": APP_TOKEN,
            "slack_signing_secret": SIGNING_SECRET,
            "slack_api_url": sandbox.api_url,
            "prometheus_url": self.prometheus_url,
            "scrape_interval_seconds": SCRAPE_SECONDS,
            "definitions": [shipped("slo_definitions"), _DEFINITIONS],
            "runbooks": shipped("runbooks"),
            "policy": shipped("policies") / "default.yaml",
            "oncall": [_DEFINITIONS],
            "evaluate_every_seconds": EVALUATE_SECONDS,
            "evaluate_lag_seconds": _LAG_SECONDS,
            "http_port": 0,
            "executor_id": "demo",
            "log_level": "WARNING",
        }

    def _log_to_file(self) -> None:
        handler = logging.FileHandler(self.log)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root = logging.getLogger()
        root.addHandler(handler)
        self._running.callback(handler.close)
        self._running.callback(root.removeHandler, handler)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        with self._console.status(f"Starting {name} ..."):
            yield
        self._console.print(f"  [green]✓[/] {name} [dim]{time.monotonic() - begun:.1f} s[/]")


def run_demo(start_bot: StartBot, *, port: int = 3000, folder: Path | None = None) -> None:
    """Run the demo until Ctrl-C; data goes to a folder that is deleted, or to `folder`.

    Raises:
        FirelineError: a part could not be started; the text says which and what to do.
    """
    console = Console()
    with _own_folder(folder) as place, _interruptible() as closing:
        demo = Demo(start_bot, place, port, console=console)
        begun = time.monotonic()
        try:
            demo.start()
            took = time.monotonic() - begun
            text = banner(demo.page_url, demo.platform_url, demo.prometheus_url, demo.log)
            console.print(Panel(text, title=f"Ready in {took:.0f} s", border_style="green"))
            threading.Event().wait()
        except KeyboardInterrupt:
            console.print("Stopping everything ...")
        finally:
            closing()
            demo.stop()
    console.print("Everything is stopped.")


def shipped(name: str) -> Path:
    """A folder that comes with Fireline: in the working folder, else in the checkout.

    Raises:
        FirelineError: it is in neither place.
    """
    for place in (Path.cwd(), _CHECKOUT):
        if (place / name).is_dir():
            return place / name
    raise FirelineError(
        f"The folder `{name}` was found neither in {Path.cwd()} nor in {_CHECKOUT}. "
        "Run the demo in a checkout of Fireline."
    )


@contextmanager
def _own_folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="fireline-demo-") as made:
            yield Path(made)
        return
    # History can only be written into an empty Prometheus: each run has a folder of its own.
    run = 1
    while (wanted / f"run-{run}").exists():
        run += 1
    place = wanted.resolve() / f"run-{run}"
    place.mkdir(parents=True)
    try:
        yield place
    except BaseException:
        if not any(place.iterdir()):
            shutil.rmtree(place)
        raise


@contextmanager
def _interruptible() -> Iterator[Callable[[], None]]:
    """SIGINT and SIGTERM end the demo, at any moment; yields a call to ignore them from then on."""
    signals = (signal.SIGINT, signal.SIGTERM)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def ignore() -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)

    before = {one: signal.signal(one, interrupt) for one in signals}
    try:
        yield ignore
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
