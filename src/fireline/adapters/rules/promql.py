"""Pieces of PromQL: lengths, numbers, matchers, ranges and selectors as they are written."""

from collections.abc import Mapping
from decimal import Decimal
from math import isinf

import promql_parser

from fireline.domain.promql import escaped, matcher

WINDOW = "$window"
# Years, weeks and days are written only when nothing is left over, as Prometheus does.
_WHOLE = (("y", 31_536_000), ("w", 604_800), ("d", 86_400))
_REST = (("h", 3600), ("m", 60), ("s", 1))


def length(seconds: int) -> str:
    """A length as Prometheus writes it: `30d`, but `4w` for 28 days and `1h30m` for 90 minutes."""
    for unit, size in _WHOLE:
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    written, rest = "", seconds
    for unit, size in _REST:
        if rest >= size:
            written += f"{rest // size}{unit}"
            rest %= size
    return written


def steps(seconds: int, step: int) -> str:
    """A subquery range that holds each step of `seconds` exactly once.

    Ranges of Prometheus 2 are closed on both sides: `[1h:5m]` on an edge has 13 points. One
    millisecond less has 12, whenever it is asked and in every version.
    """
    return f"[{length(seconds - 1)}999ms:{length(step)}]"


def number(value: float) -> str:
    """The number without needless digits, such as `14.4` or `120`."""
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return f"{value:.12g}"


def fraction(percent: Decimal) -> str:
    """A percentage as a fraction, exactly: `99.9` is `0.999`."""
    return f"{(percent / 100).normalize():f}"


def matchers(labels: Mapping[str, str]) -> str:
    """The labels between braces."""
    inner = ", ".join(f'{name}="{escaped(value)}"' for name, value in labels.items())
    return f"{{{inner}}}"


def enclosed(expr: str) -> str:
    """The expression in parentheses, whatever it is, a comment at its end included."""
    body = expr.strip()
    return f"({body}\n)" if "#" in body.splitlines()[-1] else f"({body})"


def over(expr: str, seconds: int) -> str:
    """A counted expression over that many seconds, in parentheses."""
    return enclosed(expr.replace(WINDOW, length(seconds)))


def selectors(expr: str) -> tuple[str, ...]:
    """The series an expression reads, each once, without ranges and offsets."""
    found: dict[str, None] = {}

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            inner = ", ".join(matcher(m.name, str(m.op), m.value) for m in node.matchers.matchers)
            found[f"{node.name or ''}{{{inner}}}" if inner else node.name or ""] = None
        return True

    promql_parser.walk(promql_parser.parse(expr.replace(WINDOW, "5m")), visit)
    return tuple(found)
