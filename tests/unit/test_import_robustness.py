"""No foreign file, however broken, ends in a traceback, and none loses an SLO without a word."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.adapters.files.imports.writing import converted
from fireline.adapters.files.slos import read_files
from tests.unit import test_import_openslo as openslo
from tests.unit.import_reading import loaded
from tests.unit.test_import_pyrra import OBJECT as PYRRA
from tests.unit.test_import_slo_generator import CONFIG, DOCUMENT
from tests.unit.test_import_sloth import FILE, OBJECT

SAMPLES = [
    FILE,
    OBJECT,
    PYRRA,
    DOCUMENT,
    CONFIG,
    openslo.V1,
    openslo.V1 + "  alertPolicies: [{alertPolicyRef: low}]\n",
    openslo.BY_REFERENCE,
    openslo.SLI,
    openslo.SOURCE,
    openslo.ALPHA,
    openslo.POLICY,
]
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", 3, 0.5, [], ["x"], [["x"]], {}, {"x": "y"}, [{"x": {}}]]
)
Place = tuple[str | int, ...]


def places(tree: Any, here: Place = ()) -> Iterator[Place]:
    """The way to every value of a document."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs:
        yield (*here, key)
        if isinstance(value, dict | list):
            yield from places(value, (*here, key))


def spoiled(tree: Any, place: Place, value: Any) -> Any:
    """The document with another value at a place."""
    result = copy.deepcopy(tree)
    inner = result
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return result


TREES = [yaml.safe_load(sample) for sample in SAMPLES]
SPOTS = [(index, place) for index, tree in enumerate(TREES) for place in places(tree)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SPOTS), ODD)
def test_any_value_of_the_wrong_kind_is_told_and_never_breaks(
    spot: tuple[int, Place], value: Any
) -> None:
    index, place = spot
    texts = {f"{i}.yaml": sample for i, sample in enumerate(SAMPLES)}
    broken = spoiled(TREES[index], place, value)
    texts = {f"{index}.yaml": yaml.safe_dump(broken), **dict(list(texts.items())[8:10])}
    found = read_files(texts)
    for one in converted(texts):
        assert one.text or not one.slos
    for one_read in found:
        assert all(problem.line >= 1 and problem.message for problem in one_read.problems)


@pytest.mark.parametrize("sample", [FILE, OBJECT, PYRRA, DOCUMENT, openslo.V1, openslo.ALPHA])
def test_every_key_nobody_knows_is_told(sample: str) -> None:
    tree = yaml.safe_load(sample)
    for place in places(tree):
        inside = tree
        for key in place:
            inside = inside[key]
        if not isinstance(inside, dict) or "labels" in place or place[-1] == "calendar":
            continue
        text = yaml.safe_dump(spoiled(tree, (*place, "unheard_of"), "x"))
        _, problems = loaded(text)
        words = ("unheard_of", f"{place[-1]}` is not carried over")
        said = [problem for problem in problems if any(word in problem for word in words)]
        assert said or place == ("spec", "indicator", "metadata"), (place, problems)


def test_a_key_given_twice_is_an_error() -> None:
    _, problems = loaded(FILE.replace("service: basket", "service: basket\nservice: other"))
    assert any("0.yaml:3: error duplicate-key `service` is given twice" in p for p in problems)
