"""The policy's multi-window pairs."""

from dataclasses import dataclass

from fireline.domain.slo.status import BurnSeverity


@dataclass(frozen=True, slots=True)
class BurnPair:
    """One multi-window alert: `share` of the budget spent within the long window."""

    severity: BurnSeverity
    long_seconds: int
    short_seconds: int
    share: float


DEFAULT_PAIRS = (
    BurnPair(BurnSeverity.PAGE, 3600, 300, 0.02),
    BurnPair(BurnSeverity.PAGE, 21600, 1800, 0.05),
    BurnPair(BurnSeverity.TICKET, 86400, 7200, 0.10),
    BurnPair(BurnSeverity.TICKET, 259200, 21600, 0.10),
)
