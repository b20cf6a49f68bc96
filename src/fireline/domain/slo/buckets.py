"""The budget ledger's unit: closed 5-minute buckets of good and total."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.grid import BUCKET_SECONDS

__all__ = ["BUCKET_SECONDS", "Bucket", "BucketFlag", "BucketSeries", "Counts", "Flags"]

Counts = NDArray[np.float64]
Flags = NDArray[np.uint8]


class BucketFlag(IntFlag):
    """What is special about a bucket.

    `COARSE` holds a twelfth of what was counted over its whole hour, until its own count is known.
    """

    NONE = 0
    MISSING = 1
    PARTIAL = 2
    IMPUTED = 4
    NO_TRAFFIC = 8
    CLAMPED = 16
    AUDITED = 32
    EXCLUDED = 64
    COARSE = 128


@dataclass(frozen=True, slots=True)
class Bucket:
    """Counts of `(start, start + 300]`; `start` is UTC epoch seconds, a multiple of 300."""

    start: int
    good: float
    total: float
    flags: BucketFlag = BucketFlag.NONE

    @property
    def bad(self) -> float:
        """Events or slices that spent budget."""
        return self.total - self.good


@dataclass(frozen=True, slots=True, eq=False)
class BucketSeries:
    """Consecutive buckets without a hole: bucket `i` covers `(start + 300 i, start + 300 (i+1)]`.

    A bucket that Prometheus had nothing for carries the flag `MISSING` and counts (0, 0).
    """

    start: int
    good: Counts
    total: Counts
    flags: Flags

    @property
    def end(self) -> int:
        """Epoch second at which the last bucket closed."""
        return self.start + BUCKET_SECONDS * len(self.good)

    @classmethod
    def empty(cls, start: int) -> "BucketSeries":
        """A series that begins at `start` and holds nothing yet."""
        return cls(start, np.zeros(0), np.zeros(0), np.zeros(0, np.uint8))
