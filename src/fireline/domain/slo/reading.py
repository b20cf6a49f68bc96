"""Everything known of one SLO at one instant, before judging it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from fireline.domain.slo.absence import with_absence
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.definition import Slo, TimeSliceSli
from fireline.domain.slo.ledger import Tails, WindowSums, cut, floor_edge, known, last_known_end

MINUTE = 60
SAME_BUCKET = ("window", "counted", "tails", "seen", "ever_busy", "history_coverage")


@dataclass(frozen=True)
class Reading:
    """The ledger of one SLO with its open part, as of `at`.

    `history_start` is the start of the first bucket that ever held data; `newest_sample` None
    means the source did not say, and the last bucket with data answers instead.
    """

    slo: Slo
    series: BucketSeries
    at: datetime
    open_part: Bucket | None = None
    history_start: int | None = None
    newest_sample: datetime | None = None
    warnings: tuple[str, ...] = ()
    scrape_interval: timedelta = timedelta(seconds=60)

    @property
    def epoch(self) -> int:
        """The instant as epoch seconds."""
        return int(self.at.timestamp())

    @property
    def left(self) -> int:
        """Where the budget window begins."""
        return self.epoch - self.slo.window_seconds

    @cached_property
    def window(self) -> BucketSeries:
        """The raw buckets that touch the budget window."""
        return cut(self.series, floor_edge(self.left), floor_edge(self.epoch))

    @cached_property
    def counted(self) -> BucketSeries:
        """The same with absent data counted as the SLO says."""
        return with_absence(self.slo, self.window, self.history_start)

    @cached_property
    def sums(self) -> WindowSums:
        """Sums over any window that ends now."""
        return WindowSums(self.tails, self.epoch, self.open_part)

    @cached_property
    def tails(self) -> Tails:
        """What the sums are made of; the same for all instants within one bucket."""
        return Tails(self.counted)

    @cached_property
    def seen(self) -> int:
        """How many buckets of the window hold data."""
        return int(np.count_nonzero(known(self.window)))

    @cached_property
    def ever_busy(self) -> bool:
        """Whether anything was counted in the window's closed buckets."""
        return bool((self.window.total > 0).any())

    @cached_property
    def history_coverage(self) -> float:
        """Share of the window's buckets since the first known one that hold data."""
        where = np.flatnonzero(known(self.window))
        if not where.size:
            return 1.0
        return float(where.size) / (len(self.window.good) - int(where[0]))

    def later(self, at: datetime, open_part: Bucket | None, **changes: Any) -> "Reading":
        """The same ledger some seconds later; within one bucket nothing is summed again."""
        after = replace(self, at=at, open_part=open_part, **changes)
        if floor_edge(after.epoch) == floor_edge(self.epoch):
            kept = {name: self.__dict__[name] for name in SAME_BUCKET if name in self.__dict__}
            after.__dict__.update(kept)
        return after

    @property
    def slice_minutes(self) -> float:
        """Minutes that one counted unit stands for; 1 for events, so that counts stay counts."""
        if isinstance(self.slo.sli, TimeSliceSli):
            return self.slo.sli.slice_seconds / MINUTE
        return 1.0

    @cached_property
    def unseen(self) -> float:
        """Slices of the window that lie before the history: the budget is against all of it."""
        if not isinstance(self.slo.sli, TimeSliceSli) or self.history_start is None:
            return 0.0
        return max(0, self.history_start - self.left) / self.slo.sli.slice_seconds

    @cached_property
    def has_data(self) -> bool:
        """Whether anything at all was seen within the window."""
        if self.open_part is not None and not self.open_part.flags & BucketFlag.MISSING:
            return True
        return self.seen > 0

    @cached_property
    def coverage(self) -> float:
        """Buckets with data over buckets in the window."""
        expected = self.slo.window_seconds / BUCKET_SECONDS
        return min(1.0, self.seen / expected)

    @property
    def history_seconds(self) -> int:
        """Length of the window's part since the first bucket with data."""
        if self.history_start is None:
            return 0
        return min(self.slo.window_seconds, max(0, self.epoch - self.history_start))

    @cached_property
    def newest(self) -> datetime | None:
        """When the last sample was taken, as far as known."""
        if self.newest_sample is not None:
            return self.newest_sample
        end = last_known_end(self.series)
        return datetime.fromtimestamp(end, UTC) if end is not None else None
