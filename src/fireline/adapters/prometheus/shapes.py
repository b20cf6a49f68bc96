"""Expressions that differ in one label value only, written so that one query answers them all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from sys import intern

import promql_parser

from fireline.adapters.prometheus.growth import SPAN, STAND_IN, Way, growth_of, rewritten
from fireline.adapters.prometheus.selectors import WINDOW
from fireline.domain.promql import escaped, matcher

AGGREGATIONS = frozenset({"sum", "min", "max", "avg", "count", "group", "stddev", "stdvar"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^"})
PER_SERIES = re.compile(
    r"rate|increase|irate|delta|idelta|deriv|changes|resets|timestamp|abs|ceil|floor|round|sqrt|exp"
    r"|ln|log2|log10|sgn|clamp|clamp_(min|max)"
    r"|(avg|min|max|sum|count|last|present|quantile|stddev|stdvar)_over_time"
)
HOLE = "\0"
TERM = "fireline_term"
RE2_SPECIAL = frozenset("\\.+*?()|[]{}^$")
MILLISECOND = timedelta(milliseconds=1)

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """An expression without the value of one label, which every one of its selectors names.

    `fills_zero`: it ends in `or vector(0)`, so a value without an answer has the answer 0.
    """

    label: str
    value: str
    template: str
    fills_zero: bool = False

    def grouped(self, values: Iterable[str], way: Way | None = None) -> str:
        """The expression for all these values at once; each result carries its label."""
        pattern = "|".join("".join(_literal(value)) for value in values)
        template = self.template if way is None else rewritten(self.template, way)
        return template.replace(HOLE, escaped(pattern))


class _UngroupableError(Exception):
    """The expression has a part that means something else when it is asked for several values."""


@lru_cache(maxsize=32_768)
def shapes(expr: str) -> tuple[Shape, ...]:
    """Every way to leave one label value out; none when grouping could change what is asked."""
    if SPAN in expr or HOLE in expr:
        return ()
    try:
        tree = promql_parser.parse(expr.replace(WINDOW, SPAN))
        common = frozenset.intersection(*_labels(tree))
        terms = _zeroed_terms(tree)
        if terms is None:
            return tuple(Shape(n, v, intern(_whole(tree, n))) for n, v in sorted(common))
        return tuple(
            Shape(n, v, intern(_sum_of(terms, n)), fills_zero=True) for n, v in sorted(common)
        )
    except (ValueError, _UngroupableError):
        return ()


def _labels(node: promql_parser.Expr) -> Iterator[Labels]:
    """For each selector, the labels it fixes to one value and names once."""
    found: list[Labels] = []

    def visit(inner: promql_parser.Expr) -> bool:
        if isinstance(inner, promql_parser.VectorSelector):
            matchers = inner.matchers.matchers
            if inner.matchers.or_matchers:
                raise _UngroupableError
            names = [m.name for m in matchers]
            found.append(
                frozenset(
                    (m.name, m.value)
                    for m in matchers
                    if str(m.op) == "MatchOp.Equal"
                    and m.value
                    and m.name != "__name__"
                    and names.count(m.name) == 1
                )
            )
        return True

    promql_parser.walk(node, visit)
    if not found:
        raise _UngroupableError
    yield from found


def _zeroed_terms(node: promql_parser.Expr) -> list[promql_parser.Expr] | None:
    """The terms of a sum of which each is `... or vector(0)`; None when it is no such sum."""
    while isinstance(node, promql_parser.ParenExpr):
        node = node.expr
    if not isinstance(node, promql_parser.BinaryExpr):
        return None
    if str(node.op) == "+" and node.modifier is None:
        if growth_of(node) is not None:
            raise _UngroupableError  # both terms together are one growth
        left, right = _zeroed_terms(node.lhs), _zeroed_terms(node.rhs)
        return None if left is None or right is None else left + right
    zero = node.rhs
    if (
        str(node.op) == "or"
        and (node.modifier is None or node.modifier.matching is None)
        and isinstance(zero, promql_parser.Call)
        and zero.func.name == "vector"
        and isinstance(zero.args[0], promql_parser.NumberLiteral)
        and zero.args[0].val == 0
    ):
        return [node.lhs]
    return None


def _sum_of(terms: list[promql_parser.Expr], label: str) -> str:
    """Their sum for each value of the label, of as many as there are."""
    each = [_whole(term, label) for term in terms]
    if len(each) == 1:
        return each[0]
    # A label of their own keeps `or` from dropping all but the first.
    told = (
        f'label_replace({text}, "{TERM}", "{number}", "", "")' for number, text in enumerate(each)
    )
    return f"sum by ({label}) ({' or '.join(told)})"


def _whole(node: promql_parser.Expr, label: str) -> str:
    """One value per label value: aggregations, and arithmetic between them and numbers."""
    if isinstance(node, promql_parser.ParenExpr):
        return f"({_whole(node.expr, label)})"
    if isinstance(node, promql_parser.AggregateExpr):
        if node.modifier is not None or node.param is not None or str(node.op) not in AGGREGATIONS:
            raise _UngroupableError
        return f"{node.op} by ({label}) ({_series(node.expr, label)})"
    if isinstance(node, promql_parser.BinaryExpr):
        yes_or_no = node.modifier is not None and node.modifier.return_bool
        if _matches(node) or not (yes_or_no or str(node.op) in ARITHMETIC):
            raise _UngroupableError
        sides = [
            _number(side) if isinstance(side, promql_parser.NumberLiteral) else _whole(side, label)
            for side in (node.lhs, node.rhs)
        ]
        return f"({sides[0]} {node.op}{' bool' if yes_or_no else ''} {sides[1]})"
    raise _UngroupableError


def _matches(node: promql_parser.BinaryExpr) -> bool:
    """Whether the operator pairs series by some of their labels only."""
    modifier = node.modifier
    return modifier is not None and (
        modifier.matching is not None or modifier.group_labels is not None
    )


def _series(node: promql_parser.Expr, label: str) -> str:
    """What is aggregated: a selector, functions of it that treat each series for itself."""
    if isinstance(node, promql_parser.ParenExpr):
        return f"({_series(node.expr, label)})"
    if isinstance(node, promql_parser.NumberLiteral):
        return _number(node)
    if isinstance(node, promql_parser.VectorSelector):
        return f"{_selector(node, label)}{_offset(node)}"
    if isinstance(node, promql_parser.MatrixSelector):
        inner = node.vector_selector
        return f"{_selector(inner, label)}[{_length(node.range)}]{_offset(inner)}"
    if isinstance(node, promql_parser.Call) and PER_SERIES.fullmatch(node.func.name):
        return f"{node.func.name}({', '.join(_series(a, label) for a in node.args)})"
    if isinstance(node, promql_parser.BinaryExpr) and not _matches(node):
        # Series are paired by all their labels, so those of different values never meet.
        yes_or_no = node.modifier is not None and node.modifier.return_bool
        left, right = _series(node.lhs, label), _series(node.rhs, label)
        return f"({left} {node.op}{' bool' if yes_or_no else ''} {right})"
    raise _UngroupableError


def _selector(node: promql_parser.VectorSelector, label: str) -> str:
    if node.at is not None:
        raise _UngroupableError
    matchers = [
        f'{label}=~"{HOLE}"' if m.name == label else matcher(m.name, str(m.op), m.value)
        for m in node.matchers.matchers
    ]
    return f"{node.name or ''}{{{','.join(matchers)}}}"


def _offset(node: promql_parser.VectorSelector) -> str:
    length = node.offset
    if length is None:
        return ""
    sign = "-" if length < timedelta(0) else ""
    return f" offset {sign}{_length(abs(length))}"


def _length(length: timedelta) -> str:
    return WINDOW if length == STAND_IN else f"{length // MILLISECOND}ms"


def _number(node: promql_parser.NumberLiteral) -> str:
    return repr(float(node.val))


def _literal(value: str) -> Iterator[str]:
    """The value as a regular expression that matches only it."""
    for character in value:
        if character in RE2_SPECIAL:
            yield "\\"
        yield character
