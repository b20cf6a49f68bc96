"""Whether an expression is a rate: how its value grows when all its rates do."""

from collections.abc import Callable

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
)

from fireline.adapters.files.expressions import COMPARISONS, COUNTING, SENTINEL_SECONDS

RATES = frozenset({"rate", "irate"})
SAME = frozenset(
    {"abs", "vector", "scalar", "sort", "sort_desc", "label_replace", "label_join", "clamp_min"}
)


class NoUnitError(Exception):
    """Rates and other values are mixed: the expression has no unit."""


# None is the unit of zero, which fits every other one.
Unit = int | None


def unit_of(node: Expr) -> Unit:
    """1 for a rate over the window, 0 for a count, a share or a plain number.

    Raises:
        NoUnitError: rates are mixed with what is none.
    """
    if isinstance(node, NumberLiteral):
        return None if node.val == 0 else 0
    if isinstance(node, ParenExpr | UnaryExpr | SubqueryExpr | AggregateExpr):
        return _wrapped(node)
    if isinstance(node, Call):
        return _call(node)
    if isinstance(node, BinaryExpr):
        return _binary(node)
    return 0


def _wrapped(node: ParenExpr | UnaryExpr | SubqueryExpr | AggregateExpr) -> Unit:
    inner = unit_of(node.expr)
    if isinstance(node, SubqueryExpr):
        return _plain(inner)
    return 0 if isinstance(node, AggregateExpr) and str(node.op) in COUNTING else inner


def _call(node: Call) -> Unit:
    name = node.func.name
    if name in RATES:
        argument = node.args[0]
        if isinstance(argument, MatrixSelector):
            return 1 if argument.range.total_seconds() == SENTINEL_SECONDS else 0
    units = [unit_of(argument) for argument in node.args]
    if name == "histogram_quantile":
        return 0
    if name in SAME and units:
        return _joined(*units) if name == "clamp_min" else units[0]
    for unit in units:
        _plain(unit)
    return 0


def _binary(node: BinaryExpr) -> Unit:
    operation = str(node.op)
    left, right = unit_of(node.lhs), unit_of(node.rhs)
    if operation in COMPARISONS:
        _joined(left, right)
        return 0 if node.modifier is not None and node.modifier.return_bool else left
    return OPERATIONS.get(operation, _both_plain)(left, right)


def _plain(unit: Unit) -> Unit:
    if unit not in {0, None}:
        raise NoUnitError
    return unit


def _joined(left: Unit, right: Unit) -> Unit:
    if left is None or right is None:
        return right if left is None else left
    if left != right:
        raise NoUnitError
    return left


def _times(left: Unit, right: Unit) -> Unit:
    return None if left is None or right is None else left + right


def _over(left: Unit, right: Unit) -> Unit:
    return None if left is None else left - (right or 0)


def _left(left: Unit, _right: Unit) -> Unit:
    return left


def _both_plain(left: Unit, right: Unit) -> Unit:
    _plain(left)
    _plain(right)
    return 0


OPERATIONS: dict[str, Callable[[Unit, Unit], Unit]] = {
    "+": _joined,
    "-": _joined,
    "or": _joined,
    "*": _times,
    "/": _over,
    "and": _left,
    "unless": _left,
}
