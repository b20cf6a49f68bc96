"""Open incidents write down by themselves how the budgets of their SLOs stand and burn."""

from collections.abc import Mapping
from functools import partial

from fireline.domain.incident.budget_notes import noted
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.people import SYSTEM
from fireline.domain.slo.status import SloStatus
from fireline.usecases.each import each
from fireline.usecases.incident_record import Change, happened, load, retried, save
from fireline.usecases.ports import Services

LEDGER = Provenance(source="budget ledger")


def note_budgets(s: Services) -> int:
    """Look at every open incident's SLOs; gives how many lines were written."""
    now = s.clock.now()
    with s.store() as uow:
        opened = [incident for incident in uow.incidents.open() if incident.slos]
        found = uow.statuses.some({name for one in opened for name in one.slos})
    # Most stand as they stood a minute ago; only the others need a transaction of their own.
    ids = [one.id for one in opened if noted(one, _of(one, found), now)[0] != one]
    return sum(each(partial(_note, s), ids))


def _of(incident: Incident, found: Mapping[str, SloStatus]) -> list[SloStatus]:
    return [found[name] for name in incident.slos if name in found]


@retried
def _note(s: Services, incident_id: int) -> int:
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        found = uow.statuses.some(before.slos)
        after, lines = noted(before, _of(before, found), now)
        if after == before:
            return 0
        if not lines:
            uow.incidents.save(after)
            uow.commit()
            return 0
        entries = tuple(happened(SYSTEM, line, now, EntryKind.ALERT, LEDGER) for line in lines)
        detail: dict[str, object] = {"lines": list(lines)}
        save(s, uow, after, Change("incident.budget", SYSTEM, now, detail, entries))
        uow.commit()
    return len(lines)
