"""Asks a Prometheus what it has of a definition's metrics: samples, labels, kinds, units."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import promql_parser
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.inventory import Inventory
from fireline.adapters.prometheus.preflight import expressions, grown
from fireline.adapters.prometheus.selectors import WINDOW, reads
from fireline.domain.errors import UnreachableError
from fireline.domain.promql import OPERATORS
from fireline.usecases.fitting import SLOW, Definition, FitFacts, MetricFacts, VariableFacts

MAIN = frozenset({"total", "raw", "value", "landed_when"})
TELLS_OF_SERIES = frozenset({"count", "group"})
TELLS_OF_TIME = frozenset({"timestamp", "absent"})
MOST = 20
DAY, COARSE = "1d", "5m"
LATELY = "5m"


class PrometheusFitting:
    """Implements `Fitting`.

    Args:
        inventory: of the server that is asked.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def facts(self, definition: Definition, at: datetime) -> FitFacts:
        """What the server has of this definition's metrics.

        Raises:
            UnreachableError: it cannot be asked.
        """
        epoch = int(at.timestamp())
        exprs = dict(expressions(definition.slo.sli, epoch))
        try:
            metrics = tuple(self._metrics(exprs, epoch))
            return FitFacts(
                metrics=metrics,
                variables=tuple(self._variables(definition.variables, metrics)),
                slow_timers=tuple(self._slow_timers(definition, metrics, epoch)),
                wrong_kinds=tuple(self._wrong_kinds(exprs)),
            )
        except QueryFailure as failure:
            raise UnreachableError(failure.sentence) from failure

    def _metrics(self, exprs: Mapping[str, str], at: int) -> Iterator[MetricFacts]:
        main: dict[str, bool] = {}
        for part, expr in exprs.items():
            for selector in reads(expr).selectors[:MOST]:
                main[selector] = main.get(selector, False) or part in MAIN
        for selector, needed in main.items():
            age = self._age(selector, at)
            name = selector.partition("{")[0]
            exists = age is None and name in self._inventory.names()
            near = () if age is not None or exists or not name else self._inventory.near(name)
            yield MetricFacts(selector, age, needed, exists, tuple(near))

    def _age(self, selector: str, at: int) -> float | None:
        """Seconds since the newest sample: exact when it is new, else to five minutes."""
        for stamp in (
            f"timestamp({selector})",
            f"max_over_time(timestamp({selector})[{DAY}:{COARSE}])",
        ):
            found = self._inventory.value(f"max({stamp})", at)
            if found:
                return max(0.0, at - found[0])
        return None

    def _variables(
        self, variables: Mapping[str, str], metrics: tuple[MetricFacts, ...]
    ) -> Iterator[VariableFacts]:
        """Each variable with what it matches in any of the selectors it stands in."""
        for name, value in variables.items():
            matched: dict[str, None] = {}
            label, seen = "", False
            for metric in metrics:
                for key in _labels_with(metric.selector, value):
                    label = label or key
                    seen |= metric.exists or metric.age_seconds is not None
                    if metric.age_seconds is not None:
                        found = self._inventory.values(key, metric.selector)
                        matched.update(dict.fromkeys(sorted(found)))
            if label:
                yield VariableFacts(name, label, tuple(matched), seen)

    def _slow_timers(
        self, definition: Definition, metrics: tuple[MetricFacts, ...], at: int
    ) -> Iterator[tuple[str, float]]:
        """Timers that are read as seconds and whose median would be hours."""
        value = dict(expressions(definition.slo.sli, at)).get("value", "")
        if "/ 1000" in value:  # milliseconds, and turned into seconds
            return
        present = {metric.selector for metric in metrics if metric.fresh}
        for total in sorted(present):
            name, brace, labels = total.partition("{")
            count = f"{name.removesuffix('_sum')}_count{brace}{labels}"
            if name.endswith("_sum") and count in present:
                found = self._inventory.value(f"quantile(0.5, {total} / ({count} > 0))", at)
                if found and found[0] > SLOW:
                    yield name.removesuffix("_sum"), found[0]

    def _wrong_kinds(self, exprs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        kinds = self._inventory.kinds()
        found: dict[tuple[str, str], None] = {}
        for part, expr in exprs.items():
            for _, metric in grown(expr):
                if kinds.get(metric) == "gauge":
                    found[metric, "gauge"] = None
            if part in {"value", "good", "total"}:
                for metric in read_as_they_are(expr):
                    if kinds.get(metric) == "counter":
                        found[metric, "counter"] = None
        yield from found


def read_as_they_are(expr: str) -> list[str]:
    """Metrics whose value itself is used, not its growth, its presence or its age."""
    try:
        return list(dict.fromkeys(_plain(promql_parser.parse(expr.replace(WINDOW, LATELY)))))
    except ValueError:
        return []


def _plain(node: Expr) -> Iterator[str]:
    if isinstance(node, VectorSelector):
        yield node.name or ""
    elif isinstance(node, AggregateExpr):
        if str(node.op) not in TELLS_OF_SERIES:
            yield from _plain(node.expr)
    elif isinstance(node, ParenExpr | UnaryExpr | SubqueryExpr):
        yield from _plain(node.expr)
    elif isinstance(node, BinaryExpr):
        yield from _plain(node.lhs)
        yield from _plain(node.rhs)
    elif isinstance(node, Call) and node.func.name not in TELLS_OF_TIME:
        for argument in node.args:
            yield from _plain(argument)


def _labels_with(selector: str, value: str) -> Iterator[str]:
    """The labels that a selector matches with this value."""
    tree = promql_parser.parse(selector)
    if isinstance(tree, VectorSelector):
        for matcher in tree.matchers.matchers:
            if matcher.value == value and OPERATORS[str(matcher.op)] in {"=", "=~"}:
                yield matcher.name
