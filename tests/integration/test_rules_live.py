"""Exported rules loaded by a running Prometheus, whose answers we then read."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.rules import RuleFormat, render
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Absent
from tests.servers import TestPrometheus
from tests.unit.slo_builders import RATIO, SLICES, slo

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


def loaded(
    factory: Callable[[str], TestPrometheus], folder: Path, form: RuleFormat
) -> TestPrometheus:
    """A server that evaluates the rules of the catalogue, and of two SLOs, every second."""
    slos = [
        *DefinitionFolder([ROOT / "slo_definitions"]).current().slos.values(),
        slo(RATIO, name="events"),
        slo(SLICES, name="slices", absent=Absent.BAD),
    ]
    text = render(slos, Policy(), form).replace("interval: 1m", "interval: 1s")
    (folder / "rules.yml").write_text(text.replace("interval: 2m", "interval: 1s"), "utf-8")
    return factory(
        "global: {evaluation_interval: 1s}\n"
        "storage: {tsdb: {out_of_order_time_window: 1d}}\n"
        f"rule_files: ['{folder / 'rules.yml'}']\n"
    )


def evaluated(server: TestPrometheus) -> list[dict[str, Any]]:
    """All rules, once each was evaluated."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = httpx.get(f"{server.url}/api/v1/rules", trust_env=False).json()
        rules = [rule for group in answer["data"]["groups"] for rule in group["rules"]]
        waiting = [rule["name"] for rule in rules if rule["health"] == "unknown"]
        if rules and not waiting:
            return rules
        assert time.monotonic() < deadline, f"never evaluated: {waiting[:5]}"


def appears(server: TestPrometheus, promql: str) -> None:
    """Wait until the expression gives something."""
    deadline = time.monotonic() + PATIENCE
    while not server.query(promql, time.time()):
        assert time.monotonic() < deadline, f"nothing for {promql}"


@pytest.mark.parametrize("form", list(RuleFormat))
def test_a_running_prometheus_evaluates_every_rule_without_an_error(
    prometheus_factory: Callable[[str], TestPrometheus], tmp_path: Path, form: RuleFormat
) -> None:
    server = loaded(prometheus_factory, tmp_path, form)
    now = time.time()
    at = [now - 60 * (20 - m) for m in range(24)]
    server.write(
        {
            "all": [(t, 60.0 * m) for m, t in enumerate(at)],
            "bad": [(t, 6.0 * m) for m, t in enumerate(at)],
            "lag_seconds": [(t, 500.0) for t in at],
        }
    )
    broken = {
        rule["name"]: rule.get("lastError") for rule in evaluated(server) if rule["health"] != "ok"
    }
    assert broken == {}
    if form is RuleFormat.SLOTH:
        appears(server, 'abs(slo:sli_error:ratio_rate5m{sloth_slo="events"} - 0.1) < 0.001')
        appears(server, 'slo:sli_error:ratio_rate5m{sloth_slo="slices"} == 1')
        return
    appears(server, 'abs(slo:burn:ratio5m{slo="events"} - 100) < 1')
    appears(server, 'slo:burn:ratio5m{slo="slices"} > 999')
    appears(server, 'ALERTS{alertname="SloDataAbsent", slo="kafka-roundtrip"}')
