"""SLO and policy files: every mistake says where it is and what would be right."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.policy import load_policy, read_policy
from fireline.adapters.files.slos import DefinitionFolder, load_file, read_files
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Absent, RatioSli, TimeSliceSli
from fireline.domain.slo.status import BudgetState, BurnSeverity

ROOT = Path(__file__).parents[2]
RATIO = """\
apiVersion: fireline/v1
kind: SLO
name: orders
title: Orders land
service: orders
tier: 0
owner: team-orders
channel: "#orders"
objective: 99.9
window: 30d
sli:
  ratio:
    bad: sum(increase(bad_total[$window]))
    total: sum(increase(all_total[$window]))
  absent: bad
min_events: 1000
datasets: [orders, refunds]
runbook: orders-late
labels: {team: orders}
"""
SLICE = """\
apiVersion: fireline/v1
kind: SLO
name: lag
title: Consumers keep up
service: orders
tier: 1
objective: 95
window: 4w
sli:
  time_slice: {value: max(lag_seconds), good: "<= 120", slice: 5m}
"""


def said(text: str) -> list[str]:
    """All problems of a text, without the file."""
    (found,) = read_files({"f.yaml": text})
    return [str(p).removeprefix("f.yaml:") for p in found.problems]


def test_a_ratio_is_read_whole() -> None:
    (slo,) = load_file("f.yaml", RATIO)
    assert slo.sli == RatioSli(
        total="sum(increase(all_total[$window]))", bad="sum(increase(bad_total[$window]))"
    )
    assert (slo.objective, slo.window_seconds) == (Decimal("99.9"), 2_592_000)
    assert (slo.absent, slo.min_events) == (Absent.BAD, 1000)
    assert (slo.owner, slo.channel, slo.runbook) == ("team-orders", "#orders", "orders-late")
    assert slo.datasets == ("orders", "refunds")
    assert slo.labels == {"team": "orders"}
    assert (slo.source.file, slo.source.line) == ("f.yaml", 1)
    assert slo.unit == "events"


def test_a_time_slice_is_read_with_its_defaults() -> None:
    (slo,) = load_file("f.yaml", SLICE)
    assert slo.sli == TimeSliceSli("max(lag_seconds)", "<=", 120.0, 300)
    assert slo.absent is Absent.BAD
    assert slo.window.days == 28
    assert (slo.owner, slo.channel, slo.datasets) == (None, None, ())


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title:", "titel:", 4, "SLO has no `titel`; did you mean `title`?"),
        ("owner:", "zzzz:", 7, "SLO has no `zzzz`; known are apiVersion"),
        ("tier: 0\n", "tier: 0\ntier: 1\n", 7, "`tier` is given twice"),
        ("tier: 0", "tier: 5", 6, "`tier` is `5`; it must be 0 or 1 or 2."),
        ("title: Orders land\n", "", 1, "`title` is missing in this SLO, such as"),
        ("title: Orders land", "title:", 4, "`title` is empty"),
        ("title: Orders land", "title: [a]", 4, "`title` must be one value"),
        ("name: orders", "name: Orders_1", 3, "must be lower-case letters"),
        ("99.9", "0.999", 9, "looks like a fraction; objectives are percentages, so write 99.9"),
        ("99.9", "100", 9, "objective-100 `objective: 100` leaves no error budget"),
        ("99.9", "101", 9, "`objective` is 101; it must be above 0 and below 100"),
        ("99.9", "high", 9, "`objective` is `high`; it must be a percentage"),
        ("30d", "1M", 10, "or `window: {calendar: month, zone: Europe/Berlin}`"),
        ("30d", "1m", 10, "A calendar month is `window: {calendar: month"),
        ("30d", "5m", 10, "it must be from 1h to 92d"),
        ('"#orders"', "#orders", 8, "put the value in quotes"),
        ('"#orders"', "orders", 8, "write it with its #"),
        ("absent: bad", "absent: good", 15, "it must be bad, ignore or unknown"),
        ("min_events: 1000", "min_events: many", 16, "it must be a whole number"),
        ("{team: orders}", "{slo: x}", 19, "reserved-label the label `slo`"),
        ("{team: orders}", "{sloth_id: x}", 19, "reserved-label"),
        ("{team: orders}", "{team: [a]}", 19, "`team` under `labels` must be one value"),
        ("{team: orders}", "x", 19, "`labels` must be a mapping"),
        ("[orders, refunds]", "{a: b}", 17, "`datasets` must be a list of names"),
        ("bad: sum(", "worse: sum(", 13, "ratio has no `worse`"),
        ("    bad: sum", "    good: x\n    bad: sum", 13, "exactly one of `good` and `bad`"),
        ("bad_total[$window]", "bad_total[$window", 13, "promql `bad`: not valid PromQL"),
        ("increase(bad_total[$window])", "increase(bad_total)", 13, "expected type matrix"),
        ("sum(increase(bad_total[$window]))", "1 + 1", 13, "as the result, got scalar"),
        ("bad_total[$window]", "bad_total[5m]", 13, "the fixed range [5m] stands where"),
        ("sum(increase(bad_total[$window]))", "sum(bad)", 13, "needs `[$window]`"),
        (
            "sum(increase(bad_total[$window]))",
            "sum(increase(bad_total[$window])) + sum(increase(x[1h]))",
            13,
            "`increase` has the fixed range [1h] where `[$window]` is meant",
        ),
        ("bad_total", "x_sliding", 13, "warning rate-on-gauge"),
        ("bad_total[", 'bad{a=~"$nothing"}[', 13, "the variable `$nothing` is not defined"),
        ("  ratio:", "  ration:", 12, "sli has no `ration`; did you mean `ratio`?"),
        ("  absent:", "  latency: {}\n  absent:", 12, "`sli` needs exactly one of `ratio`, "),
        ("fireline/v1", "fireline/v2", 1, "write `apiVersion: fireline/v1`"),
        ("kind: SLO", "kind: Slow", 1, "did you mean `kind: SLO`?"),
        ("kind: SLO\n", "", 1, "`kind` is missing"),
        ("tier: 0", "tier: 0\n\tx: 1", 7, "Indent with spaces, not tabs"),
        ("sli:", "slo:", 11, "SLO has no `slo`"),
    ],
)
def test_a_mistake_in_a_ratio_has_its_line_and_its_remedy(
    old: str, new: str, line: int, words: str
) -> None:
    problems = said(RATIO.replace(old, new, 1))
    assert any(p.startswith(f"{line}: ") and words in p for p in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("slice: 5m", "slice: 7m", "slice-alignment `slice` is `7m`; it must divide 5m"),
        ("slice: 5m", "slice: soon", "slice-alignment"),
        ('"<= 120"', '"about 120"', 'write a comparison with a number, such as "<= 120"'),
        ("max(lag_seconds)", "max(lag_seconds) > 5", "filter-as-value"),
        ("max(lag_seconds)", "max(lag_seconds > 5)", "filter-as-value"),
        ("max(lag_seconds)", '"max(x[$window])"', "`$window` belongs to `ratio`"),
        ("max(lag_seconds)", "max(", "not valid"),
        ("max(lag_seconds)", "max(MilliSecondsBehindSource)", "warning negative-sentinel"),
        ("window: 4w", "window: 4w\nmin_events: 5", "`min_events` has no effect"),
        ("objective: 95", "objective: 95\nsli: {}", "`sli` is given twice"),
    ],
)
def test_a_mistake_in_a_time_slice_has_its_remedy(old: str, new: str, words: str) -> None:
    problems = said(SLICE.replace(old, new, 1))
    assert any(words in p for p in problems), problems


@pytest.mark.parametrize(
    "value",
    [
        "count(x > 5) or vector(0)",
        "max(x) > bool 5",
        "(x == 1) or vector(0)",
        "count(MilliSecondsBehindSource < 0)",
        "time() - max(x)",
    ],
)
def test_comparisons_that_always_answer_are_fine(value: str) -> None:
    assert said(SLICE.replace("max(lag_seconds)", f"'{value}'")) == []


def test_feeds_that_reach_further_back_may_use_fixed_ranges() -> None:
    feed = "sum(last_over_time(x[$window]) - last_over_time(x[1h] offset $window))"
    inside = "sum(sum_over_time((rate(x[5m]) > bool 0)[$window:1m]))"
    for expr in (feed, inside):
        assert said(RATIO.replace("sum(increase(bad_total[$window]))", expr)) == []


def test_a_comparison_without_quotes_is_explained() -> None:
    text = SLICE.replace('{value: max(lag_seconds), good: "<= 120", slice: 5m}', "").rstrip()
    problems = said(f"{text}\n    value: x\n    good: > 120\n")
    assert any("in quotes" in p for p in problems), problems


def test_documents_that_are_no_mapping_or_too_large_are_refused() -> None:
    assert "must be a mapping" in said("- a\n")[0]
    assert "larger than 1 MB" in said("#" * 1_000_001)[0]
    for deep in ("[" * 500_000, "- " * 400_000, "{a: " * 200_000, "[" * 300 + "]" * 300):
        assert "nested more than 100 deep" in said(deep)[0]
    assert said("---\n---\n") == []


def test_variables_are_filled_in_and_escaped_for_a_matcher() -> None:
    variables = """\
