"""SLOs and ledgers for the tests of the SLO engine, seeded relative to one fixed instant."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Absent, RatioSli, Sli, Slo, SourceRef, TimeSliceSli
from fireline.domain.slo.ledger import first_known
from fireline.domain.slo.reading import Reading

T = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EPOCH = int(T.timestamp())
RATIO = RatioSli(total="sum(increase(all[$window]))", bad="sum(increase(bad[$window]))")
SLICES = TimeSliceSli(value="max(lag_seconds)", op="<=", threshold=120.0)


def slo(
    sli: Sli = RATIO,
    objective: str = "99.9",
    window: timedelta = timedelta(days=30),
    **changes: Any,
) -> Slo:
    """An SLO with unimportant parts filled in."""
    fields: dict[str, Any] = {
        "name": "orders",
        "title": "Orders land",
        "service": "orders",
        "tier": 0,
        "absent": Absent.UNKNOWN,
        "source": SourceRef("slos.yaml", 1),
    }
    fields.update(changes)
    return Slo(objective=Decimal(objective), window=window, sli=sli, **fields)


def ledger(
    good: Sequence[float], total: Sequence[float], end: int = EPOCH, flags: Sequence[int] = ()
) -> BucketSeries:
    """Buckets that end at `end`."""
    count = len(good)
    return BucketSeries(
        end - BUCKET_SECONDS * count,
        np.array(good, np.float64),
        np.array(total, np.float64),
        np.array(flags or [0] * count, np.uint8),
    )


def steady(
    count: int, total: float, bad: float = 0.0, *, bad_last: int | None = None, end: int = EPOCH
) -> BucketSeries:
    """Even traffic; `bad` in every bucket, or only in the newest `bad_last`."""
    spent = np.full(count, bad)
    if bad_last is not None:
        spent[: count - bad_last] = 0.0
    return ledger(list(total - spent), [total] * count, end)


def reading(definition: Slo, series: BucketSeries, at: datetime = T, **changes: Any) -> Reading:
    """A reading whose history begins where the series does and whose samples are fresh."""
    fields: dict[str, Any] = {
        "history_start": first_known(series),
        "newest_sample": at - timedelta(seconds=30),
    }
    fields.update(changes)
    return Reading(slo=definition, series=series, at=at, **fields)
