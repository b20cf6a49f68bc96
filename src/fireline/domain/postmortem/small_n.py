"""Figures of few cases, said honestly: values before percentages, percentages only with n."""

from collections.abc import Sequence
from math import ceil

from fireline.domain.incident.durations import MINUTE, spell

PERCENT_FROM = 5
LIST_BELOW = 10


def share(hits: int, n: int, why_none: str = "nothing to count") -> str:
    """A share in words: `2 of 3`, from 5 cases on `60.0 % (3 of 5)`, of none `no data (why)`."""
    if n == 0:
        return f"no data ({why_none})"
    if n < PERCENT_FROM:
        return f"{hits} of {n}"
    return f"{percent(hits / n)} ({hits} of {n})"


def percent(value: float) -> str:
    """A share of one as a percentage with one decimal; something is never rounded into nothing.

    A miss stays a miss, a small cost stays a cost, a slightly overspent budget stays overspent.
    """
    shown = f"{value * 100:.1f}"
    if value < 1 and shown == "100.0":
        return "99.9 %"
    if value > 0 and shown == "0.0":
        return "under 0.1 %"
    return "-0.1 %" if value < 0 and shown == "-0.0" else f"{shown} %"


def nearest_rank(values: Sequence[float], quantile: float) -> float:
    """The quantile by nearest rank: the p90 of ten values is the ninth."""
    ordered = sorted(values)
    return ordered[max(0, ceil(quantile * len(ordered)) - 1)]


def durations(minutes: Sequence[float], why_none: str = "nothing to measure") -> str:
    """Durations in words: all values when few, median and p90 from 5 on, no list from 10 on."""
    n = len(minutes)
    if n == 0:
        return f"no data ({why_none})"
    listed = ", ".join(spell(m * MINUTE) for m in sorted(minutes))
    if n < PERCENT_FROM:
        return f"{listed} (n = {n})"
    median, worst = (spell(nearest_rank(minutes, q) * MINUTE) for q in (0.5, 0.9))
    text = f"median {median}, p90 {worst} (n = {n})"
    return f"{text}: {listed}" if n < LIST_BELOW else text
