"""A door before a real Prometheus that can be shut, or lead to something else altogether."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import httpx
from typing_extensions import override

PAGE = b"<html><title>Grafana</title><body>Sign in</body></html>"
UP, HTML, NOT_FOUND, REDIRECT, BROKEN = "up", "html", "not found", "redirect", "broken"


class Front:
    """Listens on one address; `mode` says what it answers, `shut()` and `open()` whether.

    `starts` holds from when on each query asked, in epoch seconds.
    """

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.mode = UP
        self.starts: list[float] = []
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
        self.shut()
        self._http.close()

    def answer(self, path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], bytes]:
        asked = parse_qs(body.decode())
        self.starts.append(float(asked["start"][0]))
        if self.mode == UP:
            reply = self._http.post(
                self.behind + path, content=body, headers={"Content-Type": kind}
            )
            return reply.status_code, {"Content-Type": "application/json"}, reply.content
        return {
            HTML: (200, {"Content-Type": "text/html"}, PAGE),
            NOT_FOUND: (404, {"Content-Type": "text/plain"}, b"404 page not found"),
            REDIRECT: (302, {"Location": "https://login.example.com/?next=secret"}, b""),
            BROKEN: (503, {"Content-Type": "text/plain"}, b"upstream is starting"),
        }[self.mode]


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # One request per connection, so that nothing is kept alive when the door is shut.
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind = self.headers.get("Content-Type", "")
            status, headers, content = front.answer(self.path, body, kind)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
