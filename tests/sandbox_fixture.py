"""A running sandbox for tests: one server per module, planted anew for each test."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from fireline.sandbox.model import Workspace
from fireline.sandbox.seed import APP_TOKEN, BOT_TOKEN
from fireline.sandbox.server import SandboxServer
from fireline.sandbox.webapi.table import allowed_errors


@dataclass(frozen=True)
class Sandbox:
    """What a test uses of a running sandbox."""

    server: SandboxServer
    http: httpx.Client

    @property
    def workspace(self) -> Workspace:
        return self.server.workspace

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def api_url(self) -> str:
        return self.server.api_url

    def client(self, token: str = BOT_TOKEN) -> WebClient:
        return WebClient(token=token, base_url=self.api_url)

    def app_client(self) -> WebClient:
        return self.client(APP_TOKEN)

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(self.url + path, json=body).json()
        return answer

    def get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(self.url + path).json()
        return answer

    def call(self, method: str, /, token: str | None = BOT_TOKEN, **args: Any) -> dict[str, Any]:
        """One Web API call as a form, errors answered and not raised."""
        form = {
            key: json.dumps(value) if isinstance(value, dict | list | bool) else value
            for key, value in args.items()
        }
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        reply = self.http.post(self.api_url + method, data=form, headers=headers)
        answer: dict[str, Any] = reply.json()
        return answer

    def download(self, address: str) -> httpx.Response:
        """A file, fetched with the bot's token."""
        return self.http.get(address, headers={"Authorization": f"Bearer {BOT_TOKEN}"})

    def error(self, method: str, /, **args: Any) -> str:
        """The error name of a call that must fail."""
        answer = self.call(method, **args)
        assert answer["ok"] is False, f"{method} answered {answer}"
        return str(answer["error"])

    def user(self, name: str) -> str:
        found = self.workspace.user_named(name)
        assert found is not None, name
        return found.id

    def channel(self, name: str) -> str:
        found = self.workspace.channel_named(name)
        assert found is not None, name
        return found.id

    def advance(self, duration: str) -> None:
        assert self.post("/_clock", advance=duration)["ok"]

    def fault(self, kind: str, **rule: Any) -> None:
        assert self.post("/_faults", kind=kind, **rule)["ok"]

    def journal(self, kind: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.get(f"/_journal?since={since}")["entries"]
        return [e for e in entries if kind is None or e["kind"] == kind]


@pytest.fixture(scope="module")
def sandbox_server() -> Iterator[Sandbox]:
    with SandboxServer() as server, httpx.Client() as http:
        yield Sandbox(server, http)


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Iterator[Sandbox]:
    """A freshly planted sandbox; at the end every error it answered must be Slack's own."""
    sandbox_server.post("/_reset")
    yield sandbox_server
    for entry in sandbox_server.journal("api"):
        error = (entry.get("answer") or {}).get("error")
        if error is not None and entry.get("fault") != "error":
            assert error in allowed_errors(entry["method"]), (entry["method"], error)
