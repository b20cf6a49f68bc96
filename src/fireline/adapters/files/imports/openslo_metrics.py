"""The metrics of OpenSLO as our SLIs."""

from collections.abc import Callable
from dataclasses import dataclass

from fireline.adapters.files.expressions import WINDOW
from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.imports.drafts import Sli, as_percent
from fireline.adapters.files.imports.openslo_objects import SOURCE, Objects
from fireline.adapters.files.imports.queries import (
    counted,
    fed,
    mean_ratio,
    share,
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
class Slicing:
    """How the budget is counted; `said` when the file gives the length of a slice itself."""

    method: str
    target: Text | None
    window: Text
    said: bool = False


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
    """The ratio of each slice, held against the target or counted as it is."""
    key, part, total = queries
    parts = {}
    for name, text in ((key, part), ("total", total)):
        ready = fed(metric, name, text) if grows else windowed(metric, name, text)
        if ready is None:
            return None
        parts[name] = ready
    if not all(WINDOW in text.value for text in parts.values()):
        ratio = f"({parts[key].value}\n) / ({parts['total'].value}\n)"
        one = share(metric, key, Text(ratio, part.line), error=key == "bad")
        return _judged(metric, one, slicing)
    return _judged(metric, parts, slicing)


def _raw(metric: Branch, source: Source, slicing: Slicing) -> Sli | None:
    query, kind = source(metric, "raw"), metric.needed("rawType")
    if query is None or kind is None:
        return None
    if kind.value not in {"success", "failure"}:
        metric.error(kind.line, "rawType", "`rawType` must be success or failure.")
        return None
    error = kind.value == "failure"
    ready = windowed(metric, "raw", query)
    if slicing.method == OCCURRENCES:
        parts = mean_ratio(metric, "raw", ready, error=error)
        return Sli("ratio", parts) if parts else None
    return _judged(metric, share(metric, "raw", ready, error=error), slicing)


def _judged(metric: Branch, parts: dict[str, Text] | None, slicing: Slicing) -> Sli | None:
    """The ratio with what makes a slice good."""
    if parts is None:
        return None
    if slicing.method == RATIO_TIMESLICES:
        size = {"slice": slicing.window} if slicing.said else {}
        return Sli("ratio", {**parts, "method": Text("ratio_timeslices", metric.line), **size})
    if slicing.target is None:
        message = "Timeslices of a ratio need `timeSliceTarget`."
        metric.error(metric.line, "missing", message)
        return None
    more = {
        "method": Text("timeslices", metric.line),
        "slice": slicing.window,
        "slice_target": as_percent(slicing.target),
    }
    return Sli("ratio", {**parts, **more})
