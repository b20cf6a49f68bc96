"""A stretch of history in which the orders pipeline went bad and got well again."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fireline.demo.remote_write import Series
from tests.servers import TestPrometheus

SLO = """\
apiVersion: fireline/v1
kind: SLO
name: orders-rows-valid
title: Order rows pass their contract
service: orders
tier: 0
owner: team-orders
channel: "#data-platform-alerts"
objective: 99.9
window: 30d
sli:
  ratio:
    bad: sum(increase(orders_rows_rejected_total[$window]))
    total: sum(increase(orders_rows_total[$window]))
datasets: [orders]
runbook: dbt-test-failed
"""

HISTORY_SECONDS = 3 * 3600
STEP = 15
RATE = 10.0


@dataclass(frozen=True)
class BrokenOrders:
    """When it broke, when it was well again, and the end of what was written; epoch seconds."""

    broke: int
    well: int
    end: int


def write_broken_orders(prometheus: TestPrometheus, end: float) -> BrokenOrders:
    """Three hours of rows that end at `end`; half of them are bad for six minutes, long before."""
    last = int(end) - int(end) % STEP
    times = np.arange(last - HISTORY_SECONDS, last + 1, STEP, dtype=np.float64)
    broke, well = last - 5400, last - 5400 + 360
    bad = (times > broke) & (times <= well)
    total = np.cumsum(np.full(len(times), RATE * STEP))
    rejected = np.cumsum(np.where(bad, RATE * STEP / 2, 0.0))
    prometheus.write_series(
        [
            Series({"__name__": "orders_rows_total", "job": "orders"}, times, total),
            Series({"__name__": "orders_rows_rejected_total", "job": "orders"}, times, rejected),
        ]
    )
    return BrokenOrders(broke, well, last)


def write_definition(folder: Path, text: str = SLO) -> Path:
    """The definition in a folder of its own."""
    place = folder / "slos"
    place.mkdir(exist_ok=True)
    (place / "orders.yaml").write_text(text)
    return place
