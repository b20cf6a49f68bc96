"""Socket Mode with a watchdog: a socket that went silent is noticed and replaced."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from threading import Event, Lock, Thread
from time import monotonic

import structlog
from slack_bolt import App
from websocket import WebSocketApp

from fireline.adapters.slack.socket_client import PatientClient, answer_with

CLOSE_SECONDS = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a socket counts as lost, in seconds.

    `ping_every` is how often we ask for a sign of life; without one for `silent_after` the socket
    is replaced, and so is one that has been gone for `missing_after`; a gap of more than
    `gap_after` may have lost messages.
    """

    ping_every: float = 5.0
    silent_after: float = 16.0
    missing_after: float = 2.5
    look_every: float = 1.0
    gap_after: float = 60.0


@dataclass(frozen=True, slots=True)
class SocketState:
    """How the connection is; `age` is seconds since the last sign of life."""

    connected: bool
    age: float
    reconnects: int
    healthy: bool


class SocketMode:
    """The app over Socket Mode: `start()`, look at `state()`, `stop()`.

    Args:
        app: handles what arrives.
        app_token: opens connections.
        limits: when a socket counts as lost.
        after_gap: called in a thread of its own with the seconds of a gap that may have lost
            messages, and with None after the first connection, when nobody knows how long it was.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        limits: Limits | None = None,
        after_gap: Callable[[float | None], None] | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._after_gap = after_gap
        self._client = PatientClient(app, app_token, self._limits.ping_every)
        answer_with(app, self._client)
        self._client.on_message_listeners.append(self._heard)
        self._client.on_open_listeners.append(self._opened)
        self._lock = Lock()
        self._last_seen = monotonic()
        self._last_pong = 0.0
        self._renewed = monotonic()
        self._opens = 0
        self._unread = False
        self._first_word = Event()
        self._stopping = Event()
        self._watch = Thread(target=self._watch_over, name="slack-watchdog", daemon=True)

    def start(self, wait: float = 5.0) -> bool:
        """Connect; says whether Slack was reached within `wait` seconds.

        When it was not, the watchdog goes on trying.
        """
        self._reconnect(first=True)
        self._watch.start()
        return self._first_word.wait(wait)

    def stop(self) -> None:
        """Close the socket and wait for what is being handled."""
        self._stopping.set()
        if self._watch.is_alive():
            self._watch.join(CLOSE_SECONDS)
        self._client.auto_reconnect_enabled = False
        self._client.closed = True
        self._end_reading()
        # Bounded: what the library still waits for then is left behind, since nothing that
        # arrives now would be acknowledged anyway.
        closing = Thread(target=self._client.close, name="slack-close", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)

    def _end_reading(self) -> None:
        """Wake the reader with an end of stream.

        The library would close the socket under its reader, which may then wait 10 s for nothing.
        """
        session = self._client.current_session
        stream = session.sock.sock if session is not None and session.sock is not None else None
        if stream is None:
            return
        with suppress(OSError):
            stream.shutdown(SHUT_RDWR)
        pause = Event()
        for _ in range(100):
            if not self._client.is_connected():
                return
            pause.wait(0.02)

    def state(self) -> SocketState:
        """How the connection is, for health checks."""
        age = self._age()
        connected = self._client.is_connected()
        fresh = age < self._limits.silent_after
        return SocketState(connected, age, max(0, self._opens - 1), connected and fresh)

    def _heard(self, _socket: WebSocketApp, _message: str) -> None:
        gap = self._age()
        self._alive()
        self._first_word.set()
        with self._lock:
            unread, self._unread = self._unread, False
            first = self._opens == 1
        if unread and self._after_gap is not None:
            self._look_back(None if first else gap)

    def _opened(self, _socket: WebSocketApp) -> None:
        # An open socket is no sign of life yet: Slack speaks first, and what stays silent is lost.
        gap = self._age()
        with self._lock:
            self._opens += 1
            first = self._opens == 1
            self._unread = self._unread or first or gap > self._limits.gap_after
        log.info("slack_socket_open", gap_seconds=round(gap, 1), first=first)

    def _look_back(self, gap: float | None) -> None:
        # In a thread of its own: the socket must go on being read meanwhile.
        Thread(target=self._catch_up, args=(gap,), name="slack-catch-up", daemon=True).start()

    def _catch_up(self, gap: float | None) -> None:
        try:
            if self._after_gap is not None:
                self._after_gap(gap)
        except Exception:
            log.exception("slack_catch_up_failed", gap_seconds=gap)

    def _alive(self) -> None:
        with self._lock:
            self._last_seen = monotonic()

    def _age(self) -> float:
        """Seconds since the last frame or pong."""
        session = self._client.current_session
        pong = session.last_pong_tm if session is not None else 0.0
        with self._lock:
            if pong and pong != self._last_pong:
                self._last_pong = pong
                self._last_seen = monotonic()
            return monotonic() - self._last_seen

    def _watch_over(self) -> None:
        connected_at = monotonic()
        while not self._stopping.wait(self._limits.look_every):
            if self._client.is_connected():
                connected_at = monotonic()
            # The library mends a closed socket by itself; it is given a moment to do so.
            missing = monotonic() - connected_at > self._limits.missing_after
            # A new socket is given time to speak before it counts as silent.
            quiet = min(self._age(), monotonic() - self._renewed)
            silent = quiet > self._limits.silent_after
            if silent or missing:
                log.warning("slack_socket_lost", silent=silent, missing=missing)
                self._reconnect(first=False)
                connected_at = monotonic()

    def _reconnect(self, *, first: bool) -> None:
        try:
            if first:
                self._client.connect()
            else:
                self._client.connect_to_new_endpoint(force=True)
                self._renewed = monotonic()
        except Exception as error:  # noqa: BLE001 - recorded; the watchdog tries again
            log.warning("slack_unreachable", error=f"{type(error).__name__}: {error}")
