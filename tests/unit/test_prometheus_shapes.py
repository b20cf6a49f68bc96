"""Which expressions may share one query, and how that query is written."""

import pytest

from fireline.adapters.prometheus.questions import MAX_CELLS, Question, batches
from fireline.adapters.prometheus.shapes import shapes

W_OFFSET = (
    '(sum(increase(a{s="x"}[$window]) and a{s="x"} offset $window) or vector(0))'
    ' + (sum(a{s="x"} unless a{s="x"} offset $window) or vector(0))'
)


def one(expr: str, label: str, *values: str) -> str:
    return next(shape for shape in shapes(expr) if shape.label == label).grouped(values)


def test_one_query_asks_for_all_values_of_the_label() -> None:
    expr = 'sum(increase(requests_total{service="a",code!~"5.."}[$window]))'
    assert one(expr, "service", "a", "b") == (
        'sum by (service) (increase(requests_total{service=~"a|b",code!~"5.."}[$window]))'
    )


def test_arithmetic_between_aggregations_of_the_same_label_stays_per_label() -> None:
    expr = 'sum(rate(a{s="x"}[5m] offset 1h)) - 2 * max(b{s="x"})'
    assert one(expr, "s", "x", "y") == (
        '(sum by (s) (rate(a{s=~"x|y"}[300000ms] offset 3600000ms)) '
        '- (2.0 * max by (s) (b{s=~"x|y"})))'
    )


def test_values_are_matched_literally() -> None:
    expr = 'sum(a{s="x"})'
    assert one(expr, "s", "a.b", 'c"|\\') == ('sum by (s) (a{s=~"a\\\\.b|c\\"\\\\|\\\\\\\\"})')


def test_a_sum_of_terms_that_may_be_zero_is_asked_for_what_there_is() -> None:
    ok, bad = (f'(sum(increase({n}{{s="x"}}[$window])) or vector(0))' for n in ("ok", "bad"))
    (single,), (both,) = shapes(ok), shapes(f"{ok} + {bad}")
    assert single.fills_zero
    assert both.fills_zero
    assert single.grouped("xy") == 'sum by (s) (increase(ok{s=~"x|y"}[$window]))'
    assert both.grouped("xy") == (
        "sum by (s) ("
        'label_replace(sum by (s) (increase(ok{s=~"x|y"}[$window])), "fireline_term", "0", "", "")'
        " or "
        'label_replace(sum by (s) (increase(bad{s=~"x|y"}[$window])), "fireline_term", "1", "", "")'
        ")"
    )


def test_comparisons_that_answer_yes_or_no_and_pairs_of_series_stay_per_label() -> None:
    assert one('max(t{s="x"}) >= bool 5', "s", "x", "y") == (
        '(max by (s) (t{s=~"x|y"}) >= bool 5.0)'
    )
    assert one('count(a{s="x"} == 1 unless b{s="x"})', "s", "x", "y") == (
        'count by (s) (((a{s=~"x|y"} == 1.0) unless b{s=~"x|y"}))'
    )


@pytest.mark.parametrize(
    "expr",
    [
        'sum by (z) (a{s="x"})',
        'sum without (z) (a{s="x"})',
        'sum(a{s="x"}) or vector(1)',
        'sum(a{s="x"}) or on () vector(0)',
        '(sum(a{s="x"}) or vector(0)) + sum(b{s="x"})',
        '(sum(a{s="x"}) or vector(0)) - (sum(b{s="x"}) or vector(0))',
        'sum(a{s="x"} > on () b{s="x"})',
        'sum(a{s="x"} or vector(0))',
        'sum(a{s="x"}) > 1',
        W_OFFSET,
        'sum(a{s="x"}) / on () sum(b{s="x"})',
        'sum(a{s="x"}) / sum(b)',
        'sum(a{s="x"}) / sum(b{s="y"})',
        'sum(a{s="x"} @ end())',
        'topk(1, a{s="x"})',
        'histogram_quantile(0.9, sum by (le) (rate(a{s="x"}[5m])))',
        'absent(a{s="x"})',
        'max_over_time(sum(a{s="x"})[1h:5m])',
        'sum(a{s="x" or s="y"})',
        'sum(a{s="x",s!="y"})',
        'sum(a{s=""})',
        'sum(a{s=~"x"})',
        'a{s="x"}',
        "not promql (",
    ],
)
def test_an_expression_that_could_come_to_mean_something_else_is_asked_alone(expr: str) -> None:
    assert shapes(expr) == ()


def asked(expr: str, window: int = 300, points: int = 1) -> Question:
    return Question(expr, 0, 300 * (points - 1), 300, window)


def test_a_thousand_like_questions_are_one_query() -> None:
    questions = [asked(f'sum(increase(a{{s="{n}",ok="yes"}}[$window]))') for n in range(1000)]
    ((part,),) = batches(questions, set())
    assert part.questions == tuple(questions)
    assert part.text.startswith('sum by (s) (increase(a{s=~"0|1|2|')
    assert part.text.endswith(',ok="yes"}[5m]))')


def test_other_shapes_and_windows_are_parts_of_the_same_query() -> None:
    expr = 'sum(increase(a{{s="{}"}}[$window]))'
    questions = [asked(expr.format(n), w) for n in range(3) for w in (300, 200)]
    odd = asked("sum(b)")
    (batch,) = batches([*questions, odd], set())
    assert sorted(len(part.questions) for part in batch) == [1, 3, 3]


def test_long_questions_share_a_query_only_as_far_as_its_answer_stays_small() -> None:
    questions = [asked(f'sum(a{{s="{n}"}})', points=10_000) for n in range(100)]
    found = list(batches(questions, set()))
    assert sum(len(part.questions) for batch in found for part in batch) == 100
    assert all(sum(len(p.questions) for p in batch) * 10_000 <= MAX_CELLS for batch in found)


def test_slow_questions_are_asked_a_few_at_a_time_and_not_grouped() -> None:
    questions = [asked(f'sum(a{{s="{n}"}})') for n in range(12)]
    found = list(batches(questions, {q.expr for q in questions}))
    assert [len(batch) for batch in found] == [5, 5, 2]
    assert all(part.shape is None for batch in found for part in batch)
