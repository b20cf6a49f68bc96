"""Pyrra's objects: bare selectors counted, and what Fireline has not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.import_reading import latency, only, ratio, refused, time_slice, warned

OBJECT = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: api-errors
  namespace: monitoring
  labels:
    pyrra.dev/team: ops
    role: alert-rules
spec:
  target: "99.5"
  window: 2w
  description: Few errors.
  indicator:
    ratio:
      errors:
        metric: req_total{code=~"5.."}
      total:
        metric: req_total
  alerting: {name: ApiErrors, absent: false}
"""
HEAD = OBJECT[: OBJECT.index("    ratio:")]


def fed(selector: str) -> str:
    return f"sum(increase({selector}[$window]))"


def test_bare_selectors_are_counted() -> None:
    slo = only(OBJECT)
    assert ratio(slo).bad == fed('req_total{code=~"5.."}')
    assert ratio(slo).total == fed("req_total")
    assert (slo.name, slo.service, slo.title) == ("api-errors", "api-errors", "Few errors.")
    assert (slo.objective, slo.window) == (Decimal("99.5"), timedelta(days=14))
    assert slo.labels == {"team": "ops"}


def test_a_service_label_names_the_service() -> None:
    assert only(OBJECT.replace("pyrra.dev/team: ops", "pyrra.dev/service: api")).service == "api"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (5, "`metadata.namespace` is not carried over"),
        (8, "label `role` is not carried over"),
        (19, "`spec.alerting.name` is not carried over"),
        (19, "`spec.alerting.absent` is not carried over"),
    ],
)
def test_what_is_lost_is_a_warning_at_its_line(line: int, words: str) -> None:
    warned(OBJECT, line, words)


def test_grouping_is_refused_with_its_labels() -> None:
    refused(f"{OBJECT}".replace("    ratio:\n", "    ratio:\n      grouping: [route, job]\n"), 15,
            "`grouping` (route, job) makes one SLO per label set")  # fmt: skip


@pytest.mark.parametrize(
    "metric", ["sum(req_total)", "req_total[5m]", "req_total offset 5m", "req_total{"]
)
def test_only_bare_selectors_are_counted(metric: str) -> None:
    text = OBJECT.replace("metric: req_total\n", f"metric: '{metric}'\n")
    refused(text, 18, "must be a bare selector")


def of_histogram(success: str, total: str) -> str:
    return HEAD + (
        "    latency:\n"
        f"      success: {{metric: '{success}'}}\n"
        f"      total: {{metric: '{total}'}}\n"
    )


def test_a_classic_histogram_is_a_latency() -> None:
    sli = latency(only(of_histogram('d_bucket{le="1",code=~"2.."}', 'd_count{code=~"2.."}')))
    assert (sli.histogram, sli.threshold, sli.native) == ('d{code=~"2.."}', 1.0, False)
    assert sli.good == 'sum(increase(d_bucket{code=~"2..",le=~"1|1\\\\.0"}[$window]))'
    assert sli.total == 'sum(increase(d_count{code=~"2.."}[$window]))'


@pytest.mark.parametrize(
    ("success", "total"),
    [
        ('d_bucket{le="1",code="200"}', "d_count"),
        ('d_bucket{le="1"}', "e_count"),
        ('d_bucket{le=~"1|2"}', "d_count"),
        ('d_bucket{le="+Inf"}', "d_count"),
        ("d_bucket", "d_count"),
    ],
)
def test_selectors_of_no_one_histogram_are_a_ratio(success: str, total: str) -> None:
    text = of_histogram(success, total)
    assert ratio(only(text)).good == fed(success)
    assert ratio(only(text)).total == fed(total)
    warned(text, 14, "are not a bucket and the count of one histogram")


def test_a_native_histogram_is_a_latency() -> None:
    text = HEAD + "    latencyNative: {total: {metric: 'd{a=\"b\"}'}, latency: 250ms}\n"
    sli = latency(only(text))
    assert (sli.histogram, sli.threshold, sli.native) == ('d{a="b"}', 0.25, True)
    refused(HEAD + "    latencyNative: {latency: 1s}\n", 14, "latencyNative.total` is missing")


def test_a_bool_gauge_is_a_time_slice() -> None:
    text = HEAD + "    bool_gauge: {metric: up}\n"
    sli = time_slice(only(text))
    assert (sli.value, sli.op, sli.threshold, sli.slice_seconds) == ("min(up)", ">=", 1.0, 60)
    warned(text, 14, "the lowest of the gauge's series")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("v1alpha1", "v1", 1, "`pyrra.dev/v1` `ServiceLevelObjective` is not supported"),
        ('"99.5"', '"0.995"', 10, "looks like a fraction"),
        ("2w", "1M", 11, "window-unit"),
        ("  window: 2w\n", "", 9, "`spec.window` is missing"),
        ("    ratio:", "    nothing:", 13, "exactly one of ratio, latency"),
        ("      errors:", "      error:", 14, "`spec.indicator.ratio.errors` is missing"),
    ],
)
def test_what_cannot_be_used_is_an_error_at_its_line(
    old: str, new: str, line: int, words: str
) -> None:
    refused(OBJECT.replace(old, new, 1), line, words)


def test_halves_of_objects_are_refused() -> None:
    refused(OBJECT[: OBJECT.index("spec:")], 1, "`metadata` and `spec` must be there")
