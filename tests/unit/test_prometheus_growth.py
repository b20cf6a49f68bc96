"""Which expressions hold growth that can be asked for exactly, and how it is then written."""

import pytest

from fireline.adapters.prometheus.exact import exactly
from fireline.adapters.prometheus.growth import Feed, Way, feed_of, filled, rewritten, ways
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.shapes import shapes
from fireline.domain.slo.definition import Method, Newborn, RatioSli, SlicedRatioSli
from tests.unit.slo_builders import SLICES, slo

X = "sum(increase(x[$window]))"
FAST_X = (
    "(((last_over_time(x[299999ms]) - x offset 5m) unless (resets(x[600s]) > 0))"
    " or last_over_time(x[299999ms]) + Inf)"
)


@pytest.mark.parametrize(
    ("expr", "written"),
    [
        (X, f"sum({FAST_X})"),
        ("sum(rate(x[$window]))", f"sum(({FAST_X} / 300))"),
        ("sum by (z) (increase(x[$window])) * 2", f"sum by (z) ({FAST_X}) * 2"),
        (f"{X} or vector(0)", f"  sum({FAST_X})\nor\n  vector(0)"),
    ],
)
def test_growth_is_the_difference_of_both_edges(expr: str, written: str) -> None:
    text = filled(rewritten(expr, Way.FAST), 300)
    assert " ".join(text.split()) == " ".join(written.split())
    assert feed_of(expr) == Feed(exact=True, marked=True)


@pytest.mark.parametrize(
    "expr",
    [
        "sum(increase(x[5m]))",
        "sum(increase(x[$window] offset 1h))",
        "sum(increase(x[$window] @ 0))",
        "sum(delta(x[$window]))",
        "sum(x) - sum(x offset $window)",
        "histogram_count(sum(increase(x[$window])))",
        "not promql ([$window]",
    ],
)
def test_what_is_no_growth_of_counters_stays_as_it_is_written(expr: str) -> None:
    assert feed_of(expr) == Feed()
    assert ways(expr, Way.ALL) == (None, None)
    assert filled(rewritten(expr, Way.ALL), 300).count("last_over_time") == 0


@pytest.mark.parametrize(
    ("expr", "marked"),
    [
        (f"{X} - 2 * {X}", True),
        (f"({X} or vector(0)) + ({X} or vector(0))", True),
        (f"{X} / 60", True),
        (f"100 / {X}", False),
        ("count(increase(x[$window]) > 0)", False),
        (f"clamp_max({X}, 5)", False),
        ("max(increase(x[$window]))", False),
    ],
)
def test_the_edges_are_tried_alone_only_where_a_doubt_would_show(expr: str, marked: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert feed_of(expr).marked is marked
    assert ways(expr, Way.SINCE) == ((Way.FAST, Way.SINCE) if marked else (Way.SINCE, None))


def test_forms_that_count_births_are_known_whatever_their_parentheses() -> None:
    w_offset = (
        "(sum(increase(x[$window]) and x offset $window) or vector(0))"
        " + (sum(x unless x offset $window) or vector(0))"
    )
    delta = (
        "sum((last_over_time(x[$window]) - last_over_time(x[1h] offset $window)) >= 0"
        " or last_over_time(x[$window]))"
    )
    old_only = delta.replace(
        "or last_over_time(x[$window])",
        "or (last_over_time(x[$window]) and last_over_time(x[1h] offset $window))",
    )
    for expr in (w_offset, f"({w_offset})", delta):
        assert feed_of(expr) == Feed(exact=True, marked=True, births=True)
        assert ways(expr, Way.SINCE) == (Way.FAST, Way.ALL)
    assert feed_of(old_only) == Feed(exact=True, marked=True)
    other = delta.replace("last_over_time(x[1h]", "last_over_time(y[1h]")
    assert not feed_of(other).exact


def test_like_growth_of_many_is_still_one_expression() -> None:
    questions = [
        Question(f'sum(increase(x{{s="{n}"}}[$window]))', 0, 300, 300, 300, Way.FAST) for n in "ab"
    ]
    (shape,) = shapes(questions[0].expr)
    text = filled(shape.grouped(["a", "b"], Way.FAST), 300)
    assert text.startswith('sum by (s) ((((last_over_time(x{s=~"a|b"}[299999ms])')
    assert questions[0].shown == 'sum(increase(x{s="a"}[5m]))'


def test_those_who_ask_once_get_the_close_look_written_out() -> None:
    ratio = slo(RatioSli(total=X, bad=X, newborn=Newborn.COUNT))
    exact = exactly(ratio).sli
    assert isinstance(exact, RatioSli)
    assert exact.total == filled(rewritten(X, Way.ALL), 300)
    sliced = slo(SlicedRatioSli(Method.TIMESLICES, 60, 0.9, total=X, bad=X))
    minute = exactly(sliced).sli
    assert isinstance(minute, SlicedRatioSli)
    assert minute.total is not None
    assert "[59999ms]" in minute.total
    assert exactly(slo(SLICES)) == slo(SLICES)