apiVersion: fireline/v1
kind: Variables
values:
  dags: 'orders\\..*|"x"'
  names: [a.b, c]
---
"""
    text = RATIO.replace("bad_total[", 'bad{dag=~"$dags",n=~"$names"}[')
    (slo,) = load_file("f.yaml", variables + text)
    assert isinstance(slo.sli, RatioSli)
    assert slo.sli.bad == (r'sum(increase(bad{dag=~"orders\\..*|\"x\"",n=~"a\\.b|c"}[$window]))')


def test_variables_of_one_file_serve_another_and_near_names_are_offered() -> None:
    variables = "apiVersion: fireline/v1\nkind: Variables\nvalues: {dags: a, window: b, 1x: c}\n"
    wrong = RATIO.replace("bad_total[", 'bad{dag=~"$dag"}[')
    first, second = read_files({"v.yaml": variables, "s.yaml": wrong})
    assert [p.code for p in first.problems] == ["variable", "variable"]
    assert "did you mean `$dags`?" in second.problems[0].message
    missing = "apiVersion: fireline/v1\nkind: Variables\n"
    assert "`values` is missing" in said(missing)[0]
    nested = "apiVersion: fireline/v1\nkind: Variables\nvalues: {a: {b: c}}\n"
    assert "must be one value or a list" in said(nested)[0]


def test_two_slos_of_one_name_or_one_meaning_are_refused() -> None:
    other = RATIO.replace("name: orders", "name: others")
    again, same = said(f"{RATIO}---\n{RATIO}"), said(f"{RATIO}---\n{other}")
    assert "23: error duplicate the name `orders` is already used at f.yaml:1" in again[0]
    assert "the same SLI and objective is already used at f.yaml:1" in same[0]


def test_loading_one_file_raises_the_first_problem() -> None:
    with pytest.raises(InvalidDefinitionError, match=r"f\.yaml:9: `objective` is 101"):
        load_file("f.yaml", RATIO.replace("99.9", "101"))


def write(path: Path, text: str, age: int) -> None:
    path.write_text(text)
    os.utime(path, ns=(age, age))


def test_a_broken_file_keeps_its_last_good_definitions(tmp_path: Path) -> None:
    file = tmp_path / "slos.yaml"
    write(file, f"{RATIO}---\n{SLICE}", 1)
    folder = DefinitionFolder([tmp_path])
    assert list(folder.current().slos) == ["orders", "lag"]
    assert folder.current() is folder.current()
    write(file, f"{RATIO}---\n{SLICE.replace('95', '195')}", 2)
    broken = folder.current()
    assert set(broken.slos) == {"orders", "lag"}
    assert broken.slos["lag"].objective == 95
    assert broken.problems == (f"{file}:27: `objective` is 195; it must be above 0 and below 100.",)
    write(file, RATIO.replace("99.9", "99.5"), 3)
    mended = folder.current()
    assert [s.objective for s in mended.slos.values()] == [Decimal("99.5")]
    assert mended.problems == ()


def test_a_good_document_beside_a_broken_one_is_used(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", f"{RATIO}---\n{SLICE.replace('95', 'x')}", 1)
    assert list(DefinitionFolder([tmp_path]).current().slos) == ["orders"]


def test_a_removed_file_takes_its_slos_along_and_an_unreadable_one_does_not(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yml"
    write(first, RATIO, 1)
    write(second, SLICE, 1)
    (tmp_path / "notes.txt").write_text("not yaml")
    folder = DefinitionFolder([tmp_path])
    assert set(folder.current().slos) == {"orders", "lag"}
    second.write_bytes(b"\xff\xfe\x00")
    assert set(folder.current().slos) == {"orders", "lag"}
    assert "not UTF-8" in folder.current().problems[0]
    first.unlink()
    assert set(folder.current().slos) == {"lag"}
    gone = DefinitionFolder([tmp_path / "nowhere.yaml"]).current()
    assert "cannot be read: No such file" in gone.problems[0]


def test_check_tells_of_alerts_that_cannot_fire_and_people_who_are_not_named(
    tmp_path: Path,
) -> None:
    bare = RATIO.replace("owner: team-orders\n", "").replace("99.9", "90")
    write(tmp_path / "a.yaml", f"{bare}---\n{SLICE}", 1)
    found = check_paths([tmp_path], runbooks=["other"])
    codes = [(p.line, p.level.value, p.code) for p in found]
    assert (1, "error", "no-owner") in codes
    assert (17, "error", "no-runbook") in codes
    assert (8, "warning", "dead-alert") in codes
    assert (8, "warning", "blunt-alert") in codes
    dead = next(p for p in found if p.code == "dead-alert")
    assert "90 % over 30d = 1 in 10 events: the page alert at burn 14.4 over 1h can never" in (
        dead.message
    )
    assert "watched over 6h at 2.4 instead" in dead.message
    assert {c for _, level, c in codes if level == "warning"} >= {"no-owner", "no-runbook"}
    assert not [p for p in check_paths([tmp_path]) if p.line == 17]


def test_the_shipped_catalogue_is_without_errors() -> None:
    found = check_paths([ROOT / "slo_definitions"])
    assert [(p.level.value, p.code) for p in found] == [("warning", "blunt-alert")] * 2
    catalogue = DefinitionFolder([ROOT / "slo_definitions"]).current()
    assert len(catalogue.slos) == 21
    assert catalogue.problems == ()
    assert all(s.owner and s.runbook and s.description for s in catalogue.slos.values())


def test_the_shipped_policy_is_the_default_one() -> None:
    shipped, default = load_policy(ROOT / "policies" / "default.yaml"), Policy()
    assert shipped.pairs == default.pairs
    assert shipped.budget_thresholds == default.budget_thresholds
    assert [shipped.mttr_target(t) for t in (0, 1, 2)] == [default.mttr_target(t) for t in range(3)]
    assert shipped.reaction_kinds() == default.reaction_kinds()
    assert shipped.action_due_days == default.action_due_days


POLICY = "apiVersion: fireline/v1\nkind: Policy\n"


def test_a_policy_changes_only_what_it_says() -> None:
    text = f"""{POLICY}
