"""Putting data right: units, their progress, and checks that must stay green."""

from datetime import datetime

from fireline.domain.incident.details import Check, RepairUnit
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.kinds import UnitStatus
from fireline.domain.incident.lifecycle import SAFE_BURN
from fireline.domain.incident.repair import (
    Progress,
    UnitPlan,
    moved_unit,
    verified,
    with_unit,
)
from fireline.domain.lineage.graph import Graph
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.status import SloStatus
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import Change, happened, load, retried, save
from fireline.usecases.incident_steps import FAST_WINDOWS
from fireline.usecases.ports import Services, UnitOfWork

ATTESTED = "attested"


def plan_unit(s: Services, incident_id: int, plan: UnitPlan, actor: Actor) -> Incident:
    """One stretch of one dataset that is to be repaired."""

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, unit = with_unit(incident, plan, now)
        return after, f"Repair unit {unit.number}: {unit.method.value} {unit.dataset} {unit.window}"

    return record(s, incident_id, "unit", edit, actor)


def move_unit(
    s: Services, incident_id: int, number: int, progress: Progress, actor: Actor
) -> Incident:
    """A unit is running, done, failed or waived."""

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, unit = moved_unit(incident, number, progress, now)
        return after, f"Repair unit {number} {unit.status.value}{_about(unit)}"

    return record(s, incident_id, "unit", edit, actor)


def _about(unit: RepairUnit) -> str:
    words = ""
    if unit.rows_expected is not None and unit.rows_actual is not None:
        match = "match" if unit.reconciled else "do not match"
        words = f": {unit.rows_actual:,.0f} of {unit.rows_expected:,.0f} rows, they {match}"
    return f"{words}{': ' + unit.note if unit.note else ''}"


@retried
def verify(s: Services, incident_id: int, actor: Actor, attested: str | None = None) -> Incident:
    """Run every check now; one that turned red after the end reopens the repair.

    Args:
        s: everything.
        incident_id: which.
        actor: who asks; Fireline itself asks by the clock.
        attested: what a person checked by hand, with its result.
    """
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        found = _checks(uow, before, now, attested, actor)
        after = verified(before, found, now)
        line = _line(before, after)
        quiet = actor == SYSTEM and line is None
        if after == before or quiet:
            return before
        entry = happened(actor, line or _summary(after), now)
        detail = {"checks": [[c.name, c.green] for c in after.details.checks]}
        saved = save(s, uow, after, Change("incident.verify", actor, now, detail, (entry,)))
        uow.commit()
    return saved


def _checks(
    uow: UnitOfWork, incident: Incident, now: datetime, attested: str | None, actor: Actor
) -> list[Check]:
    """Linked SLOs, dbt's results that are newer than the repair, row counts, attested queries."""
    statuses = ((name, uow.statuses.get(name)) for name in incident.slos)
    found = [_slo_check(name, status, now) for name, status in statuses]
    since = incident.at(Stamp.DATA_REPAIR_STARTED) or incident.at(Stamp.RESTORED) or now
    graph = uow.lineages.graph()
    found += [_run_check(run, now) for run in _runs(uow, incident, graph) if _newer(run, since)]
    found += [_rows_check(unit, now) for unit in incident.details.units if _counted(unit)]
    if attested:
        found.append(Check(f"by {actor.name}", ATTESTED, green=True, detail=attested, at=now))
    kept = [c for c in incident.details.checks if c.kind == ATTESTED and not attested]
    return [*found, *kept]


def _slo_check(name: str, status: SloStatus | None, now: datetime) -> Check:
    """Green while the fast windows burn below 1; what cannot be seen is red."""
    fast = [w for w in status.burns if w.seconds in FAST_WINDOWS] if status else []
    seen = [w.burn for w in fast if w.burn is not None]
    if not seen:
        why = status.sentence if status else "not evaluated yet"
        return Check(name, "slo", green=False, detail=f"not known: {why}", at=now)
    worst = max(seen)
    return Check(name, "slo", green=worst < SAFE_BURN, detail=f"burns {worst:.1f}x", at=now)


def _runs(uow: UnitOfWork, incident: Incident, graph: Graph) -> list[RunResult]:
    keys = [graph.resolve(dataset.key) or dataset.key for dataset in incident.details.affected]
    return uow.lineages.runs(keys) if keys else []


def _newer(run: RunResult, since: datetime) -> bool:
    """Only results from after the repair began say anything of it."""
    return run.at is not None and run.at > since


def _run_check(run: RunResult, now: datetime) -> Check:
    fine = run.status in {RunStatus.PASS, RunStatus.WARN}
    at = f" at {run.at:%H:%M} UTC" if run.at else ""
    detail = f"{run.status.value}{at}{': ' + run.message if run.message else ''}"
    return Check(run.id, "run", green=fine, detail=detail[:300], at=now)


def _counted(unit: RepairUnit) -> bool:
    waived = unit.status is UnitStatus.WAIVED
    return not waived and unit.rows_expected is not None and unit.rows_actual is not None


def _rows_check(unit: RepairUnit, now: datetime) -> Check:
    detail = f"{unit.rows_actual:,.0f} of {unit.rows_expected:,.0f} rows"
    name = f"rows of unit {unit.number}"
    return Check(name, "rows", green=unit.reconciled, detail=detail, at=now)


def _line(before: Incident, after: Incident) -> str | None:
    """What changed since the last look, or None."""
    was = {check.name: check.green for check in before.details.checks}
    turned = [c for c in after.details.checks if was.get(c.name, not c.green) != c.green]
    done = [
        unit.number
        for unit, old in zip(after.details.units, before.details.units, strict=True)
        if unit.status is not old.status
    ]
    parts = [f"{c.name} is {'green' if c.green else 'RED'}: {c.detail}" for c in turned]
    parts += [f"repair unit {number} verified" for number in done]
    return f"Checks: {'; '.join(parts)}" if parts else None


def _summary(after: Incident) -> str:
    checks = after.details.checks
    red = [check.name for check in checks if not check.green]
    state = f"{len(red)} red ({', '.join(red[:3])})" if red else "all green"
    return f"Checks: {len(checks)}, {state}"


def verify_all(s: Services) -> int:
    """Look at every incident that is being repaired; gives how many."""
    with s.store() as uow:
        waiting = [i.id for i in uow.incidents.open() if i.state is IncidentState.REPAIRING]
    for incident_id in waiting:
        verify(s, incident_id, SYSTEM)
    return len(waiting)
