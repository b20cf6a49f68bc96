"""A group of Alertmanager's alerts as it is shown."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fireline.domain.alertmanager.alerts import ExternalAlert, ExternalGroup, SeenAlert
from fireline.domain.alertmanager.silences import written
from fireline.domain.incident.exposure import outside_ref, public_view
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.slo.definition import Slo
from fireline.usecases.external_alert_views import (
    ExternalAlertLine,
    ExternalAlertMessage,
    SilenceLine,
)
from fireline.usecases.external_alerts import TOLD_AFTER
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.show_relations import follows, proposed_to
from fireline.usecases.signals import ALERTMANAGER
from fireline.usecases.silence_record import told_of
from fireline.usecases.slo_views import slo_line

PAGES = frozenset({"page", "critical", "emergency", "p1"})


def external_alert(s: Services, uow: UnitOfWork, ref: str) -> ExternalAlertMessage | None:
    """The message of the group `ref`; None when there is none, or a burn alert shows it."""
    group = uow.external_groups.get(ref)
    if group is None or group.alert_id is not None:
        return None
    slo = s.definitions.current().slos.get(group.slo) if group.slo else None
    incident = uow.incidents.get(group.incident_id) if group.incident_id is not None else None
    health = uow.external_groups.health()
    unknown = group.open and health.failures >= TOLD_AFTER
    return ExternalAlertMessage(
        group_id=group.id,
        title=group.title,
        summary=annotation(group, "summary") or annotation(group, "message"),
        description=annotation(group, "description"),
        labels=_telling(group.common_labels, {**group.labels, "alertname": ""}),
        alerts=lines(group.alerts, group.common_labels),
        firing=len(group.firing),
        ended=len(group.ended),
        left_out=group.left_out,
        began=group.began,
        closed_at=group.closed_at,
        page=group.common_labels.get("severity", "").lower() in PAGES,
        slo=group.slo,
        budget=slo_line(slo, uow.statuses.get(slo.name)).sentence if slo else "",
        source_url=next((a.source_url for a in (*group.firing, *group.alerts) if a.source_url), ""),
        alertmanager_url=group.source_url,
        runbook=runbook_of(s, slo, group),
        runbook_url=annotation(group, "runbook_url") or annotation(group, "runbook"),
        silences=_silences(uow, group.firing),
        acknowledged_by=group.acknowledged_by,
        acknowledged_at=group.acknowledged_at,
        incident_ref=outside_ref(incident) if incident else None,
        incident_channel=public_view(incident).channel_id if incident else None,
        unknown_since=health.failing_since if unknown else None,
        known_at=health.answered_at if unknown else None,
        follows=follows(incident, f"{ALERTMANAGER}:{group.id}"),
        proposed=None if incident else proposed_to(uow, f"{ALERTMANAGER}:{group.id}"),
    )


def annotation(group: ExternalGroup, name: str) -> str:
    """What all alerts say under this name, else what the first that fires says."""
    if name in group.common_annotations:
        return group.common_annotations[name]
    alerts = (*group.firing, *group.alerts)
    return next((a.annotations[name] for a in alerts if a.annotations.get(name)), "")


def lines(
    alerts: Iterable[ExternalAlert | SeenAlert], common: Mapping[str, str]
) -> tuple[ExternalAlertLine, ...]:
    """One line an alert: those that fire first, oldest first, then what ended last."""
    every = [_line(alert, common) for alert in alerts]
    firing = sorted((x for x in every if x.ended_at is None), key=lambda x: x.starts_at)
    ended = [(x.ended_at, x) for x in every if x.ended_at is not None]
    return (*firing, *(x for _, x in sorted(ended, key=_when, reverse=True)))


def _when(pair: tuple[datetime, ExternalAlertLine]) -> datetime:
    return pair[0]


def _line(alert: ExternalAlert | SeenAlert, common: Mapping[str, str]) -> ExternalAlertLine:
    known = alert if isinstance(alert, ExternalAlert) else None
    return ExternalAlertLine(
        labels=_telling(alert.labels, common),
        summary=alert.annotations.get("summary", ""),
        starts_at=alert.starts_at,
        ended_at=known.ended_at if known else None,
        ended_by=known.ended_by if known else None,
        silenced=bool(alert.silenced_by),
        inhibited=alert.inhibited,
    )


def _telling(labels: Mapping[str, str], known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The labels that say something beyond those that are known."""
    return tuple(sorted((name, value) for name, value in labels.items() if name not in known))


def runbook_of(s: Services, slo: Slo | None, group: ExternalGroup) -> RunbookHit | None:
    """The SLO's runbook, else the one that was written for an alert of this name."""
    linked = s.runbooks.for_slo(slo) if slo else None
    if linked is not None:
        return linked
    name = group.common_labels.get("alertname", "")
    hits = s.runbooks.search(name, 1) if name.strip() else []
    return next((hit for hit in hits if _written_for(s.runbooks.get(hit.id), name)), None)


def _written_for(runbook: Runbook | None, alert: str) -> bool:
    return runbook is not None and alert in runbook.alerts


def _silences(uow: UnitOfWork, firing: Iterable[ExternalAlert]) -> tuple[SilenceLine, ...]:
    """The silences of ours that keep alerts quiet; of others we know the id alone."""
    ids = sorted({silence for alert in firing for silence in alert.silenced_by})
    found = [uow.silences.of_silence(silence) for silence in ids]
    return tuple(
        SilenceLine(
            id=request.silence_id or "",
            matchers=written(request.matchers),
            created_by=request.asked_by_name,
            ends_at=request.ends_at,
            reason=told_of(uow, request)[0],
        )
        for request in found
        if request is not None
    )
