"""OpenSLO `openslo/v1` and `openslo/v1alpha`."""

from collections.abc import Iterator
from dataclasses import replace

from fireline.adapters.files.imports.annotations import annotated
from fireline.adapters.files.imports.branches import UNSUPPORTED, Branch
from fireline.adapters.files.imports.drafts import (
    Draft,
    Imported,
    Sli,
    as_percent,
    finished,
    known_as,
    without_slo,
)
from fireline.adapters.files.imports.openslo_composite import composite
from fireline.adapters.files.imports.openslo_metrics import (
    METHODS,
    MINUTE,
    OCCURRENCES,
    Slicing,
    query_v1,
    query_v1alpha,
    ratio,
    threshold,
)
from fireline.adapters.files.imports.openslo_objects import (
    INDICATOR,
    Objects,
    alert_policies,
    say_of_object,
)
from fireline.adapters.files.imports.openslo_windows import window_v1, window_v1alpha
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Text

GROUP = "openslo/"
VERSIONS = ("v1", "v1alpha")
OWN_INDICATOR = ("indicator", "indicatorRef", "compositeWeight")


def read_document(document: Branch, objects: Objects) -> Iterator[Imported]:
    """The SLOs of one document: one for each of its objectives."""
    version = document.value("apiVersion").removeprefix(GROUP)
    if version not in VERSIONS:
        document.skip("kind", "metadata", "spec")
        message = f"`{GROUP}{version}` is not supported; known are openslo/v1 and openslo/v1alpha."
        document.error(document.line, UNSUPPORTED, message)
    elif document.value("kind") != "SLO":
        say_of_object(document)
    else:
        metadata, spec = document.branch("metadata"), document.branch("spec")
        if metadata is not None and spec is not None:
            yield from _Reading(document, metadata, spec, objects).slos(version)
            return
        document.error(document.line, "missing", "`metadata` and `spec` must be there.")
    yield without_slo(document)


