"""How fast a budget burns, by window, with the limits of the burn alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fireline.adapters.charts import canvas
from fireline.adapters.charts.theme import Theme
from fireline.domain.slo.buckets import Counts
from fireline.usecases.views import BurnChart, SpanKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT = 4.3
TICKS = (0.0, 1.0, 3.0, 6.0, 14.4, 30.0, 60.0, 100.0, 200.0, 500.0, 1000.0)
LEAST_TOP = 4.0
CROWDED = 0.09
LABEL = 0.05


def burn_png(chart: BurnChart, theme: Theme) -> bytes:
    """The picture's bytes."""
    rows = len(canvas.lanes_of(chart.spans))
    return canvas.png(
        HEIGHT + 0.22 * rows, theme, chart.alt, lambda figure: _draw(figure, chart, theme)
    )


def _draw(figure: Figure, chart: BurnChart, theme: Theme) -> None:
    canvas.heading(figure, chart.title, theme, 0.03, 0.975)
    rows = len(canvas.lanes_of(chart.spans))
    ratios = [6, *([0.55 * rows] if rows else [])]
    parts = figure.subplots(
        len(ratios),
        1,
        sharex=True,
        squeeze=False,
        gridspec_kw={"height_ratios": ratios, "hspace": 0.16},
    )[:, 0]
    figure.subplots_adjust(left=0.15, right=0.81, top=0.80, bottom=0.08)
    axes, days = parts[0], chart.times / canvas.DAY
    top = _top(chart)
    axes.set_yscale("function", functions=(_root, np.square))
    axes.set_ylim(0, top)
    axes.set_xlim(days[0], days[-1])
    for index, (name, rates) in enumerate(chart.lines):
        colour = theme.series[index % len(theme.series)]
        axes.plot(days, np.minimum(rates, top), color=colour, lw=1.0 + 0.55 * index, label=name)
    _limits(axes, chart, theme, top)
    canvas.shade(axes, chart.spans, theme)
    ticks = _spread([t for t in TICKS if t <= top], top)
    axes.set_yticks(ticks, [f"{tick:g}x" for tick in ticks])
    axes.minorticks_off()
    canvas.bare(axes, theme)
    _legend(figure, axes, theme)
    if rows:
        axes.tick_params(labelbottom=False)
        canvas.lanes(parts[1], chart.spans, days[0], days[-1], theme)
    canvas.dates(parts[-1], days[0], days[-1])


def _root(values: Counts) -> Counts:
    """The compressed height, so that calm hours still show."""
    roots: Counts = np.sqrt(np.maximum(values, 0))
    return roots


def _top(chart: BurnChart) -> float:
    """High enough for all rates and for the next limit above them."""
    peaks = [float(np.nanmax(r)) for _, r in chart.lines if np.isfinite(r).any()]
    peak = max(peaks, default=0.0)
    above = [factor for _, factor in chart.limits if factor > peak]
    reach = max(peak, min(above, default=0.0), LEAST_TOP)
    return reach * 1.12


def _spread(values: list[float], top: float) -> list[float]:
    """Those of the values, lowest first, that do not stand on each other."""
    kept: list[float] = []
    for value in values:
        if not kept or (np.sqrt(value) - np.sqrt(kept[-1])) / np.sqrt(top) > CROWDED:
            kept.append(value)
    return kept


def _limits(axes: Axes, chart: BurnChart, theme: Theme, top: float) -> None:
    """A dashed line at each factor, named at the right edge where there is room."""
    free = np.inf
    for severity, factor in chart.limits:
        if factor > top:
            continue
        colour = theme.spans[SpanKind(severity.value)]
        axes.axhline(factor, color=colour, lw=1.1, ls=(0, (4, 3)), zorder=3)
        height = float(np.sqrt(factor / top))
        if free - height > LABEL:
            axes.annotate(
                f"{severity.value} {factor:g}x",
                (1, height),
                xycoords="axes fraction",
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color=colour,
                annotation_clip=False,
            )
            free = height


def _legend(figure: Figure, axes: Axes, theme: Theme) -> None:
    handles, _ = axes.get_legend_handles_labels()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.03, 0.875),
        ncols=len(handles),
        frameon=False,
        fontsize=10,
        handlelength=1.6,
        columnspacing=1.4,
        borderpad=0,
        borderaxespad=0,
        labelcolor=theme.faint,
        handletextpad=0.5,
    )
