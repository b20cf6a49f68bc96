"""The published JSON Schema: it takes what the reader takes, and refuses what is misshapen."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from fireline.adapters.files import (
    objectives,
    oncall,
    oncall_rotation,
    profiles,
    slo_document,
    variables,
    windows,
)
from fireline.adapters.files.imports.writing import converted
from fireline.adapters.files.kinds import composite, deadline
from fireline.adapters.files.schema.documents import BY_KIND, WRITTEN, as_text, schema
from fireline.adapters.files.sli_document import KEYS as SLI_KEYS
from fireline.adapters.files.sli_document import KINDS as SLI_KINDS
from fireline.adapters.files.slos import KINDS, definition_files, read_files
from fireline.cli.app import app
from tests.unit.test_import_openslo import BY_REFERENCE, SLI, SOURCE
from tests.unit.test_import_pyrra import OBJECT
from tests.unit.test_import_slo_generator import DOCUMENT
from tests.unit.test_import_sloth import FILE
from tests.unit.test_profiles import PROFILES
from tests.unit.test_slo_docs import examples
from tests.unit.test_slo_files import RATIO, SLICE
from tests.unit.test_slo_kind_files import FINE, document, joined

ROOT = Path(__file__).parents[2]
SCHEMA = schema()
VALIDATOR = Draft7Validator(SCHEMA)
SLO = SCHEMA["definitions"]["slo"]["properties"]
LATENCY = document("{latency: {histogram: d, threshold: 500ms}}")
ENTITIES = document("{entity_ratio: {good: count(a == 1) or vector(0), total: count(a)}}")
COMPOSITE = joined("[{slo: x, weight: 2}, y]")
SLICED = document(
    "{ratio: {bad: 'sum(increase(b[$window]))', total: 'sum(increase(a[$window]))', "
    "method: timeslices, slice: 1m, slice_target: 95}}"
)
RAW = document("{ratio: {error_ratio: r, method: ratio_timeslices}}")
DEADLINE = document(FINE)
SEVERAL = SLICE.replace("objective: 95", "objectives: [{objective: 99, suffix: a}]")


def problems(text: str) -> list[str]:
    """What the schema has against the documents of a text."""
    found: list[Any] = [d for d in yaml.safe_load_all(text) if d is not None]
    return [error.message for d in found for error in VALIDATOR.iter_errors(d)]


def test_the_published_file_is_the_schema_of_this_version() -> None:
    Draft7Validator.check_schema(SCHEMA)
    published = ROOT / "schemas" / "fireline-v1.schema.json"
    assert published.read_text(encoding="utf-8") == as_text()
    told = CliRunner().invoke(app, ["schema"])
    assert json.loads(told.stdout) == SCHEMA


def test_schema_and_reader_know_the_same_keys() -> None:
    definitions, sli = SCHEMA["definitions"], SLO_KIND
    assert set(SLO) == set(slo_document.KEYS)
    assert set(definitions["objective"]["properties"]) == set(objectives.KEYS)
    assert set(definitions["profile"]["properties"]) == set(profiles.KEYS)
    assert set(definitions["variables"]["properties"]) == set(variables.KEYS)
    assert set(definitions["window"]["anyOf"][1]["properties"]) == set(windows.KEYS)
    on_call = definitions["on_call"]["properties"]
    assert set(on_call) == set(oncall.KEYS)
    shift = on_call["rotations"]["items"]["properties"]
    assert set(shift) == set(oncall_rotation.KEYS)
    assert set(shift["overrides"]["items"]["properties"]) == set(oncall_rotation.OVERRIDE_KEYS)
    assert set(on_call["pagerduty"]["items"]["properties"]) == set(oncall.PLACE_KEYS)
    assert set(sli) == set(SLI_KEYS)
    for name, kind in SLI_KINDS.items():
        assert set(sli[name]["properties"]) == set(kind.keys), name
    calendar = sli["deadline"]["properties"]["calendar"]["properties"]
    assert set(calendar) == set(deadline.CALENDAR)
    part = sli["composite"]["properties"]["parts"]["items"]["anyOf"][1]
    assert set(part["properties"]) == set(composite.PART)
    assert {*WRITTEN, *BY_KIND} == set(KINDS)


SLO_KIND = SCHEMA["definitions"]["sli"]["properties"]


@pytest.mark.parametrize(
    "path",
    definition_files([ROOT / "slo_definitions", ROOT / "policies", ROOT / "src/fireline/demo"]),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_shipped_file_is_valid(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


def test_every_example_of_the_documents_is_valid() -> None:
    for text in examples().values():
        assert problems(text) == [], text


def test_whatever_is_imported_is_valid() -> None:
    texts = {"a": FILE, "b": OBJECT, "c": DOCUMENT, "d": f"{BY_REFERENCE}---\n{SLI}---\n{SOURCE}"}
    native = [one.text for one in converted(texts)]
    assert all(native)
    for text in native:
        assert problems(text) == [], text


@pytest.mark.parametrize(
    "text", [RATIO, SLICE, LATENCY, ENTITIES, COMPOSITE, SLICED, RAW, DEADLINE, SEVERAL, PROFILES]
)
def test_what_the_tests_of_the_reader_take_as_right_is_valid(text: str) -> None:
    assert problems(text) == []


BROKEN = [
    (RATIO, "title:", "titel:"),
    (RATIO, "title: Orders land\n", ""),
    (RATIO, "title: Orders land", "title: [a]"),
    (RATIO, "tier: 0", "tier: 5"),
    (RATIO, "name: orders", "name: Orders_1"),
    (RATIO, "99.9", "0.999"),
    (RATIO, "99.9", "101"),
    (RATIO, "99.9", "100"),
    (RATIO, "99.9", "high"),
    (RATIO, "objective: 99.9\n", ""),
    (RATIO, "objective: 99.9", "objective: 99.9\nobjectives: [{objective: 99}]"),
    (RATIO, "window: 30d", "window: 1M"),
    (RATIO, "window: 30d", "window: {calendar: year}"),
    (RATIO, "window: 30d", "window: {zone: UTC}"),
    (RATIO, '"#orders"', "orders"),
    (RATIO, "absent: bad", "absent: good"),
    (RATIO, "min_events: 1000", "min_events: many"),
    (RATIO, "{team: orders}", "{slo: x}"),
    (RATIO, "{team: orders}", "{sloth_id: x}"),
    (RATIO, "{team: orders}", "{team: [a]}"),
    (RATIO, "{team: orders}", "x"),
    (RATIO, "[orders, refunds]", "{a: b}"),
    (RATIO, "bad: sum(", "worse: sum("),
    (RATIO, "    bad: sum", "    good: x\n    bad: sum"),
    (RATIO, "    total: sum(increase(all_total[$window]))\n", ""),
    (RATIO, "    bad: sum", "    slice: 1m\n    bad: sum"),
    (RATIO, "  ratio:", "  ration:"),
    (RATIO, "  absent:", "  latency: {}\n  absent:"),
    (RATIO, "fireline/v1", "fireline/v2"),
    (RATIO, "kind: SLO", "kind: Slow"),
    (RATIO, "kind: SLO\n", ""),
    (RATIO, "sli:", "slo:"),
    (SLICE, '"<= 120"', '"about 120"'),
    (SLICE, "slice: 5m", "slice: soon"),
    (SLICE, "value: max(lag_seconds), ", ""),
    (LATENCY, "500ms", "fast"),
    (LATENCY, ", threshold: 500ms", ""),
    (LATENCY, "500ms", "500ms, native: perhaps"),
    (LATENCY, "threshold", "treshold"),
    (ENTITIES, ", total: count(a)", ""),
    (COMPOSITE, ", y]", "]"),
    (COMPOSITE, "weight: 2", "weight: 0"),
    (COMPOSITE, "{slo: x, ", "{"),
    (SLICED, ", slice_target: 95", ""),
    (SLICED, "slice_target: 95", "slice_target: 0.95"),
    (SLICED, "timeslices", "time_slices"),
    (SLICED, "timeslices", "timeslices, newborn: count"),
    (RAW, ", method: ratio_timeslices", ""),
    (RAW, "error_ratio: r", "error_ratio: r, success_ratio: r"),
    (RAW, "error_ratio: r", "error_ratio: r, total: 'sum(increase(a[$window]))'"),
    (DEADLINE, '"07:00"', '"7 o\'clock"'),
    (DEADLINE, '"07:00"', '"07:00", days: workdays'),
    (DEADLINE, '"07:00"', '"07:00", days: []'),
    (DEADLINE, ', calendar: {by: "07:00"}', ""),
    (DEADLINE, '"07:00"}', '"07:00"}, since: soon'),
    (DEADLINE, '"07:00"}', '"07:00"}, at_risk_before: x'),
    (SEVERAL, "[{objective: 99, suffix: a}]", "[]"),
    (SEVERAL, "[{objective: 99, suffix: a}]", "[99]"),
    (SEVERAL, "suffix: a", "name: a"),
    (SEVERAL, "suffix: a", "suffix: A B"),
    (PROFILES, "system: airflow", "system: air flow"),
    (PROFILES, "name: airflow-helm", "name: Helm"),
    (PROFILES, "requires: [helm_runs, helm_.*_failed]\n", ""),
    (PROFILES, "dag: dag_id", "dag: dag-id"),
    (PROFILES, "timers: s", "timers: min"),
    (PROFILES, "units: {timers: s}", "unit: s"),
]


@pytest.mark.parametrize(("text", "old", "new"), BROKEN)
def test_what_is_misshapen_is_refused_by_schema_and_reader(text: str, old: str, new: str) -> None:
    broken = text.replace(old, new, 1)
    assert broken != text
    assert problems(broken) != []
    (found,) = read_files({"f.yaml": broken})
    assert found.broken
