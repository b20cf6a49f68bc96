"""Thirty days of two counters in a real Prometheus, with five incidents and false starts in them.

The seed, the incidents and what is only noise are fixed, so that every count is known beforehand.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from fireline.bootstrap.system import SystemClock
from fireline.demo.remote_write import Series
from fireline.domain.backtest.scoring import KnownIncident

STEP = 150
DAY = 86400
# Not long ago: the server the tests share takes nothing that is much older than what it has.
END = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
START = END - timedelta(days=30)
PER_STEP = 500.0
SLO_FILE = """\
apiVersion: fireline/v1
kind: SLO
name: {name}
title: {title}
service: {service}
tier: 1
owner: team-data
objective: 99.5
window: 7d
sli:
  ratio:
    bad: sum(increase({metric}_failed_total[$window]))
    total: sum(increase({metric}_total[$window]))
runbook: none
"""


@dataclass(frozen=True)
class Stretch:
    """From when on (days after START), how many minutes, which share of events was bad."""

    metric: str
    day: float
    minutes: int
    share: float

    @property
    def start(self) -> datetime:
        return START + timedelta(days=self.day)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)


INCIDENTS = (
    Stretch("bt_orders", 3.3, 60, 0.6),
    Stretch("bt_orders", 11.05, 25, 1.0),
    Stretch("bt_orders", 22.6, 180, 0.12),
    Stretch("bt_loads", 7.5, 90, 0.4),
    Stretch("bt_loads", 26.2, 40, 0.8),
)
# Nobody declared these: a blip that a calmer policy would sleep through, and a load test.
NOISE = (
    Stretch("bt_orders", 17.2, 5, 0.35),
    Stretch("bt_loads", 15.0, 30, 0.7),
)
SLO_OF = {"bt_orders": "bt-orders", "bt_loads": "bt-loads"}


def known() -> tuple[KnownIncident, ...]:
    """The five as people recorded them."""
    return tuple(
        KnownIncident(f"INC-{n}", one.start, one.end, slos=(SLO_OF[one.metric],))
        for n, one in enumerate(INCIDENTS, 1)
    )


def month() -> list[Series]:
    """Both counters from a week before START to END."""
    random = np.random.default_rng(20261120)
    times = np.arange(START.timestamp() - 7 * DAY, END.timestamp() + 1, STEP)
    made = []
    for metric in SLO_OF:
        total = random.poisson(PER_STEP, len(times)).astype(np.float64)
        share = np.full(len(times), 0.0004)
        for one in (*INCIDENTS, *NOISE):
            if one.metric == metric:
                inside = (times > one.start.timestamp()) & (times <= one.end.timestamp())
                share[inside] = one.share
        bad = random.binomial(total.astype(np.int64), share).astype(np.float64)
        for name, counts in ((f"{metric}_total", total), (f"{metric}_failed_total", bad)):
            labels = {"__name__": name, "job": "backtest"}
            made.append(Series(labels, times, np.cumsum(counts)))
    return made


def definitions(folder: Path) -> Path:
    """The two SLOs as files."""
    for metric, name in SLO_OF.items():
        text = SLO_FILE.format(name=name, title=name.title(), service=metric, metric=metric)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
