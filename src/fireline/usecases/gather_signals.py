"""What alerts already when an incident is declared: its own alert, and what follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.incident.attachments import attached
from fireline.domain.incident.correlation import (
    Match,
    Places,
    Relation,
    Signal,
    correlate,
    roots_of,
)
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.lineage.runs import RunStatus
from fireline.domain.people import SYSTEM
from fireline.usecases.attach_signal import SOURCES
from fireline.usecases.incident_record import happened
from fireline.usecases.link_signals import relinked
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import of_alert, of_group, of_run

FOLLOWING = (Relation.SAME, Relation.DOWNSTREAM)
OWN = "declared from it"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The incident with its signals, and what its timeline says of those that follow from it."""

    incident: Incident
    entries: tuple[NewEntry, ...]


def gathered(s: Services, uow: UnitOfWork, incident: Incident, external: str | None) -> Gathered:
    """The incident with the alert that it is declared from, and all that belongs to it by then.

    Only what no other incident has is taken, and nothing of what was over when it was recorded.
    """
    if incident.drill or incident.details.past:
        return Gathered(incident, ())
    now = s.clock.now()
    incident = _by_lineage(s, uow, incident)
    for signal in _own(s, uow, incident, external, now):
        incident = attached(incident, signal, Match(incident, Relation.SAME, OWN))
    entries = []
    rules = s.policy.incidents.correlation
    for signal in _others(s, uow, incident, now):
        found = correlate(signal, [incident], uow.lineages.graph(), rules)
        if found is None or found.relation not in FOLLOWING:
            continue
        after = attached(incident, signal, found)
        if after != incident:
            incident = after
            where = Provenance(source=SOURCES.get(signal.source, signal.source), detail=signal.ref)
            text = f"{signal.title}: {found.why}"
            entries.append(happened(SYSTEM, text, signal.at, EntryKind.ALERT, where))
    return Gathered(incident, tuple(entries))


def _by_lineage(s: Services, uow: UnitOfWork, incident: Incident) -> Incident:
    """Of several datasets, those that are made of another one are what the trouble reached."""
    affected = incident.details.affected
    if len(affected) < 2:  # noqa: PLR2004 - one has nothing above it
        return incident
    places = Places(uow.lineages.graph(), s.policy.incidents.correlation.max_depth)
    keys = {one.key: places.key(one.key) for one in affected}
    below = {name: set(places.below([key])) - {key} for name, key in keys.items()}
    above = {name: next((o for o in keys if keys[name] in below[o]), None) for name in keys}
    told = tuple(
        replace(one, role=DatasetRole.IMPACTED, why=f"downstream of {above[one.key]}")
        if above[one.key] is not None
        else one
        for one in affected
    )
    if all(one.role is DatasetRole.IMPACTED for one in told):
        return incident  # a circle has no beginning
    return replace(incident, details=replace(incident.details, affected=told))


def _own(
    s: Services, uow: UnitOfWork, incident: Incident, external: str | None, now: datetime
) -> list[Signal]:
    """The alert and the group that it is declared from."""
    found = []
    alert = uow.alerts.get(incident.episode_id) if incident.episode_id else None
    if alert is not None:
        found.append(of_alert(s, uow, alert, incident.slos, now))
    group = uow.external_groups.get(external) if external else None
    if group is not None:
        found.append(of_group(s, uow, group, now))
    return found


def _others(s: Services, uow: UnitOfWork, incident: Incident, now: datetime) -> list[Signal]:
    """Alerts that go on and belong to no incident, and failed runs of its data."""
    held = {alert.key for alert in incident.details.alerts}
    found = [
        of_alert(s, uow, group, [e.slo for e in uow.episodes.in_group(group.id)], now)
        for group in uow.alerts.open()
        if group.incident_id is None
    ]
    found += [
        of_group(s, uow, group, now)
        for group in uow.external_groups.open()
        if group.incident_id is None
    ]
    rules = s.policy.incidents.correlation
    places = Places(uow.lineages.graph(), rules.max_depth)
    keys = places.below(places.keys(roots_of(incident)))
    since = now - rules.window
    runs = uow.lineages.runs(keys) if keys else []
    found += [
        of_run(uow, run, now)
        for run in runs
        if run.status is RunStatus.FAIL and run.at is not None and run.at >= since
    ]
    return [signal for signal in found if signal.key not in held]


def link_gathered(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Let the alerts of a new incident say that they belong to it."""
    relinked(s, uow, incident.details.alerts, None, incident.id)
