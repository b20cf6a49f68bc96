"""Rule files: what is in them, that they are always the same, and that every expression parses."""

from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.rules import RuleFormat, render
from fireline.adapters.rules.promql import length, selectors, steps
from fireline.cli.app import app
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.policy.policy import BurnPair, Policy
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.definition import (
    Absent,
    CompositePart,
    CompositeSli,
    DeadlineSli,
    Method,
    RatioSli,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.domain.slo.status import BurnSeverity
from tests.unit.slo_builders import SLICES, slo

CATALOGUE = Path(__file__).parents[2] / "slo_definitions"
GOOD = RatioSli(total="sum(increase(all[$window]))", good="sum(increase(ok[$window]))")
BAD = RatioSli(total="sum(increase(all[$window]))", bad="sum(increase(err[$window]))")
BOTH = pytest.mark.parametrize("form", list(RuleFormat))


def shipped() -> list[Slo]:
    return list(DefinitionFolder([CATALOGUE]).current().slos.values())


def rules_of(slos: list[Slo], form: RuleFormat, policy: Policy | None = None) -> list[Any]:
    document = yaml.safe_load(render(slos, policy or Policy(), form))
    return [rule for group in document["groups"] for rule in group["rules"]]


def recorded(slos: list[Slo], form: RuleFormat) -> dict[str, Any]:
    return {rule["record"]: rule for rule in rules_of(slos, form) if "record" in rule}


def alerts(slos: list[Slo], form: RuleFormat, policy: Policy | None = None) -> list[Any]:
    return [rule for rule in rules_of(slos, form, policy) if "alert" in rule]


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (300, "5m"),
        (5400, "1h30m"),
        (36 * 3600, "36h"),
        (7 * 86400, "1w"),
        (28 * 86400, "4w"),
        (30 * 86400, "30d"),
        (3661, "1h1m1s"),
    ],
)
def test_a_length_is_written_as_prometheus_writes_it(seconds: int, written: str) -> None:
    assert length(seconds) == written


def test_a_subquery_is_a_millisecond_short_so_that_no_step_counts_twice() -> None:
    assert steps(3600, 300) == "[59m59s999ms:5m]"


def test_selectors_stand_without_ranges_and_offsets() -> None:
    expr = 'sum(increase(a{x="1\\"", y!~"b"}[$window] offset 1h)) + count({__name__=~"c|d"})'
    assert selectors(expr) == ('a{x="1\\"", y!~"b"}', '{__name__=~"c|d"}')


@BOTH
def test_the_text_does_not_depend_on_the_order_of_definitions(form: RuleFormat) -> None:
    slos = shipped()
    text = render(slos, Policy(), form)
    assert render(reversed(slos), Policy(), form) == text
    assert text.startswith(f"# Written by `fireline slo rules --format {form.value}`")


def test_sloth_gets_seventeen_rules_in_three_groups() -> None:
    document = yaml.safe_load(render([slo(BAD)], Policy(), RuleFormat.SLOTH))
    sizes = {group["name"]: len(group["rules"]) for group in document["groups"]}
    assert sizes == {
        "sloth-slo-sli-recordings-orders-orders": 8,
        "sloth-slo-meta-recordings-orders-orders": 7,
        "sloth-slo-alerts-orders-orders": 2,
    }


def test_sloth_gets_every_series_it_records_itself() -> None:
    windows = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
    assert list(recorded([slo(BAD)], RuleFormat.SLOTH)) == [
        *(f"slo:sli_error:ratio_rate{window}" for window in windows),
        "slo:objective:ratio",
        "slo:error_budget:ratio",
        "slo:time_period:days",
        "slo:current_burn_rate:ratio",
        "slo:period_burn_rate:ratio",
        "slo:period_error_budget_remaining:ratio",
        "sloth_slo_info",
    ]


def test_sloth_series_carry_its_labels_and_those_of_the_slo() -> None:
    found = recorded([slo(BAD, labels={"team": "streaming"})], RuleFormat.SLOTH)
    keys = {"sloth_id": "orders-orders", "sloth_service": "orders", "sloth_slo": "orders"}
    assert found["slo:sli_error:ratio_rate5m"]["labels"] == {
        **keys,
        "team": "streaming",
        "sloth_window": "5m",
    }
    assert found["slo:error_budget:ratio"]["expr"] == "vector(1-0.999)"
    assert found["sloth_slo_info"]["labels"]["sloth_objective"] == "99.9"


