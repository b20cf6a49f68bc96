"""Time and ids of the real world."""

import secrets
from datetime import UTC, datetime
from threading import Lock


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one clock behind the port


class SortableIds:
    """Ids of 26 letters: milliseconds, a counter for ties, and randomness between processes."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._last = (0, 0)

    def sortable(self) -> str:
        """An id that sorts after every earlier one of this process."""
        with self._lock:
            now = int(self._clock.now().timestamp() * 1000)
            last, count = self._last
            # A clock set back must not bring later ids before earlier ones.
            self._last = (last, count + 1) if now <= last else (now, 0)
            stamp, count = self._last
        return f"{stamp:012x}{count:04x}{secrets.token_hex(5)}"
