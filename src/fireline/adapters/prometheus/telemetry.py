"""What is noted of every query to one data source."""

from collections import Counter
from threading import Lock

from fireline.adapters.prometheus.breaker import Breaker
from fireline.usecases.source_health import DEFAULT, SourceHealth


class Telemetry:
    """Counts queries, and holds the breaker that all connections of a source share.

    Args:
        name: of the data source.
        url: its address as it may be shown.
        breaker: shared; one of its own when not given.
    """

    def __init__(self, name: str = DEFAULT, url: str = "", breaker: Breaker | None = None) -> None:
        self.breaker = breaker or Breaker()
        self._name = name
        self._url = url
        self._lock = Lock()
        self._queries = 0
        self._seconds = 0.0
        self._bytes = 0
        self._failures: Counter[str] = Counter()
        self._skew: float | None = None
        self._last_error: str | None = None

    def asked(self, seconds: float, size: int, failure: tuple[str, str] | None) -> None:
        """One request: how long, how many bytes, and cause and sentence of its failure."""
        with self._lock:
            self._queries += 1
            self._seconds += seconds
            self._bytes += size
            self._last_error = None
            if failure is not None:
                cause, self._last_error = failure
                self._failures[cause] += 1

    def clock_seen(self, ahead: float) -> None:
        """How many seconds the server's clock is ahead of ours."""
        with self._lock:
            self._skew = ahead

    @property
    def skew_seconds(self) -> float | None:
        """How far the server's clock was ahead at the newest answer."""
        with self._lock:
            return self._skew

    @property
    def last_error(self) -> str | None:
        """The sentence of the newest query's failure."""
        with self._lock:
            return self._last_error

    def health(self) -> SourceHealth:
        """All of it, as of now."""
        state = self.breaker.state
        with self._lock:
            return SourceHealth(
                name=self._name,
                url=self._url,
                queries=self._queries,
                seconds=self._seconds,
                bytes_read=self._bytes,
                failures=dict(self._failures),
                breaker=state,
                skew_seconds=self._skew,
                last_error=self._last_error,
            )
