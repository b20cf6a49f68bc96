"""Data sources as people see them: the doctor, the metrics, the report, with real servers."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from typer.testing import CliRunner

from fireline.adapters.http.server import HttpServer, build_http
from fireline.adapters.http.source_metrics import SourceMetrics
from fireline.cli.app import app
from fireline.demo.remote_write import Series
from fireline.usecases.source_health import BreakerState, SourceHealth
from tests.e2e.prometheus_front import (
    BROKEN,
    HALF_OPEN,
    HTML,
    HUGE,
    PARTIAL,
    REDIRECT,
    SKEWED,
    SLOW,
    WARNING,
    Front,
)
from tests.servers import TestPrometheus

AT = int(datetime(2026, 11, 6, 12, tzinfo=UTC).timestamp())
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
def test_the_doctor_tells_of_a_breaker_that_is_open_in_the_bot_that_runs_here(
    folder: Path,
) -> None:
    registry = CollectorRegistry()
    resting = SourceHealth("eu", "http://eu", breaker=BreakerState.OPEN)
    registry.register(SourceMetrics(lambda: [resting], lambda: 0))
    server = HttpServer(build_http(registry=registry), "127.0.0.1", 0)
    server.start()
    try:
        file = folder / "fireline.yaml"
        port = server.url.rpartition(":")[2]
        file.write_text(f"{file.read_text()}http_port: {port}\n")
        told = CliRunner().invoke(app, ["doctor", "--json"])
    finally:
        server.stop()
    found = {f["subject"]: f for f in json.loads(told.stdout)}
    assert "breaker of the running bot open" in found["data source eu"]["text"]


@pytest.mark.real
@pytest.mark.usefixtures("folder")
def test_a_report_asks_each_slo_of_its_own_source() -> None:
    told = CliRunner().invoke(app, ["slo", "report", "--json"])
    states = {row["name"]: row["data_state"] for row in json.loads(told.stdout)}
    assert states == {"eu-rows": "no_data", "us-rows": "query_error"}


MAIN = """\
data_sources:
  main: {{url: '{url}', timeout_seconds: {seconds}}}
default_data_source: main
"""


@pytest.mark.real
@pytest.mark.parametrize(
    ("mode", "state", "sentence"),
    [
        (SLOW, "query_error", "did not answer within 1 s"),
        (HALF_OPEN, "query_error", "did not answer within 1 s"),
        (HUGE, "query_error", "answered with more than 64 MB"),
        (HTML, "query_error", "is not a Prometheus (it answers with a page, not JSON)"),
        (REDIRECT, "query_error", "redirects to https://login.example.com/"),
        (BROKEN, "query_error", "failed (HTTP 503)"),
        (PARTIAL, "partial", WARNING),
        (SKEWED, "partial", "s ahead of ours: set both by NTP"),
    ],
)
def test_a_report_says_what_is_wrong_with_the_source_and_no_figure_of_its_own(
    folder: Path, prometheus: TestPrometheus, mode: str, state: str, sentence: str
) -> None:
    times = np.arange(AT - 7200, AT + 1, 15, dtype=np.float64)
    prefix = f"ds_{mode.replace(' ', '_')}_"
    prometheus.write_series(
        [
            Series({"__name__": f"{prefix}{name}_total"}, times, times - times[0])
            for name in ("bad", "rows")
        ]
    )
    front = Front(prometheus.url)
    front.mode = mode
    try:
        (folder / "fireline.yaml").write_text(
            MAIN.format(url=front.url, seconds=1 if mode in {SLOW, HALF_OPEN} else 10)
        )
        (folder / "slo_definitions" / "us.yaml").unlink()
        file = folder / "slo_definitions" / "eu.yaml"
        window = (
            file.read_text()
            .replace("data_source: eu\n", "")
            .replace("30d", "6h")
            .replace("ds_", prefix)
        )
        file.write_text(window)
        moment = datetime.fromtimestamp(AT, UTC).isoformat()
        told = CliRunner().invoke(app, ["slo", "report", "--json", "--at", moment])
    finally:
        front.close()
    (row,) = json.loads(told.stdout)
    assert row["data_state"] == state
    assert sentence in row["sentence"]
    assert (row["remaining"] is None) == (state == "query_error")
    assert told.exit_code == (1 if state == "query_error" else 0)


def test_the_metrics_show_each_source_by_name() -> None:
    registry = CollectorRegistry()
    health = SourceHealth("eu", "http://eu", 7, 1.5, 2048, {"timeout": 2}, BreakerState.OPEN, -3.0)
    registry.register(SourceMetrics(lambda: [health, SourceHealth("us", "http://us")], lambda: 4))
    text = generate_latest(registry).decode()
    for line in (
        "fireline_ledgers_unfilled 4.0",
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
