"""Budgets: one line, the list, one SLO whole."""

from collections.abc import Sequence

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.fitting import why_it_fits
from fireline.adapters.slack.blocks.markup import (
    BUDGET_WORDS,
    DATA_WORDS,
    HOUR,
    amount,
    bar,
    duration,
    esc,
    one_line,
    percent,
    plural,
    some,
    times,
    when,
    window,
)
from fireline.adapters.slack.blocks.particulars import (
    left_words,
    none_left,
    particular_facts,
    whole_words,
)
from fireline.adapters.slack.blocks.raw import left_out, mark, raw_words
from fireline.domain.runbook.runbook import RunbookHit
from fireline.domain.slo.status import BurnSeverity, DataState, PairReading
from fireline.usecases.views import SloDetail, SloLine, SloList

LIST_LIMIT = 20
MISSES = "misses"
TITLE = 120
BURN_WORDS = {BurnSeverity.PAGE: "page", BurnSeverity.TICKET: "ticket"}
BLIND = frozenset({DataState.NO_DATA, DataState.QUERY_ERROR})
AGED = frozenset({DataState.QUERY_ERROR, DataState.STALE})


def state_words(line: SloLine) -> str:
    """The budget's state, or the data's when no figure can be believed."""
    if line.data_state in BLIND or (line.remaining is None and none_left(line) is None):
        return f":white_circle: {DATA_WORDS[line.data_state]}"
    words = BUDGET_WORDS[line.budget_state]
    if line.data_state is not DataState.OK:
        words += f" ({DATA_WORDS[line.data_state].lower()})"
    return words


def budget_words(line: SloLine, *, break_line: bool = False) -> str:
    """`▰▰▰▱▱ 42 % left of 7 h 12 min in 30 d`."""
    if line.remaining is None:
        return none_left(line) or "budget unknown"
    gap = "\n" if break_line else " "
    left = f"*{left_words(line)}*{raw_words(line)}"
    return f"{bar(line.remaining)}{gap}{left} {whole_words(line)}"


def burn_words(line: SloLine, longest: int | None = None) -> str:
    """Burn rate per window up to `longest` seconds, or an empty text."""
    seen = [b for b in line.burns if longest is None or b.seconds <= longest]
    shown = [f"{window(b.seconds)} *{times(b.burn)}*" for b in seen]
    return " \u00b7 ".join(shown)


def pace_words(hours: float | None) -> str:
    """How long the budget lasts at the present pace."""
    if hours is None:
        return "not at this pace"
    return "already spent" if hours <= 0 else f"in {duration(hours * HOUR)} at this pace"


def list_line(line: SloLine) -> str:
    """One SLO in two short lines."""
    burning = " \u00b7 :fire: burning (" + ", ".join(BURN_WORDS[b] for b in line.burning) + ")"
    head = f"{state_words(line)} \u00b7 *{one_line(line.title or line.name, TITLE)}*"
    tail = f"tier {line.tier} \u00b7 `{one_line(line.name, TITLE)}`"
    figures = one_line(line.sentence, 200)
    if line.remaining is not None or none_left(line):
        figures = budget_words(line)
    if line.remaining is not None and line.data_state in BLIND:
        figures = f"last known: {figures}"
    if line.remaining is not None and line.data_state in AGED:
        figures += f" \u00b7 {one_line(line.sentence, 300)}"
    muted = f"\n{muted_words(line)}" if line.muted_until else ""
    burns = burning if line.burning else ""
    return f"{head}{burns}\n{figures}{mark(line)} \u00b7 {tail}{muted}"


def muted_words(line: SloLine) -> str:
    """Until when nothing is posted of it, and why."""
    if line.muted_until is None:
        return ""
    return f":mute: Muted until {when(line.muted_until)}: {one_line(line.muted_because, 200)}"


def list_headline(lines: Sequence[SloLine]) -> str:
    """How many there are, burn, and cannot be judged now."""
    burning = sum(1 for line in lines if line.burning)
    unknown = sum(1 for line in lines if line.data_state in BLIND)
    parts = [plural(len(lines), "SLO")]
    if burning or unknown < len(lines) or not lines:
        parts.append(f"{burning} burning" if burning else "none burning")
    if unknown:
        parts.append(f"{unknown} unknown")
    return ", ".join(parts)


def slo_list(view: SloList) -> kit.Rendered:
    """All SLOs, worst first."""
    headline = list_headline(view.lines)
    blocks: list[kit.Block | None] = [kit.header(headline)]
    if not view.lines:
        blocks.append(kit.section("No SLO is defined yet. Add a file to the SLO folder in git."))
    shown = [list_line(line) for line in view.lines[:LIST_LIMIT]]
    blocks.extend(kit.section(text) for text in shown)
    left = len(view.lines) - len(shown)
    if left > 0:
        blocks.append(kit.context(f"\u2026 and {left} more. `/slo show NAME` shows any of them."))
    if view.problems:
        blocks.append(problems(view.problems))
    evaluated = "not evaluated yet"
    if view.evaluated_at:
        evaluated = f"Evaluated {when(view.evaluated_at)}"
    blocks.append(kit.context(f"{evaluated} \u00b7 worst first \u00b7 `/slo show NAME` for one"))
    return kit.rendered(headline, blocks)


