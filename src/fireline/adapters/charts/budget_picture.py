"""The budget of an SLO going down over its window, and how fast it burned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fireline.adapters.charts import canvas
from fireline.adapters.charts.theme import Theme
from fireline.domain.slo.buckets import Counts
from fireline.usecases.views import BudgetChart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT = 4.3
LEFT, RIGHT = 0.15, 0.855
PAGE, ALLOWED = 14.4, 1.0
HEADROOM = 0.06
LOWEST = -1.0
HIGHEST_BURN = 30.0


def budget_png(chart: BudgetChart, theme: Theme) -> bytes:
    """The picture's bytes."""
    rows = len(canvas.lanes_of(chart.spans))
    return canvas.png(
        HEIGHT + 0.22 * rows, theme, chart.alt, lambda figure: _draw(figure, chart, theme)
    )


def _draw(figure: Figure, chart: BudgetChart, theme: Theme) -> None:
    canvas.heading(figure, chart.title, theme, 0.03, 0.975)
    canvas.legend(figure, chart.spans, theme, 0.03, 0.865)
    rows = len(canvas.lanes_of(chart.spans))
    ratios = [6, *([0.55 * rows] if rows else []), 1]
    parts = figure.subplots(
        len(ratios), 1, sharex=True, gridspec_kw={"height_ratios": ratios, "hspace": 0.1}
    )
    figure.subplots_adjust(left=LEFT, right=RIGHT, top=0.80 if chart.spans else 0.86, bottom=0.08)
    top, strip = parts[0], parts[-1]
    if np.isfinite(chart.remaining).sum() < 2:  # noqa: PLR2004 - a line needs two points
        top.text(0.5, 0.5, "nothing known yet", ha="center", transform=top.transAxes)
        for axes in parts:
            axes.set_axis_off()
        return
    days = chart.times / canvas.DAY
    burn_down(top, days, chart.remaining, theme)
    _bars(strip, days, chart.burn, theme)
    canvas.dates(strip, days[0], days[-1])
    canvas.shade(top, chart.spans, theme)
    _marks(top, chart, theme)
    if rows:
        canvas.lanes(parts[1], chart.spans, days[0], days[-1], theme)
        parts[1].tick_params(labelbottom=False)


def burn_down(axes: Axes, days: Counts, remaining: Counts, theme: Theme) -> None:
    """The line of what is left, the usual bands behind it and the figure at its end."""
    known = np.isfinite(remaining)
    left = float(remaining[known][-1])
    colour = theme.line(left)
    low = max(float(np.nanmin(remaining)), LOWEST)
    low = low * 1.08 - HEADROOM if low < 0 else -HEADROOM
    for bottom, upper, band in theme.bands:
        axes.axhspan(bottom, upper, color=band, lw=0, zorder=0)
    axes.axhspan(low, 0, color=theme.spent_band, lw=0, zorder=0)
    axes.fill_between(days, remaining, 0, color=colour, alpha=0.07, lw=0)
    axes.plot(days, remaining, color=colour, lw=2.4, solid_capstyle="round", zorder=4)
    axes.axhline(0, color=theme.spent, lw=1.3, ls=(0, (4, 3)), zorder=3)
    axes.set_ylim(low, 1 + HEADROOM)
    ticks = [t for t in (-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0) if t > low]
    axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
    canvas.bare(axes, theme)
    axes.tick_params(labelbottom=False)
    _figure(axes, float(days[known][-1]), left, colour)


def _figure(axes: Axes, day: float, left: float, colour: str) -> None:
    """What is left now, beside the end of the line."""
    end = max(left, LOWEST)
    axes.annotate(
        f"{left:.0%}" if left >= 0 else f"{-left:.0%}\nover",
        (day, end),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=15,
        fontweight="bold",
        color=colour,
        annotation_clip=False,
    )
    axes.plot(day, end, "o", color=colour, ms=7, zorder=5, clip_on=False)


def _bars(axes: Axes, days: Counts, rates: Counts, theme: Theme) -> None:
    """Bars of the burn rate; the height is compressed so that calm days still show.

    One shape per colour: a bar of its own for each bucket takes a second to draw.
    """
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - as in `canvas.png`

    burn = np.clip(np.nan_to_num(rates), 0, HIGHEST_BURN)
    width = float(np.median(np.diff(days))) if len(days) > 1 else 1.0
    left, right, foot = days, days + width, np.zeros(len(burn))
    corners = ((left, foot), (left, np.sqrt(burn)), (right, np.sqrt(burn)), (right, foot))
    bars = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
    colours = np.where(burn >= PAGE, theme.fast, np.where(burn > ALLOWED, theme.slow, theme.calm))
    for colour in (theme.calm, theme.slow, theme.fast):
        shapes = bars[(colours == colour) & (burn > 0)]
        axes.add_collection(PolyCollection(shapes, facecolors=colour, linewidths=0))
    top = max(float(np.sqrt(burn.max())), float(np.sqrt(PAGE)))
    axes.axhline(1, color=theme.faint, lw=0.9, ls=(0, (2, 2)))
    axes.set_ylim(0, top * 1.1)
    axes.set_yticks([1], ["1x"])
    axes.set_ylabel("burn", fontsize=10, color=theme.faint, rotation=0, ha="right", va="top")
    axes.yaxis.set_label_coords(-0.015, 0.98)
    canvas.bare(axes, theme)


def _marks(axes: Axes, chart: BudgetChart, theme: Theme) -> None:
    """Thin lines at what happened; `now` is the end of the line and needs no words."""
    first, last = axes.get_xlim()
    for instant, words in chart.marks:
        day = canvas.days(instant)
        if not first <= day <= last or words == "now":
            continue
        axes.axvline(day, color=theme.ink, lw=1.1, ls=(0, (1, 2)), zorder=3)
        late = day > (first + last) / 2
        axes.annotate(
            words,
            (day, 1),
            xytext=(-6 if late else 6, -2),
            textcoords="offset points",
            ha="right" if late else "left",
            va="top",
            fontsize=10.5,
            color=theme.ink,
        )
