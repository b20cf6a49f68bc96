"""When a burn alert opens, grows into a page, goes on and closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.domain.slo.status import BurnSeverity, DataState, Episode, PairReading, SloStatus

QUIET_BEFORE_CLOSE = timedelta(minutes=10)
CLOSING_STATES = frozenset(
    {DataState.OK, DataState.PARTIAL, DataState.PROVISIONAL, DataState.NO_TRAFFIC}
)


class Step(StrEnum):
    """What happens to the alert of an SLO at one evaluation."""

    NONE = "none"
    OPEN = "open"
    ESCALATE = "escalate"
    GO_ON = "go_on"
    WAIT = "wait"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A step, with the severity it concerns and the pair that decided it."""

    step: Step
    severity: BurnSeverity | None = None
    pair: PairReading | None = None


def decide(
    status: SloStatus, episode: Episode | None, recent_pages: Sequence[Episode] = ()
) -> Verdict:
    """What the status means for the SLO's open episode, or for one that may have to open.

    One episode per SLO is open at a time: a page takes over the ticket's, and a ticket waits
    while the page tells of the same bad events (`recent_pages`: closed ones of this SLO).
    """
    burning = status.burning
    if episode is None:
        return _opening(status, recent_pages)
    page_now = BurnSeverity.PAGE in burning
    if page_now and episode.severity is BurnSeverity.TICKET:
        return Verdict(Step.ESCALATE, BurnSeverity.PAGE, fastest(status, BurnSeverity.PAGE))
    if still_above(status, episode.severity):
        return Verdict(Step.GO_ON, episode.severity, fastest(status, episode.severity))
    quiet = status.at - episode.last_firing_at
    if status.data_state in CLOSING_STATES and quiet >= QUIET_BEFORE_CLOSE:
        return Verdict(Step.CLOSE, episode.severity)
    return Verdict(Step.WAIT, episode.severity)


def _opening(status: SloStatus, recent_pages: Sequence[Episode]) -> Verdict:
    """Open at the highest burning severity, unless a page just told of it."""
    if not status.burning:
        return Verdict(Step.NONE)
    severity = status.burning[0]
    pair = fastest(status, severity)
    if severity is BurnSeverity.TICKET and pair is not None:
        for page in recent_pages:
            if page.closed_at is not None and _covers(page.closed_at, pair, status.at):
                return Verdict(Step.NONE)
    return Verdict(Step.OPEN, severity, pair)


def _covers(closed_at: datetime, pair: PairReading, at: datetime) -> bool:
    """Whether the pair's short window still reaches back into the page that closed."""
    return at - closed_at < timedelta(seconds=pair.short_seconds)


def fastest(status: SloStatus, severity: BurnSeverity) -> PairReading | None:
    """The firing pair of the severity with the shortest window."""
    firing = [p for p in status.pairs if p.firing and p.severity is severity]
    return min(firing, key=lambda p: p.long_seconds, default=None)


def still_above(status: SloStatus, severity: BurnSeverity) -> bool:
    """Whether any pair of the severity still burns above its factor in the short window."""
    return any(
        p.burn_short is not None and p.burn_short > p.factor
        for p in status.pairs
        if p.severity is severity
    )


def peak(status: SloStatus, before: float) -> float:
    """The highest long-window burn of a firing pair, or what it was before."""
    return max([before, *(p.burn_long for p in status.pairs if p.firing and p.burn_long)])
