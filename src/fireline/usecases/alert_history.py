"""The alerts of one SLO over its window: their cost, their worth, and what incidents took."""

from datetime import datetime, timedelta

from fireline.domain.incident.exposure import outside_ref
from fireline.domain.incident.incident import Stamp
from fireline.domain.slo.alerting.noise import noise_of
from fireline.usecases.alert_views import AlertHistory, AlertLine, Touched
from fireline.usecases.incident_costs import spent_by_incidents
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recorded_incidents import WITHHELD, counts
from fireline.usecases.slo_views import find_slo


def alert_history(s: Services, name: str, back: timedelta | None = None) -> AlertHistory:
    """The SLO's alerts within its budget window, newest first; or so far `back`, with incidents.

    Raises:
        NotFoundError: there is no such SLO.
    """
    slo = find_slo(s, name)
    now = s.clock.now()
    since = now - (back or slo.window)
    with s.store() as uow:
        spent = spent_by_incidents(s, uow, slo, now)
        touched = _touched(uow, slo.name, since, now) if back is not None else None
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
        touched=touched,
    )


def _touched(uow: UnitOfWork, slo: str, since: datetime, now: datetime) -> tuple[Touched, ...]:
    """Incidents that touched it, newest first; no drill, and of restricted ones no word."""
    found = uow.incidents.between(since, now + timedelta(seconds=1))
    real = [i for i in found if counts(i) and slo in i.slos]
    return tuple(
        Touched(
            ref=WITHHELD if incident.restricted else incident.ref,
            title="" if incident.restricted else incident.title,
            at=incident.stamps[Stamp.DECLARED],
            cost=incident.budget_cost.get(slo),
            raw_cost=incident.raw_budget_cost.get(slo),
        )
        for incident in sorted(real, key=lambda i: -i.id)
    )
