"""slo-generator: `sre.google.com/v2 ServiceLevelObjective` with the Prometheus backend."""

import re
from collections.abc import Iterator

from fireline.adapters.files.imports.annotations import annotated
from fireline.adapters.files.imports.branches import NOT_CARRIED, UNSUPPORTED, Branch
from fireline.adapters.files.imports.drafts import Draft, Imported, Sli, as_percent, finished
from fireline.adapters.files.imports.histograms import latency
from fireline.adapters.files.imports.queries import counted, mean_ratio, templated
from fireline.adapters.files.yaml_fields import Text
from fireline.domain.slo.wording import window_words

GROUP = "sre.google.com/"
POLICIES = "error_budget_policies"
BACKEND = "prometheus"
OPERATORS = ("increase", "sum")


def read_object(document: Branch, window: str, periods: dict[str, int]) -> Iterator[Imported]:
    """The SLO of one document; `periods` are the longest steps of the policies, by name."""
    api, kind = document.value("apiVersion"), document.value("kind")
    metadata, spec = document.branch("metadata"), document.branch("spec")
    if api != f"{GROUP}v2" or kind != "ServiceLevelObjective":
        message = f"`{api}` `{kind}` is not supported; give v2 ServiceLevelObjective."
        document.error(document.line, UNSUPPORTED, message)
        document.skip("metadata", "spec")
    elif metadata is None or spec is None:
        document.error(document.line, "missing", "`metadata` and `spec` must be there.")
    else:
        yield finished(document, _slo(document, metadata, spec, (window, periods)))
        return
    yield finished(document, None)


def periods_of(policies: Branch) -> dict[str, int]:
    """The seconds of the longest step of each error budget policy."""
    found = {}
    for name in policies.names():
        policy = policies.branch(name)
        steps = policy.branches("steps") if policy else []
        seconds = [int(v) for s in steps if (v := s.value("window")).isdecimal()]
        if seconds:
            found[name] = max(seconds)
    return found


def read_policies(document: Branch) -> Iterator[Imported]:
    """What is to be said of a shared configuration: only the longest step is used."""
    policies = document.branch(POLICIES)
    for name in policies.names() if policies else ():
        if policies is not None:
            policies.warning(
                policies.line_at(name),
                NOT_CARRIED,
                f"the steps of the error budget policy `{name}` are not carried over but for the "
                "longest one, which is the window: burn alerts come from Fireline's policy.",
            )
            policies.skip(name)
    yield finished(document, None)


def _slo(
    document: Branch, metadata: Branch, spec: Branch, windows: tuple[str, dict[str, int]]
) -> Draft | None:
    name, labels = metadata.needed("name"), metadata.pairs("labels")
    extra = annotated(metadata, "it is for other tools.")
    goal, description = spec.needed("goal"), spec.text("description")
    spec.lost("exporters", "Fireline keeps its figures itself.")
    window = _window(spec, *windows)
    sli = _sli(spec)
    if name is None or goal is None or sli is None:
        return None
    service = labels.get("service_name", name)
    objective = as_percent(goal)
    return Draft(
        line=document.line,
        name=name,
        service=service,
        objective=objective,
        window=window,
        kind=sli.kind,
        sli=sli.parts,
        description=description,
        labels=labels,
        extra=extra,
    )


def _window(spec: Branch, window: str, periods: dict[str, int]) -> Text:
    named = spec.text("error_budget_policy")
    policy = named.value if named else "default"
    line = named.line if named else spec.line
    if policy in periods:
        return Text(window_words(periods[policy]), line)
    spec.warning(
        line,
        "window",
        f"the error budget policy `{policy}` is in none of the files, so the window is {window}.",
    )
    return Text(window, line)


def _sli(spec: Branch) -> Sli | None:
    backend, method = spec.needed("backend"), spec.needed("method")
    body = spec.branch("service_level_indicator")
    if backend is None or method is None:
        return None
    if backend.value.split("/")[0] != BACKEND:
        message = f"the backend `{backend.value}` is not supported; Fireline asks Prometheus."
        spec.error(backend.line, UNSUPPORTED, message)
        spec.skip("service_level_indicator")
        return None
    if body is None:
        spec.error(spec.line, "missing", "`spec.service_level_indicator` is missing.")
        return None
    readers = {"good_bad_ratio": _ratio, "query_sli": _query, "distribution_cut": _cut}
    if method.value not in readers:
        known = ", ".join(readers)
        message = f"the method `{method.value}` is not supported; known are {known}."
        spec.error(method.line, UNSUPPORTED, message)
        return None
    return readers[method.value](body)


def _ratio(body: Branch) -> Sli | None:
    good = _filtered(body, "filter_good")
    if good is None:
        return None
    if "filter_valid" in body:
        body.lost("filter_bad", "`filter_valid` says already what is counted.")
        total = _filtered(body, "filter_valid")
        return Sli("ratio", {"good": good, "total": total}) if total else None
    bad = _filtered(body, "filter_bad")
    if bad is None:
        return None
    both = f"({good.value} or vector(0)) + ({bad.value} or vector(0))"
    return Sli("ratio", {"bad": bad, "total": Text(both, good.line)})


def _filtered(body: Branch, key: str) -> Text | None:
    """A filter with the window and the operators put around it, as slo-generator does."""
    text = body.needed(key)
    query = templated(body, key, text) if text else None
    operators = _operators(body)
    return counted(body, key, _operated(query, operators)) if query else None


def _operators(body: Branch) -> tuple[str, ...]:
    return tuple(text.value for text in body.items("operators")) or OPERATORS


def _operated(text: Text, operators: tuple[str, ...], le: str = "") -> Text:
    value = _windowed(text.value)
    if value == text.value:
        value += "[$window]"
    for operator in operators:
        value = f"{operator}({value})"
    if le:
        value = _bounded(value, le)
    return Text(value, text.line)


def _windowed(query: str) -> str:
    return re.sub(r"\[window(?=[\]:])", "[$window", query)


def _bounded(query: str, le: str) -> str:
    """The selector of a histogram's buckets with its bound added."""
    matcher = f'le="{le}"'
    if "{" not in query:
        return re.sub(r"(_bucket)", rf"\1{{{matcher}}}", query, count=1)
    inner = re.sub(r"\{\s*\}", f"{{{matcher}}}", query)
    return inner if inner != query else re.sub(r",?\s*\}", f", {matcher}}}", query)


def _cut(body: Branch) -> Sli | None:
    """A histogram, where a bare selector of its buckets is summed; else a ratio of its counters."""
    text, bound = body.needed("expression"), body.needed("threshold_bucket")
    query = templated(body, "expression", text) if text else None
    if query is None or bound is None:
        return None
    operators = _operators(body)
    found = latency(query, bound=bound) if operators == OPERATORS else None
    if found is not None:
        return Sli("latency", found)
    body.warning(
        query.line,
        "latency",
        "the histogram is read as a ratio of its bucket to its count; whether a bucket with this "
        "`le` exists is not checked.",
    )
    total = Text(query.value.replace("_bucket", "_count"), query.line)
    good = counted(body, "expression", _operated(query, operators, bound.value))
    every = counted(body, "expression", _operated(total, operators))
    return Sli("ratio", {"good": good, "total": every}) if good and every else None


def _query(body: Branch) -> Sli | None:
    text = body.needed("expression")
    query = templated(body, "expression", text) if text else None
    if query is None:
        return None
    ready = Text(_windowed(query.value), query.line)
    parts = mean_ratio(body, "expression", ready, error=False)
    return Sli("ratio", parts) if parts else None
