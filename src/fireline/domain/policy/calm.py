"""Which of many SLOs need no look of their own, and the figures of those.

`evaluate` decides; this says of whom it would have nothing to tell: data that can be believed, no
pair of windows above its factor, budget left. Whoever is near anything is not calm and gets
judged by `evaluate` itself, so nothing here can fire an alert or keep one from firing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.domain.policy.guards import HALF_EVENT, SHORT_COVERAGE
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.roster import Plan, Roster
from fireline.domain.slo.buckets import BUCKET_SECONDS, Counts
from fireline.domain.slo.data_state import (
    FULL_COVERAGE,
    QUIET_SECONDS,
    SHORT_HISTORY,
    STALE_AFTER,
    STALE_SCRAPES,
)
from fireline.domain.slo.fleet import HOUR, Columns, Fleet, Mask
from fireline.domain.slo.ledger import floor_edge
from fireline.domain.slo.sheet import BUDGET_STATES, DATA_STATES, DAY, Figure
from fireline.domain.slo.status import BudgetState, DataState

# A pair so near its factor is left to `evaluate`; sums of many columns differ by less.
MARGIN = 1e-6
TOLERANCE = 1e-9
USUAL_WINDOW = 21_600
NOT_CALM = -1.0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is known of each column beside its closed buckets, at one instant.

    `open` is bad and total since the newest edge, zero where not known. `history` is the start of
    the first bucket with data, `last_busy` the end of the last one with events, `newest` the time
    of the newest sample: epoch seconds, NaN where not known.
    """

    at: int
    scrape_seconds: float
    open: Counts
    history: Counts
    last_busy: Counts
    newest: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Calm:
    """Who is calm, everybody's figures (meant only of those), and their sums by window."""

    calm: Mask
    figures: Counts
    burns: NDArray[np.float32]


