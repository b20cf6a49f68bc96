"""What an incident takes over from one that is merged into it, and gives back when they part."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import UnitStatus
from fireline.domain.incident.proposals import Brought
from fireline.domain.incident.repair import next_number

T = TypeVar("T")


def united(target: Incident, source: Incident) -> Incident:
    """The target with the SLOs, data, alerts, changes and repair units of both.

    A merge with a restricted incident makes the target restricted.
    """
    mine, theirs = target.details, source.details
    first = next_number(mine.units)
    units = tuple(replace(u, number=n) for n, u in enumerate(theirs.units, first))
    details = replace(
        mine,
        types=_joined(mine.types, theirs.types, str),
        affected=_joined(mine.affected, theirs.affected, lambda dataset: dataset.key),
        alerts=_joined(mine.alerts, theirs.alerts, lambda alert: alert.key),
        changes=_joined(mine.changes, theirs.changes, lambda change: change.id),
        links=_joined(mine.links, theirs.links, str),
        access=_joined(mine.access, theirs.access, lambda one: one.user),
        units=(*mine.units, *units),
    )
    after = replace(
        target,
        slos=_joined(target.slos, source.slos, str),
        datasets=_joined(target.datasets, source.datasets, str),
        restricted=target.restricted or source.restricted,
        details=details,
    )
    brought = (*details.brought, _brought(target, after, source.id))
    return replace(after, details=replace(details, brought=brought))


def _brought(before: Incident, after: Incident, source_id: int) -> Brought:
    """What is in the target now and was not before."""
    was, now = before.details, after.details
    held = {one.key for one in was.affected}
    alerts = {one.key for one in was.alerts}
    changes = {one.id for one in was.changes}
    return Brought(
        source_id,
        slos=tuple(name for name in after.slos if name not in before.slos),
        datasets=tuple(one.key for one in now.affected if one.key not in held),
        alerts=tuple(one.key for one in now.alerts if one.key not in alerts),
        changes=tuple(one.id for one in now.changes if one.id not in changes),
        units=tuple(unit.number for unit in now.units[len(was.units) :]),
    )


def parted(target: Incident, source_id: int) -> Incident:
    """The target without what the other one brought, as far as nobody worked on it since.

    Repair units that were begun stay here, with their data; so does a restriction.
    """
    brought = next((b for b in target.details.brought if b.incident_id == source_id), None)
    if brought is None:
        return target
    details = target.details
    units = tuple(
        unit
        for unit in details.units
        if unit.number not in brought.units or unit.status is not UnitStatus.PLANNED
    )
    repaired = {unit.dataset for unit in units}
    gone = {key for key in brought.datasets if key not in repaired}
    affected = tuple(one for one in details.affected if one.key not in gone)
    left = replace(
        details,
        affected=affected,
        alerts=tuple(one for one in details.alerts if one.key not in brought.alerts),
        changes=tuple(one for one in details.changes if one.id not in brought.changes),
        units=units,
        brought=tuple(b for b in details.brought if b is not brought),
    )
    return replace(
        target,
        slos=tuple(name for name in target.slos if name not in brought.slos),
        datasets=tuple(name for name in target.datasets if name not in gone),
        details=left,
    )


def _joined(mine: Iterable[T], theirs: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Mine, then those of theirs that I do not have."""
    kept = tuple(mine)
    known = {key(one) for one in kept}
    return (*kept, *(one for one in theirs if key(one) not in known))
