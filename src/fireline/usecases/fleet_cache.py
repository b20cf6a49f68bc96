"""The ledgers of all SLOs that can be judged together, in memory, in columns.

The store stays the truth: whatever is here can be dropped and read again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan

import numpy as np

from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.fleet import FINE_SECONDS, HOUR
from fireline.domain.slo.ledger import changes, cut, floor_edge, known
from fireline.domain.slo.reading import Reading
from fireline.usecases.budget_cache import READ_AGAIN
from fireline.usecases.fleet_block import MISSING, Block, Fetched
from fireline.usecases.ports import FetchRequest, FetchResult, UnitOfWork

BLOCK = 2048
SMALLEST = 16
# One column in so many is left free for SLOs to come.
ROOM = 32
AT_ONCE = 32
# Small fleets keep every bucket of their windows within this, so that each window is exact.
FINE_BYTES = 64e6
BYTES_PER_BUCKET = 18
KEPT_READINGS = 200
FEW = 50

Place = tuple[Block, int]
Key = tuple[str, str]
Lane = tuple[int, FetchResult, BucketSeries]


class FleetCache:
    """Columns for the SLOs it was told of; rebuilt from the store where they are missing.

    Args:
        policy: for the burn windows, which must be exact.
        scrape_interval: of the targets.
    """

    def __init__(self, policy: Policy, scrape_interval: timedelta) -> None:
        self._policy = policy
        self._scrape = scrape_interval
        self._places: dict[str, Place] = {}
        self._revisions: dict[str, str] = {}
        self._readings: dict[str, Reading] = {}
        self.blocks: list[Block] = []

    @property
    def bytes(self) -> int:
        """How much memory the ledgers take."""
        return sum(block.fleet.bytes for block in self.blocks)

    def lacking(self, slos: Mapping[str, Slo], at: datetime) -> list[Slo]:
        """SLOs that have to be loaded first; forgets those that are gone or changed."""
        edge = floor_edge(int(at.timestamp()))
        if any(block.fleet.edge > edge for block in self.blocks):
            self.forget(list(self._places))  # the clock was set back: sums know no way back
            self.blocks = []
        for name in self._places.keys() - slos.keys():
            self.forget([name])
        found = []
        for name, slo in slos.items():
            place = self._places.get(name)
            if place is None or not self._same(place, slo):
                found.append(slo)
        for block in self.blocks:
            block.fleet.advance(edge)
        return found

    def _same(self, place: Place, slo: Slo) -> bool:
        """Whether the column still holds this SLO's ledger."""
        block, column = place
        if block.slos[column] is slo:
            return True
        if self._revisions[slo.name] == slo.revision and slo.window_seconds <= block.reach:
            block.redefine(column, slo)
            self._readings.pop(slo.name, None)
            return True
        self.forget([slo.name])
        return False

    def forget(self, names: Iterable[str]) -> None:
        """Load them anew next time, because what was added did not reach the store."""
        for name in names:
            place = self._places.pop(name, None)
            self._readings.pop(name, None)
            if place is not None:
                block, column = place
                block.leave(column)

    def load(self, uow: UnitOfWork, slos: Sequence[Slo], at: datetime) -> None:
        """Read ledgers from the store."""
        edge = floor_edge(int(at.timestamp()))
        self._make_room(slos, edge)
        newest = _newest_samples(uow, slos)
        for first in range(0, len(slos), AT_ONCE):
            some = slos[first : first + AT_ONCE]
            keys = [(slo.name, self._revisions[slo.name]) for slo in some]
            spans = uow.ledger.spans(keys)
            there = [(s, k) for s, k in zip(some, keys, strict=True) if k in spans]
            for slo, key in there:
                block, column = self._places[slo.name]
                begins, ends = spans[key]
                block.history[column] = begins
                block.fetched_to[column] = min(ends, edge)
                block.newest[column] = newest.get(slo.name, np.nan)
            self._read(uow, there, edge)

    def _read(self, uow: UnitOfWork, there: list[tuple[Slo, Key]], edge: int) -> None:
        """Fill the columns of ledgers that exist."""
        by_block: defaultdict[int, list[tuple[Slo, Key]]] = defaultdict(list)
        for slo, key in there:
            by_block[self.blocks.index(self._places[slo.name][0])].append((slo, key))
        for number, members in by_block.items():
            block = self.blocks[number]
            start = floor_edge(edge - block.reach)
            good, total, flags = uow.ledger.read_many([key for _, key in members], start, edge)
            columns = np.array([self._places[slo.name][1] for slo, _ in members])
            block.load(columns, start, good, total, (flags & MISSING) == 0)

    def _make_room(self, slos: Sequence[Slo], edge: int) -> None:
        """A column for each, in blocks that reach far enough."""
        reach = max((slo.window_seconds for slo in slos), default=0) + HOUR
        free = [
            (block, column)
            for block in self.blocks
            if block.reach >= reach
            for column in block.free()
        ]
        while len(free) < len(slos):
            wanted = len(slos) - len(free)
            size = min(BLOCK, max(SMALLEST, wanted + wanted // ROOM))
            block = Block(size, edge, reach, self._fine(len(self._places) + len(slos)))
            self.blocks.append(block)
            free += [(block, column) for column in range(size)]
        for slo, (block, column) in zip(slos, free, strict=False):
            block.enter(column, slo)
            self._places[slo.name] = block, column
            self._revisions[slo.name] = slo.revision

    def _fine(self, count: int) -> int:
        """Seconds to keep in five-minute steps: all burn windows, and more where few SLOs are."""
        longest = max((pair.long_seconds for pair in self._policy.pairs), default=0)
        afforded = int(FINE_BYTES / (count * BYTES_PER_BUCKET)) * BUCKET_SECONDS
        return max(FINE_SECONDS, longest, afforded // HOUR * HOUR)

    def requests(self, slos: Sequence[Slo], at: datetime) -> list[FetchRequest]:
        """What is still to be asked for: the whole window once, then the last three buckets."""
        epoch = int(at.timestamp())
        known = {id(block): block.asked_from(epoch, READ_AGAIN) for block in self.blocks}
        found = []
        for slo in slos:
            block, column = self._places[slo.name]
            starts, since = known[id(block)]
            found.append(FetchRequest(slo, starts[column], _whole(since[column])))
        return found

    def passed_over(self, name: str, until: int) -> None:
        """What lies before `until` is asked for by somebody else, or was."""
        block, column = self._places[name]
        block.fetched_to[column] = max(int(block.fetched_to[column]), until)

    def take(self, uow: UnitOfWork, fetched: Iterable[tuple[Slo, FetchResult]]) -> None:
        """Add what was fetched, and write to the ledger what it does not have yet."""
        groups: defaultdict[tuple[int, int, int], list[Lane]] = defaultdict(list)
        numbers = {id(block): number for number, block in enumerate(self.blocks)}
        for slo, result in fetched:
            series = result.series
            if series is None:
                continue
            block, column = self._places[slo.name]
            if series.end > block.fleet.edge or series.start < block.fleet.first:
                self._take_long(uow, slo, result, series)
            else:
                groups[numbers[id(block)], series.start, len(series.good)].append(
                    (column, result, series)
                )
        for (number, start, _), lanes in groups.items():
            block = self.blocks[number]
            for column, news in block.take(_side_by_side(start, lanes)):
                changed = block.slos[column]
                if changed is not None:
                    uow.ledger.write(changed.name, self._revisions[changed.name], news)
                    self._readings.pop(changed.name, None)

    def _take_long(
        self, uow: UnitOfWork, slo: Slo, result: FetchResult, series: BucketSeries
    ) -> None:
        """A stretch that reaches back further than columns can be changed: load them anew."""
        block, column = self._places[slo.name]
        edge, revision = block.fleet.edge, self._revisions[slo.name]
        fresh = cut(series, series.start, edge)
        news = changes(uow.ledger.read(slo.name, revision, fresh.start, fresh.end), fresh)
        if news is not None:
            uow.ledger.write(slo.name, revision, news)
        whole = uow.ledger.read(slo.name, revision, floor_edge(edge - block.reach), edge)
        block.load(
            np.array([column]),
            whole.start,
            whole.good[:, None],
            whole.total[:, None],
            known(whole)[:, None],
        )
        block.note(_side_by_side(fresh.start, [(column, result, fresh)]))
        self._readings.pop(slo.name, None)

    def place(self, name: str) -> Place:
        """Where an SLO stands."""
        return self._places[name]

    def reading(self, slo: Slo, result: FetchResult, at: datetime) -> Reading:
        """All that is known of one SLO at this tick, for a look of its own."""
        block, column = self._places[slo.name]
        part = result.open_part
        if part is not None and part.start < block.fleet.edge:
            part = None
        last = self._readings.get(slo.name)
        if last is None or last.series.end != block.fleet.edge:
            last = self._reading(slo, block, column, at)
        now = last.later(
            at,
            part,
            newest_sample=block.moment(column),
            history_start=_whole(block.history[column]),
            warnings=result.warnings,
        )
        if slo.name in self._readings or len(self._readings) < KEPT_READINGS:
            self._readings[slo.name] = now
        return now

    def last_reading(self, slo: Slo, at: datetime) -> Reading | None:
        """What was known when the source last answered, within the SLO's window."""
        block, column = self._places[slo.name]
        fetched = int(block.fetched_to[column])
        if fetched < 0 or fetched <= floor_edge(int(at.timestamp()) - slo.window_seconds):
            return None
        then = self._reading(slo, block, column, datetime.fromtimestamp(fetched, UTC))
        return replace(then, series=cut(then.series, then.series.start, fetched))

    def _reading(self, slo: Slo, block: Block, column: int, at: datetime) -> Reading:
        start = floor_edge(int(at.timestamp()) - slo.window_seconds)
        return Reading(
            slo=slo,
            series=block.fleet.series(column, start),
            at=at,
            history_start=_whole(block.history[column]),
            newest_sample=block.moment(column),
            scrape_interval=self._scrape,
        )


def _side_by_side(start: int, lanes: Sequence[Lane]) -> Fetched:
    """Answers for the same stretch as columns."""
    return Fetched(
        columns=np.array([column for column, _, _ in lanes]),
        results=[result for _, result, _ in lanes],
        start=start,
        good=np.array([series.good for _, _, series in lanes]).T,
        total=np.array([series.total for _, _, series in lanes]).T,
        flags=np.array([series.flags for _, _, series in lanes]).T,
    )


def _newest_samples(uow: UnitOfWork, slos: Sequence[Slo]) -> dict[str, float]:
    """When the newest sample of each was taken, as its last evaluation knew."""
    if len(slos) > FEW:
        statuses = uow.statuses.all()
    else:
        statuses = [s for s in (uow.statuses.get(slo.name) for slo in slos) if s is not None]
    return {s.slo: s.newest_sample.timestamp() for s in statuses if s.newest_sample is not None}


def _whole(value: float) -> int | None:
    return None if isnan(value) else int(value)