def judge_calm(fleet: Fleet, roster: Roster, seen: Seen, policy: Policy) -> Calm:
    """Judge all columns at once."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _Bench(fleet, roster, seen).judge(policy)


class _Bench:
    """One judgement of a fleet."""

    def __init__(self, fleet: Fleet, roster: Roster, seen: Seen) -> None:
        self.fleet, self.roster, self.seen = fleet, roster, seen
        sums = fleet.over(seen.at, roster.windows)
        self.sums = _with_open(sums, seen.open)
        self.by_window = dict(zip(roster.windows, self.sums, strict=True))
        self.bad, self.total = np.zeros((2, fleet.size))
        self.buckets, self.due, self.full = np.zeros((3, fleet.size))
        for window in np.unique(roster.window[roster.there]).tolist():
            self._window(window)
        self.covered = np.minimum(1.0, self.buckets / self.due)

    def _window(self, window: int) -> None:
        """Sums of those whose budget window is this long."""
        here = self.roster.window == window
        fleet, at = self.fleet, self.seen.at
        edge = floor_edge(at - window)
        whole = fleet.over(edge + window, (window,))
        bad, total = _with_open(fleet.over(at, (window,)), self.seen.open)[0]
        self.bad[here], self.total[here] = bad[here], total[here]
        self.buckets[here] = fleet.seen(edge)[here]
        self.due[here] = (floor_edge(at) - edge) / BUCKET_SECONDS
        self.full[here] = whole[0, 1, here]

    def judge(self, policy: Policy) -> Calm:
        seen, roster = self.seen, self.roster
        state = self._data_state()
        misses = self._counts_misses()
        left = seen.at - roster.window
        before = np.where(roster.slices > 0, np.maximum(0.0, seen.history - left), 0.0)
        unseen = np.where(before > 0, before / roster.slices, 0.0)
        budget = roster.budget * (self.total + unseen)
        remaining = 1 - self.bad / budget
        budget_state = _budget_states(remaining, policy)
        figures = np.empty((len(Figure), self.fleet.size))
        figures[Figure.GOOD] = (self.total - self.bad) * roster.unit
        figures[Figure.TOTAL] = self.total * roster.unit
        figures[Figure.REMAINING] = remaining
        figures[Figure.BUDGET] = budget * roster.unit
        figures[Figure.EXHAUSTION_HOURS] = self._exhaustion(remaining, budget)
        figures[Figure.COVERAGE] = self.covered
        figures[Figure.NEWEST] = seen.newest
        figures[Figure.HISTORY] = self._history_seconds()
        figures[Figure.LAST_BUSY] = seen.last_busy
        figures[Figure.DATA_STATE] = state
        figures[Figure.BUDGET_STATE] = budget_state
        figures[Figure.MISSES] = misses
        spent = budget_state == BUDGET_STATES.index(BudgetState.EXHAUSTED)
        calm = roster.there & (state != NOT_CALM) & (self.total > 0) & ~spent & ~self._above(misses)
        burns = (self.sums * roster.unit).astype(np.float32)
        return Calm(calm & ~self._lacking(), figures, burns)

    def _history_seconds(self) -> Counts:
        since = np.maximum(0.0, self.seen.at - self.seen.history)
        return np.minimum(self.roster.window, since)

    def _data_state(self) -> Counts:
        """The data state of each column, where `evaluate` is not needed to tell it."""
        seen, roster = self.seen, self.roster
        limit = max(STALE_AFTER.total_seconds(), STALE_SCRAPES * seen.scrape_seconds)
        left = (seen.at - roster.window) // BUCKET_SECONDS * BUCKET_SECONDS
        short = self._history_seconds() < SHORT_HISTORY * roster.window
        begins = np.maximum(left, seen.history)
        since_first = self.buckets / ((floor_edge(seen.at) - begins) / BUCKET_SECONDS)
        whole = (self.covered >= FULL_COVERAGE) | (short & (since_first >= FULL_COVERAGE))
        events = roster.slices == 0
        quiet = events & (self._over(QUIET_SECONDS)[1] <= 0)
        state = np.select(
            [~whole, short, quiet],
            [_code(DataState.PARTIAL), _code(DataState.PROVISIONAL), _code(DataState.NO_TRAFFIC)],
            _code(DataState.OK),
        ).astype(np.float64)
        # The instant has whole seconds here; one more cannot hide that data is stale.
        fresh = (self.buckets > 0) & (seen.at + 1 - seen.newest <= limit)
        busy = ~events | (seen.last_busy > left)
        state[~(fresh & busy & (seen.history <= seen.at))] = NOT_CALM
        return state

    def _over(self, seconds: int) -> Counts:
        """Bad and total of a usual window, or of the budget window where that is shorter."""
        found: Counts = self.by_window[seconds]
        for window in self.by_window:
            if window < seconds:
                found = np.where(self.roster.window == window, self.by_window[window], found)
        return found

    def _lacking(self) -> Mask:
        """Where buckets without data count as bad and there are any."""
        roster, seen = self.roster, self.seen
        left = (seen.at - roster.window) // BUCKET_SECONDS * BUCKET_SECONDS
        edge = floor_edge(seen.at)
        known = self.buckets >= (edge - np.maximum(left, seen.history)) / BUCKET_SECONDS - MARGIN
        sliced = (seen.history <= left) & (roster.slices <= BUCKET_SECONDS)
        sliced &= self.full >= (edge - left) / np.maximum(roster.slices, 1) - MARGIN
        whole: Mask = np.where(roster.slices > 0, sliced, known)
        return roster.imputes & ~whole

    def _counts_misses(self) -> Mask:
        """Where there are too few events for ratios."""
        roster = self.roster
        few = np.zeros(self.fleet.size, np.bool_)
        for number, plan in enumerate(roster.plans):
            here = (roster.plan == number) & (roster.slices == 0)
            if not plan:
                few |= here
                continue
            longest = max(pair.long_seconds for pair in plan)
            projected = self.by_window[longest][1] * roster.window / longest
            expected = np.where(self.covered < SHORT_COVERAGE, projected, self.total)
            few |= here & (expected < roster.min_events)
        return few

    def _above(self, misses: Mask) -> Mask:
        """Where a pair is above its factor in both windows, or nearly, or there was a miss."""
        above: Mask = misses & (self._over(DAY)[0] >= HALF_EVENT - MARGIN)
        for number, plan in enumerate(self.roster.plans):
            here = (self.roster.plan == number) & ~misses
            above |= here & self._any_above(plan)
        return above

    def _any_above(self, plan: Plan) -> Mask:
        found = np.zeros(self.fleet.size, np.bool_)
        for pair in plan:
            limit = pair.factor * (1 - MARGIN) * self.roster.budget
            both = [self.by_window[w] for w in (pair.long_seconds, pair.short_seconds)]
            found |= np.logical_and.reduce([bad >= limit * total for bad, total in both]) & (
                both[0][0] > 0
            )
        return found

    def _exhaustion(self, remaining: Counts, budget: Counts) -> Counts:
        """Hours until nothing is left at the rate of the last six hours; NaN where never."""
        roster, hours = self.roster, np.full(self.fleet.size, np.nan)
        bad, total = self._over(USUAL_WINDOW)
        burn = bad / total / roster.budget
        enough = 1 - 2 * TOLERANCE
        for window in np.unique(roster.window[roster.there]).tolist():
            near = (roster.window == window) & (burn > 0) & (1 - remaining + burn >= enough)
            columns = np.flatnonzero(near & (remaining > 0))
            if columns.size:
                ahead, kept = self._kept(window, columns)
                share = kept / budget[columns] + burn[columns] * ahead[:, None] / window
                reached = share >= 1 - TOLERANCE
                first = reached.argmax(axis=0)
                step = int(ahead[-1] - ahead[-2]) if len(ahead) > 1 else BUCKET_SECONDS
                simple = window / HOUR * remaining[columns] / burn[columns]
                exact = np.maximum(simple, (ahead[first] - step) / HOUR)
                hours[columns] = np.where(reached.any(axis=0), exact, np.nan)
        return hours

    def _kept(self, window: int, columns: Columns) -> tuple[NDArray[np.int64], Counts]:
        """Seconds ahead, and the bad known today that will then still be in the window."""
        left = floor_edge(self.seen.at - window)
        step = BUCKET_SECONDS if left >= self.fleet.first else HOUR
        edges = np.arange((left // step + 1) * step, left + window + 1, step, dtype=np.int64)
        now = self.fleet.bad_so_far(columns) + self.seen.open[0, columns]
        return edges - left, now - self.fleet.bad_until(columns, edges)


def _with_open(sums: Counts, part: Counts) -> Counts:
    """Closed buckets and the open part; never more bad than there was at all."""
    whole: Counts = sums + part
    np.minimum(whole[:, 0], whole[:, 1], out=whole[:, 0])
    return whole


def _code(state: DataState) -> int:
    return DATA_STATES.index(state)


def _budget_states(remaining: Counts, policy: Policy) -> Counts:
    """The number of the first policy threshold that is exceeded, else of exhausted."""
    found = np.full(len(remaining), float(BUDGET_STATES.index(BudgetState.EXHAUSTED)))
    for threshold, state in reversed(policy.budget_thresholds):
        found[remaining > threshold + TOLERANCE] = BUDGET_STATES.index(state)
    return found
