"""`fireline doctor --prometheus` against a real server: what fits, what is missing or odd."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result
from typing_extensions import override

from fireline.adapters.prometheus.fitting import PrometheusFitting, read_as_they_are
from fireline.adapters.prometheus.inventory import inventory_of
from fireline.bootstrap.system import SystemClock
from fireline.cli.app import app
from fireline.domain.slo.definition import CompositePart, CompositeSli, RatioSli, Sli, TimeSliceSli
from fireline.usecases.fitting import Definition, Fit, FitFacts, Level, judge
from tests.flow_fixture import until
from tests.servers import LabelsKey, Samples, TestPrometheus
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

CATALOGUE = Path(__file__).parents[2] / "slo_definitions"
AIRFLOW = """\
apiVersion: fireline/v1
kind: Variables
values: {tier0_dags: orders.*, tier1_dags: nobody.*}
---
apiVersion: fireline/v1
kind: Profile
name: fit-helm
system: airflow
requires: [fit_helm_count]
metrics: {ok: fit_helm_count, failed: fit_helm_failed}
---
apiVersion: fireline/v1
kind: Profile
name: fit-mixin
system: airflow
requires: [fit_mixin_count]
metrics:
  ok: fit_mixin_count
  failed: fit_mixin_failed
  delay: fit_delay_sum
  runs: fit_delay_count
---
"""


def definition(name: str, sli: str, tier: int = 0, objective: float = 99) -> str:
    return f"""\
