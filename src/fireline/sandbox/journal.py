"""The numbered list of everything that happened in the sandbox: tests assert on it."""

from typing import Any

from fireline.sandbox.clock import VirtualClock

# A demo may run for days: the oldest entries go first.
MAX_ENTRIES = 50_000


class Journal:
    """Entries `{n, at, kind, ...}` in order; kinds are api, delivery, ack, act, response_url."""

    def __init__(self, clock: VirtualClock, most: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._most = most
        self._forgotten = 0
        self.entries: list[dict[str, Any]] = []

    def add(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Append an entry and return it, so that the caller may complete it later."""
        number = self._forgotten + len(self.entries) + 1
        entry = {"n": number, "at": self._clock.now(), "kind": kind, **fields}
        self.entries.append(entry)
        if len(self.entries) > self._most:
            oldest = self._most // 10 or 1
            del self.entries[:oldest]
            self._forgotten += oldest
        return entry

    def since(self, number: int) -> list[dict[str, Any]]:
        """Entries whose number is greater than `number`."""
        return self.entries[max(number - self._forgotten, 0) :]

    def clear(self) -> None:
        """Forget everything; numbering starts again at 1."""
        self.entries.clear()
        self._forgotten = 0
