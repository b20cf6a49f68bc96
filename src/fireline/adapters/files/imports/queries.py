"""Foreign PromQL in our terms: `$window`, counts instead of rates and of bare counters."""

import re
from collections.abc import Mapping

import promql_parser
from promql_parser import Expr, VectorSelector

from fireline.adapters.files.expressions import SENTINEL, WINDOW, check_value
from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.imports.units import NoUnitError, Unit, unit_of
from fireline.adapters.files.yaml_fields import Text

TEMPLATE = re.compile(r"\{\{-?\s*\.?window\s*-?\}\}")
# What stands in quotes or in a comment is none of our business.
QUOTED = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*"
RATE = re.compile(rf"({QUOTED})|(?<![\w:])(i?rate)(?=\s*\()")
RANGE = re.compile(rf"({QUOTED})|\[\s*([0-9smhdwy]+)\s*\]")
SHOWN_SENTINEL = "52d1h11m"


def templated(branch: Branch, key: str, text: Text) -> Text | None:
    """The query with the foreign window filled in; other placeholders are an error."""
    value = TEMPLATE.sub(lambda _: WINDOW, text.value)
    for mark in ("{{", "${"):
        if mark in value:
            branch.error(
                text.line,
                UNSUPPORTED,
                f"`{branch.full(key)}` has a placeholder `{mark}` that is not the window; "
                "write the value itself.",
            )
            return None
    return Text(value, text.line)


def windowed(branch: Branch, key: str, text: Text) -> Text:
    """The query over `$window` where it has one fixed range throughout; the change is told."""
    found = {match[2] for match in RANGE.finditer(text.value) if match[2]}
    if WINDOW in text.value or len(found) != 1:
        return text
    fixed = found.pop()
    branch.warning(
        text.line,
        "range",
        f"`{branch.full(key)}` has the fixed range [{fixed}]; it is read over [{WINDOW}].",
    )
    return over(text, WINDOW)


def over(text: Text, window: str) -> Text:
    """The query with this range wherever a fixed one stands, and for `$window`."""
    value = RANGE.sub(lambda m: m[1] or f"[{window}]", text.value)
    return Text(value.replace(WINDOW, window), text.line)


def counts(branch: Branch, queries: Mapping[str, Text]) -> dict[str, Text] | None:
    """The queries of one ratio as counts; of a rate and what is none the ratio would change."""
    found = {key: counted(branch, key, text) for key, text in queries.items()}
    plain = [key for key, text in queries.items() if WINDOW in text.value and _unit(text) == 0]
    if plain and any(_unit(text) == 1 for text in queries.values()):
        branch.error(
            queries[plain[0]].line,
            UNSUPPORTED,
            f"`{branch.full(plain[0])}` is no rate and the query beside it is one, so they cannot "
            "be turned into counts alike; write both with `increase`.",
        )
        return None
    ready = {key: text for key, text in found.items() if text is not None}
    return ready if len(ready) == len(found) else None


def counted(branch: Branch, key: str, text: Text) -> Text | None:
    """The query as a count over `$window`: per second rates become increases, exactly."""
    if _parsed(text.value) is None:
        return text
    unit = _unit(text)
    if unit in {0, None}:
        _warn_of_shares(branch, key, text)
        return text
    if unit != 1:
        branch.error(
            text.line,
            UNSUPPORTED,
            f"`{branch.full(key)}` mixes rates with other values, so it cannot be turned into "
            "counts; write it with `increase`.",
        )
        return None
    if any(m[2] == "irate" for m in RATE.finditer(text.value)):
        branch.warning(
            text.line,
            "irate",
            f"`{branch.full(key)}` looks at two samples only (`irate`); all of them are counted.",
        )
    return Text(RATE.sub(lambda m: m[1] or "increase", text.value), text.line)


def _warn_of_shares(branch: Branch, key: str, text: Text) -> None:
    if any(m[2] for m in RATE.finditer(text.value)) or "avg_over_time" in text.value:
        branch.warning(
            text.line,
            "unweighted",
            f"`{branch.full(key)}` is a share or a mean and no count of events; every five "
            "minutes weigh the same.",
        )


def mean_ratio(branch: Branch, key: str, text: Text, *, error: bool) -> dict[str, Text] | None:
    """A ratio without totals as the mean of the ratios of its slices, which is told.

    One over no window is read every minute, else every five.
    """
    ready = share(branch, key, text, error=error)
    if ready is None:
        return None
    branch.warning(
        text.line,
        "unweighted",
        f"`{branch.full(key)}` gives a ratio without totals: every slice weighs the same, whatever "
        "the traffic; give events to weigh it by traffic.",
    )
    ready["method"] = Text("ratio_timeslices", text.line)
    if WINDOW not in text.value:
        ready["slice"] = Text("1m", text.line)
    return ready


def share(branch: Branch, key: str, text: Text, *, error: bool) -> dict[str, Text] | None:
    """A ratio query under the key for its kind; one that filters is an error."""
    for found in check_value(text.value.replace(WINDOW, "5m")):
        if found.fatal:
            message = f"`{branch.full(key)}`: {found.message}"
            branch.error(text.line, found.code, message)
            return None
    return {"error_ratio" if error else "success_ratio": text}


def feed(branch: Branch, key: str, text: Text) -> Text | None:
    """What a bare counter's selector counts over the window."""
    tree = _parsed(text.value)
    if not isinstance(tree, VectorSelector) or tree.offset is not None or tree.at is not None:
        branch.error(
            text.line,
            UNSUPPORTED,
            f"`{branch.full(key)}` must be a bare selector such as `requests_total{{job="
            f'"api"}}`; it is `{text.value[:60]}`.',
        )
        return None
    return Text(f"sum(increase({text.value}[{WINDOW}]))", text.line)


def fed(branch: Branch, key: str, text: Text) -> Text | None:
    """The query with every selector of a counter replaced by its growth over the window."""
    if "[" in RANGE.sub(lambda m: "" if m[1] else m[0], text.value) or WINDOW in text.value:
        return windowed(branch, key, text)
    tree = _parsed(text.value)
    if tree is None:
        return text

    def grown(node: Expr) -> Expr | None:
        if not isinstance(node, VectorSelector):
            return None
        if node.offset is not None or node.at is not None:
            raise ValueError(f"{node.prettify()} looks at another time than now")
        written = node.prettify().removesuffix("{}")
        return promql_parser.parse(f"increase({written}[{SENTINEL}])")

    try:
        found = promql_parser.transform(tree, None, grown).prettify()
    except ValueError as error:
        why = str(error).strip().splitlines()[0]
        branch.error(text.line, "promql", f"`{branch.full(key)}` cannot be counted: {why}")
        return None
    if isinstance(tree, VectorSelector):
        found = f"sum({found})"
    return Text(found.replace(SHOWN_SENTINEL, WINDOW), text.line)


def _unit(text: Text) -> Unit:
    """The unit of a query; -1 when it mixes some, none when it cannot be parsed."""
    tree = _parsed(text.value)
    try:
        return None if tree is None else unit_of(tree)
    except NoUnitError:
        return -1


def _parsed(expr: str) -> Expr | None:
    """The tree; none when it cannot be parsed, which the reader of the SLO says."""
    try:
        tree: Expr = promql_parser.parse(expr.replace(WINDOW, SENTINEL))
    except ValueError:
        return None
    return tree
