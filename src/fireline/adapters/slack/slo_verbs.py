"""`/slo` and `/runbook`."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fireline.adapters.slack import (
    alert_verbs,
    run_acts,
    silence_verbs,
    slo_pictures,
    upkeep_verbs,
    waiver_verbs,
)
from fireline.adapters.slack.blocks import modals
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import Typed, nearest, readable
from fireline.domain.errors import InvalidInputError
from fireline.usecases import find_runbook, walk_runbook
from fireline.usecases.manage_incident import incident_in
from fireline.usecases.slo_views import slo_list
from fireline.usecases.views import RunbookSuggestion

Verb = Callable[[Desk, Asked, Typed], Reply]

SLO_HELP: Mapping[str, str] = {
    "": "this incident's SLOs; elsewhere all, worst first",
    "list": "all SLOs, worst first",
    "show NAME": "one SLO: budget, burn, chart, runbook",
    **slo_pictures.HELP,
    **alert_verbs.HELP,
    **waiver_verbs.HELP,
    **silence_verbs.HELP,
}
RUNBOOK_HELP: Mapping[str, str] = {
    "": "the one this incident walks, or what fits it; elsewhere a search form",
    "WORDS": "searches, such as `/runbook consumer lag`",
    "search WORDS": "the same, with its verb written out",
    "show ID": "one runbook with its steps",
    **run_acts.HELP,
    **upkeep_verbs.HELP,
}


def slo_bare(desk: Desk, asked: Asked) -> Reply:
    """The linked SLOs in an incident's channel, else all of them."""
    shown = slo_list(desk.s)
    incident = incident_in(desk.s, asked.channel)
    linked = tuple(line for line in shown.lines if incident and line.name in incident.slos)
    return replace(shown, lines=linked) if linked else shown


def slo_all(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """All SLOs."""
    return slo_list(desk.s)


def slo_show(desk: Desk, _asked: Asked, typed: Typed) -> Reply:
    """One SLO, with its chart."""
    if not typed.words:
        raise InvalidInputError("Name the SLO: `/slo show NAME`. `/slo list` shows them all.")
    return slo_pictures.show_slo(desk, typed.words[0])


def slo_by_name(desk: Desk, _asked: Asked, line: str) -> Reply | None:
    """`/slo NAME` means `/slo show NAME` when there is such an SLO."""
    if line not in desk.s.definitions.current().slos:
        return None
    return slo_pictures.show_slo(desk, line)


def runbook_bare(desk: Desk, asked: Asked) -> Reply:
    """The run of this incident, else what fits it, else a search form."""
    incident = incident_in(desk.s, asked.channel)
    if incident is None:
        return Modal(modals.runbook_search(asked.channel))
    run = walk_runbook.run_of(desk.s, incident.id)
    if run is not None:
        return run
    hits = tuple(find_runbook.for_incident(desk.s, incident))
    intro = f"Runbooks for {incident.ref}" if hits else ""
    return RunbookSuggestion(incident.title, hits, intro, startable=incident.open)


def runbook_by_words(desk: Desk, asked: Asked, line: str) -> Reply | None:
    """Any words are a search; a mistyped verb is none once nothing fits the words."""
    found = run_acts.found(desk, asked, readable(line))
    mistyped = nearest(line.split(maxsplit=1)[0].lower(), RUNBOOK_VERBS)
    return None if mistyped is not None and not found.hits else found


def runbook_search(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """A search with its verb written out."""
    return run_acts.found(desk, asked, typed.text)


def runbook_show(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """One runbook."""
    if not typed.words:
        raise InvalidInputError("Name the runbook: `/runbook show ID`. `/runbook WORDS` searches.")
    return run_acts.shown(desk, asked, typed.words[0])


SLO_VERBS: Mapping[str, Verb] = {
    "list": slo_all,
    "show": slo_show,
    "burn": slo_pictures.slo_burn,
    "backtest": slo_pictures.slo_backtest,
    **alert_verbs.VERBS,
    **waiver_verbs.VERBS,
    **silence_verbs.VERBS,
}
RUNBOOK_VERBS: Mapping[str, Verb] = {
    "search": runbook_search,
    "show": runbook_show,
    **run_acts.VERBS,
    **upkeep_verbs.VERBS,
}
