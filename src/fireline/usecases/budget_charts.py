"""The budget of an SLO as a chart: what is drawn, and in words what it shows."""

from datetime import datetime, timedelta

from fireline.domain.slo.budget_history import budget_history
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import Episode, SloStatus
from fireline.domain.slo.wording import window_words
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import stored_reading
from fireline.usecases.views import BudgetChart

_HOUR = timedelta(hours=1)


def chart_for(
    s: Services, uow: UnitOfWork, slo: Slo, episode: Episode | None = None
) -> BudgetChart:
    """The chart as of the last evaluation; a new version each hour, and when an episode closes."""
    status = uow.statuses.get(slo.name)
    at = status.at if status is not None else s.clock.now()
    reading = stored_reading(uow, slo, at)
    history = budget_history(reading)
    return BudgetChart(
        version=_version(slo, at, episode),
        title=f"{slo.title}: error budget, last {window_words(slo.window_seconds)}",
        alt=_alt(slo, status),
        times=history.times,
        remaining=history.remaining,
        burn=history.burn,
        marks=_marks(episode, at),
    )


def _version(slo: Slo, at: datetime, episode: Episode | None) -> str:
    if episode is not None and episode.closed_at is not None:
        return f"{slo.name}-{episode.closed_at:%Y%m%dT%H%M}-closed"
    if episode is not None and at - episode.opened_at < _HOUR:
        return f"{slo.name}-{episode.opened_at:%Y%m%dT%H%M}-{episode.severity.value}"
    return f"{slo.name}-{at:%Y%m%dT%H}"


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
