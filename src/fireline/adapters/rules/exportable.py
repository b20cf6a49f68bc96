"""Which SLOs rules can hold, in the form that rules have, and what is to be said of the others."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fireline.adapters.rules.promql import enclosed, number, over
from fireline.domain.slo.definition import (
    CompositeSli,
    DeadlineSli,
    Method,
    OnNoTraffic,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)


@dataclass(frozen=True, slots=True)
class Exported:
    """The SLOs that get rules, and a sentence for everything that rules cannot do of them."""

    slos: tuple[Slo, ...]
    notes: tuple[str, ...]


def exportable(slos: Iterable[Slo], *, without_budget: bool) -> Exported:
    """The SLOs that can be exported, ordered by name.

    Args:
        slos: any.
        without_budget: whether the format has a place for an SLO that allows nothing bad.
    """
    kept, notes = [], []
    for slo in sorted(slos, key=lambda one: one.name):
        why = _impossible(slo, without_budget=without_budget)
        if why is not None:
            notes.append(f"{slo.name}: no rules, as {why}.")
            continue
        if slo.calendar is not None:
            notes.append(
                f"{slo.name}: its budget starts anew each {slo.calendar.unit.value}; that of the "
                "rules rolls, as Prometheus knows no calendar."
            )
        kept.append(as_rules_hold_it(slo))
    return Exported(tuple(kept), tuple(notes))


def _impossible(slo: Slo, *, without_budget: bool) -> str | None:
    if isinstance(slo.sli, DeadlineSli):
        return "Prometheus knows neither deadlines nor calendars; the bot counts them"
    if isinstance(slo.sli, CompositeSli):
        return "it is made of others, which have theirs; the bot joins them"
    if slo.budget_fraction <= 0 and not without_budget:
        return "an objective of 100 % leaves nothing to divide by"
    return None


def as_rules_hold_it(slo: Slo) -> Slo:
    """The SLO with a rolling window, and a ratio judged by slices as the gauge that it is."""
    slo = replace(slo, calendar=None)
    if isinstance(slo.sli, SlicedRatioSli) and slo.sli.method is Method.TIMESLICES:
        target = slo.sli.slice_target if slo.sli.slice_target is not None else 1.0
        gauge = TimeSliceSli(slice_ratio(slo.sli), ">=", target, slo.sli.slice_seconds)
        return replace(slo, sli=gauge)
    return slo


def slice_ratio(sli: SlicedRatioSli) -> str:
    """The share of good events in the slice before; nothing where there were none.

    Unless the SLO says how a slice without traffic counts; then 1 or 0.
    """
    if sli.raw is not None:
        raw = over(sli.raw, sli.slice_seconds)
        return f"(1 - {raw})" if sli.raw_is_error else raw
    total = over(sli.total or "", sli.slice_seconds)
    if sli.good is not None:
        good = over(sli.good, sli.slice_seconds)
    else:
        bad = over(sli.bad or "", sli.slice_seconds)
        good = f"({total} - ({bad} or on() 0 * {total}))"
    ratio = f"({good} / ({total} > 0))"
    if sli.on_no_traffic is OnNoTraffic.IGNORE:
        return ratio
    filler = number(float(sli.on_no_traffic is OnNoTraffic.GOOD))
    return enclosed(f"{ratio} or on() (0 * ({total} == 0) + {filler})")
