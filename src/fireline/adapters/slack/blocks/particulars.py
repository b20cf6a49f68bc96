"""What only some kinds of SLO say: deadlines, entities, calendar periods, no tolerance."""

from fireline.adapters.slack.blocks.markup import (
    amount,
    budget_left,
    percent,
    plural,
    when,
    window,
)
from fireline.domain.slo.status import BudgetState
from fireline.usecases.views import Particulars, SloLine


def whole_words(line: SloLine) -> str:
    """The budget and the stretch it is for, such as `of 7 h 12 min in 30d`."""
    said = line.particulars
    stretch = f"in {window(line.window_seconds)}"
    if said is not None and said.calendar is not None:
        stretch = f"this {said.calendar}"
    return f"of {amount(line.budget, line.unit)} {stretch}"


def left_words(line: SloLine) -> str:
    """What is left of the budget: whole misses of deadlines, else a share."""
    said = line.particulars
    if said is not None and said.misses_left is not None:
        return f"{plural(said.misses_left, 'miss', 'misses')} left"
    return budget_left(line.remaining)


def none_left(line: SloLine) -> str | None:
    """The words for a spent budget of none at all."""
    said = line.particulars
    if said is None or not said.zero_tolerance or line.budget_state is not BudgetState.EXHAUSTED:
        return None
    return "*exhausted*: the objective of 100 % allows nothing bad"


def particular_facts(line: SloLine) -> list[tuple[str, str]]:
    """What the kind adds to the figures of one SLO."""
    said = line.particulars
    if said is None:
        return []
    facts = []
    if said.period_end is not None:
        facts.append(("New budget", when(said.period_end)))
    if said.projected_remaining is not None:
        left = budget_left(said.projected_remaining)
        facts.append(("Projected", f"{left}, with as many events as the {said.calendar} before"))
    if said.attainment is not None:
        facts.append(("Fine now", f"{percent(said.attainment)} of the entities"))
    if said.next_deadline is not None:
        facts.append(("Due", f"{when(said.next_deadline)}: {_landed(said)}"))
    return facts


def _landed(said: Particulars) -> str:
    if said.landed is None:
        return "not known whether it landed"
    if said.landed:
        return "landed"
    return ":warning: *not landed yet*" if said.at_risk else "not landed yet"
