"""The picture of a budget: a PNG of phone-friendly size, whatever is known."""

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.usecases.views import BudgetChart
from tests.unit.slo_builders import EPOCH, T


def chart(end: float, count: int = 720, *, known: bool = True) -> BudgetChart:
    """A budget that goes from whole to `end`."""
    times = np.array([EPOCH - 3600.0 * i for i in range(count)][::-1], np.float64)
    remaining = np.linspace(1.0, end, count)
    burn = np.full(count, 2.0)
    if not known:
        remaining = burn = np.full(count, np.nan)
    marks = ((datetime.fromtimestamp(EPOCH - 7200, UTC), "burn began"), (T, "now"))
    return BudgetChart("v1", "Orders land: error budget", "words", times, remaining, burn, marks)


@pytest.mark.parametrize(
    "drawn",
    [
        chart(0.8),
        chart(0.1),
        chart(-0.4),
        chart(-9.0),
        chart(0.5, count=1),
        chart(0.5, count=24),
        chart(0.5, known=False),
        chart(0.5, count=0),
    ],
)
def test_every_budget_can_be_drawn(drawn: BudgetChart) -> None:
    png = MatplotlibCharts().budget(drawn)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (1440, 860)
    assert len(png) < 200_000


def test_threads_may_draw_at_once() -> None:
    charts = MatplotlibCharts()
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(charts.budget, [chart(0.3, count=24)] * 2))
    assert len(set(drawn)) == 1


def test_matplotlib_is_loaded_only_when_something_is_drawn() -> None:
    code = (
        "import sys; from fireline.adapters.charts.drawing import MatplotlibCharts; "
        "MatplotlibCharts(); sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
