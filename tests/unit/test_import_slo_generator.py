"""slo-generator's files: its three methods over Prometheus, fractions and budget policies."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fireline.domain.slo.definition import Method, SlicedRatioSli
from tests.unit.import_reading import latency, loaded, only, ratio, refused, sliced, warned

DOCUMENT = """\
apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata:
  name: web-metrics-availability
  labels: {service_name: web, feature_name: metrics, slo_name: availability}
spec:
  description: Pages answer
  backend: prometheus
  method: good_bad_ratio
  exporters: [bigquery]
  service_level_indicator:
    filter_good: req_total{code="200"}[window]
    filter_valid: req_total
  goal: 0.999
"""
CONFIG = """\
error_budget_policies:
  default:
    steps:
      - {name: 1 hour, window: 3600, burn_rate_threshold: 9, alert: true}
      - {name: 28 days, window: 2419200, burn_rate_threshold: 1, alert: false}
"""
HEAD = DOCUMENT[: DOCUMENT.index("  method:")] + "  goal: 0.999\n"


def test_filters_get_the_window_and_the_operators_as_slo_generator_gives_them() -> None:
    slo = only(DOCUMENT)
    assert ratio(slo).good == 'sum(increase(req_total{code="200"}[$window]))'
    assert ratio(slo).total == "sum(increase(req_total[$window]))"
    assert (slo.name, slo.service) == ("web-metrics-availability", "web")
    assert (slo.title, slo.objective) == ("Pages answer", Decimal("99.9"))
    assert slo.labels["feature_name"] == "metrics"


def test_good_and_bad_make_the_total_even_before_the_first_failure() -> None:
    slo = only(DOCUMENT.replace("filter_valid: req_total", 'filter_bad: req_total{code!="200"}'))
    bad = 'sum(increase(req_total{code!="200"}[$window]))'
    good = 'sum(increase(req_total{code="200"}[$window]))'
    assert (ratio(slo).bad, ratio(slo).good) == (bad, None)
    assert ratio(slo).total == f"({good} or vector(0)) + ({bad} or vector(0))"


def test_other_operators_are_used_and_rates_are_counted() -> None:
    slo = only(DOCUMENT.replace("  filter_valid", "  operators: [rate, sum]\n    filter_valid"))
    assert ratio(slo).total == "sum(increase(req_total[$window]))"


def test_the_window_is_the_longest_step_of_the_budget_policy() -> None:
    slos, problems = loaded(DOCUMENT, CONFIG)
    assert slos[0].window == timedelta(days=28)
    assert any(p.startswith("1.yaml:2: warning") and "`default`" in p for p in problems)
    assert only(DOCUMENT).window == timedelta(days=30)
    warned(DOCUMENT, 6, "the error budget policy `default` is in none of the files")
    other = DOCUMENT + "  error_budget_policy: strict\n"
    warned(other, 15, "the error budget policy `strict` is in none of the files", CONFIG)


def test_a_query_of_the_sli_weighs_every_five_minutes_alike() -> None:
    text = HEAD + (
        "  method: query_sli\n"
        "  service_level_indicator:\n"
        "    expression: sum(rate(ok[window])) / sum(rate(req[window]))\n"
    )
    share = "sum(rate(ok[$window])) / sum(rate(req[$window]))"
    assert sliced(only(text)) == SlicedRatioSli(
        Method.RATIO_TIMESLICES, raw=share, raw_is_error=False
    )
    warned(text, 12, "gives a ratio without totals")


CUT = HEAD + (
    "  method: distribution_cut\n"
    "  service_level_indicator:\n"
    "    expression: 'd_bucket'\n"
    "    threshold_bucket: 0.25\n"
)


@pytest.mark.parametrize(
    ("expression", "histogram", "good"),
    [
        ("d_bucket", "d", 'sum(increase(d_bucket{le="0.25"}[$window]))'),
        ("d_bucket{}", "d", 'sum(increase(d_bucket{le="0.25"}[$window]))'),
        (
            'd_bucket{code="200"}',
            'd{code="200"}',
            'sum(increase(d_bucket{code="200",le="0.25"}[$window]))',
        ),
    ],
)
def test_a_distribution_cut_is_a_latency(expression: str, histogram: str, good: str) -> None:
    sli = latency(only(CUT.replace("'d_bucket'", f"'{expression}'")))
    assert (sli.histogram, sli.threshold, sli.good) == (histogram, 0.25, good)


def test_a_distribution_cut_with_operators_of_its_own_is_a_ratio() -> None:
    other = CUT.replace("    threshold", "    operators: [rate, sum]\n    threshold")
    assert ratio(only(other)).good == 'sum(increase(d_bucket{le="0.25"}[$window]))'
    assert ratio(only(other)).total == "sum(increase(d_count[$window]))"
    warned(other, 12, "the histogram is read as a ratio")
    whole = CUT.replace("'d_bucket'", "'sum(increase(d_bucket{a=\"b\"}[window]))'")
    whole = whole.replace("    threshold", "    operators: [abs]\n    threshold")
    bucket = 'd_bucket{a="b", le="0.25"}'
    assert ratio(only(whole)).good == f"abs(sum(increase({bucket}[$window])))"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("backend: prometheus", "backend: datadog", 8, "the backend `datadog` is not supported"),
        ("good_bad_ratio", "basic", 9, "the method `basic` is not supported; known are good_bad"),
        ("filter_good", "filter_god", 11, "`spec.service_level_indicator.filter_good` is missing"),
        ("filter_valid", "filter_all", 11, "filter_bad` is missing"),
        ("req_total\n", "req_total{p=${PROJECT}}\n", 13, "a placeholder `${`"),
        ("0.999", "99.9", 14, "it must be above 0 and below 100"),
        ("0.999", "most", 14, "it must be a percentage"),
        ("v2", "v1", 1, "`sre.google.com/v1` `ServiceLevelObjective` is not supported"),
        (
            "  service_level_indicator",
            "  indicator",
            6,
            "`spec.service_level_indicator` is missing",
        ),
    ],
)
def test_what_cannot_be_used_is_an_error_at_its_line(
    old: str, new: str, line: int, words: str
) -> None:
    refused(DOCUMENT.replace(old, new, 1), line, words)


def test_a_named_prometheus_backend_is_prometheus() -> None:
    assert only(DOCUMENT.replace("backend: prometheus", "backend: prometheus/eu")).service == "web"


def test_exporters_are_told() -> None:
    warned(DOCUMENT, 10, "`spec.exporters` is not carried over")