def problems(found: tuple[str, ...]) -> kit.Block:
    """Broken definition files, each with its place and what would be right."""
    lines = some((f"\u2022 `{one_line(p, 400)}`" for p in found), 5, 2500)
    which = plural(len(found), "problem")
    return kit.section(
        f":warning: *{which} in SLO files* (the last good definitions stay in use)\n{lines}"
    )


def runbook_line(hit: RunbookHit) -> kit.Block:
    """The fitting runbook with its first step and a button to read it."""
    first = f"\nFirst: {one_line(hit.first_step, 300)}" if hit.first_step else ""
    why = f" \u00b7 {why_it_fits(hit)}" if hit.why else ""
    return kit.section(
        f":book: *Runbook* {one_line(hit.title, TITLE)}{why}{first}",
        kit.button("Show runbook", ids.SHOW_RUNBOOK, hit.id),
    )


def pair_line(pair: PairReading) -> str:
    """One multi-window pair, in words."""
    state = ":fire: fires" if pair.firing else "quiet"
    held = f" \u00b7 held: {one_line(pair.held, 120)}" if pair.held else ""
    if pair.factor <= 0:
        kind = BURN_WORDS[pair.severity].capitalize()
        return f"{kind}: {state} \u00b7 counts single misses{held}"
    both = f"{window(pair.long_seconds)} {times(pair.burn_long)}"
    both += f", {window(pair.short_seconds)} {times(pair.burn_short)}"
    kind = BURN_WORDS[pair.severity].capitalize()
    return f"{kind}: {state} \u00b7 {both}; limit {times(pair.factor)}{held}"


def slo_detail(view: SloDetail, chart_file: str | None = None) -> kit.Rendered:
    """One SLO with figures, burn, guards, chart and where it is defined."""
    line = view.line
    title = f"{line.title or line.name}"
    believed = line.remaining is not None or none_left(line) is not None
    blocks: list[kit.Block | None] = [
        kit.header(title),
        kit.section(f"*{state_words(line)}* \u00b7 {one_line(line.sentence, 600)}"),
        kit.context(muted_words(line)) if line.muted_until else None,
        kit.fields(_figures(view)) if believed else kit.fields(_facts(view)),
    ]
    if believed and view.maintenance:
        blocks.append(left_out(view.maintenance))
    if view.error:
        blocks.append(kit.section(f":warning: *Query failed*\n```{one_line(view.error, 900)}```"))
    if believed and line.burns:
        more = kit.button("Burn by window", ids.SHOW_BURN, line.name)
        words = f"*Burn* {burn_words(line)}\n_1.0x spends exactly the budget_"
        blocks.append(kit.section(words, more))
    if believed and view.pairs:
        blocks.append(kit.context(*(pair_line(pair) for pair in view.pairs)))
    if chart_file and view.chart is not None:
        blocks.append(kit.image(chart_file, view.chart.alt))
    if view.runbook is not None:
        blocks.append(runbook_line(view.runbook))
    if view.description:
        blocks.append(kit.section(one_line(view.description, 1500)))
    blocks.append(kit.context(_source(view)))
    return kit.rendered(f"{title}: {line.sentence}", blocks)


def _figures(view: SloDetail) -> list[tuple[str, str]]:
    line = view.line
    blind = line.data_state in BLIND
    return [
        ("Last known budget" if blind else "Budget", budget_words(line, break_line=True)),
        *([] if blind else [("Gone", pace_words(line.exhaustion_hours))]),
        ("Good of total", _good_words(view)),
        ("Data coverage", f"{percent(view.coverage)} of the window"),
        *particular_facts(line),
        *_facts(view),
    ]


def _good_words(view: SloDetail) -> str:
    unit = view.line.unit
    if unit == MISSES and view.good is not None and view.total is not None:
        return f"{view.good:,.0f} of {view.total:,.0f} deadlines met"
    return f"{amount(view.good, unit)} of {amount(view.total, unit)}"


def _facts(view: SloDetail) -> list[tuple[str, str]]:
    said = view.line.particulars
    stretch = f"over {window(view.line.window_seconds)}"
    if said is not None and said.calendar is not None:
        stretch = f"per {said.calendar}"
    objective = f"{one_line(view.objective, 200)} {stretch}"
    facts = [
        ("Objective", objective),
        ("Service", f"{one_line(view.service, 200)}, tier {view.line.tier}"),
    ]
    if view.owner:
        facts.append(("Owner", one_line(view.owner, 200)))
    return facts


def _source(view: SloDetail) -> str:
    at = f"evaluated {when(view.evaluated_at)}" if view.evaluated_at else "not evaluated yet"
    return (
        f"`{esc(view.line.name[:200])}` \u00b7 defined in {one_line(view.source, 300)} \u00b7 {at}"
    )
