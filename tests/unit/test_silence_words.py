"""What people type to silence something."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.slack.silence_words import (
    USUAL,
    Words,
    matchers_of,
    silence_words,
    span_of,
    span_text,
)
from fireline.domain.alertmanager.silences import Matcher, written
from fireline.domain.errors import InvalidInputError

ORDERS = (Matcher("slo", "orders-landed"),)
TWO = timedelta(hours=2)


def read(raw: str) -> Words:
    return silence_words(raw, lambda name: ORDERS if name == "orders-landed" else None)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("orders-landed for:2h planned reload", Words(ORDERS, TWO, "planned reload")),
        ("orders-landed planned for:30m reload", Words(ORDERS, TWO / 4, "planned reload")),
        ("orders-landed planned reload", Words(ORDERS, USUAL, "planned reload")),
        ("orders-landed", Words(ORDERS, USUAL, "")),
        (
            'service="shop" env!=test for:1d why',
            Words(
                (Matcher("service", "shop"), Matcher("env", "test", is_equal=False)),
                timedelta(days=1),
                "why",
            ),
        ),
        (
            "{alertname=~\u201ca|b\u201d, slo!~&quot;c.*&quot;} why",
            Words(
                (
                    Matcher("alertname", "a|b", is_regex=True),
                    Matcher("slo", "c.*", is_regex=True, is_equal=False),
                ),
                USUAL,
                "why",
            ),
        ),
        ("something else", Words((), USUAL, "something else")),
        ("", Words((), USUAL, "")),
    ],
)
def test_what_how_long_and_why(raw: str, words: Words) -> None:
    assert read(raw) == words


@pytest.mark.parametrize("text", ["", "orders", 'slo="a" rest', 'slo="a', "=x"])
def test_conditions_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="Write conditions like"):
        matchers_of(text)


@pytest.mark.parametrize("text", ["", "2", "2 hours", "-2h", "h"])
def test_a_time_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="not a length of time"):
        span_of(text)


@given(st.integers(1, 7 * 24 * 60))
def test_a_length_of_time_reads_as_it_is_written(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert span_of(span_text(span)) == span


@given(
    st.lists(
        st.builds(
            Matcher,
            st.from_regex(r"[a-z_][a-z0-9_]{0,9}", fullmatch=True),
            st.text(max_size=30),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_conditions_read_as_they_are_written(matchers: list[Matcher]) -> None:
    plain = [m for m in matchers if not set(m.value) & set("\u201c\u201d\u201e\u00ab\u00bb")]
    if plain:
        assert list(matchers_of(written(plain))) == plain
