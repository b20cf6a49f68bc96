"""The week's maintenance with what it took out of budgets, from the ledger."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fireline.domain.review.maintenance import MaintenanceOfWeek, Taken, of_week, taken_out
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.reading import Reading
from fireline.usecases.maintenance import current_plan
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import reading_at, stored_reading


def maintenance_of_week(
    s: Services, uow: UnitOfWork, start: datetime, end: datetime
) -> tuple[MaintenanceOfWeek, ...]:
    """What happened in the week or was added to the past in it, by time."""
    entries = current_plan(s, uow).entries
    now = s.clock.now()
    until = min(end, now)
    found = [told for entry in entries if (told := of_week(entry, start, end, now)) is not None]
    if not found:
        return ()
    readings: dict[str, Reading] = {}
    slos = s.definitions.current().slos
    touched = [slo for slo in slos.values() if any(f.entry.scope.covers(slo) for f in found)]
    for slo in touched:
        readings[slo.name] = replace(_reading(s, uow, slo, until), exclusions=())
    whole = [_with_taken(f, slos.values(), readings) for f in found]
    return tuple(sorted(whole, key=lambda f: (f.spans[0], f.entry.name)))


def _reading(s: Services, uow: UnitOfWork, slo: Slo, until: datetime) -> Reading:
    past = until < s.clock.now()
    return reading_at(s, uow, slo, until) if past else stored_reading(s, uow, slo, until)


def _with_taken(
    found: MaintenanceOfWeek, slos: Iterable[Slo], readings: dict[str, Reading]
) -> MaintenanceOfWeek:
    taken: list[Taken] = [
        taken_out(readings[slo.name], found.spans) for slo in slos if found.entry.scope.covers(slo)
    ]
    most_first = sorted(taken, key=lambda t: (-(t.share or 0.0), -t.bad, t.slo))
    return replace(found, taken=tuple(most_first))
