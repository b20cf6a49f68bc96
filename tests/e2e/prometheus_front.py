"""A door before a real Prometheus that can be shut, or lead to something else altogether."""

import gzip
import json
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from threading import Event, Thread
from time import time
from typing import Any
from urllib.parse import parse_qs

import httpx
from typing_extensions import override

PAGE = b"<html><title>Grafana</title><body>Sign in</body></html>"
UP, HTML, NOT_FOUND, REDIRECT, BROKEN = "up", "html", "not found", "redirect", "broken"
SLOW, HALF_OPEN, HUGE, BOMB, SHORT = "slow", "half open", "huge", "bomb", "short"
PARTIAL, SKEWED = "partial", "skewed"
WARNING = "store eu-2 did not answer"
SLOW_SECONDS = 20
SKEW_SECONDS = 120
MEGABYTE = 1024 * 1024
TEN_GIGABYTES = 10 * 1024
A_TIME = 1e9

Reply = tuple[int, dict[str, str], bytes]


class Front:
    """Listens on one address; `mode` says what it answers, `shut()` and `open()` whether.

    `starts` holds from when on each query asked, in epoch seconds; `sent` how many megabytes of a
    huge answer were taken.
    """

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.mode = UP
        self.starts: list[float] = []
        self.sent = 0
        self.released = Event()
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._thread: Thread | None = None
        self._http = httpx.Client(trust_env=False, timeout=30)
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def shut(self) -> None:
        """Nothing listens any more."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)
        self._server = self._thread = None

    def close(self) -> None:
        self.released.set()
        self.shut()
        self._http.close()

    def recovers(self) -> None:
        """All is well again; whoever still waits is let go."""
        self.released.set()
        self.released = Event()
        self.mode = UP
        if self._server is None:
            self.open()

    def answer(self, path: str, body: bytes, kind: str) -> Reply:
        asked = parse_qs(body.decode())
        self.starts.append(float(asked["start"][0]))
        if self.mode == SLOW:
            self.released.wait(SLOW_SECONDS)
        if self.mode in {UP, SLOW, PARTIAL, SKEWED, SHORT}:
            return self._passed_on(path, body, kind)
        return {
            HTML: (200, {"Content-Type": "text/html"}, PAGE),
            NOT_FOUND: (404, {"Content-Type": "text/plain"}, b"404 page not found"),
            REDIRECT: (302, {"Location": "https://login.example.com/?next=secret"}, b""),
            BROKEN: (503, {"Content-Type": "text/plain"}, b"upstream is starting"),
            BOMB: (200, {"Content-Encoding": "gzip"}, _bomb()),
            HUGE: (200, {"Content-Length": str(TEN_GIGABYTES * MEGABYTE)}, b""),
            HALF_OPEN: (200, {"Content-Length": "1000"}, b"{"),
        }[self.mode]

    def _passed_on(self, path: str, body: bytes, kind: str) -> Reply:
        reply = self._http.post(self.behind + path, content=body, headers={"Content-Type": kind})
        headers = {"Content-Type": "application/json"}
        content = reply.content
        if self.mode == PARTIAL and reply.status_code == 200:
            content = _half(content)
        if self.mode == SHORT:
            headers["Content-Length"] = str(len(content) // 2)
        if self.mode == SKEWED:
            headers["Date"] = formatdate(time() + SKEW_SECONDS, usegmt=True)
        return reply.status_code, headers, content


def _bomb() -> bytes:
    """Little that unpacks to very much."""
    return gzip.compress(b" " * 16 * MEGABYTE, 9) * 40


def _half(content: bytes) -> bytes:
    """Every second count, as of a store that is away, with the warning that Thanos gives."""
    answer = json.loads(content)
    for row in answer["data"]["result"]:
        counts = [(at, float(value)) for at, value in row["values"]]
        row["values"] = [[at, str(n if n > A_TIME else n / 2)] for at, n in counts]
    return json.dumps({**answer, "warnings": [WARNING]}).encode()


def _go_on(front: Front, wire: BufferedIOBase, released: Event) -> None:
    """What comes after the answer's beginning."""
    if front.mode == HALF_OPEN:
        released.wait(SLOW_SECONDS)
    if front.mode == HUGE:
        for _ in range(TEN_GIGABYTES):
            wire.write(b" " * MEGABYTE)
            front.sent += 1


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # One request per connection, so that nothing is kept alive when the door is shut.
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind = self.headers.get("Content-Type", "")
            released = front.released
            status, headers, content = front.answer(self.path, body, kind)
            usual = {"Date": self.date_time_string(), "Content-Length": str(len(content))}
            self.send_response_only(status)
            for name, value in {**usual, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(content)
                _go_on(front, self.wfile, released)
            except OSError:
                self.close_connection = True  # the other side had enough

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
