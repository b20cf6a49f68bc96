"""Plain questions are read by their words; what is not understood is said to be so."""

import pytest

from fireline.domain.questions import LONGEST, Asks, question


@pytest.mark.parametrize(
    ("text", "asks", "about"),
    [
        ("what is burning?", Asks.BURNING, ""),
        ("How much budget do we have left?", Asks.BURNING, ""),
        ("is orders safe to use?", Asks.SAFE, "orders"),
        ("Is the orders table safe?", Asks.SAFE, "orders table"),
        ("can I use demo.main.raw_orders", Asks.SAFE, "demo.main.raw_orders"),
        ("are `fct_orders` up to date?", Asks.SAFE, "fct_orders"),
        ("is the Revenue dashboard right again?", Asks.SAFE, "Revenue dashboard"),
        ("is raw_orders late?", Asks.SAFE, "raw_orders"),
        ("runbook for consumer lag", Asks.RUNBOOK, "consumer lag"),
        ("how do I fix a stuck dag?", Asks.RUNBOOK, "a stuck dag"),
        ("what should we do about consumer lag?", Asks.RUNBOOK, "consumer lag"),
        ("any open incidents?", Asks.OPEN, ""),
        ("what is going on", Asks.OPEN, ""),
        ("who won the match", Asks.ANYTHING, "who won the match"),
    ],
)
def test_a_question_is_read_by_its_words(text: str, asks: Asks, about: str) -> None:
    found = question(text)
    assert (found.asks, found.about) == (asks, about)


def test_an_endless_question_is_cut() -> None:
    assert len(question("word " * 1000).text) <= LONGEST
