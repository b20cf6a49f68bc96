"""Some SLOs side by side: their ledgers in columns, and what else a tick remembers of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from fireline.domain.policy.calm import Calm, Seen, judge_calm
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.roster import Roster, roster_of
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries, Counts
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.fleet import Columns, Fleet, Mask
from fireline.domain.slo.sheet import BUDGET_STATES, DATA_STATES, Figure, StatusSheet
from fireline.domain.slo.status import SloStatus
from fireline.usecases.ports import FetchResult

UNKNOWN_STATE = -1
MISSING = int(BucketFlag.MISSING)


@dataclass(frozen=True, slots=True)
class Fetched:
    """Answers for the same stretch, one column each."""

    columns: Columns
    results: Sequence[FetchResult]
    start: int
    good: Counts
    total: Counts
    flags: NDArray[np.uint8]

    @property
    def known(self) -> Mask:
        """Which buckets hold data, by bucket and column."""
        known: Mask = (self.flags & MISSING) == 0
        return known


class Block:
    """A number of columns, each for one SLO or free.

    Args:
        size: how many.
        edge: end of the newest closed bucket.
        reach: seconds that the longest window reaches back.
        fine: seconds kept in five-minute steps.
    """

    def __init__(self, size: int, edge: int, reach: int, fine: int) -> None:
        self.fleet = Fleet(size, edge, reach, fine)
        self.reach = reach
        self.slos: list[Slo | None] = [None] * size
        self._windows = np.zeros(size, np.int64)
        self.fetched_to = np.full(size, -1, np.int64)
        self.history = np.full(size, np.nan)
        self.last_busy = np.full(size, np.nan)
        self.newest = np.full(size, np.nan)
        self.open = np.zeros((2, size))
        self.state = np.full(size, UNKNOWN_STATE, np.int64)
        self.sheet: StatusSheet | None = None
        self.before: StatusSheet | None = None
        self._roster: tuple[Policy, Roster] | None = None

    def free(self) -> list[int]:
        """The columns that nobody stands in."""
        return [column for column, slo in enumerate(self.slos) if slo is None]

    def enter(self, column: int, slo: Slo) -> None:
        """Give a column to an SLO, of which nothing is known yet."""
        self.leave(column)
        self.redefine(column, slo)

    def leave(self, column: int) -> None:
        """Free a column."""
        if self.slos[column] is not None:
            self.fleet.clear(column)
        self.slos[column] = None
        self.fetched_to[column] = -1
        for row in (self.history, self.last_busy, self.newest):
            row[column] = np.nan
        self.open[:, column] = 0
        self.state[column] = UNKNOWN_STATE
        self._roster = None

    def redefine(self, column: int, slo: Slo) -> None:
        """The same ledger under a changed objective, owner or the like."""
        self.slos[column] = slo
        self._windows[column] = slo.window_seconds
        self._roster = None

    def asked_from(self, epoch: int, again: int) -> tuple[list[int], list[float]]:
        """From when on each column is to be asked for, and since when it is known (or NaN).

        Args:
            epoch: now.
            again: seconds that are read again, for late data.
        """
        window = (epoch - self._windows) // BUCKET_SECONDS * BUCKET_SECONDS
        return np.maximum(window, self.fetched_to - again).tolist(), self.history.tolist()

    def roster(self, policy: Policy) -> Roster:
        """Everybody, as columns of numbers."""
        if self._roster is None or self._roster[0] is not policy:
            self._roster = policy, roster_of(self.slos, policy)
        return self._roster[1]

    def load(self, columns: Columns, start: int, good: Counts, total: Counts, known: Mask) -> None:
        """Take whole ledgers in, by bucket and column."""
        self.fleet.load(columns, start, np.stack((total - good, total)), known)
        self._busy(columns, start, total)

    def take(self, fetched: Fetched) -> Iterator[tuple[int, BucketSeries]]:
        """Add newer answers; gives column and stretch of what the ledger does not have yet."""
        known = fetched.known
        buckets = np.stack((fetched.total - fetched.good, fetched.total))
        changed = self.fleet.put(fetched.columns, fetched.start, buckets, known)
        self._busy(fetched.columns, fetched.start, np.where(known, fetched.total, 0.0))
        self.note(fetched)
        runs: dict[bytes, list[tuple[int, int]]] = {}  # most change in the same buckets
        for lane in np.flatnonzero(changed.any(axis=0)).tolist():
            column = int(fetched.columns[lane])
            pattern = changed[:, lane].tobytes()
            if pattern not in runs:
                runs[pattern] = list(_runs(changed[:, lane]))
            for first, stop in runs[pattern]:
                yield (
                    column,
                    BucketSeries(
                        fetched.start + first * BUCKET_SECONDS,
                        fetched.good[first:stop, lane],
                        fetched.total[first:stop, lane],
                        fetched.flags[first:stop, lane],
                    ),
                )

    def note(self, fetched: Fetched) -> None:
        """Remember how far was asked, when the history began and the newest sample."""
        columns, count = fetched.columns, len(fetched.flags)
        end = fetched.start + count * BUCKET_SECONDS
        self.fetched_to[columns] = np.maximum(self.fetched_to[columns], end)
        known = fetched.known
        if count:
            first = fetched.start + known.argmax(axis=0) * BUCKET_SECONDS
            begins = np.where(known.any(axis=0), first, np.nan)
            self.history[columns] = np.fmin(self.history[columns], begins)
        samples = [
            r.newest_sample.timestamp() if r.newest_sample else np.nan for r in fetched.results
        ]
        self.newest[columns] = np.fmax(self.newest[columns], samples)
        parts = (r.open_part for r in fetched.results)
        edge = self.fleet.edge
        self.open[:, columns] = np.array(
            [(p.bad, p.total) if p is not None and p.start >= edge else (0.0, 0.0) for p in parts]
        ).T

    def _busy(self, columns: Columns, start: int, total: Counts) -> None:
        """Remember the newest bucket with events."""
        if len(total):
            last = len(total) - total[::-1].astype(np.bool_).argmax(axis=0)
            ends = np.where(total.any(axis=0), start + last * BUCKET_SECONDS, np.nan)
            self.last_busy[columns] = np.fmax(self.last_busy[columns], ends)

    def judge(self, at: datetime, scrape_seconds: float, policy: Policy) -> tuple[Calm, Mask]:
        """Everybody's figures, and who is calm in the same state as before."""
        seen = Seen(
            at=int(at.timestamp()),
            scrape_seconds=scrape_seconds,
            open=self.open,
            history=self.history,
            last_busy=self.last_busy,
            newest=self.newest,
        )
        calm = judge_calm(self.fleet, self.roster(policy), seen, policy)
        states = _state_number(calm.figures[Figure.DATA_STATE], calm.figures[Figure.BUDGET_STATE])
        same = (self.state == states) | (self.state == UNKNOWN_STATE)
        still = calm.calm & same
        self.state[still] = states[still]
        return calm, still

    def judged(self, column: int, status: SloStatus) -> None:
        """Remember the state that a look of its own gave."""
        data = np.array([float(DATA_STATES.index(status.data_state))])
        budget = np.array([float(BUDGET_STATES.index(status.budget_state))])
        self.state[column] = _state_number(data, budget)[0]

    def moment(self, column: int) -> datetime | None:
        """When the newest sample of a column was taken."""
        newest = self.newest[column]
        return None if np.isnan(newest) else datetime.fromtimestamp(float(newest), UTC)


def _state_number(data: Counts, budget: Counts) -> NDArray[np.int64]:
    """Both states of each as one number."""
    number: NDArray[np.int64] = (data * len(BUDGET_STATES) + budget).astype(np.int64)
    return number


def _runs(changed: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The stretches of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], changed.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
