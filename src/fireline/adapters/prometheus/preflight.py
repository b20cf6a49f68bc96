"""Asks a Prometheus about definitions: does each expression answer, with what, from how much."""

from collections.abc import Iterator
from datetime import datetime

import promql_parser

from fireline.adapters.prometheus.failures import BY_PART, QueryFailure
from fireline.adapters.prometheus.inventory import Inventory
from fireline.adapters.prometheus.selectors import WINDOW, reads
from fireline.domain.errors import UnreachableError
from fireline.domain.slo.calendar import next_slot
from fireline.domain.slo.definition import (
    DeadlineSli,
    EntityRatioSli,
    LatencySli,
    RatioSli,
    Sli,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.usecases.preflight import MissingSeries, PartFacts, SloFacts

USUAL_WINDOW = "1h"
DAY_WINDOW = "1d"
SLOT_START = "$slot_start"
GROWTH = frozenset({"rate", "irate", "increase"})
MOST_SELECTORS = 20


class PrometheusPreflight:
    """Implements `Preflight`.

    Args:
        inventory: of the server that is asked.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def facts(self, slo: Slo, at: datetime) -> SloFacts:
        """What the server says of this SLO now.

        Raises:
            UnreachableError: it cannot be asked.
        """
        epoch = int(at.timestamp())
        try:
            parts = tuple(
                self._part(name, expr, epoch) for name, expr in expressions(slo.sli, epoch)
            )
            return SloFacts(slo, parts, self._day_total(slo, epoch), self._bounds(slo.sli))
        except QueryFailure as failure:
            raise UnreachableError(failure.sentence) from failure

    def _part(self, name: str, expr: str, at: int) -> PartFacts:
        try:
            values = tuple(self._inventory.value(expr.replace(WINDOW, USUAL_WINDOW), at))
        except QueryFailure as failure:
            if failure.cause not in BY_PART:
                raise
            return PartFacts(name, error=failure.sentence)
        selectors = reads(expr).selectors[:MOST_SELECTORS]
        counts = {selector: self._inventory.count(selector, at) for selector in selectors}
        return PartFacts(
            name=name,
            values=values,
            series=sum(counts.values()),
            missing=tuple(self._missing(s) for s, count in counts.items() if not count),
            grown_gauges=tuple(self._grown_gauges(expr)),
        )

    def _missing(self, selector: str) -> MissingSeries:
        """Whether it is the name or the labels that match nothing."""
        name = selector.partition("{")[0]
        if not name:
            return MissingSeries(selector)
        exists = name in self._inventory.names()
        near = () if exists else tuple(self._inventory.near(name))
        return MissingSeries(selector, near, exists)

    def _grown_gauges(self, expr: str) -> Iterator[tuple[str, str]]:
        """Functions for counters that are used on what its target declares a gauge."""
        kinds = self._inventory.kinds()
        for function, metric in grown(expr):
            if kinds.get(metric) == "gauge":
                yield function, metric

    def _day_total(self, slo: Slo, at: int) -> float | None:
        if not isinstance(slo.sli, RatioSli):
            return None
        try:
            found = self._inventory.value(slo.sli.total.replace(WINDOW, DAY_WINDOW), at)
        except QueryFailure as failure:
            if failure.cause not in BY_PART:
                raise
            return None
        return found[0] if len(found) == 1 else None

    def _bounds(self, sli: Sli) -> tuple[float, ...] | None:
        """The bucket bounds that a classic histogram has, without infinity."""
        if not isinstance(sli, LatencySli) or sli.native:
            return None
        name, brace, labels = sli.histogram.partition("{")
        found = self._inventory.values("le", f"{name}_bucket{brace}{labels}")
        return tuple(sorted(float(text) for text in found if text not in {"+Inf", "Inf"}))


def expressions(sli: Sli, at: int) -> Iterator[tuple[str, str]]:
    """The expressions of an SLI with the fields they stand in; none for a composite."""
    if isinstance(sli, TimeSliceSli):
        yield "value", sli.value
    elif isinstance(sli, DeadlineSli):
        yield "landed_when", sli.landed_when.replace(SLOT_START, str(next_slot(sli, at).start))
    elif isinstance(sli, RatioSli | SlicedRatioSli | EntityRatioSli):
        for name in ("raw", "total", "good", "bad"):
            expr = getattr(sli, name, None)
            if expr is not None:
                yield name, expr


def grown(expr: str) -> list[tuple[str, str]]:
    """Each rate or increase with the metric it is of."""
    found: list[tuple[str, str]] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.Call) and node.func.name in GROWTH:
            found.extend(
                (node.func.name, argument.vector_selector.name or "")
                for argument in node.args
                if isinstance(argument, promql_parser.MatrixSelector)
            )
        return True

    try:
        promql_parser.walk(promql_parser.parse(expr.replace(WINDOW, "5m")), visit)
    except ValueError:
        return []
    return found