def test_sloth_error_ratios_are_bad_over_total_of_each_window() -> None:
    bad = recorded([slo(BAD)], RuleFormat.SLOTH)["slo:sli_error:ratio_rate6h"]["expr"]
    good = recorded([slo(GOOD)], RuleFormat.SLOTH)["slo:sli_error:ratio_rate6h"]["expr"]
    assert bad == "(sum(increase(err[6h])))\n/\n(sum(increase(all[6h])))\n"
    assert good == (
        "((sum(increase(all[6h]))) - (sum(increase(ok[6h]))))\n/\n(sum(increase(all[6h])))\n"
    )


def test_sloth_gets_a_ratio_without_totals_asked_over_each_window() -> None:
    asked = "1 - avg(avg_over_time(quality[$window]))"
    found = {}
    for error in (True, False):
        raw = SlicedRatioSli(Method.RATIO_TIMESLICES, raw=asked, raw_is_error=error)
        rules = recorded([slo(raw)], RuleFormat.SLOTH)
        found[error] = rules["slo:sli_error:ratio_rate6h"]["expr"]
    assert found[True] == "(1 - avg(avg_over_time(quality[6h])))"
    assert found[False] == "1 - (1 - avg(avg_over_time(quality[6h])))"


def test_the_label_sloth_slo_is_the_name_in_the_series_of_sloth() -> None:
    named = slo(BAD, name="shop-answers", service="shop", labels={"sloth_slo": "answers"})
    document = yaml.safe_load(render([named], Policy(), RuleFormat.SLOTH))
    assert document["groups"][0]["name"] == "sloth-slo-sli-recordings-shop-answers"
    labels = document["groups"][1]["rules"][0]["labels"]
    assert labels == {"sloth_id": "shop-answers", "sloth_service": "shop", "sloth_slo": "answers"}
    page = document["groups"][2]["rules"][0]
    assert (page["alert"], page["labels"]) == ("ShopAnswersBudgetBurn", {"sloth_severity": "page"})


@pytest.mark.parametrize(("days", "name"), [(28, "4w"), (7, "1w"), (30, "30d")])
def test_sloth_names_the_period_as_prometheus_does(days: int, name: str) -> None:
    found = recorded([slo(BAD, window=timedelta(days=days))], RuleFormat.SLOTH)
    assert f"slo:sli_error:ratio_rate{name}" in found


def test_sloth_alerts_compare_both_windows_of_a_pair_and_join_pairs_by_or() -> None:
    page, ticket = alerts([slo(BAD)], RuleFormat.SLOTH)
    key = '{sloth_id="orders-orders", sloth_service="orders", sloth_slo="orders"}'
    assert page["expr"].split("\n")[:5] == [
        "(",
        f"    max(slo:sli_error:ratio_rate5m{key} > (14.4 * 0.001)) without (sloth_window)",
        "    and",
        f"    max(slo:sli_error:ratio_rate1h{key} > (14.4 * 0.001)) without (sloth_window)",
        ")",
    ]
    assert page["alert"] == ticket["alert"] == "OrdersBudgetBurn"
    assert [a["labels"]["sloth_severity"] for a in (page, ticket)] == ["page", "ticket"]


def test_two_slos_of_one_sloth_id_are_refused() -> None:
    twins = [slo(BAD, name="c", service="a-b"), slo(BAD, name="b-c", service="a")]
    with pytest.raises(InvalidDefinitionError, match="same Sloth id `a-b-c`"):
        render(twins, Policy(), RuleFormat.SLOTH)


def test_our_alerts_say_their_slo_severity_and_windows() -> None:
    *burns, absent = alerts([slo(BAD)], RuleFormat.FIRELINE)
    assert [rule["labels"] for rule in burns] == [
        {"slo": "orders", "severity": severity, "long_window": long, "short_window": short}
        for severity, long, short in [
            ("page", "1h", "5m"),
            ("page", "6h", "30m"),
            ("ticket", "1d", "2h"),
            ("ticket", "3d", "6h"),
        ]
    ]
    assert absent["labels"] == {"slo": "orders", "severity": "ticket"}


