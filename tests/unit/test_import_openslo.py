"""OpenSLO, both versions: references, windows, budgeting methods, and what Fireline has not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.definition import (
    Absent,
    Method,
    SlicedRatioSli,
)
from tests.unit.import_reading import loaded, only, ratio, refused, sliced, time_slice, warned

V1 = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: web
  displayName: Pages answer
  labels: {env: [prod, eu], team: web}
spec:
  description: Of all pages asked for.
  service: shop
  indicator:
    metadata: {name: pages}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'sum(req{code="2xx"})'}}}
        total: {metricSource: {type: Prometheus, spec: {query: sum(req)}}}
  timeWindow:
    - {duration: 4w, isRolling: true}
  budgetingMethod: Occurrences
  objectives:
    - {target: 0.995}
"""
SLI = """\
apiVersion: openslo/v1
kind: SLI
metadata: {name: pages}
spec:
  thresholdMetric:
    metricSource: {metricSourceRef: prom, spec: {promql: max(lag_seconds)}}
"""
SOURCE = """\
apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {type: Prometheus, connectionDetails: {url: "http://prom.example"}}
"""
BY_REFERENCE = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: lag}
spec:
  service: shop
  indicatorRef: pages
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Timeslices
  objectives:
    - {displayName: quick, op: lte, value: 60, targetPercent: 95, timeSliceWindow: 5}
    - {displayName: slow, op: lt, value: 600, target: 0.99}
"""
ALPHA = """\
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: web, displayName: Pages}
spec:
  service: shop
  timeWindows:
    - {unit: Day, count: 28}
  budgetingMethod: Occurrences
  objectives:
    - ratioMetrics:
        good: {source: prometheus, queryType: promql, query: 'sum(rate(ok[{{.window}}]))'}
        total: {source: prometheus, queryType: promql, query: 'sum(rate(req[{{.window}}]))'}
      target: 0.999
