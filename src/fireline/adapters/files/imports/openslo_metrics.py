"""The metrics of OpenSLO as our SLIs."""

from collections.abc import Callable
from dataclasses import dataclass

from fireline.adapters.files.expressions import WINDOW
from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.imports.openslo_objects import SOURCE, Objects
from fireline.adapters.files.imports.queries import (
    counted,
    fed,
    over,
    shares,
    templated,
    windowed,
)
from fireline.adapters.files.yaml_fields import Text

OPERATORS = {"lte": "<=", "gte": ">=", "lt": "<", "gt": ">"}
BACKENDS = frozenset({"", "prometheus"})
LANGUAGES = frozenset({"", "promql", "query"})
OCCURRENCES, TIMESLICES, RATIO_TIMESLICES = "Occurrences", "Timeslices", "RatioTimeslices"
METHODS = (OCCURRENCES, TIMESLICES, RATIO_TIMESLICES)
MINUTE = "1m"


@dataclass(frozen=True, slots=True)
class Sli:
    """The kind of an SLI, its parts, and what a stretch without samples means."""

    kind: str
    parts: dict[str, Text]
    absent: str | None = None


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the budget is counted."""

    method: str
    target: Text | None
    window: Text


Source = Callable[[Branch, str], Text | None]


def query_v1(objects: Objects) -> Source:
    """Reads the query of `metricSource` as version 1 writes it."""

    def query(branch: Branch, key: str) -> Text | None:
        metric = branch.branch(key)
        source = metric.branch("metricSource") if metric else None
        if source is None:
            message = f"`{branch.full(key)}.metricSource` is missing."
            branch.error(branch.line_at(key), "missing", message)
            return None
        if not _is_prometheus(source, objects):
            return None
        spec = source.branch("spec")
        key = "query" if spec is None or "promql" not in spec else "promql"
        text = spec.needed(key) if spec else None
        if spec is None:
            source.error(source.line, "missing", f"`{source.full('spec')}` is missing.")
        return templated(spec, key, text) if spec and text else None

    return query


def query_v1alpha(branch: Branch, key: str) -> Text | None:
    """Reads a query as version 1alpha writes it."""
    metric = branch.branch(key)
    if metric is None:
        branch.error(branch.line_at(key), "missing", f"`{branch.full(key)}` is missing.")
        return None
    if not _spoken(metric, "source", BACKENDS) or not _spoken(metric, "queryType", LANGUAGES):
        metric.skip("source", "queryType", "query", "metadata")
        return None
    text = metric.needed("query")
    return templated(metric, "query", text) if text else None


def _is_prometheus(source: Branch, objects: Objects) -> bool:
    ref = source.text("metricSourceRef")
    named = objects.find(source, SOURCE, ref) if ref else None
    spoken = _spoken(source, "type", BACKENDS) and not (ref and named is None)
    if spoken and named is not None:
        spoken = _spoken(named, "type", BACKENDS)
    if named is not None:
        named.skip("connectionDetails", "description")
    if not spoken:
        source.skip("spec")
    return spoken


def _spoken(branch: Branch, key: str, known: frozenset[str]) -> bool:
    """Whether the backend or the language is ours; another is an error that names it."""
    text = branch.text(key)
    if text is None or text.value.lower() in known:
        return True
    message = f"`{branch.full(key)}` is `{text.value}`; Fireline reads PromQL from Prometheus."
    branch.error(text.line, UNSUPPORTED, message)
    return False


def threshold(metric: Text, objective: Branch, slicing: Slicing) -> Sli | None:
    """A gauge compared with the objective's value."""
    operator, value = objective.needed("op"), objective.needed("value")
    if operator is None or value is None:
        return None
    sign = OPERATORS.get(operator.value)
    if sign is None:
        known = ", ".join(OPERATORS)
        message = f"`op` is `{operator.value}`; it must be one of {known}."
        objective.error(operator.line, "op", message)
        return None
    if slicing.target is not None:
        objective.warning(
            slicing.target.line,
            "not-carried",
            "`timeSliceTarget` has no effect on a threshold: a slice is one comparison.",
        )
    parts = {"value": metric, "good": Text(f"{sign} {value.value}", operator.line)}
    if slicing.method == TIMESLICES:
        parts["slice"] = slicing.window
    return Sli("time_slice", parts)


