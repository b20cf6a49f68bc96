"""Putting data right: units, their progress, and checks that must stay green."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.checking import PROMQL
from fireline.domain.incident.details import Check, RepairUnit
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.kinds import RepairMethod, UnitStatus
from fireline.domain.incident.lifecycle import SAFE_BURN, Verb
from fireline.domain.incident.moves import ReopenKind
from fireline.domain.incident.repair import (
    Progress,
    UnitPlan,
    moved_unit,
    ordered,
    verified,
    with_unit,
)
from fireline.domain.lineage.graph import Graph
from fireline.domain.lineage.ordering import parents_first
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.status import SloStatus
from fireline.usecases import incident_queries
from fireline.usecases.each import each
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import Change, happened, load, retried, save, show
from fireline.usecases.incident_steps import FAST_WINDOWS, Ask, step
from fireline.usecases.ports import Services, UnitOfWork

ATTESTED = "attested"
CHECKS = "checks"
# What a check of this kind says is of the data itself, not of the service that makes it.
OF_DATA = frozenset({"run", PROMQL})
WATCHED_FOR = timedelta(days=7)


def plan_unit(s: Services, incident_id: int, plan: UnitPlan, actor: Actor) -> Incident:
    """One stretch of one dataset that is to be repaired, put in its place among the others."""
    with s.store() as uow:
        incident = load(uow, incident_id)
        graph = uow.lineages.graph()
    known = incident_queries.backfill_of(s, incident)
    if plan.idempotent is None and known is not None:
        plan = replace(plan, idempotent=known.runs_twice)

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, unit = with_unit(incident, plan, now)
        after = ordered(after, parents_first(graph, (u.dataset for u in after.details.units)))
        return after, f"Repair unit {unit.number}: {unit.method.value} {unit.dataset} {unit.window}"

    return record(s, incident_id, "unit", edit, actor)


def draft_units(
    s: Services, incident_id: int, window: str, method: RepairMethod, actor: Actor
) -> Incident:
    """A unit for every dataset of the incident that has none yet, parents first.

    Raises:
        InvalidInputError: every dataset has one, or none is named.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
        places = parents_first(uow.lineages.graph(), incident.datasets)
    planned = {unit.dataset for unit in incident.details.units}
    open_ones = [name for name in incident.datasets if name not in planned]
    if not open_ones:
        message = "Every dataset of the incident has a unit. `/incident dataset add NAME` first."
        raise InvalidInputError(message, "subject")
    for name in sorted(open_ones, key=lambda name: (places.get(name, len(places) + 1), name)):
        incident = plan_unit(s, incident_id, UnitPlan(name, window, method), actor)
    return incident


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
    """Run every check now, and keep what it said.

    Args:
        s: everything.
        incident_id: which.
        actor: who asks; Fireline itself asks by the clock.
        attested: what a person checked by hand, with its result.
    """
    now = s.clock.now()
    asked = incident_queries.checks_of(s, incident_id, now)
    with s.store() as uow:
        before = load(uow, incident_id)
        found = [*asked, *_checks(uow, before, now, attested, actor)]
        if actor == SYSTEM and before.state is not IncidentState.REPAIRING:
            found = _after_the_end(before, found)
        after = verified(before, found, now)
        line = _line(before, after)
        quiet = actor == SYSTEM and line is None
        if after == before or quiet:
            return before
        entry = happened(actor, line or _summary(after), now)
        detail = {"checks": [[c.name, c.green] for c in after.details.checks]}
        saved = save(s, uow, after, Change("incident.verify", actor, now, detail, (entry,)))
        if saved.channel_id is not None:
            show(s, uow, CHECKS, saved.channel_id, str(saved.id))
        uow.commit()
    return saved


def _after_the_end(before: Incident, found: Iterable[Check]) -> list[Check]:
    """Of an incident that is over only what its data says is news, and only what is known."""
    fresh = {c.name: c for c in found if c.kind in OF_DATA and c.known}
    return [*(c for c in before.details.checks if c.name not in fresh), *fresh.values()]


