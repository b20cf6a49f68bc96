"""Everything known of one SLO at one instant, before judging it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from fireline.domain.slo.absence import with_absence
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.composite import CompositeSums
from fireline.domain.slo.definition import Family, Slo
from fireline.domain.slo.exclusions import Exclusion, part_without, without
from fireline.domain.slo.expectation import expected_buckets, expected_units
from fireline.domain.slo.ledger import (
    Sums,
    Tails,
    WindowSums,
    cut,
    floor_edge,
    known,
    last_known_end,
)

SAME_BUCKET = (
    "window",
    "imputed",
    "reached",
    "counted",
    "tails",
    "raw_tails",
    "seen",
    "ever_busy",
    "history_coverage",
)


@dataclass(frozen=True)
class Reading:
    """The ledger of one SLO with its open part, as of `at`.

    `history_start` is the start of the first bucket that ever held data; `newest_sample` None
    means the source did not say, and the last bucket with data answers instead. `landed` says of a
    deadline SLO whether what is due next has landed. `shares` are the sums of a composite;
    `raw_counts` its good and total with the maintenance counted that was taken out of its parts.
    """

    slo: Slo
    series: BucketSeries
    at: datetime
    open_part: Bucket | None = None
    history_start: int | None = None
    newest_sample: datetime | None = None
    warnings: tuple[str, ...] = ()
    scrape_interval: timedelta = timedelta(seconds=60)
    exclusions: tuple[Exclusion, ...] = ()
    landed: bool | None = None
    shares: CompositeSums | None = None
    raw_counts: tuple[float, float] | None = None

    @property
    def epoch(self) -> int:
        """The instant as epoch seconds."""
        return int(self.at.timestamp())

    @cached_property
    def span(self) -> tuple[int, int]:
        """Where the budget window begins and ends; a calendar window ends with its period."""
        return self.slo.span(self.epoch)

    @property
    def left(self) -> int:
        """Where the budget window begins."""
        return self.span[0]

    @property
    def length(self) -> int:
        """The budget window's whole length in seconds."""
        return self.span[1] - self.span[0]

    @cached_property
    def window(self) -> BucketSeries:
        """The raw buckets that touch the budget window."""
        return cut(self.series, floor_edge(self.left), floor_edge(self.epoch))

    @cached_property
    def imputed(self) -> BucketSeries:
        """All buckets that any window reaches back to, absent data counted as the SLO says."""
        start = floor_edge(self.slo.needed_from(self.epoch))
        reached = cut(self.series, start, floor_edge(self.epoch))
        return with_absence(self.slo, reached, self.history_start)

    @cached_property
    def reached(self) -> BucketSeries:
        """The same without maintenance."""
        return without(self.imputed, self.exclusions) if self.exclusions else self.imputed

    @cached_property
    def counted(self) -> BucketSeries:
        """Those of them within the budget window."""
        return cut(self.reached, floor_edge(self.left))

    @cached_property
    def sums(self) -> Sums:
        """Sums over any window that ends now, without maintenance."""
        if self.shares is not None:
            return self.shares
        part = part_without(self.open_part, self.exclusions)
        return WindowSums(self.tails, self.epoch, part)

    @cached_property
    def tails(self) -> Tails:
        """What the sums are made of; the same for all instants within one bucket."""
        return Tails(self.reached)

    @cached_property
    def raw_tails(self) -> Tails:
        """The same with maintenance counted."""
        return Tails(self.imputed)

    @cached_property
    def budget_counts(self) -> tuple[float, float]:
        """Good and total of the budget window up to now, without maintenance."""
        return self.sums.over(self.epoch - self.left)

    @cached_property
    def raw_budget_counts(self) -> tuple[float, float]:
        """Good and total of the budget window with maintenance counted like any other time."""
        if self.raw_counts is not None:
            return self.raw_counts
        if not self.exclusions or self.shares is not None:
            return self.budget_counts
        return WindowSums(self.raw_tails, self.epoch, self.open_part).over(self.epoch - self.left)

    @cached_property
    def masked(self) -> bool:
        """Whether any maintenance touches the budget window."""
        if self.raw_counts is not None:
            return True
        if not self.exclusions:
            return False
        excluded = int(BucketFlag.EXCLUDED)
        part = part_without(self.open_part, self.exclusions)
        if part is not None and part.flags & BucketFlag.EXCLUDED:
            return True
        return bool((self.counted.flags & excluded).any())

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
        """Share of the window's expected buckets since the first known one that hold data."""
        where = np.flatnonzero(known(self.window))
        if not where.size:
            return 1.0
        first = self.window.start + int(where[0]) * BUCKET_SECONDS
        expected = expected_buckets(self.slo, first, self.window.end)
        return min(1.0, float(where.size) / expected) if expected else 1.0

    def later(self, at: datetime, open_part: Bucket | None, **changes: Any) -> "Reading":
        """The same ledger some seconds later; within one bucket nothing is summed again."""
        after = replace(self, at=at, open_part=open_part, **changes)
        same = after.exclusions == self.exclusions and floor_edge(after.left) == floor_edge(
            self.left
        )
        if same and floor_edge(after.epoch) == floor_edge(self.epoch):
            kept = {name: self.__dict__[name] for name in SAME_BUCKET if name in self.__dict__}
            after.__dict__.update(kept)
        return after

    @cached_property
    def unseen(self) -> float:
        """Units of the window outside the history, where their number is known beforehand.

        The budget is against the whole window: what lies before the history, and in a calendar
        window what is still to come.
        """
        if self.history_start is None or self.slo.family is Family.EVENTS:
            return 0.0
        before = expected_units(self.slo, self.left, max(self.left, self.history_start))
        ahead = expected_units(self.slo, max(self.left, self.epoch), self.span[1])
        return before + ahead

    @cached_property
    def budget(self) -> float:
        """The whole budget of the window in counted units: bad ones that are allowed."""
        return self.slo.budget_fraction * (self.budget_counts[1] + self.unseen)

    @cached_property
    def has_data(self) -> bool:
        """Whether anything at all was seen within the window."""
        if self.open_part is not None and not self.open_part.flags & BucketFlag.MISSING:
            return True
        return self.seen > 0

    @cached_property
    def coverage(self) -> float:
        """Buckets with data over those expected in the window up to now."""
        expected = expected_buckets(self.slo, floor_edge(self.left), floor_edge(self.epoch))
        return min(1.0, self.seen / expected) if expected else 1.0

    @property
    def history_seconds(self) -> int:
        """Length of the window's part since the first bucket with data."""
        if self.history_start is None:
            return 0
        return min(self.epoch - self.left, max(0, self.epoch - self.history_start))

    @cached_property
    def newest(self) -> datetime | None:
        """When the last sample was taken, as far as known."""
        if self.newest_sample is not None:
            return self.newest_sample
        end = last_known_end(self.series)
        return datetime.fromtimestamp(end, UTC) if end is not None else None
