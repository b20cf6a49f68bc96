"""Rates become counts exactly when the value grows with them, and only then."""

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.files.expressions import SENTINEL, WINDOW
from fireline.adapters.files.imports.units import NoUnitError, unit_of
from tests.unit.import_reading import loaded, only, ratio, refused, warned

RATE, COUNT = "sum(rate(a[$window]))", "sum(increase(a[$window]))"


def unit(expr: str) -> int | None:
    return unit_of(promql_parser.parse(expr.replace(WINDOW, SENTINEL)))


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (RATE, 1),
        (COUNT, 0),
        (f"2 * {RATE} / 3", 1),
        (f"{RATE} - {RATE} or vector(0)", 1),
        (f"({RATE} > 0)", 1),
        (f"-{RATE}", 1),
        (f"{RATE} / {RATE}", 0),
        (f"{RATE} * {RATE} / {RATE}", 1),
        (f"{RATE} * {RATE}", 2),
        (f"1 / {RATE}", -1),
        (f"count({RATE} > 0)", 0),
        (f"{RATE} > bool {RATE}", 0),
        ("sum(rate(a[5m]))", 0),
        (f'label_replace({RATE}, "x", "y", "", "")', 1),
        (f"clamp_min({RATE}, 0)", 1),
        ("histogram_quantile(0.9, sum by (le) (rate(a_bucket[$window])))", 0),
        ("sum_over_time((a > bool 1)[$window:1m])", 0),
        (f"{RATE} and {COUNT}", 1),
        ("vector(0)", None),
        ("time()", 0),
        ("a ^ 2", 0),
    ],
)
def test_the_unit_says_how_often_a_rate_is_in_the_value(expr: str, expected: int | None) -> None:
    assert unit(expr) == expected


@pytest.mark.parametrize(
    "expr",
    [
        f"{RATE} + {COUNT}",
        f"{RATE} + 1",
        f"{RATE} > 0.5",
        f"{RATE} ^ 2",
        f"ln({RATE})",
        f"clamp_min({RATE}, 1)",
        "sum_over_time(rate(a[$window])[$window:1m])",
    ],
)
def test_rates_mixed_with_other_values_have_no_unit(expr: str) -> None:
    with pytest.raises(NoUnitError):
        unit(expr)


RATES = st.sampled_from(["sum(rate(a[$window]))", 'sum by (x) (rate(b{c="rate("}[$window]))'])
COMBINED = st.recursive(
    RATES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "or"]), inner).map(" ".join),
        st.tuples(inner, st.integers(1, 9)).map(lambda pair: f"({pair[0]}) * {pair[1]}"),
        inner.map("max({})".format),
    ),
    max_leaves=6,
)


@given(COMBINED)
def test_every_linear_combination_of_rates_is_a_rate(expr: str) -> None:
    assert unit(expr) == 1


def sloth(error: str, total: str) -> str:
    return (
        "version: prometheus/v1\nservice: s\nslos:\n  - name: n\n    objective: 99\n"
        f"    sli:\n      events:\n        error_query: '{error}'\n        total_query: '{total}'\n"
    )


def test_only_functions_are_renamed_not_what_looks_like_them() -> None:
    query = 'sum(rate(rate_total{rate="rate(x)"}[$window])) # rate(y)'
    text = sloth(query, "sum(irate(my:irate[$window]))")
    assert ratio(only(text)).bad == 'sum(increase(rate_total{rate="rate(x)"}[$window])) # rate(y)'
    assert ratio(only(text)).total == "sum(increase(my:irate[$window]))"
    warned(text, 9, "looks at two samples only (`irate`)")


def test_mixed_units_are_refused_and_shares_are_told() -> None:
    refused(sloth("sum(rate(a[$window])) + 1", RATE), 8, "mixes rates with other values")
    refused(sloth(f"{RATE} * {RATE}", RATE), 8, "mixes rates with other values")
    warned(sloth("avg_over_time(a[$window])", COUNT), 8, "is a share or a mean")
    warned(sloth(f"{RATE} / {RATE}", COUNT), 8, "is a share or a mean")


def test_broken_promql_is_said_by_the_reader_of_slos() -> None:
    slos, problems = loaded(sloth("sum(rate(", RATE))
    assert slos == []
    assert any("not valid PromQL" in problem for problem in problems)
