"""The status card, rebuilt from the database."""

from dataclasses import replace
from datetime import date, datetime

from fireline.domain.incident.closing_time import put_away_at
from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.exposure import outside_ref
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.kinds import DatasetRole, UnitStatus
from fireline.domain.incident.lifecycle import available_transitions
from fireline.domain.incident.timeline_text import latest_said
from fireline.domain.incident.timers import update_due
from fireline.domain.incident.walking import step_words
from fireline.domain.postmortem.action import ActionItem
from fireline.usecases import find_runbook
from fireline.usecases.card_views import DataFacts, IncidentCard, RepairProgress
from fireline.usecases.incident_impact import blast_of
from fireline.usecases.incident_views import linked
from fireline.usecases.on_call_alias import on_call_for
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import change_lines

NOTES = 3


def card(s: Services, uow: UnitOfWork, ref: str) -> IncidentCard | None:
    """Projection of the status card; `ref` is the incident's id."""
    incident = uow.incidents.get(int(ref))
    if incident is None:
        return None
    hits = find_runbook.for_incident(s, incident)
    shown = IncidentCard(
        incident_id=incident.id,
        version=incident.version,
        ref=incident.ref,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        severity_reason=incident.severity_reason,
        tier=incident.tier,
        stamps=incident.stamps,
        now=s.clock.now(),
        mttr_target_minutes=s.policy.mttr_target(incident.tier),
        roles={role: incident.roles.get(role) for role in Role},
        slos=linked(s, uow, incident),
        runbook=hits[0] if hits else None,
        latest_notes=latest_said(uow.timeline.entries(incident.id), NOTES),
        actions=_promises(uow, incident),
        budget_cost=incident.budget_cost,
        raw_budget_cost=incident.raw_budget_cost,
        channel_id=incident.channel_id,
        postmortem_ready=uow.postmortems.latest(incident.id) is not None,
        restricted=incident.restricted,
        drill=incident.drill,
        verbs=available_transitions(incident),
        put_away_at=put_away_at(incident, s.policy.incidents.channels),
        lives_on_in=_other(uow, incident, incident.merged_into),
        part_of=_other(uow, incident, incident.parent_id),
    )
    return _with_work(s, uow, incident, shown)


def _other(uow: UnitOfWork, incident: Incident, other_id: int | None) -> str:
    """Another incident's number, as far as that may be told here."""
    other = uow.incidents.get(other_id) if other_id else None
    if other is None:
        return ""
    return other.ref if incident.restricted else outside_ref(other)


def _with_work(
    s: Services, uow: UnitOfWork, incident: Incident, shown: IncidentCard
) -> IncidentCard:
    """The card with what is done and still to do."""
    details, now = incident.details, shown.now
    tasks = [task for task in details.tasks if task.open]
    computed = incident.computed_severity
    return replace(
        shown,
        data=data_facts(uow, incident, now),
        repair=progress(incident),
        next_update=update_due(incident, s.policy.incidents),
        decision=details.decisions[-1] if details.decisions else None,
        open_tasks=len(tasks),
        late_tasks=sum(1 for task in tasks if task.due is not None and task.due < now),
        changes=change_lines(incident),
        links=details.links,
        proposed_severity=None if computed == incident.severity else computed,
        proposed_owner=owner_of_data(uow, incident),
        proposed_operations=on_call_for(s, incident, now),
        timeline_accepted=details.timeline_accepted_at is not None,
        runbook_step=step_words(incident),
    )


def data_facts(uow: UnitOfWork, incident: Incident, now: datetime) -> DataFacts:
    """What the record and the lineage know of the data."""
    details = incident.details
    roots = tuple(d for d in details.affected if d.role is DatasetRole.ROOT)
    found = blast_of(uow, roots_of(incident), now)
    waiting = [
        (one.due_at, one.node.name)
        for one in (found.consumers if found is not None else ())
        if one.due_at is not None
    ]
    due_at, needed_by = min(waiting, default=(None, ""))
    return DataFacts(
        roots=roots,
        impacted=len(details.impacted),
        window=details.bad_window,
        published=details.published_bad,
        downstream=len(found.affected) + found.more if found is not None else 0,
        needed_by=needed_by,
        due_at=due_at,
        broken_contracts=tuple(dict.fromkeys(b.contract for b in details.contract_breaches)),
    )


def progress(incident: Incident) -> RepairProgress:
    """How far the repair is."""
    units, checks = incident.details.units, incident.details.checks
    running = next((u.number for u in units if u.status is UnitStatus.RUNNING), None)
    left = next((u.number for u in units if not u.status.settled), None)
    all_green = bool(checks) and all(check.green for check in checks)
    return RepairProgress(
        settled=sum(1 for unit in units if unit.status.settled),
        units=len(units),
        failed=sum(1 for unit in units if unit.status is UnitStatus.FAILED),
        open_unit=running if running is not None else left,
        green=sum(1 for check in checks if check.green),
        checks=len(checks),
        green_since=max(c.green_since or c.at for c in checks) if all_green else None,
    )


def owner_of_data(uow: UnitOfWork, incident: Incident) -> str:
    """Who owns the data it began with, as lineage says; empty once there is a data owner."""
    names = roots_of(incident)
    if not names or incident.roles.get(Role.DATA_OWNER) or not incident.open:
        return ""
    graph = uow.lineages.graph()
    nodes = (graph.nodes.get(graph.resolve(name) or "") for name in names)
    return next((node.owner for node in nodes if node is not None and node.owner), "")


def _promises(uow: UnitOfWork, incident: Incident) -> tuple[str, ...]:
    """Its open action items, in words."""
    items = sorted((i for i in uow.actions.open() if i.incident_id == incident.id), key=_by_due)
    return tuple(f"{i.ref} {i.text} ({i.owner_name}, due {i.due})" for i in items)


def _by_due(item: ActionItem) -> tuple[date, int]:
    return item.due, item.id
