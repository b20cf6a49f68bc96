"""Questions about budgets that the ledger answers without asking Prometheus."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fireline.domain.policy.evaluation import evaluate
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.ledger import floor_edge
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.spending import first_bad_start
from fireline.domain.slo.status import DataState, SloStatus
from fireline.usecases.composites import composite_reading, part_names
from fireline.usecases.maintenance import exclusions_for
from fireline.usecases.ports import Services, UnitOfWork

LOOK_BACK = timedelta(days=3)


def stored_reading(s: Services, uow: UnitOfWork, slo: Slo, at: datetime) -> Reading:
    """The SLO's ledger as of `at`, or as of its last evaluation when that is earlier."""
    status = uow.statuses.get(slo.name)
    until = at
    if status is not None:
        failed = status.data_state is DataState.QUERY_ERROR
        evaluated = (status.newest_sample or status.at) if failed else status.at
        until = min(at, evaluated)
    edge = floor_edge(int(until.timestamp()))
    return _read(s, uow, slo, edge, status.newest_sample if status else None)


def status_at(s: Services, uow: UnitOfWork, slo: Slo, at: datetime) -> SloStatus:
    """The SLO's state at a past instant, from the buckets before it alone."""
    return evaluate(reading_at(s, uow, slo, at), s.policy)


def reading_at(s: Services, uow: UnitOfWork, slo: Slo, at: datetime) -> Reading:
    """The SLO's ledger as it stood at a past instant."""
    return _read(s, uow, slo, floor_edge(int(at.timestamp())), None)


def _read(s: Services, uow: UnitOfWork, slo: Slo, edge: int, newest: datetime | None) -> Reading:
    """The buckets before an edge; a composite is joined from those of its parts."""
    at = datetime.fromtimestamp(edge, UTC)
    slos = s.definitions.current().slos
    parts = [slos[name] for name in part_names(slo) if name in slos]
    if parts and len(parts) == len(part_names(slo)):
        readings = {part.name: _read(s, uow, part, edge, None) for part in parts}
        own = exclusions_for(s, uow, slo, edge)
        return replace(composite_reading(slo, readings, at, own), newest_sample=newest)
    start = floor_edge(slo.needed_from(edge))
    span = uow.ledger.span(slo.name, slo.revision)
    known = span is not None and span[0] < edge
    return Reading(
        slo=slo,
        series=uow.ledger.read(slo.name, slo.revision, start, edge)
        if known
        else BucketSeries.empty(start),
        at=at,
        history_start=span[0] if span and known else None,
        newest_sample=newest,
        exclusions=exclusions_for(s, uow, slo, edge),
    )


def first_bad(s: Services, uow: UnitOfWork, slo_name: str, before: datetime) -> datetime | None:
    """Start of the first bad bucket of the unbroken bad stretch that reaches up to `before`."""
    slo = s.definitions.current().slos.get(slo_name)
    if slo is None:
        return None
    reading = stored_reading(s, uow, slo, before + timedelta(seconds=BUCKET_SECONDS))
    found = first_bad_start(reading, int(before.timestamp()))
    if found is None or before.timestamp() - found > LOOK_BACK.total_seconds():
        return None
    return datetime.fromtimestamp(found, UTC)
