"""What a status card tells besides state and clocks: data, repair, budgets, roles, words."""

from dataclasses import replace

from fireline.adapters.slack.blocks import kit
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
from fireline.adapters.slack.blocks.slo import budget_words, burn_words, pace_words, state_words
from fireline.domain.incident.details import AffectedDataset
from fireline.domain.incident.incident import NOT_COUNTED, OPEN_STATES, Role
from fireline.usecases.card_views import IncidentCard
from fireline.usecases.views import SloLine

SLOS, ROOTS = 3, 3
NAME = 120
SHORT_WINDOWS = 6 * 3600


def data(view: IncidentCard) -> kit.Block | None:
    """Where it began, which stretch is bad, who waits for it."""
    facts = view.data
    if not facts.roots:
        return None
    shown = ", ".join(_dataset(one) for one in facts.roots[:ROOTS])
    left = len(facts.roots) - ROOTS
    lines = [f":package: *Data* {shown}" + (f" and {left} more" if left > 0 else "")]
    if facts.window is not None:
        about = " (estimate)" if facts.window.estimate else ""
        lines.append(f"Bad from {when(facts.window.start)} to {when(facts.window.end)}{about}")
    if facts.published:
        lines.append(":eyes: Consumers have read bad data")
    if facts.broken_contracts:
        names = ", ".join(one_line(name, NAME) for name in facts.broken_contracts[:ROOTS])
        lines.append(f":page_facing_up: Contract broken: {names}")
    reach = f"{facts.downstream} downstream" if facts.downstream else ""
    reach += f"{', ' if reach else ''}{facts.impacted} impacted" if facts.impacted else ""
    if facts.due_at is not None and view.state in OPEN_STATES:
        due = f"next needed {when(facts.due_at)} by {one_line(facts.needed_by, NAME)}"
        reach = f"{reach} \u00b7 {due}" if reach else due
    return kit.section("\n".join([*lines, *([reach] if reach else [])]))


def _dataset(one: AffectedDataset) -> str:
    harms = f" ({', '.join(one.harms)})" if one.harms else ""
    return f"`{one_line(one.key, NAME)}`{harms}"


def repair(view: IncidentCard) -> kit.Block | None:
    """How far units and checks are."""
    done = view.repair
    parts = []
    if done.units:
        failed = f", :x: {done.failed} failed" if done.failed else ""
        parts.append(f"{done.settled} of {plural(done.units, 'repair unit')} settled{failed}")
    if done.checks:
        red = done.checks - done.green
        since = f" since {when(done.green_since)}" if done.green_since else ""
        state = f":x: {red} red" if red else f":white_check_mark: all green{since}"
        parts.append(f"{plural(done.checks, 'check')}: {state}")
    if not parts:
        return None
    return kit.section(":hammer_and_wrench: *Repair* " + " \u00b7 ".join(parts))


def roles(view: IncidentCard) -> kit.Block | None:
    """Who does what; a commander that is missing, and whose data it is while nobody answers."""
    filled = [f"{r.label}: {user(who)}" for r in Role if (who := view.roles.get(r))]
    if not view.roles.get(Role.COMMANDER) and view.state in OPEN_STATES:
        filled.insert(0, "Commander: *nobody yet*")
    if view.proposed_operations:
        filled.append(f"Operations: _nobody yet_ (on call: {user(view.proposed_operations)})")
    if view.proposed_owner:
        filled.append(
            f"Data owner: _nobody yet_ (lineage says {one_line(view.proposed_owner, 80)})"
        )
    return kit.section(":busts_in_silhouette: " + "  \u00b7  ".join(filled)) if filled else None


def budgets(view: IncidentCard) -> list[kit.Block]:
    """The touched SLOs: what is left, how fast it burns, when it is gone, what this cost."""
    if view.state in NOT_COUNTED:
        return []
    shown = view.slos[:SLOS]
    if view.state not in OPEN_STATES:
        shown = tuple(replace(line, burning=()) for line in shown)  # burns of now, not of then
    return [kit.section(slo_line(line, _cost(view, line.name))) for line in shown]


def _cost(view: IncidentCard, slo: str) -> str | None:
    """What the incident took from this budget, raw too where maintenance was left out."""
    cost = view.budget_cost.get(slo)
    return None if cost is None else f"*{percent(cost)}*{and_raw(view.raw_budget_cost.get(slo))}"


def slo_line(line: SloLine, cost: str | None) -> str:
    """One touched SLO on the card; after resolve, what the incident cost it."""
    text = f":chart_with_downwards_trend: *{one_line(line.title or line.name, NAME)}*"
    text += f" \u00b7 {state_words(line)}"
    text += f"\n{budget_words(line)}" if line.remaining is not None else ""
    if line.burning and line.burns:
        text += f"\n:fire: Burning {burn_words(line, SHORT_WINDOWS)}"
        text += f" \u00b7 gone {pace_words(line.exhaustion_hours)}"
    if cost is not None:
        text += f"\nThis incident cost {cost} of its budget"
    return text


def said(view: IncidentCard) -> list[kit.Block | None]:
    """The last decision, open tasks, recent changes, the latest notes, promised actions."""
    return [
        kit.section("\n".join(rows)) if (rows := _work(view)) else None,
        _listed(":memo: *Latest*", view.latest_notes, 3),
        _listed(":rocket: *Recent changes*", view.changes, 3),
        _linked(view.links),
        _listed(":pushpin: *Action items*", view.actions, 5),
    ]


def _work(view: IncidentCard) -> list[str]:
    rows = []
    if (decision := view.decision) is not None:
        until = f", until {when(decision.expires_at)}" if decision.expires_at else ""
        until = ", revoked" if decision.revoked_at else until
        who = one_line(decision.decided_by, 60)
        rows.append(f":scales: *Decided* {one_line(decision.text, 300)} ({who}{until})")
    if view.runbook_step:
        rows.append(f":book: *{one_line(view.runbook_step, 200)}*")
    if view.open_tasks:
        late = f", :warning: {view.late_tasks} late" if view.late_tasks else ""
        rows.append(f":ballot_box_with_check: *{plural(view.open_tasks, 'open task')}*{late}")
    return rows


def _linked(urls: tuple[str, ...]) -> kit.Block | None:
    """The addresses that belong to it, by their host."""
    if not urls:
        return None
    return kit.section(f":link: {some((link(url, _short(url)) for url in urls), 5, 2500)}")


def _short(url: str) -> str:
    """An address without what every address has."""
    return clip(url.partition("://")[2].rstrip("/"), 80)


def _listed(title: str, lines: tuple[str, ...], most: int) -> kit.Block | None:
    if not lines:
        return None
    shown = some((f"\u2022 {one_line(line, 300)}" for line in lines), most, 2500)
    return kit.section(f"{title}\n{shown}")