def test_our_alerts_ask_for_enough_bad_events_enough_events_and_enough_budget() -> None:
    page = alerts([slo(BAD)], RuleFormat.FIRELINE)[0]["expr"]
    bad = 'slo:total:increase1h{slo="orders"} - slo:good:increase1h{slo="orders"}'
    assert f"and {bad} >= 3\n" in page
    assert 'and slo:total:increase1h{slo="orders"} >= 20\n' in page
    assert f'{bad} >= 2e-05 * slo:total:increase30d{{slo="orders"}}' in page


def test_slices_are_guarded_by_two_bad_ones_only() -> None:
    page = alerts([slo(SLICES)], RuleFormat.FIRELINE)[0]["expr"]
    assert ">= 2\n" in page
    assert ">= 20" not in page
    assert "slo:coverage" not in page


def test_silence_stops_burn_alerts_unless_it_counts_as_bad() -> None:
    quiet = alerts([slo(BAD)], RuleFormat.FIRELINE)[0]["expr"]
    loud = alerts([slo(BAD, absent=Absent.BAD)], RuleFormat.FIRELINE)[0]["expr"]
    assert 'unless slo:data:absent{slo="orders"}' in quiet
    assert "unless" not in loud


@pytest.mark.parametrize(("objective", "held"), [("99.9", "5m"), ("99", "9m"), ("95", "43m")])
def test_absence_alerts_when_an_outage_of_that_length_would_page(objective: str, held: str) -> None:
    assert alerts([slo(BAD, objective)], RuleFormat.FIRELINE)[-1]["for"] == held


def test_an_slo_that_no_pair_fits_has_only_the_absent_alert_and_a_note() -> None:
    short = slo(BAD, window=timedelta(hours=1))
    assert [a["alert"] for a in alerts([short], RuleFormat.FIRELINE)] == ["SloDataAbsent"]
    assert alerts([short], RuleFormat.SLOTH) == []
    assert "# orders: no burn alert" in render([short], Policy(), RuleFormat.FIRELINE)


def test_of_pairs_replaced_by_the_same_windows_only_the_most_sensitive_stays() -> None:
    loose = slo(SLICES, "90", window=timedelta(days=92))
    pages = [
        rule
        for rule in alerts([loose], RuleFormat.FIRELINE)
        if rule["labels"]["severity"] == "page"
    ]
    assert [rule["labels"]["long_window"] for rule in pages] == ["1d"]
    assert '{slo="orders"} > 1.84\n' in pages[0]["expr"]
    assert alerts([loose], RuleFormat.SLOTH)[0]["expr"].count("without") == 2


def test_a_gauge_without_any_series_can_not_be_absent() -> None:
    found = alerts([slo(TimeSliceSli("vector(1)", ">", 0))], RuleFormat.FIRELINE)
    assert {a["alert"] for a in found} == {"SloBudgetBurn"}


def test_a_pair_that_is_no_multiple_of_five_minutes_is_refused() -> None:
    odd = Policy(pairs=(BurnPair(BurnSeverity.PAGE, 3600, 120, 0.02),))
    with pytest.raises(InvalidDefinitionError, match=r"steps of 5m, and 2m is no multiple"):
        render([slo(BAD)], odd, RuleFormat.FIRELINE)


@BOTH
@pytest.mark.parametrize("name", ["slo", "sloth_id", "__x", "no-dash"])
def test_a_label_that_the_rules_need_or_prometheus_refuses_is_an_error(
    form: RuleFormat, name: str
) -> None:
    mine = {"slo": RuleFormat.FIRELINE, "sloth_id": RuleFormat.SLOTH}
    if mine.get(name, form) is not form:
        assert render([slo(BAD, labels={name: "x"})], Policy(), form)
        return
    with pytest.raises(InvalidDefinitionError, match=f"the label `{name}` of `orders`"):
        render([slo(BAD, labels={name: "x"})], Policy(), form)


@BOTH
def test_braces_in_titles_and_labels_are_not_taken_for_a_template(form: RuleFormat) -> None:
    odd = slo(BAD, title="at {{ 5 }} o'clock", labels={"team": "{{x"})
    assert alerts([odd], form)[0]["labels"]["team"] == '{{ "{{" }}x'
    found = alerts([odd], form)[0]["annotations"]
    assert 'at {{ "{{" }} 5 }} o' in found["title" if form is RuleFormat.SLOTH else "summary"]


def test_a_comment_at_the_end_of_an_expression_swallows_nothing() -> None:
    noted = RatioSli(total="sum(increase(all[$window])) # every one", bad=BAD.bad)
    for form in RuleFormat:
        for rule in rules_of([slo(noted)], form):
            promql_parser.parse(rule["expr"])


