"""How fast an SLO burns, by window: figures, pairs, and a chart with their limits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from fireline.domain.policy.burn_pairs import plan_pairs
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.burn_history import BurnHistory, burn_history
from fireline.domain.slo.definition import Family, Slo
from fireline.domain.slo.ledger import floor_edge
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import BurnSeverity, PairReading, SloStatus
from fireline.domain.slo.wording import window_words
from fireline.usecases.chart_spans import spans_for
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.slo_views import find_slo, slo_line
from fireline.usecases.stored_budgets import stored_reading
from fireline.usecases.views import BurnChart, BurnDetail, ChartSpan

SHOWN = (300, 3600, 21600, 259200)
LOOK_BACK = timedelta(days=3)


def burn_detail(s: Services, name: str) -> BurnDetail:
    """One SLO's burn, from the ledger.

    Raises:
        NotFoundError: no SLO has this name; the text names the nearest ones.
    """
    slo = find_slo(s, name)
    with s.store() as uow:
        status = uow.statuses.get(slo.name)
        chart = stored_burn_chart(s, uow, slo, status)
    return BurnDetail(slo_line(slo, status), status.pairs if status else (), chart)


def stored_burn_chart(
    s: Services, uow: UnitOfWork, slo: Slo, status: SloStatus | None
) -> BurnChart | None:
    """The chart as of the last evaluation; None where there is nothing to draw."""
    if status is None or status.remaining is None:
        return None
    reading = stored_reading(s, uow, slo, status.at)
    spans = spans_for(uow, slo, reading, reading.at - LOOK_BACK, reading.at)
    return burn_chart(reading, status.pairs, s.policy, spans)


def burn_chart(
    reading: Reading,
    pairs: Sequence[PairReading],
    policy: Policy,
    spans: tuple[ChartSpan, ...] = (),
) -> BurnChart | None:
    """Burn rates of the last days; None for what has none: deadlines and shares."""
    slo = reading.slo
    if slo.family in (Family.DEADLINES, Family.SHARES) or slo.budget_fraction <= 0:
        return None
    windows = tuple(w for w in SHOWN if w <= slo.window_seconds)
    back = min(int(LOOK_BACK.total_seconds()), slo.window_seconds)
    history = burn_history(reading, windows, back)
    if not any(np.isfinite(rates).any() for rates in history.burns):
        return None
    names = tuple(window_words(seconds) for seconds in windows)
    end = floor_edge(reading.epoch)
    return BurnChart(
        version=f"{slo.name}-burn-{end}",
        title=f"{slo.title}: burn rate by window",
        alt=_alt(slo, names, history, pairs),
        times=history.times,
        lines=tuple(zip(names, history.burns, strict=True)),
        limits=_limits(slo, policy),
        spans=tuple(s for s in spans if s.end >= datetime.fromtimestamp(end - back, UTC)),
    )


def _limits(slo: Slo, policy: Policy) -> tuple[tuple[BurnSeverity, float], ...]:
    """The factors of the pairs, highest first, each once."""
    pairs = plan_pairs(slo, policy.pairs)
    unique = dict.fromkeys((pair.severity, round(pair.factor, 2)) for pair in pairs)
    return tuple(sorted(unique, key=lambda limit: -limit[1]))


def _alt(slo: Slo, names: Sequence[str], history: BurnHistory, pairs: Sequence[PairReading]) -> str:
    """The newest figures, and which alert fires."""
    newest = (
        f"{name} {rates[-1]:.1f}x" if rates[-1] == rates[-1] else f"{name} no events"
        for name, rates in zip(names, history.burns, strict=True)
    )
    firing = sorted({pair.severity.value for pair in pairs if pair.firing})
    state = f"firing: {', '.join(firing)}" if firing else "no burn alert fires"
    return f"Burn rate of {slo.title} now: {', '.join(newest)}; {state}. 1x spends the budget."
