"""A replayed range: one budget below the other, with the alerts that would have fired."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fireline.adapters.charts import canvas
from fireline.adapters.charts.budget_picture import burn_down
from fireline.adapters.charts.theme import Theme
from fireline.usecases.views import BacktestChart, BacktestPanel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEAD, PANEL, FOOT = 0.85, 2.6, 0.35


def backtest_png(chart: BacktestChart, theme: Theme) -> bytes:
    """The picture's bytes."""
    count = max(1, len(chart.panels))
    height = HEAD + PANEL * count + FOOT
    return canvas.png(height, theme, chart.alt, lambda figure: _draw(figure, chart, theme, height))


def _draw(figure: Figure, chart: BacktestChart, theme: Theme, height: float) -> None:
    canvas.heading(figure, chart.title, theme, 0.03, 1 - 0.12 / height)
    every = [span for panel in chart.panels for span in panel.spans]
    canvas.legend(figure, every, theme, 0.03, 1 - 0.58 / height)
    count = len(chart.panels)
    grid = figure.add_gridspec(
        3 * count,
        1,
        height_ratios=[4, 1, 1] * count,
        left=0.15,
        right=0.855,
        top=1 - (HEAD + 0.25) / height,
        bottom=0,
        hspace=0.1,
    )
    for index, panel in enumerate(chart.panels):
        _panel(figure.add_subplot(grid[3 * index]), panel, theme)
        lanes = figure.add_subplot(grid[3 * index + 1])
        first, last = panel.times[0] / canvas.DAY, panel.times[-1] / canvas.DAY
        canvas.lanes(lanes, panel.spans, first, last, theme)
        canvas.dates(lanes, first, last, end="")
    if chart.left_out:
        words = f"{chart.left_out} more SLOs are not drawn"
        figure.text(0.03, 0.01, words, fontsize=9.5, color=theme.faint)


def _panel(axes: Axes, panel: BacktestPanel, theme: Theme) -> None:
    axes.set_title(
        canvas.wrapped(panel.title, 70), loc="left", fontsize=10.5, color=theme.ink, x=-0.17
    )
    days = panel.times / canvas.DAY
    axes.set_xlim(days[0], days[-1])
    if np.isfinite(panel.remaining).sum() < 2:  # noqa: PLR2004 - a line needs two points
        axes.text(0.5, 0.5, "no budget known in this range", ha="center", transform=axes.transAxes)
        canvas.bare(axes, theme)
        return
    burn_down(axes, days, panel.remaining, theme)
    canvas.shade(axes, panel.spans, theme)