def ratio(metric: Branch, source: Source, slicing: Slicing, counter: str) -> Sli | None:
    """Good or bad of total, or a ratio without totals, by the budgeting method."""
    grows = metric.says(counter)
    if "raw" in metric:
        return _raw(metric, source, slicing)
    given = [part for part in ("good", "bad") if part in metric]
    if len(given) != 1:
        message = f"`{metric.path}` needs `total` and exactly one of `good` and `bad`."
        metric.error(metric.line, "missing", message)
        return None
    part, total = source(metric, given[0]), source(metric, "total")
    if part is None or total is None:
        return None
    if slicing.method == OCCURRENCES:
        return _events(metric, {given[0]: part, "total": total}, grows=grows)
    return _slices(metric, (given[0], part, total), slicing, grows=grows)


def _events(metric: Branch, queries: dict[str, Text], *, grows: bool) -> Sli | None:
    parts = {}
    for key, text in queries.items():
        ready = fed(metric, key, text) if grows else windowed(metric, key, text)
        count = counted(metric, key, ready) if ready else None
        if count is None:
            return None
        parts[key] = count
    return Sli("ratio", parts)


def _slices(
    metric: Branch, queries: tuple[str, Text, Text], slicing: Slicing, *, grows: bool
) -> Sli | None:
    """The ratio of each slice, compared with the target or counted as it is."""
    key, part, total = queries
    size = slicing.window.value if slicing.method == TIMESLICES else WINDOW
    both = []
    for name, text in ((key, part), ("total", total)):
        if grows:
            ready = fed(metric, name, text, size)
        else:
            ready = windowed(metric, name, text) if size == WINDOW else _sliced(text, size)
        if ready is None:
            return None
        both.append(ready.value)
    share = f"({both[0]}\n) / ({both[1]}\n)"
    if slicing.method == RATIO_TIMESLICES:
        parts = shares(metric, key, Text(share, part.line), key)
        return Sli("ratio", parts) if parts else None
    good = share if key == "good" else f"1 - {share}"
    return _compared(metric, Text(good, part.line), slicing)


def _sliced(text: Text, size: str) -> Text:
    return over(text, size) if WINDOW in text.value else text


def _raw(metric: Branch, source: Source, slicing: Slicing) -> Sli | None:
    query, kind = source(metric, "raw"), metric.needed("rawType")
    if query is None or kind is None:
        return None
    if kind.value not in {"success", "failure"}:
        metric.error(kind.line, "rawType", "`rawType` must be success or failure.")
        return None
    good = kind.value == "success"
    if slicing.method == TIMESLICES:
        value = _sliced(query, slicing.window.value)
        text = value.value if good else f"1 - ({value.value}\n)"
        return _compared(metric, Text(text, value.line), slicing)
    ready = windowed(metric, "raw", query)
    if WINDOW not in ready.value:
        return _over_buckets(metric, ready, good=good)
    parts = shares(metric, "raw", ready, "good" if good else "bad")
    return Sli("ratio", parts) if parts else None


def _over_buckets(metric: Branch, query: Text, *, good: bool) -> Sli | None:
    """A ratio that is a gauge: its mean over the window."""
    mean = Text(f"avg_over_time(({query.value}\n)[{WINDOW}:1m])", query.line)
    parts = shares(metric, "raw", mean, "good" if good else "bad")
    return Sli("ratio", parts) if parts else None


def _compared(metric: Branch, value: Text, slicing: Slicing) -> Sli | None:
    if slicing.target is None:
        message = "Timeslices of a ratio need `timeSliceTarget`."
        metric.error(metric.line, "missing", message)
        return None
    good = Text(f">= {slicing.target.value}", slicing.target.line)
    parts = {"value": value, "good": good, "slice": slicing.window}
    return Sli("time_slice", parts, absent="ignore")
