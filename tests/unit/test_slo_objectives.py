"""Windows of the calendar, several objectives over one SLI, and objectives of 100 %."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.slos import load_file, read_files
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.definition import Slo

HEAD = """\
apiVersion: fireline/v1
kind: SLO
name: orders
title: Orders land
service: orders
sli:
  time_slice: {value: max(lag_seconds), good: "<= 120"}
"""


def slos(rest: str) -> list[Slo]:
    """All SLOs of the document that ends like this."""
    return load_file("f.yaml", HEAD + rest)


def said(rest: str) -> list[str]:
    """All problems of it."""
    (found,) = read_files({"f.yaml": HEAD + rest})
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize(
    ("written", "unit", "days"),
    [
        ("{calendar: month, zone: Europe/Berlin}", CalendarUnit.MONTH, 30),
        ("{calendar: 1M, zone: Europe/Berlin}", CalendarUnit.MONTH, 30),
        ("{calendar: quarter, zone: Europe/Berlin}", CalendarUnit.QUARTER, 91),
        ("{calendar: 1w, zone: Europe/Berlin}", CalendarUnit.WEEK, 7),
        ("{calendar: day, zone: Europe/Berlin}", CalendarUnit.DAY, 1),
    ],
)
def test_a_window_may_be_a_stretch_of_the_calendar(
    written: str, unit: CalendarUnit, days: int
) -> None:
    (slo,) = slos(f"tier: 0\nobjective: 99\nwindow: {written}\n")
    assert slo.calendar == CalendarWindow(unit, "Europe/Berlin")
    assert slo.window == timedelta(days=days)


def test_a_calendar_is_in_utc_unless_said_otherwise() -> None:
    (slo,) = slos("tier: 0\nobjective: 99\nwindow: {calendar: month}\n")
    assert slo.calendar == CalendarWindow(CalendarUnit.MONTH, "UTC")


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("{calendar: month, zone: Europe/Berln}", "no time zone; did you mean `Europe/Berlin`?"),
        ("{calendar: month, zone: '??'}", "use an IANA name such as Europe/Berlin"),
        ("{calendar: 1m}", "`1m`, which is one minute; a month is `month`"),
        ("{calendar: year}", "it must be one of day, week, month, quarter"),
        ("{calendar: months}", "Did you mean `month`?"),
        ("{zone: UTC}", "`calendar` is missing in this window, such as `calendar: month`"),
        ("{calendar: month, tz: UTC}", "window has no `tz`"),
        ("month", "which has no fixed length, so it cannot roll"),
        ("1Q", "or `window: {calendar: quarter, zone: Europe/Berlin}`"),
        ("3M", "which has no fixed length"),
        ("soon", "write a length such as 30d, 4w or 6h, or `window: {calendar: month"),
        ("100d", "it must be from 1h to 92d"),
    ],
)
def test_a_window_that_cannot_be_is_refused(window: str, words: str) -> None:
    problems = said(f"tier: 0\nobjective: 99\nwindow: {window}\n")
    assert any("window" in p and words in p for p in problems), problems


def test_several_objectives_become_several_slos() -> None:
    found = slos("""\
tier: 1
window: 30d
objectives:
  - {suffix: strict, objective: 99.9, tier: 0, title: Orders land at once}
  - {objective: 99.5, window: {calendar: month}}
""")
    assert [(s.name, s.objective, s.tier) for s in found] == [
        ("orders-strict", Decimal("99.9"), 0),
        ("orders-99-5", Decimal("99.5"), 1),
    ]
    assert [s.title for s in found] == ["Orders land at once", "Orders land (99.5 %)"]
    assert found[0].calendar is None
    assert found[1].calendar is not None
    assert [s.source.line for s in found] == [11, 12]
    assert found[0].revision == found[1].revision


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("objectives: [{objective: 99}, {objective: 99.0}]", "two objectives are called `99`"),
        ("objectives: [{objective: 99}]\nobjective: 98", "belongs into each item of `objectives`"),
        ("objectives: []", "`objectives` must be a list, such as"),
        ("objectives: {objective: 99}", "`objectives` must be a list, such as"),
        ("objectives: [99]", "an objective here is a mapping"),
        ("objectives: [{suffix: a}]", "`objective` is missing in this objective"),
        ("objectives: [{objective: 99, suffix: A B}]", "write lower-case letters, digits"),
        ("objectives: [{objective: 99, name: a}]", "objective has no `name`"),
        ("objectives: [{objective: 99, tier: 4}]", "`tier` is `4`; it must be 0 or 1 or 2"),
    ],
)
def test_a_mistake_in_several_objectives_has_its_remedy(rest: str, words: str) -> None:
    problems = said(f"tier: 1\nwindow: 30d\n{rest}\n")
    assert any(words in p for p in problems), problems


def test_all_or_nothing_has_to_be_asked_for() -> None:
    refused = said("tier: 0\nwindow: 30d\nobjective: 100\n")
    assert "add `zero_tolerance: true` to be alerted on every single miss" in refused[0]
    (slo,) = slos("tier: 0\nwindow: 30d\nobjective: 100\nzero_tolerance: true\n")
    assert slo.zero_tolerance
    assert slo.budget_fraction == 0.0
    wrong = said("tier: 0\nwindow: 30d\nobjective: 99\nzero_tolerance: true\n")
    assert "is for `objective: 100` only" in wrong[0]


def test_what_has_no_burn_rate_has_no_alert_that_is_dead(tmp_path: Path) -> None:
    landed = '{landed_when: max(x) >= bool $slot_start, calendar: {by: "07:00"}}'
    zero = HEAD + "tier: 1\nwindow: 30d\nobjective: 100\nzero_tolerance: true\n"
    late = HEAD.replace("orders", "late").split("sli:")[0] + f"sli: {{deadline: {landed}}}\n"
    late += "tier: 1\nwindow: 30d\nobjective: 60\n"
    (tmp_path / "a.yaml").write_text(f"{zero}---\n{late}")
    assert {p.code for p in check_paths([tmp_path])} == {"no-owner", "no-runbook"}


def test_a_name_that_a_suffix_makes_too_long_is_refused() -> None:
    long = HEAD.replace("name: orders", f"name: {'o' * 60}")
    (found,) = read_files({"f": long + "tier: 0\nwindow: 30d\nobjectives: [{objective: 99.9}]\n"})
    assert "is longer than 63; shorten `name` or `suffix`" in found.problems[0].message


def test_a_data_source_is_kept_by_name() -> None:
    (slo,) = slos("tier: 0\nwindow: 30d\nobjective: 99\ndata_source: eu\n")
    assert slo.data_source == "eu"