"""


def squeezed(text: str | None) -> str:
    return "".join((text or "").split())


def test_a_counter_is_counted_inside_its_sum() -> None:
    slo = only(V1)
    assert squeezed(ratio(slo).total) == "sum(increase(req[$window]))"
    assert squeezed(ratio(slo).good) == 'sum(increase(req{code="2xx"}[$window]))'
    assert (slo.name, slo.title, slo.service) == ("web", "Pages answer", "shop")
    assert (slo.objective, slo.window) == (Decimal("99.5"), timedelta(days=28))
    assert slo.description == "Of all pages asked for."
    assert slo.labels == {"env": "prod,eu", "team": "web"}


def test_a_bare_counter_is_summed() -> None:
    total = ratio(only(V1.replace("query: sum(req)", "query: req"))).total
    assert squeezed(total) == "sum(increase(req[$window]))"


def test_what_counts_itself_is_read_over_the_window() -> None:
    text = V1.replace("counter: true", "counter: false")
    text = text.replace("query: sum(req)", 'query: "sum(rate(req[5m]))"')
    text = text.replace("'sum(req{code=\"2xx\"})'", '"sum(increase(ok[5m]))"')
    slo = only(text)
    assert ratio(slo).total == "sum(increase(req[$window]))"
    assert ratio(slo).good == "sum(increase(ok[$window]))"
    warned(text, 16, "has the fixed range [5m]; it is read over [$window]")


def test_bad_of_total_is_known_too() -> None:
    slo = only(V1.replace("good:", "bad:"))
    assert ratio(slo).good is None
    assert ratio(slo).bad is not None


def test_each_objective_is_an_slo_and_references_lead_to_other_files() -> None:
    slos, problems = loaded(BY_REFERENCE, SLI, SOURCE)
    assert [slo.name for slo in slos] == ["lag-0", "lag-1"]
    assert [slo.title for slo in slos] == ["quick", "slow"]
    assert [slo.objective for slo in slos] == [Decimal(95), Decimal(99)]
    quick, slow = map(time_slice, slos)
    assert (quick.value, quick.op, quick.threshold) == ("max(lag_seconds)", "<=", 60.0)
    assert (quick.slice_seconds, slow.slice_seconds, slow.op) == (300, 60, "<")
    assert not [p for p in problems if ": error " in p]
    assert any(p.startswith("2.yaml:1: warning") and "DataSource" in p for p in problems)


def test_an_unknown_reference_is_an_error_with_its_name() -> None:
    refused(BY_REFERENCE, 6, "there is no SLI `pages`; give the file with that SLI too.")
    near = SLI.replace("name: pages", "name: page")
    refused(BY_REFERENCE, 6, "there is no SLI `pages`; did you mean `page`?", near, SOURCE)
    refused(BY_REFERENCE, 6, "there is no DataSource `prom`", SLI)


def test_another_backend_is_an_error_that_names_it() -> None:
    refused(V1.replace("type: Prometheus", "type: Datadog", 1), 15, "is `Datadog`; Fireline reads")
    other = SOURCE.replace("Prometheus", "BigQuery")
    refused(BY_REFERENCE, 6, "is `BigQuery`; Fireline reads PromQL", SLI, other)
    alpha = ALPHA.replace("source: prometheus", "source: newrelic", 1)
    refused(alpha, 11, "is `newrelic`; Fireline reads PromQL")


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("{duration: 1M, isRolling: true}", "`1M` has no fixed length"),
        ("{duration: 1Q, isRolling: true}", "`1Q` has no fixed length"),
        ("{duration: 1m, calendar: {startTime: 2026-01-01}}", "a calendar month is `1M`"),
        ("{duration: 2w, calendar: {timeZone: Europe/Berlin}}", "`2w` is no period"),
        ("{duration: 1M, calendar: {timeZone: Europe/Berln}}", "did you mean `Europe/Berlin`?"),
        ("{duration: 1M, isRolling: true, calendar: {timeZone: UTC}}", "`isRolling` is on beside"),
        ("{duration: 1d, isRolling: false}", "`isRolling` is off"),
        ("{duration: 5m, isRolling: true}", "it must be from 1h to 92d"),
        ("{isRolling: true}", "`spec.timeWindow[0].duration` is missing"),
    ],
)
def test_windows_that_fireline_has_not_are_refused(window: str, words: str) -> None:
    refused(V1.replace("{duration: 4w, isRolling: true}", window), 18, words)


@pytest.mark.parametrize(
    ("window", "unit", "zone"),
    [
        ("{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}}",
         CalendarUnit.MONTH, "Europe/Berlin"),
        ("{duration: 1Q, isRolling: false, calendar: {startTime: 2026-04-01}}",
         CalendarUnit.QUARTER, "UTC"),
        ("{duration: 1w, calendar: {timeZone: UTC}}", CalendarUnit.WEEK, "UTC"),
    ],
)  # fmt: skip
def test_calendar_windows_begin_at_local_midnight(
    window: str, unit: CalendarUnit, zone: str
) -> None:
    text = V1.replace("{duration: 4w, isRolling: true}", window)
    assert only(text).calendar == CalendarWindow(unit, zone)
    _, problems = loaded(text)
    assert problems == []


@pytest.mark.parametrize("start", ["2026-01-21 12:30:00", "2026-01-02", "2026-02-01 00:00:01"])
def test_a_period_that_begins_elsewhere_is_told(start: str) -> None:
    window = f"{{duration: 1M, calendar: {{startTime: {start}, timeZone: UTC}}}}"
    text = V1.replace("{duration: 4w, isRolling: true}", window)
    warned(text, 18, f"`startTime` {start} is not carried over: each month begins at midnight")


def test_the_first_version_has_calendar_windows_too() -> None:
    window = "{unit: Month, count: 1, calendar: {timeZone: Europe/Berlin}}"
    slo = only(ALPHA.replace("{unit: Day, count: 28}", window))
    assert slo.calendar == CalendarWindow(CalendarUnit.MONTH, "Europe/Berlin")


def test_alpha_keeps_the_number_that_sloth_gives_to_a_single_objective() -> None:
    assert only(ALPHA).labels["sloth_slo"] == "web-0"
    again = ALPHA + ALPHA[ALPHA.index("    - ratioMetrics") :].replace("0.999", "0.99")
    slos, _ = loaded(again)
    assert [(slo.name, slo.labels) for slo in slos] == [("web-0", {}), ("web-1", {})]


def test_there_must_be_exactly_one_window() -> None:
    more = V1.replace("isRolling: true}", "isRolling: true}\n    - {duration: 1w, isRolling: true}")
    refused(more, 17, "`spec.timeWindow` must have exactly one item; it has 2")


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("{unit: Month, count: 1}", "`1M` has no fixed length"),
        ("{unit: Moon, count: 1}", "the unit `Moon` is not known"),
        ("{unit: Day, count: 7, isRolling: false}", "`isRolling` is off"),
        ("{unit: Year, count: 1, calendar: {timeZone: UTC}}", "`1Y` is no period"),
    ],
)
def test_windows_of_the_first_version_are_refused_alike(unit: str, words: str) -> None:
    refused(ALPHA.replace("{unit: Day, count: 28}", unit), 7, words)


def test_the_first_version_counts_good_of_total() -> None:
    slo = only(ALPHA)
    assert ratio(slo).good == "sum(increase(ok[$window]))"
    assert ratio(slo).total == "sum(increase(req[$window]))"
    assert (slo.title, slo.objective, slo.window.days) == ("Pages", Decimal("99.9"), 28)


def test_the_first_version_has_incremental_counters_and_thresholds() -> None:
    text = ALPHA.replace("ratioMetrics:", "ratioMetrics:\n        incremental: true")
    text = text.replace("'sum(rate(ok[{{.window}}]))'", "ok")
    text = text.replace("'sum(rate(req[{{.window}}]))'", "req")
    assert squeezed(ratio(only(text)).good) == "sum(increase(ok[$window]))"
    start, end = ALPHA.index("    - ratioMetrics"), ALPHA.index("      target")
    text = ALPHA[:start] + "    - op: lte\n      value: 2\n" + ALPHA[end:]
    text += "  indicator: {thresholdMetric: {source: prometheus, query: max(lag)}}\n"
    sli = time_slice(only(text))
    assert (sli.value, sli.op, sli.threshold) == ("max(lag)", "<=", 2.0)
    refused(text[: text.index("  indicator")], 10, "`spec.indicator.thresholdMetric` is missing")


def test_time_slices_of_a_ratio_are_judged_slice_by_slice() -> None:
    text = V1.replace("Occurrences", "Timeslices")
    refused(text, 13, "Timeslices of a ratio need `timeSliceTarget`")
    text = text.replace("0.995}", "0.995, timeSliceTarget: 0.9, timeSliceWindow: 5}")
    slo = only(text)
    sli = sliced(slo)
    assert (sli.method, sli.slice_seconds, sli.slice_target) == (Method.TIMESLICES, 300, 0.9)
    assert squeezed(sli.total) == "sum(increase(req[$window]))"
    assert (sli.bad, slo.absent) == (None, Absent.UNKNOWN)
    assert sliced(only(text.replace("good:", "bad:"))).good is None
    plain = sliced(only(text.replace("counter: true", "counter: false")))
    assert squeezed(plain.raw) == '(sum(req{code="2xx"}))/(sum(req))'
    assert not plain.raw_is_error


def test_ratio_time_slices_are_the_mean_of_their_ratios() -> None:
    text = V1.replace("Occurrences", "RatioTimeslices")
    sli = sliced(only(text))
    assert (sli.method, sli.slice_seconds, sli.slice_target) == (
        Method.RATIO_TIMESLICES,
        300,
        None,
    )
    own = sliced(only(text.replace("0.995}", "0.995, timeSliceWindow: 1m}")))
    assert own.slice_seconds == 60


def raw(query: str, kind: str) -> str:
    start, end = V1.index("        counter"), V1.index("  timeWindow")
    source = f"{{metricSource: {{type: Prometheus, spec: {{query: '{query}'}}}}}}"
    return f"{V1[:start]}        raw: {source}\n        rawType: {kind}\n{V1[end:]}"


def test_a_raw_ratio_is_read_as_its_type_says() -> None:
    windowed = raw("1 - avg_over_time(broken[{{.window}}])", "success")
    assert sliced(only(windowed)) == SlicedRatioSli(
        Method.RATIO_TIMESLICES, raw="1 - avg_over_time(broken[$window])", raw_is_error=False
    )
    warned(windowed, 14, "gives a ratio without totals")
    gauge = raw("broken", "failure")
    assert sliced(only(gauge)) == SlicedRatioSli(Method.RATIO_TIMESLICES, 60, raw="broken")
    refused(raw("broken", "so-so"), 15, "`rawType` must be success or failure")
    asked = gauge.replace("Occurrences", "Timeslices")
    asked = asked.replace("0.995}", "0.995, timeSliceTarget: 0.9}")
    assert sliced(only(asked)) == SlicedRatioSli(Method.TIMESLICES, 60, 0.9, raw="broken")


POLICY = """\
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: low}
spec:
  alertWhenNoData: true
  conditions: [{conditionRef: fast}]
  notificationTargets: [{targetRef: mail}]
