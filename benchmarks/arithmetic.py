"""Sums over windows: what remains of an evaluation when nothing has to be fetched."""

import numpy as np

from benchmarks.figures import Figure
from benchmarks.measuring import median, repeated, shown
from benchmarks.stage import Stage
from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.fleet import Fleet
from fireline.usecases.fleet_cache import BLOCK

SLOS = 10_000
BUCKETS = 30 * 288
WINDOWS = (300, 1_800, 3_600, 7_200, 21_600, 86_400, 259_200, 2_592_000)
START = 1_790_000_100
AT_ONCE = 256
TARGET = 0.010


def arithmetic(_stage: Stage) -> list[Figure]:
    """10,000 SLOs with 8 windows each, in one bucket and at its close."""
    edge = START + BUCKETS * BUCKET_SECONDS
    fleets = [_filled(min(BLOCK, SLOS - first), edge, first) for first in range(0, SLOS, BLOCK)]
    at = [edge + 60]

    def within_a_bucket() -> None:
        for fleet in fleets:
            fleet.over(at[0], WINDOWS)

    def new_bucket() -> None:
        at[0] += BUCKET_SECONDS
        for fleet in fleets:
            fleet.advance(at[0] - 60)
            cells = np.ones((2, 3, fleet.size))
            fleet.put(np.arange(fleet.size), at[0] - 960, cells, np.ones((3, fleet.size), np.bool_))
            fleet.over(at[0], WINDOWS)

    within = median([s.wall for s in repeated(within_a_bucket, 20)])
    closed = median([s.wall for s in repeated(new_bucket, 5)])
    megabytes = sum(fleet.bytes for fleet in fleets) / 1e6
    about = f"window arithmetic, {SLOS:,} SLOs x {len(WINDOWS)} windows"
    return [
        Figure(
            about,
            shown(within),
            f"<= {shown(TARGET)}",
            within <= TARGET,
            note=f"30 days of each, {megabytes:.0f} MB in all",
        ),
        Figure(f"{about}, when a bucket closed", shown(closed), note="three buckets taken in"),
    ]


def _filled(size: int, edge: int, seed: int) -> Fleet:
    """Ledgers of 30 days, all different."""
    draw = np.random.default_rng(seed)
    fleet = Fleet(size, edge, BUCKETS * BUCKET_SECONDS)
    known = np.ones((BUCKETS, AT_ONCE), np.bool_)
    for first in range(0, size, AT_ONCE):
        columns = np.arange(first, min(size, first + AT_ONCE))
        total = draw.integers(100, 1_000, (BUCKETS, len(columns))).astype(np.float64)
        bad = draw.binomial(1, 0.05, total.shape).astype(np.float64)
        fleet.load(columns, START, np.stack((bad, total)), known[:, : len(columns)])
    return fleet
