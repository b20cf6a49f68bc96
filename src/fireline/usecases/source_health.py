"""How a data source is doing: for the metrics, the doctor, and whoever misses data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT = "default"


class BreakerState(StrEnum):
    """Whether a source is asked: `open` rests after failures in a row, `half_open` tries once."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What one data source did since the start.

    `failures` counts by cause; `skew_seconds` is how far its clock is ahead of ours (negative:
    behind), None while unknown; `last_error` is that of the newest query, None when it went well.
    """

    name: str
    url: str
    queries: int = 0
    seconds: float = 0.0
    bytes_read: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    breaker: BreakerState = BreakerState.CLOSED
    skew_seconds: float | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What a data source says of itself when asked; None where it does not say.

    `retention_seconds` is how far back it keeps samples.
    """

    name: str
    url: str
    product: str | None = None
    version: str | None = None
    retention_seconds: int | None = None
    skew_seconds: float | None = None
    error: str | None = None
