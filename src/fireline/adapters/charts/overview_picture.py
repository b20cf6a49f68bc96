"""The worst budgets beside each other, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fireline.adapters.charts import canvas
from fireline.adapters.charts.theme import Theme
from fireline.usecases.views import BudgetOverview

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEAD, ROW, FOOT = 0.55, 0.46, 0.4
LOWEST = -1.0


def overview_png(chart: BudgetOverview, theme: Theme) -> bytes:
    """The picture's bytes."""
    height = HEAD + ROW * max(2, len(chart.bars)) + FOOT
    return canvas.png(height, theme, chart.alt, lambda figure: _draw(figure, chart, theme, height))


def _draw(figure: Figure, chart: BudgetOverview, theme: Theme, height: float) -> None:
    canvas.heading(figure, chart.title, theme, 0.03, 1 - 0.12 / height)
    axes = figure.add_axes((0.04, FOOT / height, 0.77, 1 - (HEAD + FOOT) / height))
    lowest = min((max(left, LOWEST) for _, left in chart.bars), default=0.0)
    left_edge = min(lowest, 0.0) * 1.02 - 0.005
    axes.set_xlim(left_edge, 1.0)
    for row, (name, left) in enumerate(chart.bars):
        shown = max(left, LOWEST)
        colour = theme.line(left)
        axes.barh(row + 0.2, 1.0, height=0.26, color=theme.grid, zorder=1)
        axes.barh(row + 0.2, shown, height=0.26, color=colour, zorder=2)
        axes.text(
            left_edge,
            row - 0.1,
            canvas.clipped(name, 52),
            fontsize=10,
            color=theme.ink,
            va="center",
        )
        words = f"{left:.0%}" if left >= 0 else f"{-left:.0%} over"
        axes.annotate(
            words,
            (1, row + 0.2),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=11.5,
            fontweight="bold",
            color=colour,
            annotation_clip=False,
        )
    axes.axvline(0, color=theme.spent, lw=1.2)
    axes.set_ylim(max(2, len(chart.bars)) - 0.4, -0.4)
    axes.set_yticks([])
    ticks = [t for t in (-1.0, -0.5, 0.0, 0.5, 1.0) if t >= lowest - 0.01]
    axes.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    canvas.bare(axes, theme)
    if chart.left_out:
        words = f"and {chart.left_out} more"
        figure.text(0.985, 0.02, words, fontsize=9.5, color=theme.faint, ha="right")
