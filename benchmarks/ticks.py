"""Evaluating: the first tick on an empty ledger, then one every 30 s as a running bot does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure
from benchmarks.measuring import Spent, cpu_of, median, percentile, shown, timed
from benchmarks.platform import DEEP, LIVE_SECONDS, WIDE, Fleet, Platform, Watching
from benchmarks.stage import Stage
from fireline.usecases.watch_budgets import Watcher

TICKS = 20
BEFORE_END = 900
WARM_SECONDS = 0.5
WARM_CALLS = 10


@dataclass(frozen=True, slots=True)
class Tick:
    """One evaluation: ours, the server's processor seconds, queries sent."""

    at: datetime
    spent: Spent
    server_cpu: float
    calls: int

    @property
    def closes(self) -> bool:
        """Whether a bucket closed since the tick before, so that the ledger was written."""
        return int(self.at.timestamp()) % 300 < LIVE_SECONDS


def ticks(stage: Stage) -> list[Figure]:
    """Both fleets, cold and warm."""
    return [f for fleet in (DEEP, WIDE) for f in _fleet(stage.platform, fleet)]


def _fleet(platform: Platform, fleet: Fleet) -> Iterator[Figure]:
    watching = Watching.of(platform.settings(fleet))
    watching.services.definitions.current()
    watcher = Watcher(watching.services, timedelta(seconds=LIVE_SECONDS))
    start = datetime.fromtimestamp(platform.end - BEFORE_END, UTC)
    cold = _tick(platform, watcher, start)
    step = timedelta(seconds=LIVE_SECONDS)
    warm = [_tick(platform, watcher, start + step * n) for n in range(1, TICKS + 1)]
    watching.source.close()
    about = f"{fleet.count:,} SLOs, {fleet.days} d of samples"
    yield Figure(
        f"first tick, {about}", _said([cold]), note="empty ledger; the 30-day window is fetched"
    )
    usual = [t for t in warm if not t.closes]
    wall, calls = median([t.spent.wall for t in usual]), max(t.calls for t in warm)
    slowest = percentile([t.spent.wall for t in warm], 95)
    yield Figure(
        f"tick, {about}",
        f"{_said(usual)}; p95 {shown(slowest)}",
        f"<= {WARM_SECONDS} s, <= {WARM_CALLS} calls",
        wall <= WARM_SECONDS and calls <= WARM_CALLS,
    )
    yield Figure(f"tick at which a bucket closes, {about}", _said([t for t in warm if t.closes]))


def _tick(platform: Platform, watcher: Watcher, at: datetime) -> Tick:
    calls, server = platform.queries(), cpu_of(platform.process)
    report = []
    spent = timed(lambda: report.append(watcher.tick(at)))
    if report[0].failed:
        raise RuntimeError(f"the tick failed for {len(report[0].failed)} SLOs")
    return Tick(at, spent, cpu_of(platform.process) - server, platform.queries() - calls)


def _said(some: list[Tick]) -> str:
    wall = shown(median([t.spent.wall for t in some]))
    cpu = shown(median([t.spent.cpu for t in some]))
    server = shown(median([t.server_cpu for t in some]))
    return f"{wall} (CPU {cpu}, Prometheus {server}), {max(t.calls for t in some)} calls"
