"""OpenSLO's composites: an SLO for each objective and one over them."""

from decimal import Decimal

from fireline.domain.slo.definition import CompositePart, CompositeSli, Method
from tests.unit.import_reading import loaded, time_slice, warned
from tests.unit.test_import_openslo import BY_REFERENCE, SLI, SOURCE

COMPOSITE = BY_REFERENCE.replace("  indicatorRef: pages\n", "").replace("Timeslices", "METHOD")
FIRST = "indicatorRef: pages, compositeWeight: 2, "
SECOND = SLI.replace("name: pages", "name: others").replace("max(lag_seconds)", "max(other)")


def composed(method: str, second: str = "indicatorRef: others, ") -> str:
    text = COMPOSITE.replace("METHOD", method).replace("timeSliceWindow: 5}", "timeSliceWindow: 5}")
    text = text.replace("{displayName: quick, ", "{displayName: quick, " + FIRST)
    slow = "{displayName: slow, timeSliceWindow: 5, "
    return text.replace("{displayName: slow, ", slow + second)


def test_a_composite_is_its_objectives_and_one_over_them() -> None:
    slos, problems = loaded(composed("Timeslices"), SLI, SECOND, SOURCE)
    assert [slo.name for slo in slos] == ["lag", "lag-0", "lag-1"]
    assert slos[0].sli == CompositeSli(
        (CompositePart("lag-0", 2.0), CompositePart("lag-1")), Method.TIMESLICES
    )
    assert slos[0].objective == Decimal(95)
    assert [time_slice(slo).value for slo in slos[1:]] == ["max(lag_seconds)", "max(other)"]
    assert any(
        "gives a composite no target of its own; `lag` gets the lowest" in p for p in problems
    )


def test_a_composite_may_have_its_indicators_inline() -> None:
    source = "{metricSource: {type: Prometheus, spec: {query: max(other)}}}"
    inline = f"indicator: {{metadata: {{name: x}}, spec: {{thresholdMetric: {source}}}}}, "
    slos, _ = loaded(composed("Timeslices", inline), SLI, SOURCE)
    assert time_slice(slos[2]).value == "max(other)"
    for second, words in (
        ("indicator: {metadata: {name: x}}, ", "`spec.objectives[1].indicator.spec` is missing"),
        ("", "needs an `indicator` or an `indicatorRef`"),
    ):
        slos, problems = loaded(composed("Timeslices", second), SLI, SOURCE)
        assert [slo.name for slo in slos] == ["lag-0"]
        assert any(p.startswith("0.yaml:10: error") and words in p for p in problems), problems


def test_an_indicator_for_all_beside_a_composite_is_told() -> None:
    text = composed("Timeslices").replace("  service: shop", "  service: shop\n  indicatorRef: x")
    warned(text, 6, "`spec.indicatorRef` is not carried over", SLI, SECOND, SOURCE)
