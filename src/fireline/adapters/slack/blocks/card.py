"""The status card, pinned in the incident's channel."""

from fireline.adapters.slack.blocks import card_facts, kit
from fireline.adapters.slack.blocks.card_buttons import buttons
from fireline.adapters.slack.blocks.card_clocks import clocks, path, plain_clock
from fireline.adapters.slack.blocks.incident_words import STATE_WORDS
from fireline.adapters.slack.blocks.markup import esc, plural, when
from fireline.adapters.slack.blocks.slo import runbook_line
from fireline.domain.incident.incident import OPEN_STATES, IncidentState, Stamp
from fireline.usecases.card_views import IncidentCard

SEARCHING = (IncidentState.TRIAGE, IncidentState.INVESTIGATING, IncidentState.MITIGATING)


def card(view: IncidentCard) -> kit.Rendered:
    """The status card: what it is, where it stands, who leads, what to do next."""
    head = f"{view.ref} {view.severity.label} \u00b7 {view.title}"
    if view.drill:
        head = f"DRILL \u00b7 {head}"
    runbook = view.runbook if view.state in SEARCHING else None
    blocks: list[kit.Block | None] = [
        kit.header(head),
        kit.context(_restricted(view)) if view.restricted else None,
        kit.section(f"*{STATE_WORDS[view.state]}*\n{path(view)}"),
        kit.section(clocks(view)),
        buttons(view),
        card_facts.roles(view),
        card_facts.data(view),
        card_facts.repair(view),
        *card_facts.budgets(view),
        runbook_line(runbook) if runbook is not None else None,
        *card_facts.said(view),
        kit.context(*_small_print(view)),
    ]
    return kit.rendered(f"{head}: {view.state.value}. {plain_clock(view)}".strip(), blocks)


def _restricted(view: IncidentCard) -> str:
    """That nothing leaves the channel, and since when the law's clock runs."""
    words = ":lock: *Restricted*: nothing of it leaves this channel"
    started = view.stamps.get(Stamp.LEGAL_CLOCK)
    return f"{words} \u00b7 legal clock started {when(started)}" if started is not None else words


def _small_print(view: IncidentCard) -> list[str]:
    facts = [f"{view.ref} \u00b7 tier {view.tier}"]
    if (declared := view.stamps.get(Stamp.DECLARED)) is not None:
        facts.append(f"declared {when(declared)}")
    if view.part_of:
        facts.append(f"part of {esc(view.part_of)}")
    if view.state in OPEN_STATES:
        facts.append(f"as of {when(view.now)}")
    lines = [" \u00b7 ".join(facts)]
    left = len(view.slos) - card_facts.SLOS
    if left > 0:
        lines.append(f"\u2026 and {plural(left, 'more SLO')}: `/slo`")
    if view.postmortem_ready:
        lines.append(":page_facing_up: Postmortem draft: `/postmortem`")
    if view.put_away_at is not None:
        lines.append(f":file_cabinet: This channel is archived {when(view.put_away_at)}")
    if view.state in OPEN_STATES:
        lines.append("Flag a message with :pushpin: to put it on the timeline")
    return lines