burn_alerts: [{{severity: page, long: 2h, short: 10m, share: 4%}}]
budget_states: [{{above: 10%, state: at_risk}}, {{above: 60%, state: healthy}}]
action_due: 2w
"""
    policy, problems = read_policy("p.yaml", text)
    assert problems == []
    assert [(p.severity, p.long_seconds, p.share) for p in policy.pairs] == [
        (BurnSeverity.PAGE, 7200, 0.04)
    ]
    assert policy.budget_thresholds == ((0.6, BudgetState.HEALTHY), (0.1, BudgetState.AT_RISK))
    assert (policy.action_due_days, policy.mttr_target(1)) == (14, 240)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x: 1", "Policy has no `x`"),
        ("burn_alerts: 5", "`burn_alerts` must be a list of mappings"),
        ("burn_alerts: [{severity: shout, long: 2h, short: 1h, share: 2%}]", "page or ticket"),
        ("burn_alerts: [{severity: page, long: 1h, short: 2h, share: 2%}]", "must be shorter"),
        ("burn_alerts: [{severity: page, long: 1h, short: 5m, share: 2}]", "is no share"),
        ("burn_alerts: [{severity: page, long: soon, short: 5m, share: x%}]", "no length of time"),
        ("burn_alerts: [{severity: page}]", "`long` is missing"),
        ("budget_states: [{above: 10%, state: fine}]", "healthy, caution or at_risk"),
        ("budget_states: [{state: healthy}]", "`above` is missing"),
        ("mttr_targets: {0: 60m}", "`mttr_targets` lacks tier 1, 2"),
        ("mttr_targets: {9: 60m, 0: 1h, 1: 1h, 2: 1h}", "the tier `9` must be 0, 1 or 2"),
        ("reactions: {eyes: stare}", "`eyes` is `stare`; it must be one of"),
        ("---\na: b", "holds one `kind: Policy` document"),
    ],
)
def test_a_mistake_in_a_policy_has_its_remedy(text: str, words: str) -> None:
    found = [str(p) for p in read_policy("p.yaml", f"{POLICY}{text}\n")[1]]
    assert any(words in p for p in found), found


def test_a_policy_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    with pytest.raises(InvalidDefinitionError, match="cannot be read"):
        load_policy(file)
    file.write_text("apiVersion: fireline/v1\nkind: SLO\n")
    with pytest.raises(InvalidDefinitionError, match=r":2: `kind` is `SLO`"):
        load_policy(file)
    file.write_text("")
    assert load_policy(file) == Policy()
