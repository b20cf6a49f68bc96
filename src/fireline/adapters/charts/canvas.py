"""What every picture has: a figure of phone-friendly proportions, marked stretches, dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from fireline.adapters.charts.theme import Theme
from fireline.usecases.views import ChartSpan, SpanKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.4
DAY = 86400
SMALLEST = 0.006
DAYS_BY_NAME, MANY_DAYS = 1.5, 10.0
LANES = (
    ("alerts", (SpanKind.TICKET, SpanKind.PAGE, SpanKind.FALSE)),
    ("incidents", (SpanKind.INCIDENT,)),
    ("maintenance", (SpanKind.MAINTENANCE,)),
)


def png(height: float, theme: Theme, alt: str, draw: Callable[[Figure], None]) -> bytes:
    """A picture of this height in inches, drawn by the given function; the file holds its words."""
    from matplotlib import rc_context  # noqa: PLC0415 - costs half a second at start-up
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - same
    from matplotlib.figure import Figure  # noqa: PLC0415 - same

    with rc_context({"font.size": 11, "font.family": "DejaVu Sans", "text.color": theme.ink}):
        figure = Figure(figsize=(WIDTH, height), dpi=theme.dpi, facecolor=theme.paper)
        FigureCanvasAgg(figure)
        draw(figure)
        out = BytesIO()
        figure.savefig(out, format="png", metadata={"Description": alt})
    return out.getvalue()


def bare(axes: Axes, theme: Theme) -> None:
    """Without a frame, with quiet labels."""
    axes.set_facecolor(theme.paper)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(theme.grid)
    axes.tick_params(length=0, labelcolor=theme.faint)


def dates(axes: Axes, first: float, last: float, *, end: str = "now") -> None:
    """A few dates, midnights or times, by how long the range is; the last one in words."""
    if DAYS_BY_NAME < last - first <= MANY_DAYS:
        # Not so near to an edge that the words there would be overwritten.
        room = 0.1 * (last - first)
        at = np.arange(np.ceil(first), last, max(1, round((last - first) / 5)))
        at = np.append(at[(at > first + room / 3) & (at < last - room)], last)
    else:
        at = np.linspace(first, last, 5)
    shape = "%-d %b" if last - first > DAYS_BY_NAME else "%H:%M"
    words = [f"{datetime.fromtimestamp(day * DAY, UTC):{shape}}" for day in at]
    words[-1] = end or words[-1]
    axes.set_xlim(first, last)
    axes.set_xticks(at, words)
    if at[0] == first:
        axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.get_xticklabels()[-1].set_horizontalalignment("right")


def days(at: datetime) -> float:
    """An instant as the axis counts it."""
    return at.timestamp() / DAY


def lanes_of(spans: Sequence[ChartSpan]) -> list[tuple[str, tuple[SpanKind, ...]]]:
    """The lanes that hold anything."""
    kinds = {span.kind for span in spans}
    return [(name, held) for name, held in LANES if kinds & set(held)]


def lanes(axes: Axes, spans: Sequence[ChartSpan], first: float, last: float, theme: Theme) -> None:
    """One row for alerts, incidents and maintenance each; short stretches stay visible."""
    rows = lanes_of(spans)
    least = SMALLEST * (last - first)
    for row, (_, kinds) in enumerate(rows):
        for kind in kinds:
            bars = []
            for span in spans:
                begin, end = max(days(span.start), first), min(days(span.end), last)
                if span.kind is kind and end >= first and begin <= last:
                    bars.append((begin, max(end - begin, least)))
            axes.broken_barh(bars, (row - 0.36, 0.72), **_look(kind, theme), linewidth=0.9)
    _names(axes, spans, rows, theme, first, last)
    axes.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=9)
    bare(axes, theme)
    axes.spines["bottom"].set_visible(False)


def _look(kind: SpanKind, theme: Theme) -> dict[str, Any]:
    """How a stretch of this kind is filled: what did not count is hollow or hatched."""
    look: dict[str, Any] = {"facecolor": theme.spans[kind], "edgecolor": theme.spans[kind]}
    if kind in (SpanKind.FALSE, SpanKind.MAINTENANCE):
        look["facecolor"] = theme.paper
    if kind is SpanKind.MAINTENANCE:
        look["hatch"] = "////"
    return look


def _names(
    axes: Axes,
    spans: Sequence[ChartSpan],
    rows: Sequence[tuple[str, tuple[SpanKind, ...]]],
    theme: Theme,
    first: float,
    last: float,
) -> None:
    """The names of incidents beside their stretches, where there is room."""
    row = next((r for r, (name, _) in enumerate(rows) if name == "incidents"), None)
    named = [s for s in spans if s.kind is SpanKind.INCIDENT and s.label]
    starts = sorted((max(days(s.start), first), min(days(s.end), last), s.label) for s in named)
    room = 0.02 * (last - first)
    taken = first
    for index, (begin, over, label) in enumerate(starts):
        end = max(over, begin + room / 3)
        wide = room * (0.5 + 0.75 * len(label[:12]))
        after = starts[index + 1][0] if index + 1 < len(starts) else last
        if row is None or not first <= begin <= last:
            continue
        right = end + wide <= after
        if right or begin - wide >= taken:
            axes.annotate(
                label[:12],
                (end if right else begin, row),
                xytext=(4 if right else -4, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                fontsize=9,
                color=theme.spans[SpanKind.INCIDENT],
            )
        taken = end + wide if right else end


def shade(axes: Axes, spans: Sequence[ChartSpan], theme: Theme) -> None:
    """Incidents and maintenance as pale stretches behind the line."""
    first, last = axes.get_xlim()
    for span in spans:
        begin, end = max(days(span.start), first), min(days(span.end), last)
        if span.kind not in (SpanKind.INCIDENT, SpanKind.MAINTENANCE) or end < begin:
            continue
        axes.axvspan(begin, end, color=theme.spans[span.kind], alpha=0.16, lw=0, zorder=1)
        if span.kind is SpanKind.INCIDENT:
            axes.axvline(begin, color=theme.spans[span.kind], lw=0.9, zorder=2)


def legend(
    figure: Figure, spans: Sequence[ChartSpan], theme: Theme, left: float, height: float
) -> None:
    """A row of the colours that are used, in words."""
    from matplotlib.patches import Patch  # noqa: PLC0415 - as in `png`

    kinds = [kind for kind in SpanKind if any(span.kind is kind for span in spans)]
    if not kinds:
        return
    handles = [Patch(**_look(kind, theme), label=kind.value) for kind in kinds]
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(left, height),
        ncols=len(handles),
        frameon=False,
        fontsize=9.5,
        handlelength=1.1,
        handleheight=0.8,
        columnspacing=1.2,
        borderpad=0,
        borderaxespad=0,
        labelcolor=theme.faint,
        handletextpad=0.4,
    )


def heading(figure: Figure, text: str, theme: Theme, left: float, height: float) -> None:
    """The title, on two lines where it is long."""
    figure.text(
        left,
        height,
        wrapped(text, 50),
        fontsize=12,
        fontweight="bold",
        color=theme.ink,
        va="top",
        linespacing=1.15,
    )


def wrapped(text: str, width: int) -> str:
    """At most two lines; the rest is cut visibly."""
    from textwrap import wrap  # noqa: PLC0415 - small, and only here

    lines = wrap(text, width) or [""]
    return "\n".join([lines[0], *([f"{lines[1]}\u2026"] if len(lines) > 2 else lines[1:])])  # noqa: PLR2004 - two lines


def clipped(text: str, most: int) -> str:
    """The text within so many letters, cut visibly."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\u2026"
