"""What each of several incidents took from one budget (slo-math 4.3).

An incident claims the bad of every bucket that its time touches; what several claim is split
equally among them, and what nobody claims is unattributed, so that the parts sum to all bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.exclusions import part_without
from fireline.domain.slo.reading import Reading

Claim = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Bad by claim, in the order of the claims, and the rest, in counted units.

    `budget` is the whole budget of the window; without maintenance where that is left out.
    """

    bad: tuple[float, ...]
    unattributed: float
    budget: float

    def share(self, claim: int) -> float | None:
        """What the claim took of the budget; None where there is no budget."""
        return self.bad[claim] / self.budget if self.budget > 0 else None


def attribute(reading: Reading, claims: Sequence[Claim]) -> Attribution:
    """Split all bad of the budget window among the claims.

    Args:
        reading: the ledger; its maintenance costs nothing.
        claims: `[start, end]` of each incident in epoch seconds. A bucket is `(start, start +
            300]`, so that one which begins where the claim ends is not touched.
    """
    series = reading.counted
    part = part_without(reading.open_part, reading.exclusions)
    starts = series.start + BUCKET_SECONDS * np.arange(len(series.good), dtype=np.int64)
    bad = series.total - series.good
    if part is not None:
        starts, bad = np.append(starts, part.start), np.append(bad, part.bad)
    touched = [_touched(starts, start, end) for start, end in claims]
    sharers = np.sum(touched, axis=0) if touched else np.zeros(len(bad))
    each = np.divide(bad, sharers, out=np.zeros(len(bad)), where=sharers > 0)
    return Attribution(
        bad=tuple(float(each[mask].sum()) for mask in touched),
        unattributed=float(bad[sharers == 0].sum()),
        budget=reading.budget,
    )


def _touched(starts: NDArray[np.int64], start: int, end: int) -> NDArray[np.bool_]:
    """Which buckets the claim touches; an instant touches the one it lies in."""
    last = max(end, start + 1)
    mask: NDArray[np.bool_] = (starts < last) & (starts + BUCKET_SECONDS > start)
    return mask
