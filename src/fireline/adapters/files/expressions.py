"""PromQL checked when it is loaded: syntax, types, ranges, and shapes that mislead."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import promql_parser
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    ParenExpr,
    SubqueryExpr,
    VectorSelector,
)

WINDOW = "$window"
SENTINEL = "7w3d1h11m"
SENTINEL_SECONDS = 4_497_060
GROWTH = frozenset({"rate", "irate", "increase", "delta", "idelta", "resets", "changes"})
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
COUNTING = frozenset({"count", "count_values", "group", "absent"})
GAUGE_ENDINGS = ("_sliding", "_timestamp", "_timestamp_seconds", "_seconds_since_last")
NEGATIVE_SENTINEL = "MilliSecondsBehindSource"


@dataclass(slots=True)
class Shape:
    """What a walk over the syntax tree found."""

    ranges: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    growth_ranges: list[tuple[str, int]] = field(default_factory=list)
    growth_metrics: list[tuple[str, str]] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    subquery: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding on one expression."""

    code: str
    message: str
    fatal: bool = True


def check_ratio(expr: str) -> Iterator[Finding]:
    """Findings on a counted expression, which must cover exactly `$window`."""
    tree = _parsed(expr)
    if isinstance(tree, Finding):
        yield tree
        return
    shape = _shape(tree)
    if SENTINEL_SECONDS not in (*shape.ranges, *shape.offsets):
        yield Finding(
            "promql",
            f"{_fixed(shape)}a counted expression needs `[$window]`, as in "
            "`sum(increase(requests_total[$window]))`.",
        )
    elif not shape.subquery:
        for function, seconds in shape.growth_ranges:
            if seconds != SENTINEL_SECONDS:
                shown = promql_parser.display_duration(_delta(seconds))
                yield Finding(
                    "promql",
                    f"`{function}` has the fixed range [{shown}] where `[$window]` is meant; "
                    "all ranges of a counted expression must be alike.",
                )
    yield from _misleading(expr, shape)
    if _loses_a_term(tree):
        yield Finding(
            "missing-bad-zero",
            "a sum of two terms is empty until both have a series, which for failures is the first "
            "failure; add `or vector(0)` to each term.",
            fatal=False,
        )


def check_value(expr: str) -> Iterator[Finding]:
    """Findings on a gauge that is compared with a threshold once per slice."""
    if WINDOW in expr:
        yield Finding(
            "promql",
            "`$window` belongs to `ratio`; this is read at one instant, so give a fixed range such "
            "as [5m].",
        )
        return
    tree = _parsed(expr)
    if isinstance(tree, Finding):
        yield tree
        return
    if _filters(tree):
        yield Finding(
            "filter-as-value",
            "`value` is a filter: it returns nothing both when bad and when absent. Give the plain "
            "value and put the comparison in `good`, or write `bool` after the operator.",
        )
    yield from _misleading(expr, _shape(tree))


def _parsed(expr: str) -> Expr | Finding:
    """The tree, or why there is none; the wrapping proves that it gives an instant vector."""
    text = expr.replace(WINDOW, SENTINEL)
    try:
        tree: Expr = promql_parser.parse(text)
        promql_parser.parse(f'label_replace({text}\n, "a", "b", "", "")')
    except ValueError as error:
        said = str(error).strip().replace(SENTINEL, WINDOW)
        said = said.replace("in call to function 'label_replace'", "as the result")
        return Finding("promql", f"not valid PromQL: {said}")
    return tree


def _shape(tree: Expr) -> Shape:
    shape = Shape()

    def visit(node: Expr) -> bool:
        if isinstance(node, MatrixSelector):
            shape.ranges.append(int(node.range.total_seconds()))
        elif isinstance(node, SubqueryExpr):
            shape.subquery = True
            if node.range is not None:
                shape.ranges.append(int(node.range.total_seconds()))
        elif isinstance(node, VectorSelector):
            shape.metrics.append(node.name or "")
            if node.offset is not None:
                shape.offsets.append(int(node.offset.total_seconds()))
        elif isinstance(node, Call) and node.func.name in GROWTH:
            _note_growth(shape, node)
        return True

    promql_parser.walk(tree, visit)
    return shape


def _note_growth(shape: Shape, call: Call) -> None:
    for argument in call.args:
        if isinstance(argument, MatrixSelector):
            seconds = int(argument.range.total_seconds())
            shape.growth_ranges.append((call.func.name, seconds))
            name = argument.vector_selector.name or ""
            shape.growth_metrics.append((call.func.name, name))


def _fixed(shape: Shape) -> str:
    """Names the fixed range that stands where the window should."""
    if not shape.ranges:
        return ""
    shown = promql_parser.display_duration(_delta(shape.ranges[0]))
    return f"the fixed range [{shown}] stands where `[$window]` is meant: "


def _loses_a_term(node: Expr) -> bool:
    """Whether two vectors are added or subtracted and one of them may be empty."""
    if isinstance(node, ParenExpr):
        return _loses_a_term(node.expr)
    if not isinstance(node, BinaryExpr):
        return False
    sides = (node.lhs, node.rhs)
    if str(node.op) in {"+", "-"}:
        return any(_may_be_empty(side) for side in sides)
    return any(_loses_a_term(side) for side in sides) if str(node.op) in {"*", "/"} else False


def _may_be_empty(node: Expr) -> bool:
    if isinstance(node, ParenExpr):
        return _may_be_empty(node.expr)
    if isinstance(node, BinaryExpr):
        if str(node.op) == "or":
            return False
        return _may_be_empty(node.lhs) or _may_be_empty(node.rhs)
    return isinstance(node, AggregateExpr | Call | VectorSelector | MatrixSelector) and not (
        isinstance(node, Call) and node.func.name == "vector"
    )


def _filters(node: Expr) -> bool:
    """Whether the result itself is what a comparison let through."""
    if isinstance(node, ParenExpr):
        return _filters(node.expr)
    if isinstance(node, AggregateExpr):
        return str(node.op) not in COUNTING and _filters(node.expr)
    if not isinstance(node, BinaryExpr):
        return False
    operation = str(node.op)
    if operation in COMPARISONS:
        return node.modifier is None or not node.modifier.return_bool
    if operation == "or":
        return False
    return _filters(node.lhs) or _filters(node.rhs)


def _misleading(expr: str, shape: Shape) -> Iterator[Finding]:
    """Expressions that parse and mislead."""
    for function, metric in shape.growth_metrics:
        if metric.endswith(GAUGE_ENDINGS):
            yield Finding(
                "rate-on-gauge",
                f"`{function}` on `{metric}`, which looks like a gauge; use its value, or "
                "max_over_time.",
                fatal=False,
            )
    if any(NEGATIVE_SENTINEL in metric for metric in shape.metrics) and "< 0" not in expr:
        yield Finding(
            "negative-sentinel",
            f"{NEGATIVE_SENTINEL} is -1 before the first event, which looks good; count `< 0` "
            "as bad too.",
            fatal=False,
        )


def _delta(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)
