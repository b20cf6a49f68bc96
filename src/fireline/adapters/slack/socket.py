"""Socket Mode with a watchdog: one thread opens every socket, so that there is never a race."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import structlog
from slack_bolt import App

from fireline.adapters.slack.socket_answers import ACK_SECONDS, CHANGE_SECONDS, Answers
from fireline.adapters.slack.socket_session import Ears, Session

CLOSE_SECONDS = 3.0
SHORT_LIFE_SECONDS = 1.0
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a socket counts as lost, in seconds.

    `ping_every` is how often we ask for a sign of life; without one for `silent_after` the socket
    is replaced; a gap of more than `gap_after` may have lost messages.
    """

    ping_every: float = 5.0
    silent_after: float = 16.0
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
        self._web, self._token = app.client, app_token
        self._answers = Answers(app, lambda: self._session)
        self._ears = Ears(text=self._heard, sign=self._alive, end=self._look_again)
        self._lock = Lock()
        self._session: Session | None = None
        self._judged: Session | None = None
        self._failures = 0
        self._opens = 0
        self._last_seen = monotonic()
        self._first_word = Event()
        self._stopping = Event()
        self._woken = Event()
        self._catching_up: list[Thread] = []
        self._watch = Thread(target=self._watch_over, name="slack-watchdog", daemon=True)

    def start(self, wait: float = 5.0) -> bool:
        """Connect; says whether Slack said hello within `wait` seconds.

        When it did not, the watchdog goes on trying.
        """
        self._watch.start()
        return self._first_word.wait(wait)

    def stop(self) -> None:
        """Close the socket, open none again, and wait for what is being handled."""
        self._stopping.set()
        self._woken.set()
        if self._watch.is_alive():
            self._watch.join(CLOSE_SECONDS)
        session = self._session
        if session is not None:
            session.end()  # nothing to do, unless the watchdog waits for Slack's answer
        # Bounded: what hangs is left behind, since nothing would be acknowledged anyway.
        closing = Thread(target=self._answers.close, name="slack-close", daemon=True)
        closing.start()
        for thread in [closing, *self._catching_up]:
            thread.join(CLOSE_SECONDS)

    def state(self) -> SocketState:
        """How the connection is, for health checks."""
        age = self._age()
        session = self._session
        connected = session is not None and session.usable
        fresh = age < self._limits.silent_after
        return SocketState(connected, age, max(0, self._opens - 1), connected and fresh)

    def _watch_over(self) -> None:
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                session = self._session
                if session is None or self._is_lost(session):
                    self._replace(session)
                else:
                    self._woken.wait(self._limits.look_every)
        finally:
            if self._session is not None:
                self._session.end()

    def _is_lost(self, session: Session) -> bool:
        if session.ended.is_set() or session.retiring:
            return True
        silent = self._age() > self._limits.silent_after
        if silent:
            log.warning("slack_socket_silent", seconds=round(self._age(), 1))
        return silent

    def _replace(self, old: Session | None) -> None:
        self._wait_after_failures(old)
        if self._stopping.is_set():
            return
        self._failures += 1
        try:
            fresh = self._open()
        except Exception as error:  # noqa: BLE001 - recorded; the watchdog tries again
            log.warning("slack_unreachable", error=f"{type(error).__name__}: {error}")
            return
        # An open socket is no sign of life yet: Slack speaks first, and what stays silent is lost.
        until = monotonic() + self._limits.silent_after
        while not fresh.spoken.wait(CHANGE_SECONDS) and monotonic() < until:
            if self._stopping.is_set():
                break
        if not fresh.greeted.is_set():
            fresh.end()
        elif old is not None:
            self._let_go(old, fresh)

    def _let_go(self, old: Session, fresh: Session) -> None:
        """Read on for what Slack sent before it asked for the change, then close."""
        until = monotonic() + ACK_SECONDS
        while old.retiring and not old.ended.wait(CHANGE_SECONDS) and monotonic() < until:
            if self._stopping.is_set() or not fresh.usable:
                break
        old.end()

    def _wait_after_failures(self, old: Session | None) -> None:
        """Ask a Slack that refuses, or closes at once, more and more rarely."""
        if old is not None and old is not self._judged:
            self._judged = old
            if monotonic() - old.since >= SHORT_LIFE_SECONDS:
                self._failures = 0
        if self._failures:
            longer = FIRST_WAIT_SECONDS * 2.0 ** (self._failures - 1)
            self._stopping.wait(min(LONGEST_WAIT_SECONDS, longer))

    def _open(self) -> Session:
        answer = self._web.apps_connections_open(app_token=self._token)
        patience = self._limits.silent_after
        return Session(str(answer["url"]), self._ears, self._limits.ping_every, patience)

    def _heard(self, session: Session, text: str) -> None:
        frame = _frame(text)
        kind = frame.get("type")
        if kind == "hello":
            self._greeted(session)
        self._alive(session)
        if kind == "disconnect":
            log.info("slack_socket_retires", reason=frame.get("reason"))
            session.retiring = True
            self._woken.set()
        else:
            self._answers.take(frame)

    def _greeted(self, session: Session) -> None:
        gap = self._age()
        with self._lock:
            first = self._opens == 0
            self._opens += 1
            self._last_seen = monotonic()
            self._session = session
        session.greeted.set()
        self._first_word.set()
        log.info("slack_socket_open", gap_seconds=round(gap, 1), first=first)
        if self._after_gap is not None and (first or gap > self._limits.gap_after):
            self._look_back(self._after_gap, None if first else gap)

    def _look_back(self, after_gap: Callable[[float | None], None], gap: float | None) -> None:
        def catch_up() -> None:
            try:
                after_gap(gap)
            except Exception:
                log.exception("slack_catch_up_failed", gap_seconds=gap)

        # In a thread of its own: the socket must go on being read meanwhile.
        thread = Thread(target=catch_up, name="slack-catch-up", daemon=True)
        self._catching_up = [t for t in self._catching_up if t.is_alive()] + [thread]
        thread.start()

    def _look_again(self, _session: Session) -> None:
        self._woken.set()

    def _alive(self, session: Session) -> None:
        if session.greeted.is_set():
            with self._lock:
                self._last_seen = monotonic()

    def _age(self) -> float:
        """Seconds since the last sign of life."""
        with self._lock:
            return monotonic() - self._last_seen


def _frame(text: str) -> dict[str, Any]:
    try:
        frame = json.loads(text)
    except json.JSONDecodeError:
        log.warning("slack_frame_unreadable", length=len(text))
        return {}
    return frame if isinstance(frame, dict) else {}
