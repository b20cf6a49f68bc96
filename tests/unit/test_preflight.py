"""What a Prometheus' answers mean for a definition, where no server is needed to show it."""

from dataclasses import replace
from decimal import Decimal

from fireline.adapters.files.expressions import check_ratio
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import LatencySli
from fireline.usecases.preflight import PartFacts, SloFacts, judge
from tests.unit.slo_builders import slo

LATENCY = LatencySli(total="t[$window]", good="g[$window]", histogram="d_seconds", threshold=0.4)
FINE = (PartFacts("total", (100.0,)), PartFacts("good", (99.0,)))


def test_a_threshold_that_is_no_bucket_bound_gets_the_nearest_ones() -> None:
    found = judge(SloFacts(slo(LATENCY), FINE, bounds=(0.1, 0.25, 0.5, 1.0, 5.0)), Policy())
    assert [f.code for f in found] == ["le-missing"]
    assert "0.25, 0.5" in found[0].message
    assert found[0].fatal


def test_a_threshold_that_is_a_bound_and_a_native_histogram_are_fine() -> None:
    assert judge(SloFacts(slo(LATENCY), FINE, bounds=(0.1, 0.4)), Policy()) == []
    native = replace(LATENCY, native=True)
    assert judge(SloFacts(slo(native), FINE, bounds=None), Policy()) == []


def test_a_query_that_is_refused_is_told_with_its_part() -> None:
    refused = (PartFacts("total", error="Prometheus rejects the query: no"), FINE[1])
    found = judge(SloFacts(slo(objective=str(Decimal(99))), refused), Policy())
    assert found[0].message.startswith("`total`: Prometheus rejects")


def test_a_sum_that_is_empty_until_both_terms_exist_is_warned_of() -> None:
    def codes(expr: str) -> list[str]:
        return [finding.code for finding in check_ratio(expr)]

    ok, failed = "sum(increase(ok[$window]))", "sum(increase(failed[$window]))"
    zero = f"(({ok}) or vector(0)) + (({failed}) or vector(0))"
    assert codes(f"{ok} + {failed}") == ["missing-bad-zero"]
    assert codes(f"({ok} + {failed}) * 2") == ["missing-bad-zero"]
    assert codes(zero) == []
    assert codes(f"{ok} / 2") == []
