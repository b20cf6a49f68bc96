"""Sums over windows: what remains of an evaluation when nothing has to be fetched."""

import numpy as np

from benchmarks.figures import Figure
from benchmarks.measuring import median, repeated, shown
from benchmarks.stage import Stage
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.ledger import Tails, WindowSums

SLOS = 10_000
LEDGERS = 100
BUCKETS = 30 * 288
WINDOWS = (300, 1_800, 3_600, 7_200, 21_600, 86_400, 259_200, 2_592_000)
START = 1_790_000_100
TARGET = 0.010


def arithmetic(_stage: Stage) -> list[Figure]:
    """10,000 SLOs with 8 windows each, in one bucket and at its close."""
    draw = np.random.default_rng(1)
    flags = np.zeros(BUCKETS, np.uint8)
    series = []
    for _ in range(LEDGERS):
        total = draw.integers(100, 1_000, BUCKETS).astype(np.float64)
        good = total - draw.binomial(3, 0.1, BUCKETS)
        series.append(BucketSeries(START, good, total, flags))
    at = START + BUCKETS * BUCKET_SECONDS + 60
    tails = [Tails(series[n % LEDGERS]) for n in range(SLOS)]

    def within_a_bucket() -> None:
        for one in tails:
            sums = WindowSums(one, at)
            for window in WINDOWS:
                sums.over(window)

    def new_bucket() -> None:
        for n in range(SLOS):
            sums = WindowSums(Tails(series[n % LEDGERS]), at)
            for window in WINDOWS:
                sums.over(window)

    within = median([s.wall for s in repeated(within_a_bucket, 5)])
    closed = median([s.wall for s in repeated(new_bucket, 3)])
    about = f"window arithmetic, {SLOS:,} SLOs x {len(WINDOWS)} windows"
    return [
        Figure(about, shown(within), f"<= {shown(TARGET)}", within <= TARGET),
        Figure(f"{about}, when a bucket closed", shown(closed), note="every stretch summed anew"),
    ]
