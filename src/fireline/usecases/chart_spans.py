"""What is marked in the pictures of an SLO: its alerts, its incidents, maintenance."""

from datetime import UTC, datetime

from fireline.domain.slo.definition import Slo
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import AlertKind
from fireline.usecases.ports import UnitOfWork
from fireline.usecases.recorded_incidents import DECLARED_LATE, counts, known_incident
from fireline.usecases.views import ChartSpan, SpanKind

MOST = 60


def spans_for(
    uow: UnitOfWork, slo: Slo, reading: Reading, start: datetime, end: datetime
) -> tuple[ChartSpan, ...]:
    """Everything that touches the range, oldest first; the newest of very many."""
    alerts = [
        ChartSpan(SpanKind(e.severity.value), e.opened_at, e.closed_at or end)
        for e in uow.episodes.of(slo.name, start)
        if e.kind is AlertKind.BURN and e.opened_at <= end
    ]
    found = uow.incidents.between(start, end + DECLARED_LATE)
    known = (known_incident(i) for i in found if counts(i) and not i.restricted)
    incidents = [
        ChartSpan(SpanKind.INCIDENT, i.start, i.end or end, i.ref)
        for i in known
        if i.concerns(slo) and i.touches(start, end)
    ]
    maintenance = maintenance_spans(reading, start, end)
    every = sorted((*alerts, *incidents, *maintenance), key=lambda s: (s.start, s.kind))
    return tuple(every[-MOST:])


def maintenance_spans(reading: Reading, start: datetime, end: datetime) -> tuple[ChartSpan, ...]:
    """What was taken out of the budget within the range."""
    return tuple(
        ChartSpan(
            SpanKind.MAINTENANCE,
            datetime.fromtimestamp(e.start, UTC),
            datetime.fromtimestamp(e.end, UTC),
            e.reason,
        )
        for e in reading.exclusions
        if e.end > start.timestamp() and e.start < end.timestamp()
    )


def spans_words(spans: tuple[ChartSpan, ...]) -> str:
    """How many of each there are, in words; an empty text for none."""
    parts = []
    for kind, one, many in (
        (SpanKind.PAGE, "page", "pages"),
        (SpanKind.TICKET, "ticket", "tickets"),
        (SpanKind.INCIDENT, "incident", "incidents"),
        (SpanKind.MAINTENANCE, "maintenance window", "maintenance windows"),
    ):
        count = sum(span.kind is kind for span in spans)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    return ", ".join(parts)
