"""The budget of an SLO as a chart: what is drawn, and in words what it shows."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fireline.domain.slo.budget_history import budget_history
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import Episode, SloStatus
from fireline.domain.slo.wording import window_words
from fireline.usecases.chart_spans import spans_for, spans_words
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import stored_reading
from fireline.usecases.views import BudgetChart, BudgetOverview, ChartSpan, SloLine, SpanKind

OVERVIEW = 8


def chart_for(
    s: Services, uow: UnitOfWork, slo: Slo, episode: Episode | None = None
) -> BudgetChart:
    """The chart as of the last evaluation; a new version when the percentage shown changes."""
    status = uow.statuses.get(slo.name)
    at = status.at if status is not None else s.clock.now()
    reading = stored_reading(s, uow, slo, at)
    spans = spans_for(uow, slo, reading, datetime.fromtimestamp(reading.left, UTC), at)
    return reading_chart(reading, status, spans, episode, at)


def reading_chart(
    reading: Reading,
    status: SloStatus | None,
    spans: tuple[ChartSpan, ...] = (),
    episode: Episode | None = None,
    at: datetime | None = None,
) -> BudgetChart:
    """The chart of a reading, with what is marked in it."""
    slo = reading.slo
    history = budget_history(reading)
    if status is not None and status.remaining is not None and len(history.remaining):
        # The ledger holds closed buckets only; the words beside the picture count the open one too.
        history.remaining[-1] = status.remaining
    return BudgetChart(
        version=_version(slo, status, episode, spans),
        title=f"{slo.title}: error budget, {period_words(slo)}",
        alt=_alt(slo, status, spans),
        times=history.times,
        remaining=history.remaining,
        burn=history.burn,
        marks=_marks(episode, at or reading.at),
        spans=spans,
    )


def period_words(slo: Slo) -> str:
    """Over which time the budget runs, such as `last 30d` or `this month`."""
    if slo.calendar is not None:
        return f"this {slo.calendar.unit.value}"
    return f"last {window_words(slo.window_seconds)}"


def _version(
    slo: Slo, status: SloStatus | None, episode: Episode | None, spans: tuple[ChartSpan, ...]
) -> str:
    left = "unknown"
    if status is not None and status.remaining is not None:
        left = f"{status.remaining:.0%}"
    part = "closed" if episode is not None and episode.closed_at is not None else "open"
    # The message of a burning alert names its incident: no need to draw and upload for that.
    burning = episode is not None and episode.open
    incidents = 0 if burning else sum(span.kind is SpanKind.INCIDENT for span in spans)
    return f"{slo.name}-{part}-{left}-{incidents}".replace("%", "")


def _alt(slo: Slo, status: SloStatus | None, spans: tuple[ChartSpan, ...]) -> str:
    """What a person who cannot see the chart should know."""
    budget = f"Error budget of {slo.title} over {period_words(slo)}"
    marked = spans_words(spans)
    within = f" Within it: {marked}." if marked else ""
    if status is None or status.remaining is None:
        return f"{budget}: not known now.{within}"
    if status.remaining < 0:
        left = f"{-status.remaining:.0%} over the budget"
    else:
        left = f"{status.remaining:.0%} of the budget left"
    return f"{budget}: {left}.{within}"


def _marks(episode: Episode | None, at: datetime) -> tuple[tuple[datetime, str], ...]:
    marks = [(at, "now")]
    if episode is not None:
        marks.insert(0, (episode.first_bad_at, "burn began"))
        if episode.closed_at is not None:
            marks.insert(1, (episode.closed_at, "recovered"))
    return tuple(marks)


def budget_overview(what: str, lines: Sequence[SloLine]) -> BudgetOverview | None:
    """The worst budgets beside each other, with every figure in words too; None without any.

    Args:
        what: which moment it shows, such as a week's key.
        lines: worst first.
    """
    known = [(line.title or line.name, line.remaining) for line in lines]
    bars = [(title, left) for title, left in known if left is not None]
    if not bars:
        return None
    shown = tuple(bars[:OVERVIEW])
    words = "; ".join(f"{title} {_left_words(left)}" for title, left in shown)
    rest = len(bars) - len(shown)
    more = f"; and {rest} more" if rest else ""
    return BudgetOverview(
        version=f"{what}-{len(bars)}-" + "-".join(f"{100 * left:.0f}" for _, left in shown),
        title=f"Error budgets left, worst first ({what})",
        alt=f"Error budgets left, worst first: {words}{more}.",
        bars=shown,
        left_out=rest,
    )


def _left_words(left: float) -> str:
    return f"{-left:.0%} over" if left < 0 else f"{left:.0%} left"