def _checks(
    uow: UnitOfWork, incident: Incident, now: datetime, attested: str | None, actor: Actor
) -> list[Check]:
    """Linked SLOs, dbt's results that are newer than the repair, row counts, attested queries."""
    statuses = ((name, uow.statuses.get(name)) for name in incident.slos)
    found = [_slo_check(name, status, now) for name, status in statuses]
    since = incident.at(Stamp.DATA_REPAIR_STARTED) or incident.at(Stamp.RESTORED) or now
    graph = uow.lineages.graph()
    runs = [run for run in _runs(uow, incident, graph) if _newer(run, since)]
    called = Counter(run.name for run in runs)
    found += [_run_check(run, run.id if called[run.name] > 1 else run.name, now) for run in runs]
    found += [_rows_check(unit, now) for unit in incident.details.units if _counted(unit)]
    found += [_twice_check(unit, now) for unit in incident.details.units if _may_be_twice(unit)]
    if attested:
        found.append(Check(f"by {actor.name}", ATTESTED, green=True, detail=attested, at=now))
    kept = [c for c in incident.details.checks if c.kind == ATTESTED and not attested]
    return [*found, *kept]


def _may_be_twice(unit: RepairUnit) -> bool:
    """Whether its work may have left rows twice: it is done, and running it again is not safe."""
    return unit.idempotent is False and unit.status is UnitStatus.DONE


def _twice_check(unit: RepairUnit, now: datetime) -> Check:
    name = f"duplicates of unit {unit.number}"
    detail = unit.duplicates or (
        "running it twice is not safe: say how you looked for duplicates, "
        f'`/incident unit done {unit.number} duplicates:"HOW"`'
    )
    return Check(name, "duplicates", green=bool(unit.duplicates), detail=detail[:300], at=now)


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


def _run_check(run: RunResult, name: str, now: datetime) -> Check:
    fine = run.status in {RunStatus.PASS, RunStatus.WARN}
    at = f" at {run.at:%H:%M} UTC" if run.at else ""
    detail = f"{run.status.value}{at}{': ' + run.message if run.message else ''}"
    return Check(name, "run", green=fine, detail=detail[:300], at=now)


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


def verify_all(s: Services, *, ended: bool = True) -> int:
    """Look at every incident whose data is repaired or was of late; gives how many.

    One that was resolved goes back to be repaired once a check of its data turns red.

    Args:
        s: everything.
        ended: whether those that were resolved within the week are looked at too.
    """
    now = s.clock.now()
    with s.store() as uow:
        incidents = uow.incidents.open()
        incidents += uow.incidents.between(now - WATCHED_FOR, now) if ended else []
    found = {i.id: i.state for i in incidents if _looked_at(i, now)}
    each(lambda incident_id: _verify_one(s, incident_id, found[incident_id]), found)
    return len(found)


def _verify_one(s: Services, incident_id: int, state: IncidentState) -> None:
    after = verify(s, incident_id, SYSTEM)
    red = [c for c in after.details.checks if not c.green and c.known and c.kind in OF_DATA]
    if state is not IncidentState.REPAIRING and red:
        reason = f"{red[0].name} is red again: {red[0].detail}"
        ask = Ask(Verb.REOPEN, text=reason[:500], choice=ReopenKind.DATA.value)
        step(s, incident_id, ask, SYSTEM)


def _looked_at(incident: Incident, now: datetime) -> bool:
    if incident.state is IncidentState.REPAIRING:
        return True
    resolved = incident.at(Stamp.RESOLVED)
    done = incident.state in {IncidentState.RESOLVED, IncidentState.REVIEWING}
    repaired = incident.at(Stamp.DATA_REPAIR_STARTED) is not None
    return done and repaired and resolved is not None and now - resolved <= WATCHED_FOR
