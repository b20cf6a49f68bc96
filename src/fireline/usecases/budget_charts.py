"""The budget of an SLO as a chart: what is drawn, and in words what it shows."""

from datetime import UTC, datetime

from fireline.domain.slo.budget_history import budget_history
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import Episode, SloStatus
from fireline.domain.slo.wording import window_words
from fireline.usecases.chart_spans import spans_for, spans_words
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import stored_reading
from fireline.usecases.views import BudgetChart, ChartSpan, SpanKind


def chart_for(
    s: Services, uow: UnitOfWork, slo: Slo, episode: Episode | None = None
) -> BudgetChart:
    """The chart as of the last evaluation; a new version when the percentage shown changes."""
    status = uow.statuses.get(slo.name)
    at = status.at if status is not None else s.clock.now()
    reading = stored_reading(s, uow, slo, at)
    history = budget_history(reading)
    if status is not None and status.remaining is not None and len(history.remaining):
        # The ledger holds closed buckets only; the words beside the picture count the open one too.
        history.remaining[-1] = status.remaining
    start = datetime.fromtimestamp(reading.left, UTC)
    spans = spans_for(uow, slo, reading, start, at)
    return BudgetChart(
        version=_version(slo, status, episode, spans),
        title=f"{slo.title}: error budget, {period_words(slo)}",
        alt=_alt(slo, status, spans),
        times=history.times,
        remaining=history.remaining,
        burn=history.burn,
        marks=_marks(episode, at),
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
    incidents = sum(span.kind is SpanKind.INCIDENT for span in spans)
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
