"""The `when:` of a policy rule: a small language of names, numbers, comparisons, and, or, not.

Parsed with Python's own grammar and walked by hand; nothing is ever executed.
"""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from fireline.domain.errors import InvalidInputError

Facts = Mapping[str, Any]
LONGEST = 500

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@lru_cache(maxsize=1024)
def parsed(text: str) -> ast.expr:
    """The expression.

    Raises:
        InvalidInputError: it is too long, no expression, or more than the language allows.
    """
    if len(text) > LONGEST:
        raise InvalidInputError(f"a condition holds at most {LONGEST} characters.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        message = f"`{text}` is no condition; write for instance `tier == 0 and outage`."
        raise InvalidInputError(message) from error
    _check(tree, text)
    return tree


def names(text: str) -> tuple[str, ...]:
    """The facts that the expression asks for, such as `tier` or `blast.exposures`."""
    found = (_dotted(node) for node in ast.walk(parsed(text)))
    wanted = dict.fromkeys(name for name in found if name)
    return tuple(n for n in wanted if not any(o.startswith(f"{n}.") for o in wanted))


def holds(text: str, facts: Facts) -> bool:
    """Whether the condition is true of the facts; a fact that is not known makes it false.

    Raises:
        InvalidInputError: it is no condition.
    """
    return bool(_value(parsed(text), facts))


def unknown_names(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Names in the expression that are no facts."""
    return tuple(name for name in names(text) if name not in known)


def _check(node: ast.expr, text: str) -> None:
    """Refuse everything that is not in the language."""
    allowed = isinstance(
        node, ast.BoolOp | ast.Compare | ast.Name | ast.Attribute | ast.Constant
    ) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub))
    fine = allowed and not (
        isinstance(node, ast.Compare) and any(type(op) not in _COMPARISONS for op in node.ops)
    )
    if not fine or (isinstance(node, ast.Attribute) and not _dotted(node)):
        message = f"`{text}`: only names, numbers, texts, comparisons, and, or, not are allowed."
        raise InvalidInputError(message)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not isinstance(node, ast.Attribute):
            _check(child, text)


def _dotted(node: ast.AST) -> str:
    """A name with its attributes, or an empty text for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _value(node: ast.expr, facts: Facts) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name | ast.Attribute):
        return facts.get(_dotted(node))
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, facts)
        if isinstance(node.op, ast.Not):
            return not inner
        return -inner if isinstance(inner, int | float) else None
    if isinstance(node, ast.BoolOp):
        values = (_value(part, facts) for part in node.values)
        return all(values) if isinstance(node.op, ast.And) else any(values)
    return _compared(node, facts) if isinstance(node, ast.Compare) else None


def _compared(node: ast.Compare, facts: Facts) -> bool:
    left = _value(node.left, facts)
    for comparison, part in zip(node.ops, node.comparators, strict=True):
        right = _value(part, facts)
        if not _comparable(left, right, comparison):
            return False
        if not _COMPARISONS[type(comparison)](left, right):
            return False
        left = right
    return True


def _comparable(left: Any, right: Any, comparison: ast.cmpop) -> bool:
    """Unknown facts and unlike kinds compare as false, whatever is asked of them."""
    if left is None or right is None:
        return False
    if isinstance(comparison, ast.Eq | ast.NotEq):
        return True
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers or (isinstance(left, str) and isinstance(right, str))
