"""The same SLOs asked one by one: our own re-implementation of what slo-generator does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import requests

from benchmarks.figures import Figure
from benchmarks.measuring import Spent, median, shown, timed
from benchmarks.platform import DEEP, LIVE_SECONDS, WIDE, Fleet, Platform, Watching
from benchmarks.stage import Stage
from fireline.domain.slo.definition import RatioSli, Slo
from fireline.usecases.watch_budgets import Watcher

WINDOWS = ("1h", "12h", "7d", "28d")
ASKED = 40
TIMES = 50
WARM = 5


def peer(stage: Stage) -> list[Figure]:
    """Per SLO: 4 windows, good and total each, one after the other on one connection."""
    return [_beside(stage.platform, fleet) for fleet in (DEEP, WIDE)]


def _beside(platform: Platform, fleet: Fleet) -> Figure:
    watching = Watching.of(platform.settings(fleet))
    slos = list(watching.services.definitions.current().slos.values())
    with requests.Session() as session:
        session.trust_env = False
        one_by_one = timed(lambda: _one_by_one(platform, session, slos[:ASKED]))
    theirs = one_by_one.wall / ASKED
    ours = median([spent.wall for spent in _ticks(platform, watching)]) / len(slos)
    times = theirs / ours
    return Figure(
        f"one query per SLO and window, {fleet.count:,} SLOs, {fleet.days} d of samples",
        f"{shown(theirs)} per SLO, 8 calls; ours {shown(ours)}: {times:.0f} times faster",
        f">= {TIMES} times faster",
        times >= TIMES,
        note=f"the strategy of slo-generator, re-implemented; {ASKED} SLOs asked",
    )


def _ticks(platform: Platform, watching: Watching) -> list[Spent]:
    watcher = Watcher(watching.services, timedelta(seconds=LIVE_SECONDS))
    start = datetime.fromtimestamp(platform.end - 240, UTC)
    step = timedelta(seconds=LIVE_SECONDS)
    watcher.tick(start)
    spent = [timed(partial(watcher.tick, start + step * n)) for n in range(1, WARM + 1)]
    watching.source.close()
    return spent


def _one_by_one(platform: Platform, session: requests.Session, slos: Sequence[Slo]) -> None:
    for slo in slos:
        _evaluate(platform, session, slo)


def _evaluate(platform: Platform, session: requests.Session, slo: Slo) -> None:
    if not isinstance(slo.sli, RatioSli) or slo.sli.good is None:
        raise TypeError(f"{slo.name} is no ratio of good and total")
    for window in WINDOWS:
        for expr in (slo.sli.good, slo.sli.total):
            answer = session.get(
                f"{platform.url}/api/v1/query",
                params={"query": expr.replace("$window", window), "time": str(platform.end)},
                timeout=60,
            )
            answer.raise_for_status()
            float(answer.json()["data"]["result"][0]["value"][1])
