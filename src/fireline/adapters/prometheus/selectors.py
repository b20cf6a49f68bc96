"""Which series an expression reads, from its syntax tree."""

from dataclasses import dataclass
from functools import lru_cache

import promql_parser

from fireline.domain.promql import matcher

WINDOW = "$window"
ALWAYS_ANSWERS = frozenset({"vector", "absent", "absent_over_time"})


@dataclass(frozen=True, slots=True)
class Reads:
    """The selectors of an expression without offsets, and whether it answers without any series."""

    selectors: tuple[str, ...]
    always_answers: bool


@lru_cache(maxsize=8192)
def reads(expr: str) -> Reads:
    """What the expression reads; nothing when it cannot be parsed (Prometheus will say why)."""
    selectors: dict[str, None] = {}
    functions: set[str] = set()

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            matchers = ",".join(matcher(m.name, str(m.op), m.value) for m in node.matchers.matchers)
            braces = f"{{{matchers}}}" if matchers else ""
            selectors[f"{node.name or ''}{braces}"] = None
        elif isinstance(node, promql_parser.Call):
            functions.add(node.func.name)
        return True

    try:
        promql_parser.walk(promql_parser.parse(expr.replace(WINDOW, "5m")), visit)
    except ValueError:
        return Reads((), always_answers=False)
    return Reads(tuple(selectors), bool(functions & ALWAYS_ANSWERS))


def freshness(expr: str) -> tuple[str, ...]:
    """Expressions for the time of the newest sample, one per selector.

    For one instant only: over a range Prometheus 2 walks each series from its beginning for every
    step of `timestamp`, which takes minutes for thirty days.
    """
    return tuple(f"max(timestamp({selector}))" for selector in reads(expr).selectors)


def presence(expr: str, seconds: int = 300) -> tuple[str, ...]:
    """Expressions that answer where the bucket that ends there holds samples, one per selector.

    Ranges are closed on both sides, so one second less keeps the sample of the edge before out.
    """
    selectors = reads(expr).selectors
    return tuple(f"count(last_over_time({selector}[{seconds - 1}s]))" for selector in selectors)
