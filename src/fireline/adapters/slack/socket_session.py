"""One WebSocket to Slack: opened, read in a thread of its own, and always closed by that thread."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from select import POLLIN, poll
from socket import SHUT_RDWR
from ssl import SSLSocket
from threading import Event, Lock, Thread
from time import monotonic

import structlog
from websocket import ABNF, WebSocket, WebSocketException

GOODBYE_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what a session hears, in its reading thread.

    `text` gets every text frame, `sign` is called at any other sign of life, `end` when the
    socket is closed.
    """

    text: Callable[["Session", str], None]
    sign: Callable[["Session"], None]
    end: Callable[["Session"], None]


class Session:
    """An open socket; `greeted` once Slack said hello, `ended` once it is closed.

    Raises:
        WebSocketException, OSError: the address could not be connected to within `patience`.
    """

    def __init__(self, url: str, ears: Ears, ping_every: float, patience: float) -> None:
        self._ears = ears
        self._ping_every = ping_every
        self._leaving = Event()
        self._using = Lock()
        self.since = monotonic()
        self.greeted = Event()
        self.spoken = Event()
        self.ended = Event()
        self.retiring = False
        self._link = WebSocket(enable_multithread=True)
        self._link.connect(url, timeout=patience)  # type: ignore[no-untyped-call]
        self._reader = Thread(target=self._read, name="slack-socket", daemon=True)
        self._reader.start()

    @property
    def usable(self) -> bool:
        """Whether what is sent now may arrive."""
        return self.greeted.is_set() and not self.ended.is_set()

    def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            WebSocketException, OSError: the socket is closed or broken.
        """
        try:
            with self._using:
                self._link.send(text)
        except (WebSocketException, OSError):
            self._wake()  # half a frame may be out: nothing can follow it
            raise

    def end(self) -> None:
        """Close it, after a short goodbye in which what Slack sent before is still read."""
        if not self.ended.is_set():
            with suppress(WebSocketException, OSError), self._using:
                self._link.send_close()
            self.ended.wait(GOODBYE_SECONDS)
        self._leaving.set()
        self._wake()
        self._reader.join(GOODBYE_SECONDS)

    def _wake(self) -> None:
        """Let the reader find the end of the stream, and close."""
        stream = self._link.sock
        if stream is not None:
            with suppress(OSError):
                stream.shutdown(SHUT_RDWR)

    def _read(self) -> None:
        try:
            asked = monotonic()
            while not self._leaving.is_set():
                if self._readable(asked + self._ping_every - monotonic()):
                    self._take_one()
                if monotonic() - asked >= self._ping_every:
                    asked = monotonic()
                    self._ping()
        except (WebSocketException, OSError, ValueError) as error:
            log.info("slack_socket_ended", reason=f"{type(error).__name__}: {error}")
        finally:
            with self._using:
                self._link.shutdown()  # type: ignore[no-untyped-call]
            self.ended.set()
            self.spoken.set()
            self._ears.end(self)

    def _readable(self, seconds: float) -> bool:
        stream = self._link.sock
        if stream is None:
            return True  # reading tells why
        if isinstance(stream, SSLSocket) and stream.pending():
            return True
        waiting = poll()
        waiting.register(stream, POLLIN)
        return bool(waiting.poll(max(0.0, seconds) * 1000))

    def _take_one(self) -> None:
        kind, frame = self._link.recv_data_frame(control_frame=True)
        if kind == ABNF.OPCODE_TEXT:
            self._ears.text(self, frame.data.decode("utf-8"))
            self.spoken.set()
        elif kind == ABNF.OPCODE_CLOSE:
            self._leaving.set()
        else:
            self._ears.sign(self)

    def _ping(self) -> None:
        with self._using:
            if self._link.connected:
                self._link.ping()
