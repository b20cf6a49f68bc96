"""An Alertmanager that is slow, broken, too talkative, or none at all."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typing_extensions import override

from fireline.adapters.alertmanager import session
from fireline.adapters.alertmanager.client import AlertmanagerClient
from fireline.adapters.alertmanager.session import Access
from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import EffectError, RateLimitedError, RejectedError, UnreachableError

UNTIL = datetime(2026, 11, 22, 5, tzinfo=UTC)
ORDERS = [Matcher("slo", "orders")]


class Door(ThreadingHTTPServer):
    """Answers each request with the next of `answers`, the last one again and again."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, dict[str, str], bytes]] = [(200, {}, b"[]")]
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.hold = threading.Event()
        self.hold.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Door

    def _answer(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        self.server.hold.wait(5)
        status, headers, body = self.server.answers[0]
        if len(self.server.answers) > 1:
            del self.server.answers[0]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # whoever asked gave up
            return

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - names of the standard library

    @override
    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def door() -> Iterator[Door]:
    server = Door()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.hold.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(door: Door) -> Iterator[AlertmanagerClient]:
    access = Access(f"{door.url}/am/", (("X-Scope-OrgID", "data"),))
    made = AlertmanagerClient(access, "test")
    yield made
    made.close()


def test_it_is_asked_under_its_prefix_with_its_headers(
    door: Door, client: AlertmanagerClient
) -> None:
    assert client.alerts(ORDERS) == []
    ((_, path, headers),) = door.asked
    assert path == "/am/api/v2/alerts?filter=slo%3D%22orders%22"
    assert headers["X-Scope-OrgID"] == "data"
    assert headers["User-Agent"] == "fireline/test"


def test_reading_is_tried_twice_and_changing_once(door: Door, client: AlertmanagerClient) -> None:
    door.answers = [(503, {}, b"starting"), (200, {}, b"[]")]
    assert client.alerts() == []
    door.answers = [(503, {}, b"starting"), (200, {}, b'{"silenceID": "x"}')]
    with pytest.raises(UnreachableError, match=r"failed \(HTTP 503: starting\)"):
        client.silence(ORDERS, UNTIL, "Ana", "why")
    assert [method for method, _, _ in door.asked] == ["GET", "GET", "POST"]


def test_who_waits_has_one_short_try(
    door: Door, client: AlertmanagerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "QUICK_SECONDS", 0.1)
    door.hold.clear()
    with pytest.raises(UnreachableError, match="did not answer in time"):
        client.alerts(quick=True)
    assert len(door.asked) == 1


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "words"),
    [
        (400, {}, b'"silence invalid: no"', RejectedError, "HTTP 400.: silence invalid: no."),
        (422, {}, b'{"code": 601, "message": "no id"}', RejectedError, "no id"),
        (401, {}, b"", RejectedError, "no reason given"),
        (302, {"Location": "https://sso.test/"}, b"", RejectedError, "redirects"),
        (429, {"Retry-After": "7"}, b"", RateLimitedError, "slow down"),
        (500, {}, b"<html>\n oh no \n</html>" * 99, UnreachableError, "HTTP 500: <html> oh no"),
        (200, {}, b"<html>", UnreachableError, "does not answer like an Alertmanager"),
        (200, {}, b'[{"fingerprint": 1}]', UnreachableError, "0.fingerprint"),
        (200, {}, b'{"a": 1}', UnreachableError, "check the address"),
    ],
)
def test_each_failure_is_told_as_what_it_means(
    door: Door,
    client: AlertmanagerClient,
    status: int,
    headers: dict[str, str],
    body: bytes,
    kind: type[EffectError],
    words: str,
) -> None:
    door.answers = [(status, headers, body)]
    with pytest.raises(kind, match=words) as told:
        client.alerts()
    assert told.value.after == (7 if status == 429 else None)
    assert len(str(told.value)) < 600


def test_an_answer_without_end_is_not_read(
    door: Door, client: AlertmanagerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MAX_BYTES", 1000)
    door.answers = [(200, {}, b" " * 5000)]
    with pytest.raises(UnreachableError, match="which is not read"):
        client.alerts()
    monkeypatch.setattr(session, "WHOLE_SECONDS", -1.0)
    monkeypatch.setattr(session, "MAX_BYTES", 10_000)
    with pytest.raises(UnreachableError, match="did not finish in time"):
        client.alerts()


def test_user_and_password_of_an_address_are_never_shown() -> None:
    client = AlertmanagerClient(Access("http://ana:secret@127.0.0.1:9/am"), "test")
    with pytest.raises(
        UnreachableError, match=r"http://127\.0\.0\.1:9/am cannot be reached"
    ) as told:
        client.alerts()
    client.close()
    assert "secret" not in str(told.value)
    assert "secret" not in repr(Access("http://x", (("Authorization", "Bearer secret"),)))
