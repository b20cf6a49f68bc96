"""Pyrra: `pyrra.dev/v1alpha1 ServiceLevelObjective`."""

from collections.abc import Iterator

from fireline.adapters.files.imports.annotations import annotated
from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.imports.drafts import Draft, Imported, Sli, finished
from fireline.adapters.files.imports.histograms import latency
from fireline.adapters.files.imports.queries import feed
from fireline.adapters.files.yaml_fields import Text

GROUP = "pyrra.dev/"
KINDS = ("ratio", "latency", "latencyNative", "bool_gauge")
OF_THE_OBJECT = "it belongs to the Kubernetes object and not to its SLO."
ALERTING = ("disabled", "name", "burnrates", "absent", "absentName", "severities")


def read_object(document: Branch, _window: str) -> Iterator[Imported]:
    """The SLO of one Kubernetes object."""
    api, kind = document.value("apiVersion"), document.value("kind")
    metadata, spec = document.branch("metadata"), document.branch("spec")
    if api != f"{GROUP}v1alpha1" or kind != "ServiceLevelObjective":
        message = f"`{api}` `{kind}` is not supported; give v1alpha1 ServiceLevelObjective."
        document.error(document.line, UNSUPPORTED, message)
        document.skip("metadata", "spec")
    elif metadata is None or spec is None:
        document.error(document.line, "missing", "`metadata` and `spec` must be there.")
    else:
        document.lost("status", "it is Kubernetes' own bookkeeping.")
        yield finished(document, _slo(document, metadata, spec))
        return
    yield finished(document, None)


def _slo(document: Branch, metadata: Branch, spec: Branch) -> Draft | None:
    name, labels = metadata.needed("name"), _labels(metadata)
    metadata.lost("namespace", OF_THE_OBJECT)
    extra = annotated(metadata, OF_THE_OBJECT)
    target, window = spec.needed("target"), spec.needed("window")
    description = spec.text("description")
    spec.lost("performance_over_accuracy", "Fireline counts exactly and cheaply at once.")
    _alerting(spec)
    sli = _sli(spec)
    if name is None or target is None or window is None or sli is None:
        return None
    service = labels.get("service", name)
    return Draft(
        line=document.line,
        name=name,
        service=service,
        objective=target,
        window=window,
        kind=sli.kind,
        sli=sli.parts,
        description=description,
        labels=labels,
        extra=extra,
    )


def _labels(metadata: Branch) -> dict[str, Text]:
    """The labels that Pyrra hands on."""
    kept = {}
    for key, text in metadata.pairs("labels").items():
        plain = key.removeprefix(GROUP)
        if plain != key:
            kept[plain] = text
        else:
            message = f"label `{key}` is not carried over: only `{GROUP}` labels reach the SLO."
            metadata.warning(text.line, "not-carried", message)
    return kept


def _alerting(spec: Branch) -> None:
    alerting = spec.branch("alerting")
    if alerting is not None:
        for key in ALERTING:
            alerting.lost(key, "burn alerts come from Fireline's policy.")


def _sli(spec: Branch) -> Sli | None:
    indicator = spec.branch("indicator")
    given = [kind for kind in KINDS if indicator is not None and kind in indicator]
    if indicator is None or len(given) != 1:
        message = f"`spec.indicator` needs exactly one of {', '.join(KINDS)}."
        spec.error(spec.line_at("indicator"), "missing", message)
        return None
    body = indicator.branch(given[0])
    if body is None or _grouped(body):
        return None
    if given[0] == "ratio":
        return _counters(body, "errors", "bad")
    if given[0] == "latency":
        return _latency(body)
    return _gauge(body) if given[0] == "bool_gauge" else _native(body)


def _grouped(body: Branch) -> bool:
    """Whether it stands for one SLO per label set, which is an error."""
    if "grouping" not in body:
        return False
    names = ", ".join(text.value for text in body.items("grouping"))
    body.skip("errors", "success", "total", "latency", "metric")
    body.error(
        body.line_at("grouping"),
        UNSUPPORTED,
        f"`grouping` ({names}) makes one SLO per label set, which only Prometheus knows; write one "
        "SLO for each, with the label in its selectors.",
    )
    return True


def _counters(body: Branch, part: str, ours: str) -> Sli | None:
    counted, total = _metric(body, part), _metric(body, "total")
    return Sli("ratio", {ours: counted, "total": total}) if counted and total else None


def _metric(body: Branch, key: str) -> Text | None:
    text = _said(body, key)
    branch = body.branch(key)
    return feed(branch, "metric", text) if text and branch else None


def _latency(body: Branch) -> Sli | None:
    """A histogram, where the two selectors belong together; else a ratio of what they count."""
    success, total = (_said(body, key) for key in ("success", "total"))
    found = latency(success, total) if success and total else None
    if found is not None:
        return Sli("latency", found)
    body.warning(
        body.line,
        "latency",
        "the two selectors are not a bucket and the count of one histogram, so they are read as a "
        "ratio; whether a bucket with this `le` exists is not checked.",
    )
    return _counters(body, "success", "good")


def _native(body: Branch) -> Sli | None:
    total, bound = _said(body, "total"), body.needed("latency")
    if total is None or bound is None:
        return None
    parts = {"histogram": total, "threshold": bound, "native": Text("true", body.line)}
    return Sli("latency", parts)


def _said(body: Branch, key: str) -> Text | None:
    """The metric as it is written."""
    branch = body.branch(key)
    if branch is None:
        body.error(body.line, "missing", f"`{body.full(key)}` is missing.")
        return None
    return branch.needed("metric")


def _gauge(body: Branch) -> Sli | None:
    text = body.needed("metric")
    if text is None:
        return None
    body.warning(
        body.line,
        "several-series",
        "a minute is good when the lowest of the gauge's series is 1; Pyrra counts the samples of "
        "all series.",
    )
    value = Text(f"min({text.value})", text.line)
    return Sli("time_slice", {"value": value, "good": Text(">= 1", text.line)})
