"""Many evaluations as columns of figures; a status is made of them when somebody asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import Counts
from fireline.domain.slo.definition import allowed_bad
from fireline.domain.slo.status import (
    BudgetState,
    BurnSeverity,
    DataState,
    PairReading,
    SloStatus,
    WindowBurn,
)
from fireline.domain.slo.wording import clock_words, history_words, span_words, window_words

BUDGET_STATES = tuple(BudgetState)
DATA_STATES = tuple(DataState)


class Figure(IntEnum):
    """The rows of a sheet; times are epoch seconds, what is not known is NaN."""

    GOOD = 0
    TOTAL = 1
    REMAINING = 2
    BUDGET = 3
    EXHAUSTION_HOURS = 4
    COVERAGE = 5
    NEWEST = 6
    HISTORY = 7
    LAST_BUSY = 8
    DATA_STATE = 9
    BUDGET_STATE = 10
    MISSES = 11


@dataclass(frozen=True, slots=True)
class SheetPair:
    """A burn pair as far as a status that does not fire needs it."""

    severity: BurnSeverity
    long_seconds: int
    short_seconds: int
    factor: float


@dataclass(frozen=True, slots=True)
class SheetMember:
    """What of an SLO does not change between evaluations; `plan` numbers its pairs."""

    slo: str
    objective: Decimal
    window_seconds: int
    unit: str
    plan: int

    @property
    def budget_fraction(self) -> float:
        """The share allowed to be bad."""
        return allowed_bad(self.objective)


@dataclass(frozen=True, eq=False)
class SheetMembers:
    """Who stands in which column (None where nobody does), their pairs, the windows summed."""

    columns: tuple[SheetMember | None, ...]
    plans: tuple[tuple[SheetPair, ...], ...]
    windows: tuple[int, ...]

    @cached_property
    def where(self) -> dict[str, int]:
        """The column of each SLO."""
        return {m.slo: column for column, m in enumerate(self.columns) if m is not None}


@dataclass(frozen=True, slots=True, eq=False)
class StatusSheet:
    """The evaluations of many SLOs for whom nothing is the matter.

    Args:
        at: when.
        members: who.
        calm: which columns hold an evaluation of this time.
        figures: by `Figure` and column, counts in the SLO's unit.
        burns: by window, bad or total, and column, in the SLO's unit.
    """

    at: datetime
    members: SheetMembers
    calm: NDArray[np.bool_]
    figures: Counts
    burns: NDArray[np.float32]

    def statuses(self) -> Iterator[SloStatus]:
        """All of them."""
        for column in np.flatnonzero(self.calm):
            yield self._status(int(column))

    def get(self, slo: str) -> SloStatus | None:
        """That of one SLO, if it is on the sheet."""
        column = self.members.where.get(slo)
        return self._status(column) if column is not None and self.calm[column] else None

    def _status(self, column: int) -> SloStatus:
        member = self.members.columns[column]
        if member is None:
            raise LookupError(column)
        figures = self.figures[:, column].tolist()
        state = DATA_STATES[int(figures[Figure.DATA_STATE])]
        newest = datetime.fromtimestamp(figures[Figure.NEWEST], UTC)
        exhaustion = figures[Figure.EXHAUSTION_HOURS]
        known = {
            seconds: _counts(sums)
            for seconds, sums in zip(
                self.members.windows, self.burns[:, :, column].tolist(), strict=True
            )
        }
        plan = self.members.plans[member.plan]
        return SloStatus(
            slo=member.slo,
            at=self.at,
            data_state=state,
            sentence=_sentence(state, figures, member, self.at),
            budget_state=BUDGET_STATES[int(figures[Figure.BUDGET_STATE])],
            objective=member.objective,
            window_seconds=member.window_seconds,
            unit=member.unit,
            good=figures[Figure.GOOD],
            total=figures[Figure.TOTAL],
            remaining=figures[Figure.REMAINING],
            budget=figures[Figure.BUDGET],
            burns=_burns(member, plan, known, misses=bool(figures[Figure.MISSES])),
            pairs=_pairs(member, plan, known, misses=bool(figures[Figure.MISSES])),
            exhaustion_hours=None if isnan(exhaustion) else exhaustion,
            coverage=figures[Figure.COVERAGE],
            newest_sample=newest,
        )


def _counts(sums: list[float]) -> tuple[float, float]:
    bad, total = sums
    return bad, total


def _rate(counts: tuple[float, float], member: SheetMember) -> float | None:
    bad, total = counts
    return bad / total / member.budget_fraction if total > 0 else None


SHOWN_WINDOWS = (300, 1800, 3600, 21600, 86400, 259200)
DAY = 86400


def _burns(
    member: SheetMember,
    plan: tuple[SheetPair, ...],
    known: dict[int, tuple[float, float]],
    *,
    misses: bool,
) -> tuple[WindowBurn, ...]:
    windows = {w for w in SHOWN_WINDOWS if w <= member.window_seconds}
    if misses:
        windows.add(min(DAY, member.window_seconds))
    else:
        windows.update(w for p in plan for w in (p.long_seconds, p.short_seconds))
    return tuple(
        WindowBurn(seconds, _rate(known[seconds], member), *known[seconds])
        for seconds in sorted(w for w in windows if w <= member.window_seconds)
    )


def _pairs(
    member: SheetMember,
    plan: tuple[SheetPair, ...],
    known: dict[int, tuple[float, float]],
    *,
    misses: bool,
) -> tuple[PairReading, ...]:
    """None of them fires; single misses are counted over a day, and there was none."""
    if misses:
        day = min(DAY, member.window_seconds)
        burn = 0.0 if known[day][1] > 0 else None
        return tuple(
            PairReading(severity, day, day, 0.0, burn, burn, firing=False)
            for severity in BurnSeverity
        )
    return tuple(
        PairReading(
            pair.severity,
            pair.long_seconds,
            pair.short_seconds,
            pair.factor,
            _rate(known[pair.long_seconds], member),
            _rate(known[pair.short_seconds], member),
            firing=False,
        )
        for pair in plan
    )


def _sentence(state: DataState, figures: list[float], member: SheetMember, at: datetime) -> str:
    window = member.window_seconds
    if state is DataState.PARTIAL:
        covered = figures[Figure.COVERAGE]
        return f"{covered:.0%} of the {window_words(window)} window covered"
    if state is DataState.PROVISIONAL:
        return history_words(int(figures[Figure.HISTORY]), window)
    if state is DataState.NO_TRAFFIC:
        return f"no events for {span_words(at.timestamp() - figures[Figure.LAST_BUSY])}"
    newest = datetime.fromtimestamp(figures[Figure.NEWEST], UTC)
    return f"data complete, newest {clock_words(newest, at)}"
