"""Alerts other than burn: whether each holds now, does not, or cannot be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.domain.slo.definition import Absent, Slo
from fireline.domain.slo.episodes import CLOSING_STATES, Step
from fireline.domain.slo.status import (
    AlertKind,
    BudgetState,
    DataState,
    Episode,
    SloStatus,
)

# A budget counts as regained when this share of it is left, so that it does not flap around none.
REGAINED = 0.02
FAILED_TICKS = 3
MISSING = {DataState.NO_DATA: AlertKind.ABSENT, DataState.STALE: AlertKind.STALE}


class Holds(StrEnum):
    """Whether a condition holds; `unknown` changes nothing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pending:
    """A condition that holds, but not for long enough yet; `ticks` counts evaluations.

    With no ticks nobody could tell: the source could not be asked.
    """

    subject: str
    since: datetime
    ticks: int = 1


def step(holds: Holds, episode: Episode | None) -> Step:
    """What a condition means for its open episode, or for one that may have to open."""
    if holds is Holds.UNKNOWN:
        return Step.NONE if episode is None else Step.WAIT
    if episode is None:
        return Step.OPEN if holds is Holds.YES else Step.NONE
    return Step.GO_ON if holds is Holds.YES else Step.CLOSE


def exhausted(status: SloStatus) -> Holds:
    """Whether the whole budget is spent, going by figures that can be believed.

    Between none left and `REGAINED` what was said stands.
    """
    if not status.has_figure or status.data_state not in CLOSING_STATES:
        return Holds.UNKNOWN
    if status.budget_state is BudgetState.EXHAUSTED:
        provisional = status.data_state is DataState.PROVISIONAL
        return Holds.UNKNOWN if provisional else Holds.YES
    left = status.remaining
    return Holds.NO if left is not None and left > REGAINED else Holds.UNKNOWN


def deadline_at_risk(status: SloStatus) -> Holds:
    """Whether a deadline is near and nothing has landed for it."""
    if status.data_state is DataState.QUERY_ERROR:
        return Holds.UNKNOWN
    return Holds.YES if status.at_risk else Holds.NO


def watched(status: SloStatus, before: Pending | None) -> Pending | None:
    """Since when the SLO's telemetry is missing, or None when it is there.

    After the source itself could not be asked, what it missed meanwhile is no news of the series:
    time counts from when it answered again.
    """
    if status.data_state is DataState.QUERY_ERROR:
        blind = before is not None and not before.ticks
        return before if blind else Pending(status.slo, status.at, ticks=0)
    if status.data_state not in MISSING:
        return None
    if before is not None and before.ticks:
        return before
    known = status.data_state is DataState.STALE and before is None
    newest = status.newest_sample if known else None
    return Pending(status.slo, newest or status.at)


def failing(source: str, before: Pending | None, at: datetime, *, failed: bool) -> Pending | None:
    """How many evaluations in a row some query of the source failed."""
    if not failed:
        return None
    if before is None:
        return Pending(source, at)
    return Pending(source, before.since, before.ticks + 1)


def missing(
    slo: Slo, status: SloStatus, pending: Pending | None, after: timedelta, *, burns: bool
) -> Holds:
    """Whether telemetry has been missing for longer than `after`.

    Where a missing sample counts as bad the burn alert tells of it (`burns`: one is open); where
    it is to be ignored nobody is told.
    """
    if status.data_state is DataState.QUERY_ERROR:
        return Holds.UNKNOWN
    if status.data_state not in MISSING:
        return Holds.NO
    quiet = slo.absent is Absent.IGNORE or (slo.absent is Absent.BAD and burns)
    if quiet or pending is None:
        return Holds.UNKNOWN
    late = status.at - pending.since >= after
    return Holds.YES if late else Holds.UNKNOWN


def source_down(pending: Pending | None) -> Holds:
    """Whether the data source failed for several evaluations in a row."""
    if pending is None:
        return Holds.NO
    return Holds.YES if pending.ticks >= FAILED_TICKS else Holds.UNKNOWN
