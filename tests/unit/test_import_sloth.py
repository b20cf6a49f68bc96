"""Sloth's files: both forms, events and raw, and what they hold that Fireline has not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fireline.domain.slo.definition import Absent, Method, SlicedRatioSli
from tests.unit.import_reading import loaded, only, ratio, refused, sliced, warned

FILE = """\
version: prometheus/v1
service: basket
labels:
  owner: team-shop
  area: checkout
slos:
  - name: answers
    objective: 99.9
    description: Baskets answer.
    labels: {area: basket, kind: availability}
    sli:
      events:
        error_query: sum(rate(req_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(req_total[{{ .window }}]))
    alerting:
      name: BasketErrors
      annotations: {runbook: https://wiki.example/basket}
      page_alert: {disable: true, for: 5m}
"""
OBJECT = """\
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: basket, namespace: shop}
spec:
  service: basket
  labels: {area: checkout}
  slos:
    - name: answers
      objective: 99.9
      sli:
        events:
          errorQuery: sum(increase(err_total[{{window}}]))
          totalQuery: sum(increase(req_total[{{window}}]))
      alerting:
        name: BasketErrors
        pageAlert: {labels: {severity: critical}}
        ticketAlert: {disable: true}
"""


def test_events_become_bad_of_total_and_rates_become_counts() -> None:
    slo = only(FILE)
    assert ratio(slo).bad == 'sum(increase(req_total{code=~"5.."}[$window]))'
    assert ratio(slo).total == "sum(increase(req_total[$window]))"
    assert (slo.name, slo.title, slo.service) == ("answers", "Baskets answer.", "basket")
    assert (slo.objective, slo.window) == (Decimal("99.9"), timedelta(days=30))
    assert (slo.absent, slo.tier, slo.owner) == (Absent.UNKNOWN, 2, "team-shop")
    assert (slo.source.file, slo.source.line) == ("0.yaml", 7)


def test_labels_of_the_service_and_of_the_slo_come_together_and_the_slo_wins() -> None:
    labels = {"owner": "team-shop", "area": "basket", "kind": "availability"}
    assert only(FILE).labels == labels


def test_the_kubernetes_form_says_the_same() -> None:
    slo = only(OBJECT)
    assert ratio(slo).bad == "sum(increase(err_total[$window]))"
    assert ratio(slo).total == "sum(increase(req_total[$window]))"
    assert (slo.name, slo.title, slo.labels) == ("answers", "answers", {"area": "checkout"})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (16, "`slos[0].alerting.name` is not carried over"),
        (17, "`slos[0].alerting.annotations` is not carried over"),
        (18, "`slos[0].alerting.page_alert.disable` is not carried over"),
        (18, "`slos[0].alerting.page_alert.for` is not carried over: burn alerts come from"),
    ],
)
def test_alert_settings_are_told(line: int, words: str) -> None:
    warned(FILE, line, words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (3, "`metadata.namespace` is not carried over"),
        (15, "`spec.slos[0].alerting.name`"),
        (16, "`spec.slos[0].alerting.pageAlert.labels`"),
        (17, "`spec.slos[0].alerting.ticketAlert.disable`"),
    ],
)
def test_alert_settings_of_the_kubernetes_form_are_told(line: int, words: str) -> None:
    warned(OBJECT, line, words)


def test_the_form_for_the_managed_prometheus_is_the_same_in_another_kind() -> None:
    managed = only(OBJECT.replace("PrometheusServiceLevel", "ManagedPrometheusServiceLevel"))
    assert ratio(managed).total == "sum(increase(req_total[$window]))"


def test_a_word_that_yaml_reads_as_nothing_stays_a_word() -> None:
    text = FILE.replace("description: Baskets answer.", 'description: "null"')
    assert only(text).title == "null"


def test_a_raw_ratio_weighs_every_five_minutes_alike() -> None:
    raw = "raw: {error_ratio_query: 'sum(rate(a[{{.window}}])) / sum(rate(b[{{.window}}]))'}"
    text = FILE[: FILE.index("events:")] + raw + "\n"
    share = "sum(rate(a[$window])) / sum(rate(b[$window]))"
    assert sliced(only(text)) == SlicedRatioSli(Method.RATIO_TIMESLICES, raw=share)
    warned(text, 12, "gives a ratio without totals")


def test_a_raw_ratio_may_be_spelled_as_in_the_examples_of_sloth() -> None:
    raw = "raw: {errorRatioQuery: 'sum(rate(a[{{.window}}])) / sum(rate(b[{{.window}}]))'}"
    text = FILE[: FILE.index("events:")] + raw + "\n"
    assert sliced(only(text)).raw == "sum(rate(a[$window])) / sum(rate(b[$window]))"


def test_a_name_that_changes_leaves_the_one_in_the_series_of_sloth_as_a_label() -> None:
    changed = only(FILE.replace("name: answers", "name: Basket_Answers"))
    assert (changed.name, changed.labels["sloth_slo"]) == ("basket-answers", "Basket_Answers")
    other = OBJECT.replace("service: basket", "service: search")
    slos, _ = loaded(FILE, other)
    assert [slo.labels["sloth_slo"] for slo in slos] == ["answers", "answers"]
    assert "sloth_slo" not in only(FILE).labels


def test_a_rate_beside_what_is_none_is_refused() -> None:
    text = FILE.replace(
        "total_query: sum(rate(req_total[{{ .window }}]))",
        "total_query: count_over_time(up[{{.window}}])",
    )
    assert text != FILE
    refused(text, 14, "`slos[0].sli.events.total_query` is no rate and the query beside it is one")


def test_a_raw_query_that_filters_is_refused() -> None:
    raw = "raw: {error_ratio_query: 'avg_over_time(a[{{.window}}]) > 0.5'}"
    refused(FILE[: FILE.index("events:")] + raw + "\n", 12, "filter-as-value")


def test_plugins_are_refused_by_name() -> None:
    plugin = "plugin: {id: acme/availability, options: {job: api}}"
    refused(FILE[: FILE.index("events:")] + plugin + "\n", 12, "`acme/availability`")
    chain = "slo_plugins: {chain: [{id: acme/debug, priority: 1, config: {a: b}}]}\n"
    refused(FILE + chain, 19, "`slo_plugins` (`acme/debug`)")
    refused(FILE + "    plugins: {chain: [{id: acme/x}]}\n", 19, "`slos[0].plugins` (`acme/x`)")
    refused(OBJECT + "  sloPlugins: {chain: [{id: acme/y}]}\n", 18, "`spec.sloPlugins` (`acme/y`)")


def test_one_that_cannot_be_used_leaves_the_others() -> None:
    more = "  - {name: other, objective: 99, sli: {plugin: {id: acme/x}}}\n"
    slos, problems = loaded(FILE + more)
    assert [slo.name for slo in slos] == ["answers"]
    assert any(p.startswith("0.yaml:19: error unsupported") for p in problems)


def test_several_documents_in_one_file_are_all_read() -> None:
    second = FILE.replace("answers", "second").replace("req_total", "other_total")
    slos, _ = loaded(f"---\n{FILE}---\n{second}")
    assert [slo.name for slo in slos] == ["answers", "second"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("service: basket", "sarvice: basket", 1, "`service` is missing"),
        ("    objective: 99.9\n", "", 7, "`slos[0].objective` is missing"),
        ("99.9", "100", 8, "objective-100"),
        ("99.9", "0.999", 8, "looks like a fraction"),
        ("error_query", "errorQuery", 12, "`slos[0].sli.events.error_query` is missing"),
        ("[{{.window}}]", "[5m]", 13, "the fixed range [5m] stands where"),
        ("[{{.window}}]", "[{{.step}}]", 13, "a placeholder `{{` that is not the window"),
        ("sum(rate(req_total{", "sum(rate(req_total{{", 13, "placeholder"),
        ('code=~"5.."}[{{.window}}]))', "", 13, "not valid PromQL"),
        ("      events:", "      event:", 11, "exactly one of `events` and `raw`"),
        ("    sli:", "    slis:", 7, "`slos[0].sli` is missing"),
    ],
)
def test_what_cannot_be_used_is_an_error_at_its_line(
    old: str, new: str, line: int, words: str
) -> None:
    refused(FILE.replace(old, new, 1), line, words)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("name: answers", "name: Basket_Answers", 7, "`Basket_Answers` is called `basket-answers`"),
        ("area: checkout", "severity: high", 5, "label `severity` is not carried over"),
        ("area: checkout", "sloth_id: x", 5, "label `sloth_id` is not carried over"),
        ("service: basket", "service: basket\ninterval: 1m", 3, "`interval` is not carried over"),
    ],
)
def test_what_is_lost_is_a_warning_at_its_line(old: str, new: str, line: int, words: str) -> None:
    warned(FILE.replace(old, new, 1), line, words)


def test_alert_windows_and_other_kinds_are_told() -> None:
    windows = "apiVersion: sloth.slok.dev/v1\nkind: AlertWindows\nspec: {sloPeriod: 7d}\n"
    slos, problems = loaded(windows)
    assert slos == []
    assert problems[0].startswith("0.yaml:1: warning not-carried AlertWindows for 7d are not")
    assert "`fireline slo import --window`" in problems[0]
    pair = "{errorBudgetPercent: 2, shortWindow: 15m, longWindow: 3h}"
    _, problems = loaded(windows.replace("7d}", f"30d, page: {{slow: {pair}}}}}"))
    (said,) = problems
    assert "`burn_alerts: [{severity: page, long: 3h, short: 15m, share: 2%}]` there" in said
    refused(OBJECT.replace("PrometheusServiceLevel", "Plugin"), 1, "the kind `Plugin` of Sloth")
    refused(OBJECT.replace("slok.dev/v1", "slok.dev/v2"), 1, "`sloth.slok.dev/v2` is not supported")
    refused(OBJECT[: OBJECT.index("spec:")], 1, "`spec` is missing")


def test_anchors_and_merges_are_understood() -> None:
    text = FILE + "  - <<: *first\n    name: twin\n    objective: 99\n"
    slos, _ = loaded(text.replace("- name: answers", "- &first\n    name: answers"))
    assert [(slo.name, str(slo.objective)) for slo in slos] == [("answers", "99.9"), ("twin", "99")]


def test_a_name_that_two_services_have_gets_the_service_before_it() -> None:
    other = OBJECT.replace("service: basket", "service: Search")
    slos, problems = loaded(FILE, other)
    assert [slo.name for slo in slos] == ["basket-answers", "search-answers"]
    words = "several services have an SLO `answers`; this one is called `basket-answers`."
    assert f"0.yaml:7: warning name {words}" in problems
    assert not [p for p in problems if ": error " in p]
    slos, problems = loaded(FILE, FILE)
    assert [slo.name for slo in slos] == ["answers"]
    assert any("`answers` is already used at 0.yaml:7" in p for p in problems)
