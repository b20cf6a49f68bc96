"""Finding an alert, a group of Alertmanager's or a failed run by what people call it."""

import re

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.attachments import alert_of
from fireline.domain.incident.correlation import Signal
from fireline.domain.incident.incident import Incident
from fireline.domain.lineage.runs import RunStatus
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import ALERTMANAGER, BURN, of_alert, of_group, of_run

INCIDENT = re.compile(r"^inc-?\d{1,9}$", re.IGNORECASE)
MOST_NAMED = 8


def signal_of(s: Services, uow: UnitOfWork, source: str, ref: str) -> Signal | None:
    """The signal of that source and id as it is now, or None."""
    now = s.clock.now()
    if source == BURN:
        alert = uow.alerts.get(ref)
        if alert is None:
            return None
        names = [episode.slo for episode in uow.episodes.in_group(ref)]
        return of_alert(s, uow, alert, names, now)
    if source == ALERTMANAGER:
        group = uow.external_groups.get(ref)
        return of_group(s, uow, group, now) if group is not None else None
    runs = uow.lineages.last_runs([ref])
    return of_run(uow, runs[0], now) if runs else None


def find_signal(s: Services, uow: UnitOfWork, name: str) -> Signal:
    """What alerts under that name: an id, an SLO, an alert's name, a dbt test or model.

    Raises:
        NotFoundError: nothing is called so; names what alerts now.
        InvalidInputError: an incident was named.
    """
    wanted = name.strip().strip("`")
    if INCIDENT.match(wanted):
        message = f"{wanted} is an incident: `/incident merge {wanted}` joins the two."
        raise InvalidInputError(message, "alert")
    for found in (_alert(s, uow, wanted), _group(s, uow, wanted), _run(uow, s, wanted)):
        if found is not None:
            return found
    known = _open_names(uow)
    listed = ", ".join(known[:MOST_NAMED]) + (" …" if len(known) > MOST_NAMED else "")
    message = f"Nothing called {wanted} alerts. Alerting now: {listed or 'nothing'}."
    raise NotFoundError(message)


def _alert(s: Services, uow: UnitOfWork, wanted: str) -> Signal | None:
    found = signal_of(s, uow, BURN, wanted)
    if found is not None:
        return found
    for episode in uow.episodes.open():
        if episode.slo.lower() == wanted.lower() and episode.group_id is not None:
            return signal_of(s, uow, BURN, episode.group_id)
    return None


def _group(s: Services, uow: UnitOfWork, wanted: str) -> Signal | None:
    group = uow.external_groups.get(wanted)
    if group is None:
        named = (g for g in uow.external_groups.open() if wanted.lower() in _names(g))
        group = next(named, None)
    return of_group(s, uow, group, s.clock.now()) if group is not None else None


def _names(group: ExternalGroup) -> set[str]:
    names = {group.title, group.common_labels.get("alertname", "")}
    names |= {alert.fingerprint for alert in group.alerts}
    return {name.lower() for name in names if name}


def _run(uow: UnitOfWork, s: Services, wanted: str) -> Signal | None:
    runs = uow.lineages.last_runs([wanted])
    failed = [run for run in runs if run.status is RunStatus.FAIL]
    return of_run(uow, failed[0], s.clock.now()) if failed else None


def _open_names(uow: UnitOfWork) -> list[str]:
    slos = [e.slo for e in uow.episodes.open() if e.group_id is not None]
    return [*dict.fromkeys(slos), *(group.title for group in uow.external_groups.open())]


def holder_of(uow: UnitOfWork, signal: Signal) -> Incident | None:
    """The open incident that the signal belongs to."""
    for incident in uow.incidents.open():
        if alert_of(incident, signal.key) is not None:
            return incident
    return None
