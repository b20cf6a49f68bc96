"""What an incident's timeline says by itself of its budgets: their states and how they burn."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.incident.budget_reading import BudgetReading
from fireline.domain.incident.incident import Incident
from fireline.domain.slo.status import BudgetState, BurnSeverity, DataState, SloStatus

# A burn at the edge of its threshold comes and goes; a line a minute would bury all others.
QUIET = timedelta(minutes=5)
CALM = "none"


def noted(
    incident: Incident, statuses: Iterable[SloStatus], now: datetime
) -> tuple[Incident, tuple[str, ...]]:
    """The incident with what its budgets are now, and a line for each that is another than before.

    What is unknown changes nothing, and an SLO speaks once in five minutes.
    """
    known = {reading.slo: reading for reading in incident.details.readings}
    lines = []
    for status in statuses:
        if status.data_state is not DataState.OK or status.budget_state is BudgetState.UNKNOWN:
            continue
        before = known.get(status.slo)
        fresh = BudgetReading(status.slo, status.budget_state.value, _burn(status), now)
        if before is not None and (_same(before, fresh) or now - before.at < QUIET):
            continue
        known[status.slo] = fresh
        lines += _lines(before, fresh, status)
    readings = tuple(known.values())
    if readings == incident.details.readings:
        return incident, ()
    return replace(incident, details=replace(incident.details, readings=readings)), tuple(lines)


def _burn(status: SloStatus) -> str:
    found = status.burning
    if BurnSeverity.PAGE in found:
        return BurnSeverity.PAGE.value
    return BurnSeverity.TICKET.value if BurnSeverity.TICKET in found else CALM


def _same(one: BudgetReading, other: BudgetReading) -> bool:
    return (one.budget, one.burn) == (other.budget, other.burn)


def _lines(before: BudgetReading | None, now: BudgetReading, status: SloStatus) -> list[str]:
    """What changed; at the first look only what is not as it should be."""
    lines = []
    budget = before.budget if before else BudgetState.HEALTHY.value
    if budget != now.budget:
        left = "" if status.remaining is None else f", {status.remaining:.0%} left"
        lines.append(f"Budget of {now.slo}: {_words(budget)} -> {_words(now.budget)}{left}")
    burn = before.burn if before else CALM
    if burn != now.burn:
        lines.append(
            f"{now.slo} does not burn any more"
            if now.burn == CALM
            else f"{now.slo} burns at {now.burn} level{_rates(status)}"
        )
    return lines


def _rates(status: SloStatus) -> str:
    """The two shortest windows, which say how bad it is now."""
    shown = [
        f"{window.burn:.1f}x over {window.seconds // 60} min"
        for window in status.burns[:2]
        if window.burn is not None
    ]
    return f" ({', '.join(shown)})" if shown else ""


def _words(state: str) -> str:
    return state.replace("_", " ")
