"""Starts real servers as child processes and stops them again; the demo and the tests share it."""

import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from fireline.domain.errors import FirelineError

EMPTY_CONFIG = "global: {scrape_interval: 15s}\nscrape_configs: []\n"
"""A Prometheus that scrapes nothing, so that history can be written first."""

_POLL_SECONDS = 0.03
_START_SECONDS = 20.0
_STOP_SECONDS = 10.0
_LOG_LINES = 12


class MissingProgramError(FirelineError):
    """A program is not installed; the text says which and how to get it."""


class ServerFailedError(FirelineError):
    """A server did not come up; the text ends with the last lines of its log."""


@dataclass(slots=True)
class RunningServer:
    """A child process with an address; `stop()` ends it and waits."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End it: politely first, then by force."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(_STOP_SECONDS)

    def last_lines(self) -> str:
        """The end of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-_LOG_LINES:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def free_port(preferred: int | None = None) -> int:
    """A free loopback port: the preferred one if nobody listens there."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerFailedError("No free loopback port could be found.")


def find_program(names: Sequence[str], package: str) -> str:
    """The path of the first of these programs that is installed.

    Raises:
        MissingProgramError: none is; the text names the Debian package.
    """
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise MissingProgramError(
        f"The program `{names[0]}` is not installed or not on the PATH. Install it with "
        f"`apt-get install {package}` (Debian, Ubuntu) or your system's package manager, "
        "then start again."
    )


def start_prometheus(
    folder: Path,
    config: str = EMPTY_CONFIG,
    port: int | None = None,
    retention: str = "90d",
    block: str | None = None,
) -> RunningServer:
    """Start a Prometheus with its data, configuration and log in `folder`; returns when ready.

    The remote-write receiver and `POST /-/reload` are on. `block` is how much time one block
    holds: long enough for a whole seeded history, it saves compacting hundreds of blocks.

    Raises:
        MissingProgramError: Prometheus is not installed.
        ServerFailedError: it did not become ready.
    """
    program = find_program(("prometheus",), "prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(config)
    listen = f"127.0.0.1:{port or free_port()}"
    command = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={listen}",
        "--web.enable-remote-write-receiver",
        "--web.enable-lifecycle",
        f"--storage.tsdb.retention.time={retention}",
        "--log.level=warn",
    ]
    if block:
        command += [
            f"--storage.tsdb.min-block-duration={block}",
            f"--storage.tsdb.max-block-duration={block}",
        ]
    return start_server("prometheus", command, f"http://{listen}", folder / "prometheus.log")


def reload_prometheus(server: RunningServer, folder: Path, config: str) -> None:
    """Give a running Prometheus of `start_prometheus` another configuration."""
    (folder / "prometheus.yml").write_text(config)
    answer = httpx.post(f"{server.url}/-/reload", timeout=_START_SECONDS, trust_env=False)
    if answer.is_error:
        raise ServerFailedError(f"Prometheus refused its configuration: {answer.text.strip()}")


def start_alertmanager(folder: Path, config: str, port: int | None = None) -> RunningServer:
    """Start an Alertmanager with its data, configuration and log in `folder`, when ready.

    Raises:
        MissingProgramError: Alertmanager is not installed.
        ServerFailedError: it did not become ready.
    """
    program = find_program(("prometheus-alertmanager", "alertmanager"), "prometheus-alertmanager")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alertmanager.yml").write_text(config)
    listen = f"127.0.0.1:{port or free_port()}"
    command = [
        program,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={listen}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    return start_server("alertmanager", command, f"http://{listen}", folder / "alertmanager.log")


def start_server(
    name: str,
    command: Sequence[str],
    url: str,
    log: Path,
    ready: Callable[[str], bool] | None = None,
) -> RunningServer:
    """Start a command and wait until `ready(url)` (default: `GET /-/ready` answers 200).

    Raises:
        ServerFailedError: it ended or did not become ready in time.
    """
    with log.open("wb") as out:
        # A session of its own: Ctrl-C reaches us alone, and we stop the rest in order.
        process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    server = RunningServer(name, url, process, log)
    try:
        wait_until(
            lambda: process.poll() is not None or (ready or _answers)(url),
            _START_SECONDS,
            f"{name} to be ready",
        )
    except BaseException as error:
        server.stop()
        if isinstance(error, ServerFailedError):
            raise ServerFailedError(f"{error}\n{server.last_lines()}") from error
        raise
    if process.poll() is not None:
        raise ServerFailedError(
            f"{name} ended with code {process.returncode}:\n{server.last_lines()}"
        )
    return server


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as `done()` is true.

    Raises:
        ServerFailedError: it was not true within `seconds`.
    """
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not done():
        if time.monotonic() > deadline:
            raise ServerFailedError(f"Waited {seconds:.0f} s in vain for {what}.")
        pause.wait(_POLL_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=1.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False
