"""The burn alert as it is shown: an episode with its SLO's figures, runbook and incident."""

from fireline.domain.slo.episodes import fastest
from fireline.domain.slo.status import BurnSeverity, PairReading, SloStatus
from fireline.usecases.budget_charts import chart_for
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.slo_views import objective_words, slo_line
from fireline.usecases.views import AlertMessage


def alert(s: Services, uow: UnitOfWork, ref: str) -> AlertMessage | None:
    """The message of the episode `ref`; None when the episode or its SLO is gone."""
    episode = uow.episodes.get(ref)
    slo = s.definitions.current().slos.get(episode.slo) if episode is not None else None
    if episode is None or slo is None:
        return None
    status = uow.statuses.get(slo.name)
    incident = uow.incidents.get(episode.incident_id) if episode.incident_id is not None else None
    return AlertMessage(
        episode_id=episode.id,
        slo=slo_line(slo, status),
        service=slo.service,
        objective=objective_words(slo),
        severity=episode.severity,
        opened_at=episode.opened_at,
        first_bad_at=episode.first_bad_at,
        pair=_deciding_pair(status, episode.severity),
        closed_at=episode.closed_at,
        spent=episode.spent,
        acknowledged_by=episode.acknowledged_by,
        acknowledged_at=episode.acknowledged_at,
        snoozed_until=episode.snoozed_until,
        runbook=s.runbooks.for_slo(slo),
        incident_ref=incident.ref if incident else None,
        incident_channel=incident.channel_id if incident else None,
        chart=chart_for(s, uow, slo, episode),
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
