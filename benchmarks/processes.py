"""The bot and the sandbox in processes of their own, so that neither hides the other's cost."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from benchmarks.measuring import cpu_of, resident_mb
from benchmarks.stage import ROOT
from fireline.adapters.slack.manifest import manifest
from fireline.demo.processes import RunningServer, free_port, start_server, wait_until
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

READY_SECONDS = 60


class Sandbox:
    """A `fireline sandbox` with our manifest installed."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._server = start_server(
            "sandbox",
            [sys.executable, "-m", "fireline", "sandbox", "--port", str(port)],
            f"http://127.0.0.1:{port}",
            folder / "sandbox.log",
            _answers,
        )
        self.url = self._server.url
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        self.post(
            "/_install",
            manifest=manifest(),
            bot_token=BOT_TOKEN,
            app_token=APP_TOKEN,
            signing_secret=SIGNING_SECRET,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
        self._server.stop()

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Do something; a refusal is an error."""
        answer: dict[str, Any] = self.http.post(path, json=body).json()
        if not answer.get("ok"):
            raise RuntimeError(f"{path}: {answer}")
        return answer

    def journal(self, since: int = 0) -> list[dict[str, Any]]:
        """What happened after that number."""
        found: list[dict[str, Any]] = self.http.get(f"/_journal?since={since}").json()["entries"]
        return found


class Bot:
    """A `fireline run` against a sandbox; `ready_after` is what its start took."""

    def __init__(self, folder: Path, sandbox: Sandbox, **settings: object) -> None:
        port = free_port()
        given = {
            "database_url": f"sqlite:///{folder / 'bot.db'}",
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": APP_TOKEN,
            "slack_api_url": f"{sandbox.url}/api/",
            "prometheus_url": "http://127.0.0.1:9",
            "definitions": [str(ROOT / "slo_definitions")],
            "runbooks": ROOT / "runbooks",
            "policy": ROOT / "policies" / "default.yaml",
            "http_port": port,
            "log_level": "ERROR",
            **settings,
        }
        begun = time.perf_counter()
        with (folder / "bot.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fireline", "run"],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **_variables(given)},  # noqa: TID251 - a child's environment
                start_new_session=True,
            )
        self.url = f"http://127.0.0.1:{port}"
        self.server = RunningServer("fireline", self.url, self._process, folder / "bot.log")
        wait_until(self._ready, READY_SECONDS, "the bot to be ready")
        self.ready_after = time.perf_counter() - begun
        self.cpu_until_ready = cpu_of(self.process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.stop()

    @property
    def process(self) -> int:
        """Its process."""
        return self._process.pid

    def resident_mb(self) -> float:
        """Its memory now."""
        return resident_mb(self.process)

    def ticks(self) -> tuple[int, float]:
        """How many evaluations it finished, and the seconds they took in all."""
        text = httpx.get(f"{self.url}/metrics", trust_env=False).text
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[:1] != "#")
        count = values["fireline_evaluation_seconds_count"]
        return int(float(count)), float(values["fireline_evaluation_seconds_sum"])

    def _ready(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"the bot ended:\n{self.server.last_lines()}")
        try:
            ready = httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False)
            health = httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False)
        except httpx.HTTPError:
            return False
        return ready.is_success and bool(health.json().get("connected"))


def _variables(given: dict[str, object]) -> dict[str, str]:
    return {
        f"FIRELINE_{name.upper()}": json.dumps(value) if isinstance(value, list) else str(value)
        for name, value in given.items()
    }


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_journal?since=0", timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False
