"""The status card, pinned in the incident's channel."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.card_buttons import buttons
from fireline.adapters.slack.blocks.card_clocks import clocks, path, plain_clock
from fireline.adapters.slack.blocks.incident_words import STATE_WORDS, TITLE
from fireline.adapters.slack.blocks.markup import (
    and_raw,
    clip,
    link,
    one_line,
    percent,
    plural,
    some,
    user,
    when,
)
from fireline.adapters.slack.blocks.slo import budget_words, burn_words, runbook_line, state_words
from fireline.domain.incident.incident import OPEN_STATES, Role, Stamp
from fireline.usecases.views import IncidentCard, SloLine


def card(view: IncidentCard) -> kit.Rendered:
    """The status card: what it is, where it stands, who leads, what to do next."""
    head = f"{view.ref} {view.severity.label} \u00b7 {view.title}"
    blocks: list[kit.Block | None] = [
        kit.header(head),
        kit.section(f"*{STATE_WORDS[view.state]}*\n{path(view.state)}"),
        kit.fields(clocks(view)),
        kit.section(f":busts_in_silhouette: {_roles(view)}"),
        *(kit.section(slo_line(line, _cost(view, line.name))) for line in view.slos[:4]),
        runbook_line(view.runbook) if view.runbook is not None else None,
        _listed(":memo: *Latest*", view.latest_notes, 3),
        _listed(":package: *Recent changes*", view.changes, 3),
        _linked(view.links),
        _listed(":pushpin: *Action items*", view.actions, 5),
        kit.context(*_small_print(view)),
        buttons(view),
    ]
    return kit.rendered(f"{head}: {view.state.value}. {plain_clock(view)}", blocks)


def _roles(view: IncidentCard) -> str:
    filled = [f"{r.label}: {user(who)}" for r in Role if (who := view.roles.get(r))]
    if not view.roles.get(Role.COMMANDER):
        filled.insert(0, "Commander: *nobody yet*")
    return "  \u00b7  ".join(filled)


def _cost(view: IncidentCard, slo: str) -> str | None:
    """What the incident took from this budget, raw too where maintenance was left out."""
    cost = view.budget_cost.get(slo)
    return None if cost is None else f"*{percent(cost)}*{and_raw(view.raw_budget_cost.get(slo))}"


def slo_line(line: SloLine, cost: str | None) -> str:
    """One touched SLO on the card; after resolve, what the incident cost it."""
    text = f"*{one_line(line.title or line.name, TITLE)}* \u00b7 {state_words(line)}"
    text += f"\n{budget_words(line)}" if line.remaining is not None else ""
    if line.burning and line.burns:
        text += f"\nBurn {burn_words(line)}"
    if cost is not None:
        text += f"\nThis incident cost {cost} of its budget"
    return text


def _listed(title: str, lines: tuple[str, ...], most: int) -> kit.Block | None:
    if not lines:
        return None
    shown = some((f"\u2022 {one_line(line, 300)}" for line in lines), most, 2500)
    return kit.section(f"{title}\n{shown}")


def _linked(urls: tuple[str, ...]) -> kit.Block | None:
    """The addresses that belong to it, by their host."""
    if not urls:
        return None
    return kit.section(f":link: {some((link(url, _short(url)) for url in urls), 5, 2500)}")


def _short(url: str) -> str:
    """An address without what every address has."""
    return clip(url.partition("://")[2].rstrip("/"), 80)


def _small_print(view: IncidentCard) -> list[str]:
    lines = [f"{view.ref} \u00b7 tier {view.tier}"]
    declared = view.stamps.get(Stamp.DECLARED)
    if declared:
        lines.append(f"Declared {when(declared)}")
    if len(view.slos) > 4:  # noqa: PLR2004 - the number drawn above
        lines.append(f"\u2026 and {plural(len(view.slos) - 4, 'more SLO')}")
    if view.postmortem_ready:
        lines.append(":page_facing_up: Postmortem draft: `/postmortem`")
    if view.state in OPEN_STATES:
        lines.append("Flag a message with :pushpin: to put it on the timeline")
    return lines
