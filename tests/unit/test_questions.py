"""Plain questions are read by their words; what is not understood is said to be so."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from fireline.domain.oncall.plan import OnCallPlan
from fireline.domain.oncall.rotation import Person, Rotation
from fireline.domain.questions import LONGEST, Asks, question
from fireline.domain.slo.recurrence import recurring
from fireline.usecases.answer_question import answer
from tests.builders import services
from tests.store_fixture import RecordingStore


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
        ("who is on call?", Asks.ON_CALL, ""),
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


@dataclass(frozen=True)
class Rotations:
    plan: OnCallPlan

    def current(self) -> OnCallPlan:
        return self.plan


def test_who_is_on_call_is_said_with_the_end_of_the_shift(sqlite_store: RecordingStore) -> None:
    first = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001 - wall time
    people = (Person("ana", "U0ANA"), Person("ben", "U0BEN"))
    weekly = Rotation("@oncall", people, recurring("FREQ=WEEKLY", first, "UTC", 1))
    s = replace(services(sqlite_store), oncall=Rotations(OnCallPlan((weekly,))))
    told = answer(s, "who is on call?", "C1")
    assert told.headline == "On call now:"
    assert re.match(
        r"@oncall: (ana|ben), until 20..-..-.. 10:00 UTC, then (ana|ben)", told.lines[0]
    )


def test_without_rotations_it_is_said_that_nobody_knows(sqlite_store: RecordingStore) -> None:
    assert "I cannot say" in answer(services(sqlite_store), "who's on-call?", "C1").headline
