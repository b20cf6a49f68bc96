"""What a counter grew by between two instants, exactly, in place of what `increase` estimates.

`increase` scales up what it sees and drops what falls between the last sample of one bucket and
the first of the next. The difference of a counter at two bucket edges does neither, and adds up
over buckets. What is exact and what is not: docs/slo-engine.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache

import promql_parser

from fireline.adapters.prometheus.selectors import WINDOW, reads

# Lengths nobody writes stand for the marks while an expression is parsed: as they are given to
# the parser, and as it prints them.
STAND_INS = {
    WINDOW: ("7919317ms", "2h11m59s317ms"),
    "$inside": ("7919327ms", "2h11m59s327ms"),
    "$reach": ("7919329ms", "2h11m59s329ms"),
    "$seconds": ("7919.331", "7919.331"),
}
SPAN, INSIDE, REACH, SECONDS = (given for given, _ in STAND_INS.values())
STAND_IN = timedelta(milliseconds=7_919_317)
GRID = "10s"
LOOK_BACK, LONG_LOOK_BACK = "1h", "1d"
LOOK_BACKS = ("1h", "2h", "6h", "12h", "1d")
EDGE_REACH = 300
MINUTE = 60
ADDING = frozenset({"+", "-", "*", "or"})
PLACE = "fireline_growth_"
PLACES = re.compile(rf"{PLACE}(\d+)")
OF_HISTOGRAMS = re.compile(r"\bhistogram_\w+\s*\(")
UNPRINTED = re.compile(r"[\s()]")


class Way(StrEnum):
    """How closely to look, and what a counter that appears counts for.

    FAST looks at both edges only and gives infinity where a counter appeared, paused or was
    reset; the others look closely: SINCE takes what a new counter grew by after its first sample,
    ALL its whole value.
    """

    FAST = "fast"
    SINCE = "since"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Feed:
    """What can be done with an expression.

    Args:
        exact: it holds growth over `$window`, which can be asked for exactly.
        marked: an infinity in that growth shows in the result, so that FAST may be tried first.
        births: it is written so that new counters count from zero, whatever else is said.
    """

    exact: bool = False
    marked: bool = False
    births: bool = False


@dataclass(frozen=True, slots=True)
class _Growth:
    """One piece of an expression that stands for growth over `$window`."""

    selector: str
    before: str = "("
    after: str = ")"
    newborn: Way | None = None

    def written(self, way: Way) -> str:
        """The piece with exact growth."""
        chosen = self.newborn if self.newborn and way is not Way.FAST else way
        return f"{self.before}{_difference(self.selector, chosen)}{self.after}"


@lru_cache(maxsize=32_768)
def feed_of(expr: str) -> Feed:
    """Whether and how the growth in an expression can be asked for exactly."""
    tree = _parsed(expr)
    found = [] if tree is None else list(_growths(tree))
    if tree is None or not found:
        return Feed()
    births = any(growth.newborn is Way.ALL for growth in found)
    return Feed(exact=True, marked=_shows(tree), births=births)


def ways(expr: str, closer: Way) -> tuple[Way | None, Way | None]:
    """How to ask first, and how again where that was not enough; None for as it is written."""
    feed = feed_of(expr)
    if not feed.exact:
        return None, None
    if feed.births:
        closer = Way.ALL
    return (Way.FAST, closer) if feed.marked else (closer, None)


@lru_cache(maxsize=8192)
def rewritten(expr: str, way: Way) -> str:
    """The expression with exact growth; it holds the marks that `filled` replaces."""
    tree = _parsed(expr)
    if tree is None:
        return expr

    written: list[str] = []

    def exact(node: promql_parser.Expr) -> promql_parser.Expr | None:
        growth = growth_of(node)
        if growth is None:
            return None
        written.append(growth.written(way))
        return promql_parser.parse(f"{PLACE}{len(written) - 1}")

    text = promql_parser.transform(tree, exact).prettify()
    text = PLACES.sub(lambda match: written[int(match[1])], text)
    for mark, forms in STAND_INS.items():
        for form in forms:
            text = text.replace(form, mark)
    return text


def filled(text: str, window: int) -> str:
    """The text with its marks replaced for a window of so many seconds.

    Ranges are closed on both sides in Prometheus 2 and open on the left in 3; a millisecond less
    keeps the sample of the edge before out of both.
    """
    if "$" not in text:
        return text
    for mark, value in _values(window):
        text = text.replace(mark, value)
    return text


@lru_cache(maxsize=1024)
def _values(window: int) -> tuple[tuple[str, str], ...]:
    """What each mark stands for."""
    return (
        (WINDOW, f"{window}s" if window % MINUTE else f"{window // MINUTE}m"),
        ("$inside", f"{window * 1000 - 1}ms"),
        ("$reach", f"{window + EDGE_REACH}s"),
        ("$seconds", str(window)),
    )


def _difference(selector: str, way: Way) -> str:
    """Growth of each counter of a selector in `(t - $window, t]`."""
    last = f"last_over_time({selector}[{INSIDE}])"
    if way is Way.FAST:
        edges = f"{last} - {selector} offset {SPAN}"
        return f"(({edges}) unless (resets({selector}[{REACH}]) > 0)) or {last} + Inf"
    back = LOOK_BACK if way is Way.SINCE else LONG_LOOK_BACK
    before = f"last_over_time({selector}[{back}] offset {SPAN})"
    # What each reset took away: wherever a value is smaller than the one before it.
    lost = f"sum_over_time((({selector} offset {GRID}) > {selector})[{INSIDE}:{GRID}])"
    lost = f"({lost} or 0 * {last})"
    lowest = f"min_over_time({selector}[{INSIDE}])"
    # A reset in a silence leaves no step down inside the bucket, only values below the edge's.
    steps_down = f"resets({selector}[{INSIDE}]) > 0"
    silent = f"({last} and ({lowest} < {before})) unless ({steps_down})"
    # Whatever else went wrong: growth up to the highest value seen, and from zero since.
    across = f"{last} + clamp_min(max_over_time({selector}[{INSIDE}]) - {before}, 0)"
    if way is Way.SINCE:
        grown = f"({last} - {before} + {lost}) >= 0"
        return f"({silent}) or {grown} or {across} or {last} - {lowest}"
    return f"({silent}) or ({last} - ({before} or 0 * {last}) + {lost}) >= 0 or {across}"


def predecessors(expr: str, window: int) -> tuple[str, ...]:
    """Expressions that answer where a counter had samples in the day before, one per selector."""
    back = f"[{LONG_LOOK_BACK}] offset {window}s"
    return tuple(f"count(last_over_time({selector}{back}))" for selector in reads(expr).selectors)


def _parsed(expr: str) -> promql_parser.Expr | None:
    """The tree with stand-ins; None when there is nothing to rewrite or it is no PromQL.

    A native histogram has no value of which a difference could be told to be negative.
    """
    if WINDOW not in expr or OF_HISTOGRAMS.search(expr):
        return None
    if any(given in expr for given, _ in STAND_INS.values()):
        return None
    try:
        tree: promql_parser.Expr = promql_parser.parse(expr.replace(WINDOW, SPAN))
    except ValueError:
        return None
    return tree


def _growths(tree: promql_parser.Expr) -> Iterator[_Growth]:
    """Every piece that stands for growth, outermost first."""
    found: list[_Growth] = []

    def visit(node: promql_parser.Expr) -> promql_parser.Expr | None:
        growth = growth_of(node)
        if growth is None:
            return None
        found.append(growth)
        return promql_parser.parse("0")

    promql_parser.transform(tree, visit)
    yield from found


def growth_of(node: promql_parser.Expr) -> _Growth | None:
    """The node as growth over `$window`, if that is what it is."""
    if isinstance(node, promql_parser.Call):
        if node.func.name not in {"increase", "rate"}:
            return None
        selector = _over_window(node.args[0])
        if selector is None:
            return None
        after = ")" if node.func.name == "increase" else f") / {SECONDS})"
        return _Growth(selector, "((" if node.func.name == "rate" else "(", after)
    if isinstance(node, promql_parser.BinaryExpr) and str(node.op) in {"+", "or"}:
        return _by_hand(node)
    return None


def _over_window(node: promql_parser.Expr) -> str | None:
    """The selector of `selector[$window]`."""
    if not isinstance(node, promql_parser.MatrixSelector) or node.range != STAND_IN:
        return None
    selector = node.vector_selector
    if selector.offset is not None or selector.at is not None:
        return None
    return str(selector.prettify())


def _by_hand(node: promql_parser.BinaryExpr) -> _Growth | None:
    """Forms in which people write exact growth by hand, whatever the parentheses."""
    selector = _first_selector(node)
    if selector is None:
        return None
    text = _bare(node.prettify())
    if str(node.op) == "+":
        old = f"sum(increase({selector}[{SPAN}]) and {selector} offset {SPAN}) or vector(0)"
        new = f"sum({selector} unless {selector} offset {SPAN}) or vector(0)"
        if text == _canonical(f"({old}) + ({new})"):
            return _Growth(selector, "(sum(", ") or vector(0))", Way.ALL)
        return None
    for last in (f"last_over_time({selector}[{SPAN}])", selector):
        for back in LOOK_BACKS:
            before = f"last_over_time({selector}[{back}] offset {SPAN})"
            if text == _canonical(f"(({last} - {before}) >= 0) or {last}"):
                return _Growth(selector, newborn=Way.ALL)
            if text == _canonical(f"(({last} - {before}) >= 0) or ({last} and {before})"):
                return _Growth(selector, newborn=Way.SINCE)
    return None


def _first_selector(node: promql_parser.Expr) -> str | None:
    """The first selector without its offset, if the expression looks back by `$window`."""
    found: list[promql_parser.VectorSelector] = []

    def visit(inner: promql_parser.Expr) -> bool:
        if isinstance(inner, promql_parser.VectorSelector):
            found.append(inner)
        return True

    promql_parser.walk(node, visit)
    if not found or all(one.offset != STAND_IN for one in found):
        return None
    plain = next((one for one in found if one.offset is None and one.at is None), None)
    return None if plain is None else str(plain.prettify())


@lru_cache(maxsize=1024)
def _canonical(expr: str) -> str:
    return _bare(promql_parser.parse(expr).prettify())


def _bare(text: str) -> str:
    return UNPRINTED.sub("", text)


def _shows(node: promql_parser.Expr) -> bool:
    """Whether an infinity in any growth below makes the whole infinite or no number."""
    if growth_of(node) is not None:
        return True
    if isinstance(node, promql_parser.ParenExpr | promql_parser.UnaryExpr):
        return _shows(node.expr)
    if isinstance(node, promql_parser.AggregateExpr) and str(node.op) == "sum":
        return _shows(node.expr)
    if isinstance(node, promql_parser.BinaryExpr):
        if str(node.op) in ADDING:
            return _shows(node.lhs) and _shows(node.rhs)
        if str(node.op) == "/":
            return _shows(node.lhs) and not any(_growths(node.rhs))
    return not any(_growths(node))
