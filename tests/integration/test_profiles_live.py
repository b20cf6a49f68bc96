"""Two Prometheus servers with two mappings of Airflow's metrics give one budget."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slos import definition_files, read_files, read_texts
from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.adapters.prometheus.names import PrometheusNames
from fireline.cli.app import app
from fireline.domain.errors import UnreachableError
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.status import SloStatus
from fireline.usecases.report_budgets import report
from tests.fakes import FakeClock
from tests.servers import LabelsKey, Samples, TestPrometheus, TestVictoria

pytestmark = pytest.mark.real

CATALOGUE = Path(__file__).parents[2] / "slo_definitions"
START = int(datetime(2026, 11, 10, tzinfo=UTC).timestamp())
T = datetime(2026, 11, 10, 6, tzinfo=UTC)
SLO = "airflow-tier0-run-success"
HELM = {"ok": "airflow_dagrun_duration_count", "failed": "airflow_dagrun_failed_count"}
MIXIN = {
    "ok": "airflow_dagrun_duration_success_count",
    "failed": "airflow_dagrun_duration_failed_count",
}


def runs(names: Mapping[str, str]) -> dict[LabelsKey, Samples]:
    """Six hours: a run every minute of one DAG, of another two failures after a silent start."""
    minutes = range(361)
    return {
        f'{names["ok"]}{{dag_id="orders_load"}}': [(START + 60 * m, float(m)) for m in minutes],
        f'{names["failed"]}{{dag_id="payments_load"}}': [
            (START + 60 * m, 1.0 if m < 300 else 2.0) for m in minutes if m >= 200
        ],
        f'{names["ok"]}{{dag_id="hobby"}}': [(START + 60 * m, 9.0 * m) for m in minutes],
    }


def judged(servers: Mapping[str, Server]) -> dict[str, tuple[Mapping[str, str], SloStatus]]:
    """The profile and the status of the shipped SLO, asked of each server as its data source."""
    clock = FakeClock()
    clock.set(T)
    choice = ProfileChoice(PrometheusNames(servers, "helm", clock))
    texts, _ = read_texts(definition_files([CATALOGUE]))
    texts = {p: t for p, t in texts.items() if "profiles" in p or "variables" in p}
    airflow = (CATALOGUE / "airflow.yaml").read_text().split("---\n")
    (document,) = (one for one in airflow if f"name: {SLO}" in one)
    for name in servers:
        own = document.replace(f"name: {SLO}", f"name: {name}").replace("30d", "6h")
        texts[name] = f"{own}data_source: {name}\n"
    reads = {r.slo.name: r for f in read_files(texts, choice=choice) for r in f.slos}
    with NamedSources(servers, default="helm") as sources:
        found = report([r.slo for r in reads.values()], sources, T, Policy())
    return {s.slo: (reads[s.slo].profiles, s) for s in found}


def test_two_mappings_of_airflow_give_the_same_budget(
    prometheus_factory: Callable[[], TestPrometheus],
) -> None:
    helm, mixin = prometheus_factory(), prometheus_factory()
    helm.write(runs(HELM))
    mixin.write(runs(MIXIN))
    servers = {"helm": Server(Access(helm.url)), "mixin": Server(Access(mixin.url))}
    found = judged(servers)
    (first, ours), (second, theirs) = found["helm"], found["mixin"]
    assert first == {"airflow": "airflow-helm-statsd"}
    assert second == {"airflow": "airflow-mixin"}
    for status in (ours, theirs):
        assert status.good == pytest.approx(360)
        assert status.total == pytest.approx(362)
    assert ours.remaining == theirs.remaining == pytest.approx(1 - 2 / (362 * 0.005))
    assert ours.data_state == theirs.data_state


def test_names_that_are_only_in_the_past_do_not_count(
    fresh_prometheus: TestPrometheus,
) -> None:
    fresh_prometheus.write(runs(HELM))
    clock = FakeClock()
    names = PrometheusNames({"only": Server(Access(fresh_prometheus.url))}, "only", clock)
    clock.set(T)
    wanted = {"airflow_dagrun_.*_count", "airflow_dagrun", HELM["ok"], MIXIN["ok"]}
    assert names.existing(wanted, None) == {"airflow_dagrun_.*_count", HELM["ok"]}
    assert names.existing([], None) == frozenset()
    clock.advance(hours=9)
    assert names.existing(wanted, None) == frozenset()
    with pytest.raises(UnreachableError, match="no data source eu"):
        names.existing(wanted, "eu")
    gone = PrometheusNames({"only": Server(Access("http://127.0.0.1:9"))}, "only", clock)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        gone.existing(wanted, "only")


def test_victoriametrics_is_asked_alike_though_its_past_ends_with_the_day(
    victoria: TestVictoria,
) -> None:
    victoria.write(runs(MIXIN))
    clock = FakeClock()
    names = PrometheusNames({"only": Server(Access(victoria.url))}, "only", clock)
    clock.set(T)
    assert names.existing({HELM["ok"], MIXIN["ok"]}, None) == {MIXIN["ok"]}
    clock.advance(days=2)
    assert names.existing({HELM["ok"], MIXIN["ok"]}, None) == frozenset()


def test_exported_rules_have_the_names_of_the_profile_in_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = ["slo", "rules", str(CATALOGUE)]
    first = CliRunner().invoke(app, line)
    monkeypatch.setenv("FIRELINE_PROFILES", '{"airflow": "airflow-mixin"}')
    second = CliRunner().invoke(app, line)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert HELM["failed"] in first.stdout
    assert MIXIN["failed"] not in first.stdout
    assert MIXIN["failed"] in second.stdout
    assert HELM["failed"] not in second.stdout
