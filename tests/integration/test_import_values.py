"""Imported SLOs asked of a real Prometheus: they count what happened."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fireline.adapters.files.slos import read_files
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.slo.buckets import BucketSeries
from fireline.usecases.ports import FetchRequest
from tests.servers import Samples, TestPrometheus

pytestmark = pytest.mark.real

BASE = datetime(2026, 11, 13, tzinfo=UTC)
START = int(BASE.timestamp())
# Four buckets: two to look back at, the one in which everything happens, and one more.
BUCKET = 2
AT = BASE + timedelta(minutes=20)
SLOTH = """\
version: prometheus/v1
service: s
slos:
  - name: events
    objective: 99
    sli:
      events:
        error_query: sum(rate(imp_req{code="500"}[{{.window}}]))
        total_query: 2 * sum(rate(imp_steady[{{.window}}]))
  - name: raw
    objective: 99
    sli: {raw: {error_ratio_query: 'avg(avg_over_time(imp_half[{{.window}}]))'}}
"""
PYRRA = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: fed}
spec:
  target: "99"
  window: 4w
  indicator: {ratio: {errors: {metric: 'imp_req{code="500"}'}, total: {metric: imp_req}}}
"""
LATENCY = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: quick}
spec:
  target: "99"
  window: 4w
  indicator:
    latency:
      success: {metric: 'imp_time_bucket{le="1"}'}
      total: {metric: imp_time_count}
"""
OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: open}
spec:
  service: s
  indicator:
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'sum(imp_req{code!="500"})'}}}
        total: {metricSource: {type: Prometheus, spec: {query: sum(imp_req)}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: METHOD
  objectives: [{target: 0.99, timeSliceTarget: TARGET, timeSliceWindow: 5m}]
"""
GENERATOR = """\
apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata: {name: filters}
spec:
  backend: prometheus
  method: good_bad_ratio
  goal: 0.99
  service_level_indicator: {filter_good: imp_steady, filter_bad: 'imp_never{code="1"}'}
"""


def each_minute(*values: float | None) -> Samples:
    found = ((START + 60.0 * m, v) for m, v in enumerate(values))
    return [(at, v) for at, v in found if v is not None]


@pytest.fixture(scope="module")
def source(prometheus: TestPrometheus) -> Iterator[PrometheusSource]:
    """Ten requests a minute; in the third bucket a reset, errors before and after, and a birth."""
    steady = [10.0 * m for m in range(21)]
    prometheus.write(
        {
            "imp_steady": each_minute(*steady),
            'imp_req{code="200"}': each_minute(*steady),
            'imp_req{code="500"}': each_minute(*range(11), 11, 12, 0, 1, 2, *([2] * 5)),
            'imp_req{code="404"}': each_minute(*([None] * 12), 5, 6, 7, 8, *([8] * 5)),
            'imp_time_bucket{le="1.0"}': each_minute(*[9.0 * m for m in range(21)]),
            "imp_time_count": each_minute(*steady),
            "imp_half": each_minute(*([0.5] * 21)),
        }
    )
    with PrometheusSource(prometheus.url) as made:
        yield made


def counted(source: PrometheusSource, text: str) -> dict[str, BucketSeries]:
    """The buckets of every SLO of a file."""
    (found,) = read_files({"f.yaml": text})
    assert not found.broken, found.problems
    slos = [read.slo for read in found.slos]
    results = source.fetch([FetchRequest(slo, START) for slo in slos], AT)
    series = {}
    for slo, result in zip(slos, results, strict=True):
        assert result.error is None
        assert result.series is not None
        series[slo.name] = result.series
    return series


# 500: 2 before the reset (11, 12), then 0, 1, 2 of a new life: 4. 404: 3 after its first value.
EVENTS = OPENSLO.replace("METHOD", "Occurrences")
SLICES = OPENSLO.replace("METHOD", "Timeslices")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SLOTH, {"events": (96, 100), "raw": (0.5, 1)}),
        (PYRRA, {"fed": (53, 57)}),
        (LATENCY, {"quick": (45, 50)}),
        (EVENTS, {"open": (53, 57)}),
        (SLICES.replace("TARGET", "0.95"), {"open": (0, 1)}),
        (SLICES.replace("TARGET", "0.9"), {"open": (1, 1)}),
        (OPENSLO.replace("METHOD", "RatioTimeslices"), {"open": (53 / 57, 1)}),
        (GENERATOR, {"filters": (50, 50)}),
    ],
)
def test_imported_slos_count_what_happened(
    source: PrometheusSource, text: str, expected: dict[str, tuple[float, float]]
) -> None:
    series = counted(source, text.replace("TARGET", "0.9"))
    found = {name: (one.good[BUCKET], one.total[BUCKET]) for name, one in series.items()}
    assert found.keys() == expected.keys()
    for name, pair in expected.items():
        assert np.allclose(found[name], pair), (name, found[name])
