"""Histograms of foreign files as our `latency`, where their selectors belong together."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import promql_parser
from promql_parser import VectorSelector

from fireline.adapters.files.yaml_fields import Text

BUCKET, COUNT, LE = "_bucket", "_count", "le"
OPERATORS = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}


@dataclass(frozen=True, slots=True)
class Selector:
    """A bare selector taken apart: its name, its matchers without `le`, and the bound."""

    name: str
    matchers: tuple[str, ...]
    bound: str | None


def latency(
    buckets: Text, total: Text | None = None, bound: Text | None = None
) -> dict[str, Text] | None:
    """The `latency` of a histogram; None where the selectors do not belong together.

    Args:
        buckets: the selector of the buckets, with `le` unless `bound` says it.
        total: the selector of the count, if the file gives it.
        bound: the upper bound of the good bucket.
    """
    found = _taken_apart(buckets.value)
    if found is None or not found.name.endswith(BUCKET) or (found.bound is None) == (bound is None):
        return None
    name = found.name.removesuffix(BUCKET)
    if total is not None:
        count = _taken_apart(total.value)
        if count is None or (count.name, count.bound) != (name + COUNT, None):
            return None
        if set(count.matchers) != set(found.matchers):
            return None
    number = _number(bound.value if bound else found.bound or "")
    if number is None:
        return None
    histogram = f"{name}{{{','.join(found.matchers)}}}" if found.matchers else name
    line = bound.line if bound else buckets.line
    return {"histogram": Text(histogram, buckets.line), "threshold": Text(number, line)}


def _taken_apart(selector: str) -> Selector | None:
    """None for anything but a bare selector by name with plain matchers."""
    try:
        tree = promql_parser.parse(selector)
    except ValueError:
        return None
    if not isinstance(tree, VectorSelector) or tree.offset is not None or tree.at is not None:
        return None
    if tree.name is None or tree.matchers.or_matchers:
        return None
    bounds = [m for m in tree.matchers.matchers if m.name == LE]
    if len(bounds) > 1 or any(str(m.op) != "MatchOp.Equal" for m in bounds):
        return None
    matchers = tuple(_written(m) for m in tree.matchers.matchers if m.name not in {LE, "__name__"})
    return Selector(tree.name, matchers, bounds[0].value if bounds else None)


def _written(matcher: promql_parser.Matcher) -> str:
    sign = OPERATORS[str(matcher.op)]
    value = matcher.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{matcher.name}{sign}"{value}"'


def _number(bound: str) -> str | None:
    """The bound as a plain number; infinity is no threshold."""
    if not re.fullmatch(r"\d+(\.\d+)?([eE][-+]?\d+)?", bound):
        return None
    try:
        return f"{Decimal(bound).normalize():f}"
    except InvalidOperation:
        return None
