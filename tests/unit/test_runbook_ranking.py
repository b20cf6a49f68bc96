"""The numbers of the ranking, on worked examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.runbook import ranking
from fireline.domain.runbook.words import normalise, query_terms, split_camel, terms


def test_fusion_gives_the_worked_example() -> None:
    orders = [
        (1.0, ["A", "B"]),
        (1.0, ["B", "x", "A"]),
        (0.3, ["B", "x", "y", "z", "A"]),
    ]
    scores = ranking.fuse(orders)
    assert scores["A"] == pytest.approx(0.1878, abs=5e-5)
    assert scores["B"] == pytest.approx(0.2015, abs=5e-5)
    assert ranking.best_first(scores, {})[:2] == ["B", "A"]


def test_coverage_gives_the_worked_example() -> None:
    weights, worths = [2.0, 1.0, 1.0], [ranking.TITLE, ranking.HEADING, 0.0]
    covered = ranking.coverage(weights, worths)
    assert covered == 0.625
    assert covered + ranking.place_bonus(0) == 1.125
    assert covered + ranking.place_bonus(4) == 0.875


def test_a_question_without_weight_covers_nothing() -> None:
    assert ranking.coverage([], []) == 0.0


def test_words_only_meant_count_half_for_having_an_answer() -> None:
    assert ranking.matched([1.0, 1.0], [0.3, 0.0], [0.3, 1.0]) == 0.75
    assert ranking.matched([1.0, 1.0], [0.0, 0.0], [0.0, 0.0]) == 0.0


def test_rarity_is_the_natural_logarithm_of_one_plus_the_ratio() -> None:
    assert ranking.rarity(160, 3) == math.log(1 + 160 / 4)


def test_the_best_place_of_a_word_counts() -> None:
    zones = ranking.Zones(
        frozenset({"kafka"}), frozenset({"kafka", "lag"}), frozenset({"verif"}), frozenset({"end"})
    )
    assert zones.worth({"kafka"}) == 1.0
    assert zones.worth({"lag", "end"}) == 0.7
    assert zones.worth({"verif"}) == 0.5
    assert zones.worth({"end"}) == 0.3
    assert zones.worth({"other"}) == 0.0


def test_five_letters_and_no_plural_are_compared() -> None:
    assert ranking.prefixes(["connector", "tasks", "task", "dns"]) == {"conne", "task", "dns"}


@given(st.permutations(["a", "b", "c", "d"]))
def test_ties_fall_by_tier_then_id_whatever_the_order_of_reading(ids: list[str]) -> None:
    tiers = {"a": None, "b": 1, "c": 0, "d": 0}
    assert ranking.best_first(dict.fromkeys(ids, 0.5), tiers) == ["c", "d", "b", "a"]


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), min_size=1))
def test_being_first_everywhere_is_never_beaten(orders: list[list[str]]) -> None:
    won = [(1.0, ["winner", *order]) for order in orders]
    assert ranking.best_first(ranking.fuse(won), {})[0] == "winner"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("KubeAPIDown", ["Kube", "API", "Down"]),
        ("OOMKilled", ["OOM", "Killed"]),
        ("Http5xxRate", ["Http5xx", "Rate"]),
        ("lag", ["lag"]),
    ],
)
def test_joined_names_split_where_people_hear_it(text: str, parts: list[str]) -> None:
    assert split_camel(text) == parts


def test_names_are_compared_by_letters_and_digits_only() -> None:
    assert normalise("orders sink stalled") == normalise("OrdersSinkStalled") == "orderssinkstalled"


def test_the_joined_form_is_kept_beside_its_parts() -> None:
    assert terms("OOMKilled pod") == ["oom", "killed", "oomkilled", "pod"]
    assert query_terms("OOMKilled") == ["oom", "killed", "oomkilled"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('lag of pod="loader-7d9f8b6c5-xk2p9" above 300 s', ["lag"]),
        ("broker 10.0.3.17:9092 is down for 15m", ["broker", "down"]),
        ("{{ $labels.instance }} connector failed", ["connector", "failed"]),
        ("loader-7d9f8b6c5-xk2p9 restarts", ["loader", "restarts"]),
        ("503 errors from s3", ["503", "errors", "s3"]),
        ("see https://example.com/x/y now stalled", ["stalled"]),
        ("what is it", ["what", "is", "it"]),
        ("?!", []),
    ],
)
def test_what_changes_from_alert_to_alert_is_not_searched(text: str, words: list[str]) -> None:
    assert query_terms(text) == words


@given(st.text())
def test_any_text_gives_few_distinct_words(text: str) -> None:
    words = query_terms(text)
    assert len(words) == len(set(words)) <= 60
