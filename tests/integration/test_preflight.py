"""`fireline check --prometheus` against a real Prometheus: what each finding says and where."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fireline.bootstrap.system import SystemClock
from fireline.cli.app import app
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

HEAD = """apiVersion: fireline/v1
kind: SLO
name: {name}
title: Orders
service: orders
tier: 1
owner: team-orders
runbook: orders-late
objective: {objective}
window: 30d
sli:
"""
Findings = dict[str, tuple[int, str, str]]


@pytest.fixture(scope="module")
def seeded(prometheus: TestPrometheus) -> TestPrometheus:
    now = int(SystemClock().now().timestamp())
    times = range(now - 7200, now + 1, 60)
    count = len(times)

    def grows(each: float) -> list[tuple[float, float]]:
        return [(float(at), each * i) for i, at in enumerate(times)]

    prometheus.write(
        {
            'pre_all_total{job="a"}': grows(100),
            'pre_all_total{job="b"}': grows(100),
            "pre_few_total": grows(0.01),
            "pre_more_total": grows(1000),
            "pre_level": [(float(at), 3.0) for at in times],
            **{f'pre_wide_total{{n="{n}"}}': grows(1) for n in range(1001)},
        }
    )
    assert count == 121
    return prometheus


def findings(tmp_path: Path, url: str, sli: str, objective: str = "99.9") -> Findings:
    file = tmp_path / "slos.yaml"
    file.write_text(HEAD.format(name="orders", objective=objective) + sli)
    result = CliRunner().invoke(
        app,
        ["check", str(file), "--prometheus", url, "--json", "--runbooks", str(tmp_path / "none")],
    )
    found = json.loads(result.stdout)
    return {one["code"]: (one["line"], one["level"], one["message"]) for one in found}


def ratio(total: str, bad: str | None = None, good: str | None = None) -> str:
    part = f"    bad: {bad}\n" if bad else f"    good: {good}\n"
    return f"  ratio:\n    total: {total}\n{part}"


ALL = "sum(increase(pre_all_total[$window]))"


def test_a_sound_definition_has_nothing_said_against_it(
    tmp_path: Path, seeded: TestPrometheus
) -> None:
    sli = ratio(ALL, good='sum(increase(pre_all_total{job="a"}[$window]))')
    assert findings(tmp_path, seeded.url, sli) == {}


def test_a_misspelt_metric_gets_the_nearest_names(tmp_path: Path, seeded: TestPrometheus) -> None:
    sli = ratio("sum(increase(pre_al_total[$window]))", good=ALL)
    line, level, message = findings(tmp_path, seeded.url, sli)["empty-query"]
    assert (line, level) == (13, "warning")
    assert "`total` gives nothing now: no series `pre_al_total`" in message
    assert "did you mean `pre_all_total`" in message


def test_labels_that_match_nothing_are_told_apart_from_a_wrong_name(
    tmp_path: Path, seeded: TestPrometheus
) -> None:
    sli = ratio('sum(increase(pre_all_total{job="c"}[$window]))', good=ALL)
    message = findings(tmp_path, seeded.url, sli)["empty-query"][2]
    assert "though the metric exists" in message


def test_bad_events_that_never_were_are_only_noted(tmp_path: Path, seeded: TestPrometheus) -> None:
    sli = ratio(ALL, bad="sum(increase(pre_failed_total[$window]))")
    found = findings(tmp_path, seeded.url, sli)
    assert "fine if nothing ever went wrong" in found["empty-query"][2]


def test_more_good_than_there_is_is_an_error(tmp_path: Path, seeded: TestPrometheus) -> None:
    sli = ratio(ALL, good="sum(increase(pre_more_total[$window]))")
    _, level, message = findings(tmp_path, seeded.url, sli)["good-over-total"]
    assert level == "error"
    assert "do not count the same events" in message


def test_several_values_where_one_is_meant_are_an_error(
    tmp_path: Path, seeded: TestPrometheus
) -> None:
    sli = ratio("sum by (job) (increase(pre_all_total[$window]))", good=ALL)
    assert "gives 2 values" in findings(tmp_path, seeded.url, sli)["multi-series"][2]


def test_a_thousand_series_and_more_are_warned_of(tmp_path: Path, seeded: TestPrometheus) -> None:
    sli = ratio("sum(increase(pre_wide_total[$window]))", good=ALL)
    assert "1,001 series" in findings(tmp_path, seeded.url, sli)["cardinality"][2]


def test_little_traffic_is_said_in_failures_a_month(tmp_path: Path, seeded: TestPrometheus) -> None:
    few = "sum(increase(pre_few_total[$window]))"
    message = findings(tmp_path, seeded.url, ratio(few, good=few))["low-volume"][2]
    assert "failures a month" in message


def test_traffic_at_which_one_failure_would_page_is_warned_of(
    tmp_path: Path, seeded: TestPrometheus
) -> None:
    some = 'sum(increase(pre_all_total{job="a"}[$window])) / 500'
    found = findings(tmp_path, seeded.url, ratio(f"'{some}'", good=f"'{some}'"))
    assert "one failure in" in found["one-failure-page"][2]


def test_a_filter_is_still_found_without_asking(tmp_path: Path, seeded: TestPrometheus) -> None:
    sli = '  time_slice:\n    value: max(pre_level) > 2\n    good: "<= 5"\n'
    assert findings(tmp_path, seeded.url, sli)["filter-as-value"][1] == "error"


def test_a_server_that_cannot_be_asked_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "slos.yaml"
    file.write_text(HEAD.format(name="orders", objective="99") + ratio(ALL, good=ALL))
    result = CliRunner().invoke(app, ["check", str(file), "--prometheus", "http://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "cannot be reached" in result.stderr
