"""The picture of a budget: a PNG of phone-friendly size, whatever is known."""

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time

import numpy as np
import pytest

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.domain.slo.status import BurnSeverity
from fireline.usecases.views import (
    BacktestChart,
    BacktestPanel,
    BudgetChart,
    BudgetOverview,
    BurnChart,
    ChartSpan,
    SpanKind,
)
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
    assert struct.unpack(">II", png[16:24]) == (1280, 860)
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


HOUR = timedelta(hours=1)
SPANS = (
    ChartSpan(SpanKind.PAGE, T - 3 * HOUR, T - 2 * HOUR),
    ChartSpan(SpanKind.TICKET, T - 300 * HOUR, T - 290 * HOUR),
    ChartSpan(SpanKind.FALSE, T - 200 * HOUR, T - 199 * HOUR),
    ChartSpan(SpanKind.INCIDENT, T - 3 * HOUR, T + 99 * HOUR, "INC-142"),
    ChartSpan(SpanKind.INCIDENT, T - 3.1 * HOUR, T, "INC-141, with a very long name"),
    ChartSpan(SpanKind.MAINTENANCE, T - 50 * HOUR, T - 40 * HOUR, "upgrade"),
    ChartSpan(SpanKind.MAINTENANCE, T - 5000 * HOUR, T - 4000 * HOUR, "long ago"),
)


def sized(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 300_000
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


@pytest.mark.parametrize("dark", [False, True])
def test_what_happened_is_marked_below_the_budget(*, dark: bool) -> None:
    plain = MatplotlibCharts().budget(chart(0.4), dark=dark)
    marked = MatplotlibCharts().budget(replace(chart(0.4), spans=SPANS), dark=dark)
    assert sized(plain) == (1280, 860)
    assert sized(marked) == (1280, 992)


@pytest.mark.parametrize("hours", [1, 30, 72, 240])
def test_burn_is_drawn_with_the_limits_of_its_alerts(hours: int) -> None:
    count = hours * 12
    times = np.array([EPOCH - 300.0 * i for i in range(count)][::-1], np.float64)
    wild = np.abs(np.sin(np.arange(count) / 9)) * 90
    nothing = np.full(count, np.nan)
    drawn = BurnChart(
        "v1",
        "Orders land: burn rate by window",
        "words",
        times,
        (("5m", wild), ("1h", wild / 9), ("6h", nothing)),
        ((BurnSeverity.PAGE, 14.4), (BurnSeverity.TICKET, 3.0), (BurnSeverity.TICKET, 2000.0)),
        SPANS,
    )
    assert sized(MatplotlibCharts().burn(drawn))[0] == 1280


def test_the_worst_budgets_are_bars() -> None:
    bars = (("orders " * 20, -3.0), ("loads", 0.0), ("cdc", 0.4), ("lake", 1.0))
    drawn = BudgetOverview("v1", "Budgets left", "words", bars, left_out=3)
    assert sized(MatplotlibCharts().overview(drawn))[0] == 1280
    empty = BudgetOverview("v1", "Budgets left", "words", ())
    assert sized(MatplotlibCharts().overview(empty))[0] == 1280


def test_a_backtest_shows_one_budget_below_the_other() -> None:
    times = np.linspace(EPOCH - 86400.0, EPOCH, 50)
    known = BacktestPanel("Orders", times, np.linspace(1, -0.5, 50), SPANS)
    unknown = BacktestPanel("Loads", times, np.full(50, np.nan), ())
    drawn = BacktestChart("Backtest", "words", (known, unknown), left_out=2)
    assert sized(MatplotlibCharts().backtest(drawn)) == (1280, 1280)


def test_a_whole_picture_takes_well_under_a_second() -> None:
    """It is drawn in a flow beside the ticks and must not keep the interpreter for long."""
    charts = MatplotlibCharts()
    wanted = replace(chart(0.4), spans=SPANS)
    charts.budget(wanted)
    begun = process_time()
    charts.budget(wanted)
    assert process_time() - begun < 0.8
