"""Pyrra: `pyrra.dev/v1alpha1 ServiceLevelObjective`."""

from collections.abc import Iterator

from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.imports.drafts import Draft, Imported, finished
from fireline.adapters.files.imports.queries import feed
from fireline.adapters.files.yaml_fields import Text

GROUP = "pyrra.dev/"
KINDS = ("ratio", "latency", "latencyNative", "bool_gauge")
ALERTING = ("disabled", "name", "burnrates", "absent", "absentName", "severities")
Sli = tuple[str, dict[str, Text]]


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
    for key in ("namespace", "annotations"):
        metadata.lost(key, "it belongs to the Kubernetes object and not to its SLO.")
    target, window = spec.needed("target"), spec.needed("window")
    description = spec.text("description")
    spec.lost("performance_over_accuracy", "Fireline counts exactly and cheaply at once.")
    _alerting(spec)
    sli = _sli(spec)
    if name is None or target is None or window is None or sli is None:
        return None
    service = labels.get("service", name)
    kind, parts = sli
    return Draft(
        document.line, name, service, target, window, kind, parts, description, labels=labels
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
    if given[0] == "bool_gauge":
        return _gauge(body)
    body.skip("total", "latency")
    message = "`latencyNative` is not supported yet; use a classic histogram's `latency`."
    body.error(body.line, UNSUPPORTED, message)
    return None


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
    return ("ratio", {ours: counted, "total": total}) if counted and total else None


def _metric(body: Branch, key: str) -> Text | None:
    branch = body.branch(key)
    if branch is None:
        body.error(body.line, "missing", f"`{body.full(key)}` is missing.")
        return None
    text = branch.needed("metric")
    return feed(branch, "metric", text) if text else None


def _latency(body: Branch) -> Sli | None:
    body.warning(
        body.line,
        "latency",
        "the histogram is read as a ratio of its bucket to its count; whether a bucket with this "
        "`le` exists is not checked.",
    )
    return _counters(body, "success", "good")


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
    return "time_slice", {"value": value, "good": Text(">= 1", text.line)}
