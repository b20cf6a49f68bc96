"""Whatever stands where in a definition, it is told and never breaks the reading."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from fireline.adapters.files.check import checked
from fireline.adapters.files.slos import read_files
from tests.unit.test_profiles import PROFILES, RUNS
from tests.unit.test_schema import COMPOSITE, DEADLINE, ENTITIES, LATENCY, RAW, SEVERAL, SLICED
from tests.unit.test_slo_files import RATIO, SLICE

ODD: list[Any] = [
    None,
    "$airflow.x{",
    "9" * 400,
    -1e308,
    [],
    [None, [], {}],
    {},
    {"a": 1, 2: {"<<": {"tier": 0}}},
    "\N{SNOWMAN}\n\t{{",
]
MONTH = RATIO.replace("window: 30d", "window: {calendar: month, zone: Europe/Berlin}")
TEXTS = [
    RATIO,
    MONTH,
    SLICE,
    SEVERAL,
    LATENCY,
    SLICED,
    RAW,
    DEADLINE,
    ENTITIES,
    COMPOSITE,
    PROFILES + "---\n" + RUNS,
]


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside."""
    if way:
        yield way
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*way, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from places(one, (*way, index))


def changed(documents: list[Any], way: tuple[Any, ...], odd: Any) -> str:
    """The documents with one value replaced."""
    made = copy.deepcopy(documents)
    holder: Any = made
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = odd
    return yaml.safe_dump_all(made, allow_unicode=True)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_any_value_at_any_place_is_read_or_told(number: int) -> None:
    documents = list(yaml.safe_load_all(TEXTS[number]))
    for way in places(documents):
        for odd in ODD:
            text = changed(documents, way, odd)
            (found,) = read_files({"f.yaml": text})
            assert found.slos or found.problems or len(way) == 1 or "Profile" in text, text
            for problem in found.problems:
                assert problem.line >= 1
                assert problem.message
            for read in found.slos:
                assert read.slo.revision


def test_check_judges_whatever_could_be_read(tmp_path: Any) -> None:
    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number}.yaml").write_text(text.replace("name: ", f"name: n{number}-", 1))
    assert checked([tmp_path]).reads
