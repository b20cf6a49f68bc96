"""Open incidents write down by themselves how the budgets of their SLOs stand and burn."""

from functools import partial

from fireline.domain.incident.budget_notes import noted
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.people import SYSTEM
from fireline.usecases.each import each
from fireline.usecases.incident_record import Change, happened, load, retried, save
from fireline.usecases.ports import Services

LEDGER = Provenance(source="budget ledger")


def note_budgets(s: Services) -> int:
    """Look at every open incident's SLOs; gives how many lines were written."""
    with s.store() as uow:
        ids = [incident.id for incident in uow.incidents.open() if incident.slos]
    return sum(each(partial(_note, s), ids))


@retried
def _note(s: Services, incident_id: int) -> int:
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        found = uow.statuses.some(before.slos)
        after, lines = noted(before, [found[n] for n in before.slos if n in found], now)
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
