"""A server that says what a test decides, where a Prometheus is expected."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from threading import Event, Thread
from urllib.parse import parse_qs

from typing_extensions import override

EMPTY = {"status": "success", "data": {"resultType": "matrix", "result": []}}


class Stub:
    """A server whose answers a test decides; remembers the forms it was sent.

    `reply_headers` go with every answer, and may say another length than there is.
    """

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.released = Event()
        self.answer: Callable[[dict[str, str]], tuple[int, bytes]] = lambda _: (200, body(EMPTY))
        self.drip = False
        self.reply_headers: dict[str, str] = {}
        self.url = ""


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def error(kind: str, text: str) -> bytes:
    return body({"status": "error", "errorType": kind, "error": text})


def _send(made: Stub, wire: BufferedIOBase, content: bytes) -> None:
    if not made.drip:
        wire.write(content)
        return
    for index in range(len(content)):
        wire.write(content[index : index + 1])
        if made.released.wait(0.05):
            return


def _handler(made: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {key: values[0] for key, values in parse_qs(raw).items()}
            made.forms.append(form)
            made.paths.append(self.path)
            made.headers.append(dict(self.headers))
            status, content = made.answer(form)
            self.send_response_only(status)
            usual = {"Content-Length": str(len(content)), "Date": self.date_time_string()}
            for name, value in {**usual, **made.reply_headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                _send(made, self.wfile, content)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def stub_server() -> Iterator[Stub]:
    """One on a free port."""
    made = Stub()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(made)) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        yield made
        made.released.set()
        server.shutdown()
        thread.join()
