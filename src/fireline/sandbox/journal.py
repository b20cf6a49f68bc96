"""The numbered list of everything that happened in the sandbox: tests assert on it."""

from typing import Any

from fireline.sandbox.clock import VirtualClock


class Journal:
    """Entries `{n, at, kind, ...}` in order; kinds are api, delivery, ack, act, response_url."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.entries: list[dict[str, Any]] = []

    def add(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Append an entry and return it, so that the caller may complete it later."""
        entry = {"n": len(self.entries) + 1, "at": self._clock.now(), "kind": kind, **fields}
        self.entries.append(entry)
        return entry

    def since(self, number: int) -> list[dict[str, Any]]:
        """Entries whose number is greater than `number`."""
        return self.entries[max(number, 0) :]

    def clear(self) -> None:
        """Forget everything; numbering starts again at 1."""
        self.entries.clear()
