"""The sandbox's clock: real time plus an offset that tests may move."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def parse_duration(text: str | float) -> float:
    """Seconds in a duration such as `5m`, `1h30m`, `-10s`, or a plain number of seconds."""
    if isinstance(text, int | float):
        return float(text)
    body = text.strip()
    sign = -1.0 if body.startswith("-") else 1.0
    body = body.lstrip("+-")
    if re.fullmatch(r"\d+(\.\d+)?", body):
        return sign * float(body)
    if not body or _PART.sub("", body):
        msg = f"{text!r} is not a duration: write 30s, 5m, 1h30m or 2d"
        raise ValueError(msg)
    return sign * sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(body))


class VirtualClock:
    """Seconds since the epoch as the sandbox sees them; waiting wakes up when time is moved."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._moved = asyncio.Event()

    def now(self) -> float:
        """The virtual time in seconds since the epoch."""
        base = self._source() if self._frozen_at is None else self._frozen_at
        return base + self._offset

    def advance(self, seconds: float) -> None:
        """Move time (call it in the server's event loop) and wake everybody who waits."""
        self._offset += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    def freeze(self) -> None:
        """Stop time until `thaw`; `advance` still moves it."""
        if self._frozen_at is None:
            self._frozen_at = self._source()

    def thaw(self) -> None:
        """Let time run again from where it stands."""
        if self._frozen_at is not None:
            self._offset -= self._source() - self._frozen_at
            self._frozen_at = None

    def reset(self) -> None:
        """Back to real time."""
        self._frozen_at = None
        self.advance(-self._offset)

    async def sleep(self, seconds: float) -> None:
        """Wait for virtual seconds; an `advance` shortens the wait."""
        deadline = self.now() + seconds
        while (left := deadline - self.now()) > 0:
            moved = self._moved
            timeout = None if self._frozen_at is not None else left
            # asyncio.wait_for would swallow a cancellation that comes as time is moved (3.11).
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await moved.wait()
