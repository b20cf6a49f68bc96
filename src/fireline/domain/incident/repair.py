"""Repair units and their verification: what was damaged, put right, and shown to be right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import Check, RepairUnit
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import RepairMethod, UnitStatus

MOST_UNITS = 200
MOVES = {
    UnitStatus.RUNNING: (UnitStatus.PLANNED, UnitStatus.FAILED),
    # Said again with what was left out the first time, such as rows or duplicates.
    UnitStatus.DONE: (
        UnitStatus.PLANNED,
        UnitStatus.RUNNING,
        UnitStatus.FAILED,
        UnitStatus.DONE,
    ),
    UnitStatus.FAILED: (UnitStatus.PLANNED, UnitStatus.RUNNING, UnitStatus.DONE),
    UnitStatus.WAIVED: tuple(s for s in UnitStatus if s is not UnitStatus.WAIVED),
}


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit as it is planned."""

    dataset: str
    window: str
    method: RepairMethod = RepairMethod.BACKFILL
    owner: str | None = None
    eta: datetime | None = None
    idempotent: bool | None = None
    load: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a unit; rows as expected and as they are, if counted.

    `duplicates` says how duplicates were looked for, which work that may not run twice needs.
    """

    status: UnitStatus
    rows_expected: float | None = None
    rows_actual: float | None = None
    note: str = ""
    tolerance: float | None = None
    duplicates: str = ""


def next_number(units: Iterable[RepairUnit]) -> int:
    """The number of a new unit: those that went into another incident leave holes."""
    return max((unit.number for unit in units), default=0) + 1


def with_unit(incident: Incident, plan: UnitPlan, now: datetime) -> tuple[Incident, RepairUnit]:
    """The incident with one more unit.

    Raises:
        InvalidInputError: there are too many, or the end of its work is past.
    """
    units = incident.details.units
    if len(units) >= MOST_UNITS:
        raise InvalidInputError(f"An incident holds at most {MOST_UNITS} repair units.", "dataset")
    if plan.eta is not None and plan.eta <= now:
        raise InvalidInputError("The ETA is past; give a time to come.", "eta")
    unit = RepairUnit(
        number=next_number(units),
        dataset=plan.dataset,
        window=plan.window,
        method=plan.method,
        owner=plan.owner,
        eta=plan.eta,
        idempotent=plan.idempotent,
        load=plan.load,
        updated_at=now,
    )
    return _with(incident, (*units, unit)), unit


def moved_unit(
    incident: Incident, number: int, progress: Progress, now: datetime
) -> tuple[Incident, RepairUnit]:
    """The incident with a unit moved on.

    Raises:
        NotFoundError: there is no such unit.
        InvalidInputError: it cannot become that, or is waived without a reason.
    """
    unit = _unit(incident, number)
    status = progress.status
    if unit.status not in MOVES[status]:
        raise InvalidInputError(
            f"Unit {number} is {unit.status.value}; it cannot become {status.value}.", "unit"
        )
    if status is UnitStatus.WAIVED and not progress.note.strip():
        raise InvalidInputError("Say why: `/incident unit waive N WHY`.", "text")
    after = replace(
        unit,
        status=status,
        note=progress.note or unit.note,
        waived_because=progress.note if status is UnitStatus.WAIVED else "",
        updated_at=now,
        rows_expected=_chosen(progress.rows_expected, unit.rows_expected),
        rows_actual=_chosen(progress.rows_actual, unit.rows_actual),
        tolerance=unit.tolerance if progress.tolerance is None else progress.tolerance,
        duplicates=progress.duplicates or unit.duplicates,
    )
    units = tuple(after if u.number == number else u for u in incident.details.units)
    return _with(incident, units), after


def ordered(incident: Incident, places: Mapping[str, int]) -> Incident:
    """The incident with its units in the order of their datasets' places, from 1."""
    ranks = sorted({places[u.dataset] for u in incident.details.units if u.dataset in places})
    units = tuple(
        replace(unit, order=ranks.index(places[unit.dataset]) + 1 if unit.dataset in places else 0)
        for unit in incident.details.units
    )
    return _with(incident, units)


def waits_for(incident: Incident, unit: RepairUnit) -> tuple[RepairUnit, ...]:
    """The units that should be done before this one and are not."""
    done = {UnitStatus.DONE, UnitStatus.VERIFIED, UnitStatus.WAIVED}
    return tuple(
        other
        for other in incident.details.units
        if 0 < other.order < unit.order and other.status not in done
    )


def tag_of(incident: Incident, unit: RepairUnit) -> str:
    """The tag of the unit's runs, by which their failures are known as part of the work."""
    return f"{incident.ref}/{unit.number}"


def _chosen(new: float | None, old: float | None) -> float | None:
    return new if new is not None else old


def verified(incident: Incident, found: Iterable[Check], now: datetime) -> Incident:
    """The incident with these checks; one that stays green keeps the begin of its stretch.

    Units that are done, reconciled, and whose checks are all green become verified.
    """
    before = {check.name: check for check in incident.details.checks}
    checks = tuple(_continued(check, before.get(check.name), now) for check in found)
    green = bool(checks) and all(check.green for check in checks)
    units = tuple(
        replace(unit, status=UnitStatus.VERIFIED, updated_at=now)
        if unit.status is UnitStatus.DONE and unit.reconciled and green
        else unit
        for unit in incident.details.units
    )
    details = replace(incident.details, checks=checks, units=units)
    return replace(incident, details=details)


def _continued(check: Check, before: Check | None, now: datetime) -> Check:
    """A green check with the begin of its unbroken green stretch."""
    if not check.green:
        return replace(check, green_since=None)
    if before is not None and before.green:
        return replace(check, green_since=before.green_since or before.at)
    return replace(check, green_since=now)


def _unit(incident: Incident, number: int) -> RepairUnit:
    for unit in incident.details.units:
        if unit.number == number:
            return unit
    known = ", ".join(str(u.number) for u in incident.details.units) or "none"
    raise NotFoundError(f"{incident.ref} has no repair unit {number}; it has {known}.")


def _with(incident: Incident, units: tuple[RepairUnit, ...]) -> Incident:
    return replace(incident, details=replace(incident.details, units=units))