"""
CONDITION = "apiVersion: openslo/v1\nkind: AlertCondition\nmetadata: {name: fast}\nspec: {}\n"
TARGET = "apiVersion: openslo/v1\nkind: AlertNotificationTarget\nmetadata: {name: mail}\nspec: {}\n"


def test_alert_policies_are_resolved_and_told() -> None:
    for form in ("[low]", "[{alertPolicyRef: low}]"):
        text = V1 + f"  alertPolicies: {form}\n"
        warned(text, 22, "burn alerts come from Fireline's policy", POLICY, CONDITION, TARGET)
        refused(text, 22, "there is no AlertNotificationTarget `mail`", POLICY, CONDITION)
        refused(text, 22, "there is no AlertPolicy `low`")
    inline = (
        V1 + "  alertPolicies: [{kind: AlertPolicy, spec: {conditions: [{conditionRef: a}]}}]\n"
    )
    refused(inline, 22, "there is no AlertCondition `a`")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("openslo/v1", "openslo/v2alpha", 1, "`openslo/v2alpha` is not supported"),
        ("kind: SLO", "kind: Slow", 1, "the kind `Slow` of OpenSLO is not known"),
        ("Occurrences", "Guessing", 19, "`budgetingMethod` is `Guessing`; known are Occurrences"),
        ("target: 0.995", "goal: 1", 21, "exactly one of `target` and `targetPercent`"),
        ("target: 0.995", "target: 99.5", 21, "it must be above 0 and below 100"),
        ("  objectives:\n    - {target: 0.995}\n", "", 7, "`spec.objectives` is missing"),
        ("  service: shop\n", "", 7, "`spec.service` is missing"),
        ("good:", "nice:", 13, "exactly one of `good` and `bad`"),
        ("ratioMetric", "ratio", 12, "a `ratioMetric` or a `thresholdMetric`"),
        ("  indicator:", "  indicated:", 7, "`spec.indicator` or `spec.indicatorRef` is missing"),
        ("query: sum(req)", "sql: x", 16, "`spec.indicator.spec.ratioMetric.total.metricSource"),
        ("sum(req)", "sum(req) by", 16, "not valid PromQL"),
        ("sum(req)", "sum(req offset 5m)", 16, "cannot be counted"),
    ],
)
def test_what_cannot_be_used_is_an_error_at_its_line(
    old: str, new: str, line: int, words: str
) -> None:
    refused(V1.replace(old, new, 1), line, words)


def test_documents_without_a_body_are_refused() -> None:
    refused(V1[: V1.index("spec:")], 1, "`metadata` and `spec` must be there")


def test_a_threshold_needs_an_operator_and_ignores_the_slice_target() -> None:
    refused(BY_REFERENCE.replace("op: lte, ", "").replace("op: lt", "op: near"), 11, "`near`",
            SLI, SOURCE)  # fmt: skip
    text = BY_REFERENCE.replace("value: 60,", "value: 60, timeSliceTarget: 0.9,")
    warned(text, 10, "`timeSliceTarget` has no effect on a threshold", SLI, SOURCE)


def test_a_list_of_documents_is_taken_apart() -> None:
    listed = "- " + V1.replace("\n", "\n  ").rstrip() + "\n"
    assert only(listed).name == "web"
