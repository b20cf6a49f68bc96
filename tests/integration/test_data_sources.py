"""Data sources as people see them: the doctor, the metrics, the report, with real servers."""

import json
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from typer.testing import CliRunner

from fireline.adapters.http.source_metrics import SourceMetrics
from fireline.cli.app import app
from fireline.usecases.source_health import BreakerState, SourceHealth
from tests.servers import TestPrometheus

SLO = """\
apiVersion: fireline/v1
kind: SLO
name: {name}
title: Rows of {name}
service: orders
tier: 1
owner: team-orders
objective: 99.9
window: 30d
data_source: {source}
sli:
  ratio:
    bad: sum(increase(ds_bad_total[$window]))
    total: sum(increase(ds_rows_total[$window]))
runbook: dbt-test-failed
"""


@pytest.fixture
def folder(tmp_path: Path, prometheus: TestPrometheus, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fireline.yaml").write_text(
        f"data_sources:\n  eu: {{url: '{prometheus.url}'}}\n"
        "  us: {url: 'http://127.0.0.1:9'}\nprometheus_url: http://127.0.0.1:9\n"
    )
    slos = tmp_path / "slo_definitions"
    slos.mkdir()
    for name in ("eu", "us"):
        (slos / f"{name}.yaml").write_text(SLO.format(name=f"{name}-rows", source=name))
    return tmp_path


@pytest.mark.real
@pytest.mark.usefixtures("folder")
def test_the_doctor_lists_each_source_with_version_clock_and_retention() -> None:
    told = CliRunner().invoke(app, ["doctor", "--json"])
    found = {f["subject"]: f for f in json.loads(told.stdout)}
    eu = found["data source eu"]
    assert eu["good"], eu
    assert eu["text"].startswith("Prometheus 2.")
    assert "clock agrees; keeps " in eu["text"]
    assert "1 SLO" in eu["text"]
    for name in ("us", "default"):
        ill = found[f"data source {name}"]
        assert not ill["good"]
        assert "cannot be reached (connection refused)" in ill["text"]


@pytest.mark.real
@pytest.mark.usefixtures("folder")
def test_a_report_asks_each_slo_of_its_own_source() -> None:
    told = CliRunner().invoke(app, ["slo", "report", "--json"])
    states = {row["name"]: row["data_state"] for row in json.loads(told.stdout)}
    assert states == {"eu-rows": "no_data", "us-rows": "query_error"}


def test_the_metrics_show_each_source_by_name() -> None:
    registry = CollectorRegistry()
    health = SourceHealth("eu", "http://eu", 7, 1.5, 2048, {"timeout": 2}, BreakerState.OPEN, -3.0)
    registry.register(SourceMetrics(lambda: [health, SourceHealth("us", "http://us")]))
    text = generate_latest(registry).decode()
    for line in (
        'fireline_source_query_seconds_count{source="eu"} 7.0',
        'fireline_source_query_seconds_sum{source="eu"} 1.5',
        'fireline_source_failures_total{cause="timeout",source="eu"} 2.0',
        'fireline_source_bytes_total{source="eu"} 2048.0',
        'fireline_source_breaker{source="eu"} 2.0',
        'fireline_source_breaker{source="us"} 0.0',
        'fireline_source_clock_skew_seconds{source="eu"} -3.0',
    ):
        assert line in text
    assert 'skew_seconds{source="us"}' not in text
