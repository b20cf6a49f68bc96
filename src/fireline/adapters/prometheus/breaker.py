"""A server that failed several times in a row is left alone for a while, then tried once."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from fireline.usecases.source_health import BreakerState

FAILURES = 5
PAUSE_SECONDS = 30.0
# Questions of one tick that fail together are one outage.
TOGETHER_SECONDS = 1.0


class Breaker:
    """Counts outages of one data source; what fails within a second is one.

    Args:
        clock: seconds that never go back.
        failures: how many in a row open it.
        pause: seconds until one round may try again.
    """

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        failures: int = FAILURES,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._pause = pause
        self._lock = Lock()
        self._failures = 0
        self._opened: float | None = None
        self._trying = False
        self._reason = ""
        self._counted: float | None = None

    @property
    def reason(self) -> str:
        """The sentence of the newest outage, and that the source rests."""
        with self._lock:
            rest = f"After {self._limit} failures in a row it is asked every {self._pause:g} s."
            return f"{self._reason} {rest}".strip()

    @property
    def state(self) -> BreakerState:
        """As it is now."""
        with self._lock:
            if self._opened is None:
                return BreakerState.CLOSED
            return BreakerState.HALF_OPEN if self._rested() else BreakerState.OPEN

    def may_ask(self) -> bool:
        """Whether to ask now; of those who come after the pause only the first may."""
        with self._lock:
            if self._opened is None:
                return True
            if self._trying or not self._rested():
                return False
            self._trying = True
            return True

    def answered(self) -> None:
        """The server answered, if only to say that a query is wrong."""
        with self._lock:
            self._failures = 0
            self._opened = None
            self._trying = False

    def failed(self, reason: str) -> None:
        """The server could not be had; the reason is told to those who come while it rests."""
        with self._lock:
            self._reason = reason
            now = self._clock()
            if self._counted is None or now - self._counted >= TOGETHER_SECONDS:
                self._failures += 1
                self._counted = now
            if self._trying:
                self._trying = False
                self._opened = now
            if self._opened is None and self._failures >= self._limit:
                self._opened = now

    def _rested(self) -> bool:
        return self._opened is not None and self._clock() - self._opened >= self._pause