FEED = """sum(
  (last_over_time(x{a="b"}[$window]) - last_over_time(x{a="b"}[1h] offset $window)) >= 0
  or last_over_time(x{a="b"}[$window])
) or vector(0)"""
EXPRESSIONS = st.sampled_from(
    [
        "sum(increase(a_total[$window]))",
        "sum(increase(a_total[$window])) or vector(0)",
        FEED,
        "histogram_count(sum(increase(d[$window]))) # native",
    ]
)
VALUES = st.sampled_from(
    ["max(lag)", "time() - max(t)", "count(a > 1) or 0 * count(a)", "-min(a) # upside down"]
)
SLIS = st.one_of(
    st.builds(RatioSli, total=EXPRESSIONS, bad=EXPRESSIONS),
    st.builds(RatioSli, total=EXPRESSIONS, good=EXPRESSIONS),
    st.builds(
        TimeSliceSli,
        value=VALUES,
        op=st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        threshold=st.floats(allow_nan=False),
        slice_seconds=st.sampled_from([15, 60, 300, 900, 3600, 86400]),
    ),
)
SLOS = st.builds(
    slo,
    SLIS,
    st.decimals(Decimal("0.001"), Decimal("99.9999"), places=4).map(str),
    st.integers(12, 92 * 288).map(lambda n: timedelta(minutes=5 * n)),
    name=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
    title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
    service=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10),
    absent=st.sampled_from(list(Absent)),
    runbook=st.sampled_from([None, "kafka-down"]),
    labels=st.dictionaries(st.sampled_from(["team", "env"]), st.text("ab{}\\\"'", max_size=5)),
)


@pytest.mark.no_cover  # the other tests of this file cover what it tries
@settings(deadline=None, max_examples=50)
@given(SLOS)
def test_every_expression_of_any_slo_parses(definition: Slo) -> None:
    for form in RuleFormat:
        text = render([definition], Policy(), form)
        for group in yaml.safe_load(text)["groups"]:
            for rule in group["rules"]:
                promql_parser.parse(rule["expr"])
                assert "$window" not in rule["expr"]


@BOTH
def test_the_command_writes_the_file_or_standard_output(form: RuleFormat, tmp_path: Path) -> None:
    out = tmp_path / "rules.yml"
    command = ["slo", "rules", "--format", form.value, str(CATALOGUE)]
    printed = CliRunner().invoke(app, command)
    written = CliRunner().invoke(app, [*command, "--out", str(out)])
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert out.read_text(encoding="utf-8") == printed.stdout
    assert f"wrote {out}" in written.stderr


def test_the_command_says_what_it_cannot_use(tmp_path: Path) -> None:
    broken = tmp_path / "slo.yaml"
    broken.write_text("apiVersion: fireline/v1\nkind: SLO\nname: x\n", encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, said in (
        (tmp_path / "nowhere", "no such file or folder"),
        (broken, "slo.yaml"),
        (empty, "no SLO in"),
    ):
        result = CliRunner().invoke(app, ["slo", "rules", str(path)])
        assert result.exit_code == 2
        assert said in result.stderr
    result = CliRunner().invoke(app, ["slo", "rules", str(CATALOGUE), "--out", str(empty)])
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_kinds_that_rules_cannot_hold_are_named_at_the_head() -> None:
    slos = [
        slo(DeadlineSli("x", time(7)), "95", name="landed"),
        slo(CompositeSli((CompositePart("a"),)), name="joined"),
        slo(objective="100", zero_tolerance=True, name="never"),
        slo(name="monthly", calendar=CalendarWindow(CalendarUnit.MONTH)),
    ]
    own, sloth = (render(slos, Policy(), form) for form in RuleFormat)
    assert "# landed: no rules, as Prometheus knows neither deadlines nor calendars" in own
    assert "# joined: no rules, as it is made of others" in own
    assert "# monthly: its budget starts anew each month; that of the rules rolls" in own
    assert "# never: nothing bad is allowed, so any within five minutes fires." in own
    assert "# never: no rules, as an objective of 100 % leaves nothing to divide by" in sloth
    groups = [g["name"] for g in yaml.safe_load(own)["groups"]]
    assert groups == [
        "fireline-slo-monthly",
        "fireline-window-monthly",
        "fireline-slo-never",
        "fireline-window-never",
    ]
