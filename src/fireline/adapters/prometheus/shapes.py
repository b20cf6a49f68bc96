"""Expressions that differ in one label value only, written so that one query answers them all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from sys import intern

import promql_parser

from fireline.adapters.prometheus.growth import SPAN, STAND_IN, Way, rewritten
from fireline.adapters.prometheus.selectors import OPERATORS, WINDOW, escaped

AGGREGATIONS = frozenset({"sum", "min", "max", "avg", "count", "group", "stddev", "stdvar"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^"})
PER_SERIES = re.compile(
    r"rate|increase|irate|delta|idelta|deriv|changes|resets|timestamp|abs|ceil|floor|round|sqrt|exp"
    r"|ln|log2|log10|sgn|clamp|clamp_(min|max)"
    r"|(avg|min|max|sum|count|last|present|quantile|stddev|stdvar)_over_time"
)
HOLE = "\0"
RE2_SPECIAL = frozenset("\\.+*?()|[]{}^$")
MILLISECOND = timedelta(milliseconds=1)

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """An expression without the value of one label, which every one of its selectors names."""

    label: str
    value: str
    template: str

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
        return tuple(Shape(n, v, intern(_whole(tree, n))) for n, v in sorted(common))
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
                    if OPERATORS[str(m.op)] == "="
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


def _whole(node: promql_parser.Expr, label: str) -> str:
    """One value per label value: aggregations, and arithmetic between them and numbers."""
    if isinstance(node, promql_parser.ParenExpr):
        return f"({_whole(node.expr, label)})"
    if isinstance(node, promql_parser.AggregateExpr):
        if node.modifier is not None or node.param is not None or str(node.op) not in AGGREGATIONS:
            raise _UngroupableError
        return f"{node.op} by ({label}) ({_series(node.expr, label)})"
    if isinstance(node, promql_parser.BinaryExpr):
        if node.modifier is not None or str(node.op) not in ARITHMETIC:
            raise _UngroupableError
        sides = [
            _number(side) if isinstance(side, promql_parser.NumberLiteral) else _whole(side, label)
            for side in (node.lhs, node.rhs)
        ]
        return f"({sides[0]} {node.op} {sides[1]})"
    raise _UngroupableError


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
    raise _UngroupableError


def _selector(node: promql_parser.VectorSelector, label: str) -> str:
    if node.at is not None:
        raise _UngroupableError
    matchers = [
        f'{label}=~"{HOLE}"'
        if m.name == label
        else f'{m.name}{OPERATORS[str(m.op)]}"{escaped(m.value)}"'
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
