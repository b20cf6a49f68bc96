"""Finding the page that says what to do."""

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.usecases.ports import Services
from fireline.usecases.views import RunbookPage, RunbookSuggestion

ANSWERS = 5
SUGGESTED = 3


def search(s: Services, query: str) -> RunbookSuggestion:
    """The best runbooks for the words, best first.

    Raises:
        InvalidInputError: there are no words.
    """
    words = " ".join(query.split())
    if not words:
        raise InvalidInputError("Say what you see: `/runbook consumer lag`.", field="query")
    hits = tuple(s.runbooks.search(words, ANSWERS))
    nothing = f"No runbook fits “{words}”. Try other words, or the name of the system."
    return RunbookSuggestion(words, hits, "" if hits else nothing)


def page(s: Services, runbook_id: str) -> RunbookPage:
    """One runbook, whole.

    Raises:
        NotFoundError: there is none of that id; names near ones.
    """
    return RunbookPage(book_named(s, runbook_id))


def book_named(s: Services, runbook_id: str) -> Runbook:
    """The runbook with this id.

    Raises:
        NotFoundError: there is none of that id; names near ones.
    """
    runbook = s.runbooks.get(runbook_id)
    if runbook is None:
        near = ", ".join(hit.id for hit in s.runbooks.search(runbook_id, SUGGESTED))
        hint = f" Near it: {near}." if near else " `/runbook WORDS` searches."
        raise NotFoundError(f"There is no runbook {runbook_id}.{hint}")
    return runbook


def for_incident(s: Services, incident: Incident) -> list[RunbookHit]:
    """The runbooks of the linked SLOs; where none is named, those that fit the incident's words."""
    slos = s.definitions.current().slos
    named = [s.runbooks.for_slo(slos[name]) for name in incident.slos if name in slos]
    linked = {hit.id: hit for hit in named if hit is not None}
    if linked:
        return list(linked.values())[:SUGGESTED]
    words = " ".join(filter(None, (incident.title, incident.service)))
    return s.runbooks.search(words, SUGGESTED)
