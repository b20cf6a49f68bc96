"""Imported expressions in a real Prometheus' engine: they parse, and count what happened."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from fireline.adapters.files.slos import read_files
from fireline.demo.processes import MissingProgramError
from fireline.domain.slo.definition import RatioSli, SlicedRatioSli
from tests.servers import missing

pytestmark = pytest.mark.real

SLOTH = """\
version: prometheus/v1
service: s
slos:
  - name: events
    objective: 99
    sli:
      events:
        error_query: sum(rate(req{code="500"}[{{.window}}]))
        total_query: 2 * sum(rate(steady[{{.window}}]))
  - name: raw
    objective: 99
    sli: {raw: {error_ratio_query: 'avg(avg_over_time(half[{{.window}}]))'}}
"""
PYRRA = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: fed}
spec:
  target: "99"
  window: 4w
  indicator: {ratio: {errors: {metric: 'req{code="500"}'}, total: {metric: req}}}
"""
OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: open}
spec:
  service: s
  indicator:
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'sum(req{code!="500"})'}}}
        total: {metricSource: {type: Prometheus, spec: {query: sum(req)}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: METHOD
  objectives: [{target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 5m}]
"""
GENERATOR = """\
apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata: {name: filters}
spec:
  backend: prometheus
  method: good_bad_ratio
  goal: 0.99
  service_level_indicator: {filter_good: steady, filter_bad: 'never{code="1"}'}
"""
# Steady: 10 a minute. 500: reset at minute 8, 2 since. 404: born at minute 8 with 5.
SERIES = [
    {"series": "steady", "values": "0+10x20"},
    {"series": 'req{code="200"}', "values": "0+10x20"},
    {"series": 'req{code="500"}', "values": "0+1x7 0+1x12"},
    {"series": 'req{code="404"}', "values": "_x8 5+1x12"},
    {"series": "half", "values": "0.5x20"},
]


def expressions(text: str) -> dict[str, str]:
    """Every expression of a file's SLOs over five minutes, by SLO and part."""
    (found,) = read_files({"f.yaml": text})
    assert not found.broken, found.problems
    parts = {}
    for read in found.slos:
        sli = read.slo.sli
        if isinstance(sli, RatioSli):
            named = {"good": sli.good, "bad": sli.bad, "total": sli.total}
        else:
            assert isinstance(sli, SlicedRatioSli)
            named = {"good": sli.good, "bad": sli.bad, "total": sli.total, "raw": sli.raw}
        for part, expr in named.items():
            if expr:
                parts[f"{read.slo.name} {part}"] = expr.replace("$window", "5m")
    return parts


def test_imported_expressions_count_what_happened_in_prometheus(tmp_path: Path) -> None:
    expected: dict[str, dict[str, float | None]] = {
        SLOTH: {"events bad": None, "events total": 100, "raw raw": 0.5},
        PYRRA: {"fed bad": 2, "fed total": 52},
        OPENSLO.replace("METHOD", "Occurrences"): {"open good": 50, "open total": 52},
        OPENSLO.replace("METHOD", "Timeslices"): {"open good": 50, "open total": 52},
        OPENSLO.replace("METHOD", "RatioTimeslices"): {"open good": 50, "open total": 52},
        GENERATOR: {"filters bad": None, "filters total": 50},
    }
    cases: list[dict[str, Any]] = []
    for text, values in expected.items():
        found = expressions(text)
        assert set(found) == set(values)
        for name, value in values.items():
            if value is not None:
                samples = [{"labels": "{}", "value": value}]
                cases.append({"expr": found[name], "eval_time": "10m", "exp_samples": samples})
    test = {"interval": "1m", "input_series": SERIES, "promql_expr_test": cases}
    file = tmp_path / "test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [], "tests": [test]}), encoding="utf-8")
    program = shutil.which("promtool")
    if program is None:
        missing(MissingProgramError("promtool is not installed: apt-get install prometheus"))
    told = subprocess.run(
        [program, "test", "rules", file.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
