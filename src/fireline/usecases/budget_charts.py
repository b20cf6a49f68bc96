"""The budget of an SLO as a chart: what is drawn, and in words what it shows."""

from datetime import datetime

from fireline.domain.slo.budget_history import budget_history
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import Episode, SloStatus
from fireline.domain.slo.wording import window_words
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import stored_reading
from fireline.usecases.views import BudgetChart


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
    return BudgetChart(
        version=_version(slo, status, episode),
        title=f"{slo.title}: error budget, last {window_words(slo.window_seconds)}",
        alt=_alt(slo, status),
        times=history.times,
        remaining=history.remaining,
        burn=history.burn,
        marks=_marks(episode, at),
    )


def _version(slo: Slo, status: SloStatus | None, episode: Episode | None) -> str:
    left = "unknown"
    if status is not None and status.remaining is not None:
        left = f"{status.remaining:.0%}"
    part = "closed" if episode is not None and episode.closed_at is not None else "open"
    return f"{slo.name}-{part}-{left}".replace("%", "")


def _alt(slo: Slo, status: SloStatus | None) -> str:
    """What a person who cannot see the chart should know."""
    window = window_words(slo.window_seconds)
    if status is None or status.remaining is None:
        return f"Error budget of {slo.title} over {window}: not known now."
    if status.remaining < 0:
        left = f"{-status.remaining:.0%} over the budget"
    else:
        left = f"{status.remaining:.0%} of the budget left"
    return f"Error budget of {slo.title} over {window}: {left}."


def _marks(episode: Episode | None, at: datetime) -> tuple[tuple[datetime, str], ...]:
    marks = [(at, "now")]
    if episode is not None:
        marks.insert(0, (episode.first_bad_at, "burn began"))
        if episode.closed_at is not None:
            marks.insert(1, (episode.closed_at, "recovered"))
    return tuple(marks)
