"""Incidents as they are shown: card, announcement, runbook suggestion, lists."""

from datetime import datetime

from fireline.domain.incident.durations import minutes, spell
from fireline.domain.incident.exposure import may_read, public_view
from fireline.domain.incident.incident import Incident, Role, Stamp
from fireline.domain.incident.metrics import durations, elapsed
from fireline.domain.incident.walking import running
from fireline.usecases import find_runbook
from fireline.usecases.outside import neutral
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.slo_views import slo_line
from fireline.usecases.triage import announced
from fireline.usecases.views import (
    Announcement,
    IncidentLine,
    IncidentOverview,
    RestrictedNotice,
    RunbookSuggestion,
    SloLine,
)


def announcement(s: Services, uow: UnitOfWork, ref: str) -> Announcement | RestrictedNotice | None:
    """Projection of the line in the public channel; `ref` is the incident's id."""
    incident = uow.incidents.get(int(ref))
    if incident is None or not announced(uow, incident):
        return None
    if incident.restricted:
        return neutral(incident)
    return Announcement(
        incident_id=incident.id,
        ref=incident.ref,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        channel_id=incident.channel_id,
        commander=incident.roles.get(Role.COMMANDER),
        declared_at=incident.stamps[Stamp.DECLARED],
        # What runs on is not said: the line would be edited with every change of the record.
        duration=lasted(incident, s.clock.now()) if incident.at(Stamp.RESTORED) else "",
        slos=incident.slos,
    )


def runbook_suggestion(s: Services, uow: UnitOfWork, ref: str) -> RunbookSuggestion | None:
    """Projection of the runbooks that fit the incident; None when none does."""
    incident = uow.incidents.get(int(ref))
    hits = find_runbook.for_incident(s, incident) if incident else []
    if incident is None or not hits:
        return None
    intro = f"Runbooks that may fit {incident.ref}, the likeliest first."
    startable = incident.open and running(incident) is None
    return RunbookSuggestion(incident.title, tuple(hits), intro, startable)


def overview(s: Services, user: str) -> IncidentOverview:
    """Open incidents, the person's own first, then the worst."""
    with s.store() as uow:
        found = uow.incidents.open()
    mine_first = sorted(found, key=lambda i: (not involves(i, user), i.severity, i.id))
    return IncidentOverview(tuple(incident_line(s, i, user) for i in mine_first))


def involves(incident: Incident, user: str) -> bool:
    """Whether the person declared it or holds a role in it."""
    return user == incident.declared_by or user in incident.roles.values()


def incident_line(s: Services, record: Incident, reader: str | None = None) -> IncidentLine:
    """One incident in a list, as this reader may see it."""
    incident = public_view(record, reader)
    known = durations(incident)
    passed = elapsed(incident, s.clock.now())
    return IncidentLine(
        incident_id=incident.id,
        ref=incident.ref,
        title=f"DRILL \u00b7 {incident.title}" if incident.drill else incident.title,
        severity=incident.severity,
        state=incident.state,
        declared_at=incident.stamps[Stamp.DECLARED],
        restored_minutes=minutes(known.mttr),
        verified_minutes=minutes(known.ttdr),
        elapsed_minutes=passed.total_seconds() / 60,
        channel_id=incident.channel_id,
        commander=incident.roles.get(Role.COMMANDER),
        tier=incident.tier,
        target_minutes=s.policy.mttr_target(incident.tier),
        cost=incident.budget_cost,
        raw_cost=incident.raw_budget_cost,
        restricted=not may_read(record, reader),
    )


def linked(s: Services, uow: UnitOfWork, incident: Incident) -> tuple[SloLine, ...]:
    """The linked SLOs that are still defined."""
    slos = s.definitions.current().slos
    known = (slos[name] for name in incident.slos if name in slos)
    return tuple(slo_line(slo, uow.statuses.get(slo.name)) for slo in known)


def lasted(incident: Incident, now: datetime) -> str:
    """How long it lasts, or took to restore, in words."""
    passed = spell(elapsed(incident, now))
    return (
        f"for {passed} so far" if durations(incident).mttr is None else f"restored after {passed}"
    )
