"""Which incident an alert is shown with: kept at the alert itself, so that its message says so."""

from collections.abc import Iterable
from dataclasses import replace

from fireline.domain.incident.details import LinkedAlert
from fireline.usecases.alert_messages import post_alert
from fireline.usecases.external_messages import post_group
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import ALERTMANAGER, BURN


def relinked(
    s: Services,
    uow: UnitOfWork,
    alerts: Iterable[LinkedAlert],
    before: int | None,
    after: int | None,
) -> None:
    """Let these alerts say that they belong to another incident, or to none; others stay."""
    for alert in alerts:
        if alert.source == BURN:
            group = uow.alerts.get(alert.ref)
            if group is not None and group.incident_id == before:
                moved = replace(group, incident_id=after)
                uow.alerts.save(moved)
                post_alert(s, uow, moved)
        elif alert.source == ALERTMANAGER:
            external = uow.external_groups.get(alert.ref)
            if external is not None and external.incident_id == before:
                linked = replace(external, incident_id=after)
                uow.external_groups.save(linked)
                post_group(s, uow, linked)


def refreshed(s: Services, uow: UnitOfWork, source: str, ref: str) -> None:
    """Bring an alert's message up to date, since what was proposed for it is decided."""
    alert = uow.alerts.get(ref) if source == BURN else None
    if alert is not None:
        post_alert(s, uow, alert)
    group = uow.external_groups.get(ref) if source == ALERTMANAGER else None
    if group is not None:
        post_group(s, uow, group)