apiVersion: fireline/v1
kind: SLO
name: {name}
title: {name}
service: airflow
tier: {tier}
owner: team
objective: {objective}
window: 30d
sli: {sli}
---
"""


def runs(variable: str) -> str:
    def counted(metric: str) -> str:
        return f'(sum(increase($airflow.{metric}{{dag=~"${variable}"}}[$window])) or vector(0))'

    return f"{{ratio: {{bad: '{counted('failed')}', total: '{counted('ok')}'}}}}"


@pytest.fixture(scope="module")
def seeded(prometheus: TestPrometheus) -> TestPrometheus:
    now = int(SystemClock().now().timestamp())

    def grows(each: float, until_now: int = 0) -> Samples:
        times = range(now - 7200, now + 1 - until_now, 60)
        return [(float(at), each * i) for i, at in enumerate(times)]

    series: dict[LabelsKey, Samples] = {
        'fit_mixin_count{dag="orders_a"}': grows(1),
        'fit_mixin_count{dag="orders_b"}': grows(1),
        "fit_delay_sum": grows(30_000),
        "fit_delay_count": grows(1),
        "fit_stopped": grows(1, 2400),
    }
    prometheus.write(series)
    return prometheus


def asked(folder: Path, url: str, text: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    (folder / "slos.yaml").write_text(AIRFLOW + text)
    monkeypatch.setenv("FIRELINE_DEFINITIONS", json.dumps([str(folder / "slos.yaml")]))
    return CliRunner().invoke(app, ["doctor", "--prometheus", url, "--json"])


def found(result: Result) -> dict[str, dict[str, Any]]:
    return {fit["slo"]: fit for fit in json.loads(result.stdout)}


def test_each_definition_is_told_its_profile_its_metrics_and_its_variables(
    tmp_path: Path, seeded: TestPrometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = definition("runs", runs("tier0_dags")) + definition("none", runs("tier1_dags"), 1)
    result = asked(tmp_path, seeded.url, text, monkeypatch)
    fits = found(result)
    assert fits["runs"]["level"] == "ok"
    assert fits["runs"]["profiles"] == {"airflow": "fit-mixin"}
    assert fits["runs"]["lines"] == [
        'fit_mixin_count{dag=~"orders.*"}: present',
        'fit_mixin_failed{dag=~"orders.*"}: absent; there is fit_mixin_count',
        "$tier0_dags matches 2 of dag: orders_a, orders_b",
    ]
    assert fits["none"]["level"] == "error"
    assert any("$tier1_dags matches no dag; correct it" in line for line in fits["none"]["lines"])
    assert result.exit_code == 1
    assert "1 of 2 SLOs fit, 0 to look at, 1 to put right" in result.stderr


def test_a_tier_0_slo_without_data_is_an_error_and_another_tier_is_not(
    tmp_path: Path, seeded: TestPrometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "{time_slice: {value: max(fit_stoped), good: '> 0'}}"
    late = "{time_slice: {value: max(fit_stopped), good: '> 0'}}"
    result = asked(tmp_path, seeded.url, definition("late", late, 1), monkeypatch)
    (fit,) = found(result).values()
    assert (fit["level"], fit["headline"], result.exit_code) == ("warning", "no data", 0)
    assert "fit_stopped: present, but no sample for 4" in fit["lines"][0]
    result = asked(tmp_path, seeded.url, definition("gone", gone), monkeypatch)
    (fit,) = found(result).values()
    assert (fit["level"], fit["lines"], result.exit_code) == (
        "error",
        ["fit_stoped: absent; there is fit_stopped"],
        1,
    )


def test_seconds_that_look_like_milliseconds_are_doubted(
    tmp_path: Path, seeded: TestPrometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    mean = "sum(increase($airflow.delay[15m])) / sum(increase($airflow.runs[15m]))"
    text = definition("delay", f"{{time_slice: {{value: '{mean}', good: '<= 60'}}}}")
    text += definition("right", f"{{time_slice: {{value: '{mean} / 1000', good: '<= 60'}}}}")
    fits = found(asked(tmp_path, seeded.url, text, monkeypatch))
    assert fits["delay"]["level"] == "warning"
    assert "the median of fit_delay is 30,000, read as seconds" in fits["delay"]["lines"][-1]
    assert fits["right"]["level"] == "ok"


def test_the_shipped_catalogue_is_told_what_an_empty_server_lacks(
    fresh_prometheus: TestPrometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRELINE_DEFINITIONS", json.dumps([str(CATALOGUE)]))
    told = CliRunner().invoke(app, ["doctor", "--prometheus", fresh_prometheus.url])
    assert told.exit_code == 1
    assert "FAIL kafka-roundtrip (tier 0): no data" in told.stdout
    assert "warn spark-submit-success (tier 1): no data; read with airflow-helm" in told.stdout
    assert "$tier0_dags: unknown, as its metrics are absent" in told.stdout
    assert "0 of 21 SLOs fit" in told.stderr


@pytest.mark.parametrize(
    ("text", "url", "code", "words"),
    [
        ("apiVersion: x\n", "http://127.0.0.1:9", 2, "write `apiVersion: fireline/v1`"),
        ("", "http://127.0.0.1:9", 2, "no SLO is defined"),
        (definition("runs", runs("tier0_dags")), "http://127.0.0.1:9", 2, "cannot be reached"),
    ],
)
def test_what_keeps_the_doctor_from_looking_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, url: str, code: int, words: str
) -> None:
    result = asked(tmp_path, url, text, monkeypatch)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


class _Metrics(BaseHTTPRequestHandler):
    """A target that declares what its metrics are."""

    def do_GET(self) -> None:
        text = b"# TYPE kind_total counter\nkind_total 5\n# TYPE kind_level gauge\nkind_level 3\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def target() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Metrics) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_counters_and_gauges_that_are_mistaken_for_each_other_are_told(
    target: int, prometheus_factory: Callable[[str], TestPrometheus]
) -> None:
    server = prometheus_factory(
        "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
        f"scrape_configs: [{{job_name: k, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]"
    )
    with inventory_of(server.url) as looking:
        until(lambda: looking.count("kind_level", int(SystemClock().now().timestamp())))
    with inventory_of(server.url) as inventory:
        source = PrometheusFitting(inventory)

        def lines(sli: Sli) -> Fit:
            one = Definition(slo(sli), {}, {})
            return judge(one, source.facts(one, SystemClock().now()))

        value = lines(TimeSliceSli("max(kind_total)", ">", 0))
        assert value.level is Level.WARNING
        assert value.lines[-1] == (
            "kind_total is declared a counter and its value is read; use increase or rate"
        )
        rate = lines(RatioSli(total="sum(increase(kind_level[$window]))", bad="vector(0)"))
        assert "kind_level is declared a gauge and used as a counter" in rate.lines[-1]
        right = lines(TimeSliceSli("max(kind_level) + count(kind_total)", ">", 0))
        assert right.level is Level.OK


def test_only_values_that_are_read_as_they_are_count() -> None:
    expr = "-(max(a)) + count(b) + time() - timestamp(c) + rate(d[5m]) + abs(e)"
    expr += " + max_over_time(f[1h:])"
    assert read_as_they_are(expr) == ["a", "e", "f"]
    assert read_as_they_are("sum(") == []


def test_a_composite_is_judged_by_its_parts() -> None:
    sli = CompositeSli((CompositePart("a"), CompositePart("b")))
    fit = judge(Definition(slo(sli), {}, {}), FitFacts(()))
    assert (fit.level, fit.headline) == (Level.OK, "made of a, b")
