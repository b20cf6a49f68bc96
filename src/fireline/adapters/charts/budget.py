"""The budget of an SLO as a picture that can be read on a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from fireline.usecases.views import BudgetChart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 9.6, 4.4, 200
INK, FAINT, GRID = "#1d1c1d", "#616061", "#e4e4e4"
BANDS = ((0.5, 1.0, "#e9f5ee"), (0.25, 0.5, "#fdf4dc"), (0.0, 0.25, "#fdebdd"))
SPENT_BAND = "#fbe3e4"
LINES = ((0.5, "#1a7f4b"), (0.25, "#b07d08"), (0.0, "#cc5c12"))
SPENT = "#c9252d"
FAST_BURN, SLOW_BURN, CALM = "#c9252d", "#e8912d", "#8fbfa5"
PAGE, ALLOWED = 14.4, 1.0
HEADROOM = 0.06
LOWEST = -1.0
HIGHEST_BURN = 30.0
DAY = 86400


class MatplotlibCharts:
    """Implements `Charts`; matplotlib is loaded when the first chart is drawn."""

    def __init__(self) -> None:
        # Font and glyph caches of matplotlib are shared and not made for threads.
        self._lock = Lock()

    def budget(self, chart: BudgetChart) -> bytes:
        """A PNG of the budget left over its window, with a strip of how fast it burned."""
        with self._lock:
            return _Picture(chart).png()


class _Picture:
    """One chart being drawn."""

    def __init__(self, chart: BudgetChart) -> None:
        self._chart = chart
        self._days = chart.times / DAY

    def png(self) -> bytes:
        """The picture's bytes."""
        from matplotlib import rc_context  # noqa: PLC0415 - costs half a second at start-up
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - same
        from matplotlib.figure import Figure  # noqa: PLC0415 - same

        with rc_context({"font.size": 12, "font.family": "DejaVu Sans"}):
            figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor="white")
            FigureCanvasAgg(figure)
            self._draw(figure)
            out = BytesIO()
            figure.savefig(out, format="png")
        return out.getvalue()

    def _draw(self, figure: Figure) -> None:
        top, strip = figure.subplots(
            2, 1, sharex=True, gridspec_kw={"height_ratios": [6, 1], "hspace": 0.1}
        )
        figure.subplots_adjust(left=0.085, right=0.905, top=0.875, bottom=0.095)
        figure.text(0.085, 0.925, self._chart.title, fontsize=14, fontweight="bold", color=INK)
        if self._known.sum() < 2:  # noqa: PLR2004 - a line needs two points
            top.text(0.5, 0.5, "nothing known yet", ha="center", transform=top.transAxes)
            return
        self._budget(top)
        self._burn(strip)
        self._marks(top)
        self._dates(strip)

    @cached_property
    def _known(self) -> np.ndarray:
        return np.isfinite(self._chart.remaining)

    @cached_property
    def _left(self) -> float:
        """What is left now."""
        return float(self._chart.remaining[self._known][-1])

    @property
    def _colour(self) -> str:
        return next((colour for above, colour in LINES if self._left > above), SPENT)

    def _budget(self, axes: Axes) -> None:
        remaining, days = self._chart.remaining, self._days
        low = max(float(np.nanmin(remaining)), LOWEST)
        low = low * 1.08 - HEADROOM if low < 0 else -HEADROOM
        end = max(self._left, LOWEST)
        for bottom, upper, colour in BANDS:
            axes.axhspan(bottom, upper, color=colour, lw=0, zorder=0)
        axes.axhspan(low, 0, color=SPENT_BAND, lw=0, zorder=0)
        axes.fill_between(days, remaining, 0, color=self._colour, alpha=0.07, lw=0)
        axes.plot(days, remaining, color=self._colour, lw=2.6, solid_capstyle="round", zorder=4)
        axes.axhline(0, color=SPENT, lw=1.4, ls=(0, (4, 3)), zorder=3)
        axes.set_ylim(low, 1 + HEADROOM)
        ticks = [t for t in (-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0) if t > low]
        axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
        axes.tick_params(length=0, labelcolor=FAINT, labelbottom=False)
        self._bare(axes)
        words = f"{self._left:.0%}" if self._left >= 0 else f"{-self._left:.0%}\nover"
        axes.annotate(
            words,
            (days[self._known][-1], end),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=17,
            fontweight="bold",
            color=self._colour,
            annotation_clip=False,
        )
        axes.plot(
            days[self._known][-1], end, "o", color=self._colour, ms=8, zorder=5, clip_on=False
        )

    def _burn(self, axes: Axes) -> None:
        """Bars of the burn rate; the height is compressed so that calm days still show.

        One shape per colour: a bar of its own for each bucket takes a second to draw.
        """
        from matplotlib.collections import PolyCollection  # noqa: PLC0415 - as in `png`

        burn = np.clip(np.nan_to_num(self._chart.burn), 0, HIGHEST_BURN)
        width = float(np.median(np.diff(self._days))) if len(self._days) > 1 else 1.0
        left, right, foot = self._days, self._days + width, np.zeros(len(burn))
        corners = ((left, foot), (left, np.sqrt(burn)), (right, np.sqrt(burn)), (right, foot))
        bars = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
        colours = np.where(burn >= PAGE, FAST_BURN, np.where(burn > ALLOWED, SLOW_BURN, CALM))
        for colour in (CALM, SLOW_BURN, FAST_BURN):
            shapes = bars[(colours == colour) & (burn > 0)]
            axes.add_collection(PolyCollection(shapes, facecolors=colour, linewidths=0))
        top = max(float(np.sqrt(burn.max())), float(np.sqrt(PAGE)))
        axes.axhline(1, color=FAINT, lw=0.9, ls=(0, (2, 2)))
        axes.set_ylim(0, top * 1.1)
        axes.set_yticks([1], ["1x"])
        axes.set_ylabel("burn", fontsize=11, color=FAINT, rotation=0, ha="right", va="top")
        axes.yaxis.set_label_coords(-0.012, 0.95)
        axes.tick_params(length=0, labelcolor=FAINT)
        self._bare(axes)

    def _marks(self, axes: Axes) -> None:
        """Thin lines at what happened; `now` is the end of the line and needs no words."""
        first, last = self._days[0], self._days[-1]
        for instant, words in self._chart.marks:
            day = instant.timestamp() / DAY
            if not first <= day <= last or words == "now":
                continue
            axes.axvline(day, color=INK, lw=1.1, ls=(0, (1, 2)), zorder=3)
            late = day > (first + last) / 2
            axes.annotate(
                words,
                (day, 1),
                xytext=(-6 if late else 6, -2),
                textcoords="offset points",
                ha="right" if late else "left",
                va="top",
                fontsize=11,
                color=INK,
            )

    def _dates(self, axes: Axes) -> None:
        """Five dates, or times when the window is short."""
        first, last = self._days[0], self._days[-1]
        at = np.linspace(first, last, 5)
        shape = "%-d %b" if last - first > 3 else "%H:%M"  # noqa: PLR2004 - days
        words = [f"{datetime.fromtimestamp(day * DAY, UTC):{shape}}" for day in at]
        words[-1] = "now"
        axes.set_xlim(first, last)
        axes.set_xticks(at, words)

    @staticmethod
    def _bare(axes: Axes) -> None:
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(GRID)
