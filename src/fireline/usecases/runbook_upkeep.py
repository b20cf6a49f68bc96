"""Whether runbooks help, are reviewed, are stale, or are missing; told by people, kept in audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fireline.domain.audit import AuditEntry
from fireline.domain.errors import InvalidInputError
from fireline.domain.people import Actor
from fireline.domain.runbook.runbook import Runbook
from fireline.domain.runbook.upkeep import Standing, Voice, counted, days_over, faults
from fireline.usecases.external_alert_projection import annotation, runbook_of
from fireline.usecases.find_runbook import book_named
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.runbook_views import Gap, Gaps, Stale, StaleList

FEEDBACK, REVIEWED = "runbook.feedback", "runbook.reviewed"
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of a runbook; `incident` is its number, if in one.

    What was told in a restricted one is withheld with it.
    """

    helped: bool
    note: str = ""
    incident: str = ""


def feedback(s: Services, runbook_id: str, actor: Actor, told: Told) -> Standing:
    """Say whether a runbook helped; the newest word of a person on a day counts.

    Raises:
        NotFoundError: there is no such runbook.
        InvalidInputError: the note is too long.
    """
    book = book_named(s, runbook_id)
    if len(told.note) > LONGEST_NOTE:
        message = f"A note holds {LONGEST_NOTE} characters; yours has {len(told.note)}."
        raise InvalidInputError(message, "note")
    detail: dict[str, object] = {"helped": told.helped, "note": told.note, "name": actor.name}
    if told.incident:
        detail["incident"] = told.incident
    return _written(s, book, actor, FEEDBACK, detail)


def reviewed(s: Services, runbook_id: str, actor: Actor) -> Standing:
    """Say that a runbook was read and is right as it stands.

    Raises:
        NotFoundError: there is no such runbook.
    """
    return _written(s, book_named(s, runbook_id), actor, REVIEWED, {"name": actor.name})


def _written(
    s: Services, book: Runbook, actor: Actor, action: str, detail: Mapping[str, object]
) -> Standing:
    with s.store() as uow:
        uow.audit.append(s.clock.now(), actor.id, action, subject(book), detail)
        found = standings(uow, [book])[book.id]
        uow.commit()
    return found


def subject(book: Runbook) -> str:
    """What a runbook is called in the audit trail."""
    return f"runbook:{book.id}"


def standing_of(s: Services, book: Runbook) -> Standing:
    """What people say of one runbook."""
    with s.store() as uow:
        return standings(uow, [book])[book.id]


def standings(uow: UnitOfWork, books: Iterable[Runbook]) -> dict[str, Standing]:
    """What people say of each, by id."""
    named = {subject(book): book.id for book in books}
    told: dict[str, list[AuditEntry]] = {runbook_id: [] for runbook_id in named.values()}
    for entry in uow.audit.about(named):
        told[named[entry.subject]].append(entry)
    return {runbook_id: _standing(entries) for runbook_id, entries in told.items()}


def _standing(entries: list[AuditEntry]) -> Standing:
    said = [e for e in entries if e.action == FEEDBACK]
    voices = (Voice(e.actor, e.at.date(), bool(e.detail.get("helped"))) for e in said)
    helped, asked = counted(voices)
    last = next((e for e in reversed(entries) if e.action == REVIEWED), None)
    if last is None:
        return Standing(helped, asked)
    return Standing(helped, asked, last.at.date(), str(last.detail.get("name") or last.actor))


def stale(s: Services) -> StaleList:
    """Runbooks that may not be trusted, those longest without a review first."""
    today = s.clock.now().date()
    books = s.runbooks.all()
    with s.store() as uow:
        known = standings(uow, books)
    found = [(faults(b, known[b.id], today), days_over(b, known[b.id], today), b) for b in books]
    worst = sorted(
        (one for one in found if one[0]),
        key=lambda one: (one[1] is not None, -(one[1] or 0), -len(one[0]), one[2].id),
    )
    lines = tuple(Stale(b.id, b.title, b.owner or "", why) for why, _over, b in worst)
    return StaleList(lines, len(books))


def missing(s: Services) -> Gaps:
    """SLOs, and alerts that fire, for which no runbook says what to do."""
    slos = s.definitions.current().slos
    lacking = []
    for slo in sorted(slos.values(), key=lambda slo: (slo.tier, slo.name)):
        if s.runbooks.for_slo(slo) is None and not _elsewhere(slo.runbook):
            dangling = f", names {slo.runbook}, which is not there" if slo.runbook else ""
            lacking.append(Gap(slo.name, f"tier {slo.tier}{dangling}"))
    with s.store() as uow:
        alerts = _alerts(s, uow)
    return Gaps(tuple(lacking), tuple(alerts), len(slos))


def _elsewhere(runbook: str | None) -> bool:
    """Whether it is the address of a page that is not in the folder."""
    return runbook is not None and "://" in runbook


def _alerts(s: Services, uow: UnitOfWork) -> list[Gap]:
    """Alerts of Alertmanager that are open; those of restricted incidents are left out."""
    slos = s.definitions.current().slos
    counts: dict[str, int] = {}
    for group in uow.external_groups.open():
        incident = uow.incidents.get(group.incident_id) if group.incident_id is not None else None
        name = group.common_labels.get("alertname", "") or group.title
        linked = annotation(group, "runbook_url") or annotation(group, "runbook")
        slo = slos.get(group.slo) if group.slo else None
        hidden = incident is not None and incident.restricted
        if not hidden and not linked and runbook_of(s, slo, group) is None:
            counts[name] = counts.get(name, 0) + len(group.firing)
    return [Gap(name, f"{count} firing") for name, count in sorted(counts.items())]
