"""The burn alert as it is shown: an episode with its SLO's figures, runbook and incident."""

from fireline.domain.slo.episodes import fastest
from fireline.domain.slo.status import (
    BudgetState,
    BurnSeverity,
    DataState,
    PairReading,
    SloStatus,
)
from fireline.usecases.budget_charts import chart_for
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.slo_views import objective_words, slo_line
from fireline.usecases.views import AlertMessage, SloLine


def alert(s: Services, uow: UnitOfWork, ref: str) -> AlertMessage | None:
    """The message of the episode `ref`; None when there is no such episode."""
    episode = uow.episodes.get(ref)
    if episode is None:
        return None
    slo = s.definitions.current().slos.get(episode.slo)
    status = uow.statuses.get(episode.slo)
    incident = uow.incidents.get(episode.incident_id) if episode.incident_id is not None else None
    return AlertMessage(
        episode_id=episode.id,
        slo=slo_line(slo, status) if slo else _removed(episode.slo),
        service=slo.service if slo else "unknown",
        objective=objective_words(slo) if slo else "removed",
        severity=episode.severity,
        opened_at=episode.opened_at,
        first_bad_at=episode.first_bad_at,
        pair=_deciding_pair(status, episode.severity),
        closed_at=episode.closed_at,
        spent=episode.spent,
        acknowledged_by=episode.acknowledged_by,
        acknowledged_at=episode.acknowledged_at,
        snoozed_until=episode.snoozed_until,
        runbook=s.runbooks.for_slo(slo) if slo else None,
        incident_ref=incident.ref if incident else None,
        incident_channel=incident.channel_id if incident else None,
        chart=chart_for(s, uow, slo, episode) if slo else None,
    )


def _removed(name: str) -> SloLine:
    """What is left of an SLO that is no longer defined."""
    return SloLine(
        name=name,
        title=name,
        tier=2,
        data_state=DataState.NO_DATA,
        budget_state=BudgetState.UNKNOWN,
        remaining=None,
        budget=None,
        unit="events",
        window_seconds=0,
        sentence="This SLO was removed from the definitions.",
    )


def _deciding_pair(status: SloStatus | None, severity: BurnSeverity) -> PairReading | None:
    """The pair that fires, or the one nearest to it."""
    if status is None:
        return None
    firing = fastest(status, severity)
    if firing is not None:
        return firing
    same = [p for p in status.pairs if p.severity is severity and p.burn_long is not None]
    return max(same, key=lambda p: (p.burn_long or 0.0) / (p.factor or 1.0), default=None)
