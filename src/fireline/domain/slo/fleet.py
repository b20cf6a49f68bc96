"""The ledgers of many SLOs side by side, so that one expression sums a window of all of them.

Instead of buckets their running sums are kept, one row per bucket edge and one column per ledger:
a window is the difference of two rows. The newest days have a row every five minutes, what is
older one every hour; an edge between two rows is weighted by share. So a window is exact when it
begins within the newest days or on the hour, and otherwise off by what happened in one hour at most
(slo-math, section 4.5).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries, Counts

HOUR = 3600
PER_HOUR = HOUR // BUCKET_SECONDS
FINE_SECONDS = 3 * 86400
SLACK = PER_HOUR
# Sums of fractional counts lose their last digits; what differs by less is the same bucket.
ROUNDING = 1e-12
SAME = 1e-9

Columns = NDArray[np.intp]
Mask = NDArray[np.bool_]


class Fleet:
    """Running sums of bad, total and buckets with data for a number of ledgers.

    Args:
        size: how many ledgers.
        edge: end of the newest closed bucket (epoch seconds, multiple of 300).
        reach: how many seconds the longest window reaches back.
        fine: how many of them are kept in five-minute steps.
    """

    def __init__(self, size: int, edge: int, reach: int, fine: int = FINE_SECONDS) -> None:
        self.size = size
        self.edge = edge
        fine = min(max(fine, HOUR), reach)
        self.first = _hour(edge - fine)
        rows = fine // BUCKET_SECONDS + PER_HOUR + SLACK + 1
        hours = -(-max(0, reach - fine) // HOUR) + 2 if reach > fine else 1
        self.oldest = self.first - (hours - 1) * HOUR
        self._rows = (edge - self.first) // BUCKET_SECONDS
        self._fine = np.zeros((2, rows, size))
        self._hours = np.zeros((2, hours, size))
        # Differences of sixteen bits are right up to 65,535 buckets, 227 days.
        self._fine_seen = np.zeros((rows, size), np.uint16)
        self._hours_seen = np.zeros((hours, size), np.uint16)

    @property
    def bytes(self) -> int:
        """How much memory the sums take."""
        arrays = (self._fine, self._hours, self._fine_seen, self._hours_seen)
        return sum(array.nbytes for array in arrays)

    def advance(self, edge: int) -> None:
        """Let buckets close up to `edge`; nothing is known of them yet."""
        while self.edge < edge:
            if self._rows + 1 == self._fine.shape[1]:
                self._shift()
            room = self._fine.shape[1] - 1 - self._rows
            more = min(room, (edge - self.edge) // BUCKET_SECONDS)
            rows = slice(self._rows + 1, self._rows + 1 + more)
            self._fine[:, rows] = self._fine[:, self._rows, None]
            self._fine_seen[rows] = self._fine_seen[self._rows]
            self._rows += more
            self.edge += more * BUCKET_SECONDS

    def _shift(self) -> None:
        """The oldest hours of the fine rows become hourly ones."""
        kept = self._rows + 1 - SLACK
        for fine, hours in zip(self._fine, self._hours, strict=True):
            _hand_over(fine, hours, kept)
        _hand_over(self._fine_seen, self._hours_seen, kept)
        self._rows -= SLACK
        self.first += SLACK * BUCKET_SECONDS
        self.oldest += SLACK * BUCKET_SECONDS

    def over(self, at: int, windows: tuple[int, ...]) -> Counts:
        """Bad and total of all closed buckets in each window `(at - seconds, at]`.

        Returns:
            An array by window, bad or total, ledger.
        """
        found = np.empty((len(windows), 2, self.size))
        for number, seconds in enumerate(windows):
            np.subtract(self._fine[:, self._rows], self._until(at - seconds), out=found[number])
        np.maximum(found, 0.0, out=found)
        np.minimum(found[:, 0], found[:, 1], out=found[:, 0])
        return found

    def _until(self, epoch: int) -> Counts:
        """Bad and total of everything up to an instant."""
        if epoch >= self.edge:
            return self._fine[:, self._rows]
        rows, first, step = self._fine, self.first, BUCKET_SECONDS
        if epoch < self.first:
            rows, first, step = self._hours, self.oldest, HOUR
        row, rest = divmod(max(0, epoch - first), step)
        if not rest:
            return rows[:, row]
        before, after = rows[:, row], rows[:, row + 1]
        # So written, a stretch in which nothing was counted is exactly zero.
        between: Counts = before + (after - before) * (rest / step)
        return between

    def seen(self, since: int) -> Counts:
        """How many closed buckets after a bucket edge hold data; of a cut hour its share."""
        if since >= self.first:
            row = (min(since, self.edge) - self.first) // BUCKET_SECONDS
            return _apart(self._fine_seen[self._rows], self._fine_seen[row])
        row, rest = divmod(max(0, since - self.oldest), HOUR)
        found = _apart(self._fine_seen[self._rows], self._hours_seen[row])
        if rest:
            hour = _apart(self._hours_seen[row + 1], self._hours_seen[row])
            found -= hour * rest / HOUR
        return found

    def bad_until(self, columns: Columns, hours: NDArray[np.int64]) -> Counts:
        """Bad of some ledgers up to each of these hours (epoch seconds, on the hour)."""
        inside = np.clip(hours, self.oldest, self.edge)
        old = inside < self.first
        found = np.empty((len(hours), len(columns)))
        rows = (inside[old] - self.oldest) // HOUR
        found[old] = self._hours[0][np.ix_(rows, columns)]
        rows = (inside[~old] - self.first) // BUCKET_SECONDS
        found[~old] = self._fine[0][np.ix_(rows, columns)]
        return found

    def bad_so_far(self, columns: Columns) -> Counts:
        """Bad of some ledgers up to the newest edge."""
        found: Counts = self._fine[0, self._rows, columns]
        return found

    def clear(self, column: int) -> None:
        """Forget a ledger, so that whoever gets its column next begins with nothing."""
        for rows in (self._hours, self._hours_seen, self._fine, self._fine_seen):
            rows[..., column] = 0

    def load(self, columns: Columns, start: int, buckets: Counts, known: Mask) -> None:
        """Take whole ledgers in, one per column.

        Args:
            columns: where.
            start: of the first bucket.
            buckets: by bad or total, bucket, ledger; zero where nothing is known.
            known: which buckets hold data.
        """
        count = (self.edge - self.oldest) // BUCKET_SECONDS
        skip = (start - self.oldest) // BUCKET_SECONDS
        there = slice(max(0, skip), max(0, min(count, skip + buckets.shape[1])))
        here = slice(there.start - skip, there.stop - skip)
        sums = np.zeros((2, count + 1, len(columns)))
        seen = np.zeros((count + 1, len(columns)), np.uint16)
        if there.stop > there.start:
            sums[:, 1:][:, there] = buckets[:, here]
            seen[1:][there] = known[here]
        np.cumsum(sums, axis=1, out=sums)
        np.cumsum(seen, axis=0, out=seen)
        fine = (self.first - self.oldest) // BUCKET_SECONDS
        self._hours[:, :, columns] = sums[:, : fine + 1 : PER_HOUR]
        self._hours_seen[:, columns] = seen[: fine + 1 : PER_HOUR]
        self._fine[:, : self._rows + 1, columns] = sums[:, fine:]
        self._fine_seen[: self._rows + 1, columns] = seen[fine:]

    def put(self, columns: Columns, start: int, buckets: Counts, known: Mask) -> Mask:
        """Lay newer knowledge of some buckets over what was there; a known one is never forgotten.

        The stretch must lie within the fine rows. Other arguments are those of `load`.

        Returns:
            Which buckets changed, by bucket and ledger.
        """
        row = (start - self.first) // BUCKET_SECONDS
        stop = row + buckets.shape[1]
        sums = self._fine[:, row : stop + 1, columns]
        tolerance = SAME + ROUNDING * sums[:, -1:]
        before = np.diff(sums, axis=1)
        delta = np.where(known & (np.abs(buckets - before) > tolerance), buckets - before, 0.0)
        seen = self._fine_seen[row : stop + 1, columns]
        added = known & (np.diff(seen, axis=0) == 0)
        changed: Mask = added | (delta != 0).any(axis=0)
        touched = np.flatnonzero(changed.any(axis=0))
        if touched.size:
            some = columns[touched]
            later = np.cumsum(delta[:, :, touched], axis=1)
            self._fine[:, row + 1 : stop + 1, some] += later
            self._fine[:, stop + 1 : self._rows + 1, some] += later[:, -1:]
            more = np.cumsum(added[:, touched], axis=0, dtype=np.uint16)
            self._fine_seen[row + 1 : stop + 1, some] += more
            self._fine_seen[stop + 1 : self._rows + 1, some] += more[-1:]
        return changed

    def series(self, column: int, start: int) -> BucketSeries:
        """One ledger since a bucket edge; what is only known by the hour is spread evenly."""
        fine = slice(0, self._rows + 1)
        parts = [np.diff(self._fine[:, fine, column], axis=1)]
        seen = [np.diff(self._fine_seen[fine, column])]
        if start < self.first:
            hourly = np.diff(self._hours[:, :, column], axis=1)
            known = np.diff(self._hours_seen[:, column])
            held = np.arange(PER_HOUR) >= PER_HOUR - known[:, None]
            spread = hourly[:, :, None] * held / np.maximum(known, 1)[:, None]
            parts.insert(0, spread.reshape(2, -1))
            seen.insert(0, held.reshape(-1).astype(np.uint16))
        begins = self.oldest if start < self.first else self.first
        bad, total = np.concatenate(parts, axis=1)
        cut = max(0, (start - begins) // BUCKET_SECONDS)
        total = np.maximum(total[cut:], 0.0)
        good = np.clip(total - bad[cut:], 0.0, total)
        lacking = np.concatenate(seen)[cut:] == 0
        flags = np.where(lacking, int(BucketFlag.MISSING), 0).astype(np.uint8)
        return BucketSeries(begins + cut * BUCKET_SECONDS, good, total, flags)


def _hour(epoch: int) -> int:
    return epoch - epoch % HOUR


def _hand_over(fine: NDArray[Any], hours: NDArray[Any], kept: int) -> None:
    """Move the oldest fine rows to the hourly ones, which forget as many."""
    ages = np.arange(PER_HOUR, SLACK + 1, PER_HOUR)
    both = np.concatenate((hours, fine[ages]))
    hours[:] = both[len(ages) :]
    fine[:kept] = fine[SLACK : SLACK + kept].copy()


def _apart(newer: NDArray[np.uint16], older: NDArray[np.uint16]) -> Counts:
    """The difference, right also where the counter ran over."""
    return (newer - older).astype(np.float64)
