"""Answers to plain questions, from budgets, incidents and runbooks alone, with their sources."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.questions import Asks, question
from fireline.domain.slo.status import BudgetState
from fireline.usecases import find_runbook
from fireline.usecases.data_safety import safety
from fireline.usecases.incident_views import overview
from fireline.usecases.ports import Services
from fireline.usecases.slo_views import slo_list
from fireline.usecases.views import IncidentLine, SloLine
from fireline.usecases.who_is_on_call import Standing, everybody

SHOWN = 5
UNKNOWN = "I cannot answer that from budgets, incidents or runbooks, and I do not guess."
HOW = (
    "Ask “what is burning?”, “is raw_orders safe to use?”, “runbook for consumer lag”, or give me"
    " a command without its slash: “incident declare orders are late”."
)
SPENT = (BudgetState.EXHAUSTED, BudgetState.AT_RISK)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: an incident, an SLO or a runbook, by its name.

    `channel_id` is an incident's channel; `at` is when the fact was true.
    """

    name: str
    channel_id: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """An answer in sentences of raw text, the most important first.

    `runbook` names one that can be shown. Without sources it says that nothing is known.
    """

    headline: str
    lines: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    runbook: str | None = None


def answer(s: Services, text: str, channel: str) -> QuestionAnswer:
    """The answer to a plain question asked in a channel; honest about what is not known."""
    asked = question(text)
    if asked.asks is Asks.SAFE:
        found = safety(s, asked.about, channel)
        sources = tuple(Source(*source) for source in found.sources)
        return QuestionAnswer(found.verdict, found.reasons, sources)
    if asked.asks is Asks.RUNBOOK:
        return _runbooks(s, asked.about)
    if asked.asks is Asks.ON_CALL:
        return _on_call(s)
    if asked.asks is Asks.BURNING:
        return _burning(s)
    if asked.asks is Asks.OPEN:
        return _incidents(s)
    return _unsure(s, asked.about)


def _on_call(s: Services) -> QuestionAnswer:
    """Who stands behind each alias now, and until when."""
    found = [one for one in everybody(s, s.clock.now()) if one.reached]
    if not found:
        return QuestionAnswer("No rotation and nobody's name is set up, so I cannot say.")
    lines = [_standing(one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"… and {len(found) - SHOWN} more: /incident oncall")
    paths = dict.fromkeys(one.path.value for one in found)
    return QuestionAnswer("On call now:", tuple(lines), tuple(Source(path) for path in paths))


def _standing(one: Standing) -> str:
    until = f", until {one.until:%Y-%m-%d %H:%M} UTC" if one.until is not None else ""
    then = f", then {one.then}" if one.then else ""
    return f"{one.alias}: {one.name}{until}{then}"


def _burning(s: Services) -> QuestionAnswer:
    """What burns; where nothing does, which budgets are low."""
    shown = slo_list(s)
    burning = [line for line in shown.lines if line.burning]
    low = [line for line in shown.lines if not line.burning and line.budget_state in SPENT]
    if not shown.lines:
        return QuestionAnswer("No SLO is defined yet, so I cannot say what burns.")
    head = (
        f"{len(burning)} of {len(shown.lines)} budgets burn."
        if burning
        else f"Nothing burns: none of {len(shown.lines)} budgets."
    )
    if shown.evaluated_at is None:
        head = "Nothing was evaluated yet, so I cannot say what burns."
    named = (*burning, *low)
    lines = [_budget(line) for line in named[:SHOWN]]
    if len(named) > SHOWN:
        lines.append(f"… and {len(named) - SHOWN} more: /slo")
    sources = tuple(Source(line.name, None, shown.evaluated_at) for line in named[:SHOWN])
    whole = (Source(f"{len(shown.lines)} SLOs", None, shown.evaluated_at),)
    return QuestionAnswer(head, tuple(lines), sources or whole)


def _budget(line: SloLine) -> str:
    burns = f"burning ({', '.join(b.value for b in line.burning)})" if line.burning else "low"
    return f"{line.title or line.name}: {burns}. {line.sentence}"


def _incidents(s: Services) -> QuestionAnswer:
    """What is open."""
    found = overview(s, "").lines
    if not found:
        return QuestionAnswer("No incident is open.", (), (Source("the incident record"),))
    lines = [_line(i) for i in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"… and {len(found) - SHOWN} more: /incident list")
    count = len(found)
    head = "1 incident is open." if count == 1 else f"{count} incidents are open."
    sources = tuple(Source(i.ref, i.channel_id) for i in found[:SHOWN])
    return QuestionAnswer(head, tuple(lines), sources)


def _line(shown: IncidentLine) -> str:
    words = f"{shown.ref} {shown.severity.label} {shown.title}"
    return words if shown.restricted else f"{words}: {shown.state.value}"


def _runbooks(s: Services, words: str) -> QuestionAnswer:
    """The runbook that fits, with its first step."""
    hits = find_runbook.search(s, words).hits
    if not hits:
        return QuestionAnswer(f"No runbook fits “{words}”.")
    best = hits[0]
    lines = [f"First: {best.first_step}"] if best.first_step else []
    lines += [f"Also: {hit.title}" for hit in hits[1:3]]
    sources = tuple(Source(hit.path) for hit in hits[:3])
    return QuestionAnswer(f"{best.title}: {best.why}", tuple(lines), sources, best.id)


def _unsure(s: Services, words: str) -> QuestionAnswer:
    """An SLO of that name, else a runbook that fits, else an honest no."""
    named = words.lower().strip("` ")
    line = next((line for line in slo_list(s).lines if line.name in named.split()), None)
    if line is not None:
        return QuestionAnswer(
            f"{line.title or line.name}: {line.sentence}", (), (Source(line.name),)
        )
    hits = find_runbook.search(s, words).hits if words else ()
    if hits:
        best = hits[0]
        head = f"I am not sure what you ask. This runbook may fit: {best.title} ({best.why})"
        return QuestionAnswer(head, (), (Source(best.path),), best.id)
    return QuestionAnswer(UNKNOWN, (HOW,))
