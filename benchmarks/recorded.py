"""Ten thousand SLOs whose counts Prometheus records, evaluated by a process of its own."""

import json
import subprocess
import sys

import numpy as np

from benchmarks.figures import Figure
from benchmarks.measuring import median, shown
from benchmarks.platform import RECORDED
from benchmarks.stage import ROOT, Stage
from fireline.adapters.prometheus.recorded import GOOD, TOTAL
from fireline.demo.remote_write import RemoteWriter, Series

SEEDED_SECONDS = 2_700
RECORDED_EVERY = 60
WARM_SECONDS, CALLS, MEGABYTES = 2.0, 3, 500
BURNING_EVERY = 500


def recorded(stage: Stage) -> list[Figure]:
    """A restart on a ledger of 30 days, then ticks as a running bot makes them."""
    platform = stage.platform
    with RemoteWriter(platform.url) as writer:
        writer.write(_series(platform.end))
    folder = platform.definitions(RECORDED)
    arguments = [platform.url, str(folder), str(platform.folder / "recorded.db"), str(platform.end)]
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.recorded_child", *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    found = json.loads(child.stdout.splitlines()[-1])
    about = f"{RECORDED.count:,} SLOs, recorded series"
    ticks = [t for t in found["ticks"] if not t["closes"]]
    closes = [t for t in found["ticks"] if t["closes"]]
    calls = max(t["calls"] for t in found["ticks"])
    wall = median([t["wall"] for t in ticks])
    slowest = median([t["wall"] for t in closes])
    return [
        Figure(
            f"tick, {about}",
            f"{_said(ticks)}, {max(t['calls'] for t in ticks)} calls",
            f"<= {WARM_SECONDS:g} s, <= {CALLS} calls",
            wall <= WARM_SECONDS and calls <= CALLS,
        ),
        Figure(
            f"tick at which a bucket closes, {about}",
            f"{_said(closes)}, {calls} calls",
            f"<= {WARM_SECONDS:g} s, <= {CALLS} calls",
            slowest <= WARM_SECONDS and calls <= CALLS,
        ),
        Figure(
            f"memory, {about}",
            f"{found['peak_mb']:.0f} MB at most, {found['ledgers_mb']:.0f} MB of it ledgers",
            f"< {MEGABYTES} MB",
            found["peak_mb"] < MEGABYTES,
            note="of a process of its own, its restart included",
        ),
        Figure(
            f"first tick after a restart, {about}",
            f"{shown(found['first']['wall'])} (CPU {shown(found['first']['cpu'])})",
            note=f"30 days of ledger read; definitions parsed in {shown(found['parsed'])}",
        ),
        Figure(
            f"database, {about}",
            f"{found['day_bytes']:,.0f} bytes a day and SLO, {found['hour_bytes']:,.0f} rolled up; "
            f"{found['written_bytes'] / 1e6:.2f} MB written when a bucket closes",
        ),
    ]


def _said(some: list[dict[str, float]]) -> str:
    wall, cpu = (shown(median([t[name] for t in some])) for name in ("wall", "cpu"))
    return f"{wall} (CPU {cpu})"


def _series(end: int) -> list[Series]:
    times = np.arange(end - SEEDED_SECONDS, end + 1, RECORDED_EVERY, dtype=np.float64) - 20
    made = []
    for index in range(RECORDED.count):
        total = np.full(len(times), 300.0 + index % 97)
        burns = index % BURNING_EVERY == BURNING_EVERY - 1
        good = total * (0.9 if burns else 0.9998)
        for name, values in ((TOTAL, total), (GOOD, good)):
            made.append(Series({"__name__": name, "slo": RECORDED.slo(index)}, times, values))
    return made