class _Reading:
    """One SLO document being read."""

    def __init__(self, document: Branch, metadata: Branch, spec: Branch, objects: Objects) -> None:
        self._document = document
        self._metadata = metadata
        self._spec = spec
        self._objects = objects

    def slos(self, version: str) -> Iterator[Imported]:
        """One SLO per objective; what is said of all of them comes first."""
        spec = self._spec
        draft = self._common(version)
        method = self._method()
        alert_policies(spec, self._objects)
        objectives = spec.branches("objectives", apart=True)
        if not objectives:
            spec.error(spec.line, "missing", "`spec.objectives` is missing or empty.")
        apart = version == "v1" and any(k in o for o in objectives for k in OWN_INDICATOR)
        if apart:
            spec.lost("indicator", "each objective has its own.")
            spec.lost("indicatorRef", "each objective has its own.")
        found: list[tuple[Branch, Draft | None]] = []
        for index, objective in enumerate(objectives):
            weight = objective.text("compositeWeight") if apart else None
            sli = self._sli(version, objective, method, apart=apart) if method else None
            single = draft and _of_objective(draft, objective, sli)
            if single and len(objectives) > 1:
                name = Text(f"{single.name.value}-{index}", single.name.line)
                single = replace(single, name=name, weight=weight)
            if single and draft and version == "v1alpha":
                # Sloth reads only this version, and numbers a single objective too.
                single = known_as(single, f"{draft.name.value}-{index}")
            found.append((objective, single))
        joined = composite(self._spec, draft, [d for _, d in found], method) if apart else None
        yield finished(self._document, joined)
        broken = bool(self._document.findings.errors)
        for objective, single in found:
            yield finished(objective, None if broken else single)

    def _common(self, version: str) -> Draft | None:
        name, service = self._metadata.needed("name"), self._spec.needed("service")
        title, description = self._metadata.text("displayName"), self._spec.text("description")
        labels = self._metadata.pairs("labels")
        extra = annotated(self._metadata, "they are for other tools.")
        read = window_v1 if version == "v1" else window_v1alpha
        window = read(self._spec)
        if name is None or service is None or window is None:
            return None
        line = self._document.line
        return Draft(
            line=line,
            name=name,
            service=service,
            objective=name,
            window=window,
            kind="",
            sli={},
            description=description,
            title=title or None,
            labels=labels,
            extra=extra,
        )

    def _method(self) -> str | None:
        text = self._spec.text("budgetingMethod")
        if text is None or text.value in METHODS:
            return text.value if text else OCCURRENCES
        known = ", ".join(METHODS)
        message = f"`budgetingMethod` is `{text.value}`; known are {known}."
        self._spec.error(text.line, "budgetingMethod", message)
        return None

    def _sli(self, version: str, objective: Branch, method: str, *, apart: bool) -> Sli | None:
        target = objective.text("timeSliceTarget")
        slicing = Slicing(method, target, _slice(objective), said="timeSliceWindow" in objective)
        if version == "v1alpha":
            return self._sli_v1alpha(objective, slicing)
        outer = self._own_indicator(objective) if apart else self._indicator(objective)
        indicator = outer.branch("spec") if outer else None
        if outer is None or indicator is None:
            return None
        metric = indicator.branch("ratioMetric")
        source = query_v1(self._objects)
        if metric is not None:
            found = ratio(metric, source, slicing, "counter")
        elif "thresholdMetric" in indicator:
            text = source(indicator, "thresholdMetric")
            found = threshold(text, objective, slicing) if text else None
        else:
            message = "the indicator needs a `ratioMetric` or a `thresholdMetric`."
            objective.error(indicator.line, "missing", message)
            found = None
        outer.leftovers()
        return found

    def _own_indicator(self, objective: Branch) -> Branch | None:
        """The indicator of this objective alone."""
        ref, indicator = objective.text("indicatorRef"), objective.branch("indicator")
        if ref is not None:
            return self._objects.whole(objective, INDICATOR, ref)
        if indicator is None:
            message = "each objective of a composite needs an `indicator` or an `indicatorRef`."
            objective.error(objective.line, "missing", message)
            return None
        indicator.skip("metadata", "kind", "apiVersion")
        if "spec" not in indicator:
            message = f"`{indicator.full('spec')}` is missing."
            objective.error(indicator.line, "missing", message)
        return indicator

    def _indicator(self, objective: Branch) -> Branch | None:
        """The indicator, from the place or from another document."""
        ref = self._spec.text("indicatorRef")
        if ref is not None:
            return self._objects.whole(objective, INDICATOR, ref)
        again = Branch(self._document.node, Findings(""))
        spec = again.branch("spec")
        indicator = spec.branch("indicator") if spec else None
        self._spec.skip("indicator")
        if indicator is None:
            message = "`spec.indicator` or `spec.indicatorRef` is missing."
            objective.error(self._spec.line, "missing", message)
            return None
        indicator.findings = objective.findings
        indicator.skip("metadata", "kind", "apiVersion")
        if "spec" not in indicator:
            objective.error(indicator.line, "missing", "`spec.indicator.spec` is missing.")
        return indicator

    def _sli_v1alpha(self, objective: Branch, slicing: Slicing) -> Sli | None:
        metrics = objective.branch("ratioMetrics")
        if metrics is not None:
            return ratio(metrics, query_v1alpha, slicing, "incremental")
        indicator = self._spec.branch("indicator")
        if indicator is None or "thresholdMetric" not in indicator:
            message = "`ratioMetrics` or `spec.indicator.thresholdMetric` is missing."
            objective.error(objective.line, "missing", message)
            return None
        text = query_v1alpha(indicator, "thresholdMetric")
        return threshold(text, objective, slicing) if text else None


def _of_objective(draft: Draft, objective: Branch, sli: Sli | None) -> Draft | None:
    percent, fraction = objective.text("targetPercent"), objective.text("target")
    shown = objective.text("displayName")
    if (percent is None) == (fraction is None):
        message = "an objective needs exactly one of `target` and `targetPercent`."
        objective.error(objective.line, "missing", message)
        return None
    target = percent or (as_percent(fraction) if fraction else None)
    if target is None or sli is None:
        return None
    title = draft.title or shown
    if draft.title and shown:
        title = Text(f"{draft.title.value}: {shown.value}", shown.line)
    return replace(
        draft,
        line=objective.line,
        objective=target,
        kind=sli.kind,
        sli=sli.parts,
        absent=sli.absent,
        title=title,
    )


def _slice(objective: Branch) -> Text:
    """The length of a slice; a bare number is minutes."""
    text = objective.text("timeSliceWindow")
    if text is None:
        return Text(MINUTE, objective.line)
    return Text(f"{text.value}m", text.line) if text.value.isdecimal() else text
