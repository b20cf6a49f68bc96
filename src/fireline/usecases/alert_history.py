"""The alerts of one SLO over its window: their cost, their worth, and what incidents took."""

from fireline.domain.incident.exposure import outside_ref
from fireline.domain.slo.alerting.noise import noise_of
from fireline.usecases.incident_costs import spent_by_incidents
from fireline.usecases.ports import Services
from fireline.usecases.slo_views import find_slo
from fireline.usecases.views import AlertHistory, AlertLine


def alert_history(s: Services, name: str) -> AlertHistory:
    """The SLO's alerts within its budget window, newest first.

    Raises:
        NotFoundError: there is no such SLO.
    """
    slo = find_slo(s, name)
    since = s.clock.now() - slo.window
    with s.store() as uow:
        spent = spent_by_incidents(s, uow, slo, s.clock.now())
        episodes = uow.episodes.of(slo.name, since)
        found = {e.group_id: uow.alerts.get(e.group_id) for e in episodes if e.group_id}
        groups = {group_id: group for group_id, group in found.items() if group is not None}
        lines = []
        for episode in reversed(episodes):
            group = groups.get(episode.group_id or "")
            incident_id = group.incident_id if group else None
            incident = uow.incidents.get(incident_id) if incident_id is not None else None
            lines.append(
                AlertLine(
                    kind=episode.kind,
                    severity=episode.severity,
                    opened_at=episode.opened_at,
                    closed_at=episode.closed_at,
                    spent=episode.spent,
                    mark=group.mark if group else None,
                    incident_ref=outside_ref(incident) if incident else None,
                )
            )
    return AlertHistory(
        slo=slo.name,
        title=slo.title,
        since=since,
        lines=tuple(lines),
        noise=noise_of(groups.values()),
        spent=spent,
    )
