"""The benchmarks' table and names; nothing is measured here."""

import json
import sys
from io import StringIO

import pytest
from benchmarks.figures import Figure, UnknownNameError, as_json, chosen, printed
from benchmarks.measuring import peak_mb, percentile, resident_mb, shown
from benchmarks.platform import WIDE
from benchmarks.slo_generator import NotInstalledError, definition, tried
from rich.console import Console

FIGURES = [
    Figure("a tick", "0.2 s", "<= 0.5 s", met=True, note="of many"),
    Figure("a start", "9 s", "<= 3 s", met=False),
    Figure("a cold tick", "8 s"),
]


def test_the_table_says_what_was_met_and_what_was_missed() -> None:
    console = Console(file=StringIO(), width=100, record=True)
    printed(FIGURES, "2 cores", console)
    lines = console.export_text().splitlines()
    assert "2 cores" in lines[0]
    assert "met" in next(line for line in lines if "a tick" in line)
    assert "MISSED" in next(line for line in lines if "a start" in line)
    cold = next(line for line in lines if "a cold tick" in line)
    assert "met" not in cold
    assert "MISSED" not in cold


def test_json_holds_the_same_figures() -> None:
    assert [one["met"] for one in json.loads(as_json(FIGURES))] == [True, False, None]


def test_named_benchmarks_run_in_their_own_order() -> None:
    known = {"ticks": 1, "ack": 2, "review": 3}
    assert list(chosen(known, ["review", "ticks"])) == ["ticks", "review"]
    assert chosen(known, []) == known


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="No benchmark tikcs; there are: ticks, ack"):
        chosen({"ticks": 1, "ack": 2}, ["tikcs"])


def test_percentiles_take_the_nearest_rank() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 50) == 2.0
    assert percentile(list(map(float, range(1, 101))), 99) == 99.0
    assert percentile([5.0], 99) == 5.0


def test_seconds_are_shown_in_a_unit_that_reads_well() -> None:
    assert [shown(s) for s in (2.5, 0.0371, 0.0000042)] == ["2.5 s", "37.1 ms", "4.2 µs"]


def test_a_peer_that_cannot_be_installed_says_why() -> None:
    with pytest.raises(NotInstalledError, match="cannot be installed: no such package"):
        tried([sys.executable, "-c", "import sys; sys.exit('no such package')"])


def test_the_peer_is_given_the_same_slos() -> None:
    given = definition(WIDE, 7)
    spec = given["spec"]
    assert isinstance(spec, dict)
    assert spec["goal"] == 0.999
    assert 'service="wide-0007"' in str(spec["service_level_indicator"])


def test_memory_is_that_of_the_process_itself() -> None:
    assert 10 < resident_mb() <= peak_mb() + 1
