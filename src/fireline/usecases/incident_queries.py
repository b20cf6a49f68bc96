"""The queries that an incident's runbooks name to show that it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.incident.checking import Query, Samples, comparison, instants, judged
from fireline.domain.incident.details import Check
from fireline.domain.incident.incident import Incident
from fireline.domain.runbook.runbook import Backfill, Runbook, VerifyStep
from fireline.usecases.incident_record import load
from fireline.usecases.ports import Services

MOST_QUERIES = 20
MOST_LOST = 2


@dataclass(frozen=True, slots=True)
class Followed:
    """A runbook that an incident follows, and the data source of the SLO that named it."""

    book: Runbook
    data_source: str | None


def runbooks_of(s: Services, incident: Incident) -> tuple[Followed, ...]:
    """The runbooks of its linked SLOs, each once."""
    slos = s.definitions.current().slos
    found: dict[str, Followed] = {}
    for slo in (slos[name] for name in incident.slos if name in slos):
        hit = s.runbooks.for_slo(slo)
        book = s.runbooks.get(hit.id) if hit is not None else None
        if book is not None:
            found.setdefault(book.id, Followed(book, slo.data_source))
    return tuple(found.values())


def backfill_of(s: Services, incident: Incident) -> Backfill | None:
    """What its runbooks say of repairing data; the first one that says anything."""
    parts = (followed.book.backfill for followed in runbooks_of(s, incident))
    return next((part for part in parts if part is not None), None)


def by_hand(s: Services, incident: Incident) -> tuple[VerifyStep, ...]:
    """The checks that a person has to run, since they are SQL."""
    books = (followed.book for followed in runbooks_of(s, incident))
    return tuple(one for book in books for one in book.verify if one.sql)


def checks_of(s: Services, incident_id: int, now: datetime) -> list[Check]:
    """Every query of its runbooks asked now; what cannot be asked is red and not known."""
    with s.store() as uow:
        incident = load(uow, incident_id)
    found: list[Check] = []
    lost: list[Samples] = []
    queries = [*_of_policy(s, incident), *_queries(runbooks_of(s, incident))]
    for query in queries[:MOST_QUERIES]:
        # A server that does not answer is not asked for all the others too.
        samples = lost[-1] if len(lost) >= MOST_LOST else _samples(s, query, now)
        lost += [samples] if samples.error else []
        found.append(judged(query, samples, now))
    return found


def _samples(s: Services, query: Query, now: datetime) -> Samples:
    return s.readings.samples(query, instants(query, now))


def _queries(books: tuple[Followed, ...]) -> list[Query]:
    """What they ask, in their order; a comparison that cannot be read asks nothing."""
    found: list[Query] = []
    for followed in books:
        for number, one in enumerate(followed.book.verify, start=1):
            good = comparison(one.good)
            if not one.promql or good is None:
                continue
            name, lasts = f"{followed.book.id} check {number}", timedelta(seconds=one.seconds)
            source = followed.data_source
            found.append(Query(name, one.promql, *good, lasts, one.absent_bad, source))
    return found


def _of_policy(s: Services, incident: Incident) -> list[Query]:
    """What the team wants asked for its datasets."""
    with s.store() as uow:
        graph = uow.lineages.graph()
    names = {graph.resolve(name) or name for name in incident.datasets}
    return [
        Query(f"policy check {number}", r.promql, r.compare, r.value, r.lasts, r.absent_bad)
        for number, r in enumerate(s.policy.incidents.verify, start=1)
        if r.fits(names)
    ]
