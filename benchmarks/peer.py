"""slo-generator on the same SLOs and the same Prometheus, in the same run as ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.figures import Figure
from benchmarks.measuring import Spent, median, shown, timed
from benchmarks.platform import DEEP, LIVE_SECONDS, WIDE, Fleet, Platform, Watching
from benchmarks.slo_generator import VERSION, NotInstalledError, Run, computed, installed
from benchmarks.stage import Stage
from fireline.usecases.watch_budgets import Watcher

ASKED = {DEEP: 50, WIDE: 50}
TIMES = 50
WARM = 5


def peer(stage: Stage) -> list[Figure]:
    """Per SLO: its four windows, good and valid each, as its own command line asks for them."""
    try:
        command = installed(stage.folder)
    except NotInstalledError as error:
        target = f">= {TIMES} times faster"
        return [Figure(f"slo-generator {VERSION}", "not measured", target, note=str(error))]
    return [
        figure
        for fleet, count in ASKED.items()
        for figure in _beside(
            stage.platform,
            fleet,
            computed(command, stage.folder, stage.platform.url, fleet, count),
        )
    ]


def _beside(platform: Platform, fleet: Fleet, theirs: Run) -> Iterator[Figure]:
    watching = Watching.of(platform.settings(fleet))
    size = len(watching.services.definitions.current().slos)
    spent = _ticks(platform, watching)
    wall = median([s.wall for s in spent]) / size
    cpu = median([s.cpu for s in spent]) / size
    each = [seconds / theirs.slos for seconds in (theirs.spent.wall, theirs.spent.cpu)]
    times = each[0] / wall
    about = f"{fleet.count:,} SLOs, {fleet.days} d of samples"
    yield Figure(
        f"slo-generator {VERSION}, {about}",
        f"{shown(each[0])} an SLO (CPU {shown(each[1])}), {theirs.calls / theirs.slos:g} calls; "
        f"ours {shown(wall)} (CPU {shown(cpu)}): {times:.0f} times faster",
        f">= {TIMES} times faster",
        times >= TIMES,
        note=f"its command line on {theirs.slos} of the SLOs, start included; ours all of them",
    )


def _ticks(platform: Platform, watching: Watching) -> list[Spent]:
    watcher = Watcher(watching.services, timedelta(seconds=LIVE_SECONDS))
    start = datetime.fromtimestamp(platform.end - 240, UTC)
    step = timedelta(seconds=LIVE_SECONDS)
    watcher.tick(start)
    spent = [timed(partial(watcher.tick, start + step * n)) for n in range(1, WARM + 1)]
    watching.source.close()
    return spent
