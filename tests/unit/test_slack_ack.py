"""When a request of Slack's is acknowledged."""

from threading import Event

import pytest

from fireline.adapters.slack.blocks import answers
from fireline.adapters.slack.commands import NOUNS, only_reads
from fireline.adapters.slack.desk import Later, acknowledging, finished


def test_work_is_done_before_it_is_acknowledged() -> None:
    done: list[str] = []
    with acknowledging(lambda: done.append("ack")):
        done.append("work")
    assert done == ["work", "ack"]


def test_work_that_takes_too_long_is_acknowledged_meanwhile() -> None:
    acknowledged = Event()
    with acknowledging(acknowledged.set, after=0.01):
        assert acknowledged.wait(5)


def test_work_that_failed_is_not_acknowledged() -> None:
    acknowledged = Event()
    with pytest.raises(KeyError), acknowledging(acknowledged.set):
        raise KeyError
    assert not acknowledged.is_set()


def test_an_answer_that_waits_is_made_when_asked_for() -> None:
    said = answers.said("*done*", "done")
    assert finished(Later(lambda: said)) is said
    assert finished(said) is said
    assert finished(None) is None


@pytest.mark.parametrize(
    ("noun", "line"),
    [
        ("slo", "show orders"),
        ("runbook", "declare nothing"),
        ("incident", ""),
        ("incident", " list"),
        ("incident", "Show INC-7"),
        ("incident", "help"),
        ("postmortem", "show INC-7"),
        ("review", ""),
    ],
)
def test_a_command_that_only_reads_need_not_be_done_first(noun: str, line: str) -> None:
    assert only_reads(NOUNS[noun], line)


@pytest.mark.parametrize(
    ("noun", "line"),
    [
        ("incident", "declare list"),
        ("incident", "lst"),
        ("incident", "resolve"),
        ("postmortem", "draft"),
        ("postmortem", "action write a test"),
        ("review", "post"),
    ],
)
def test_a_command_that_may_change_the_record_is_done_first(noun: str, line: str) -> None:
    assert not only_reads(NOUNS[noun], line)
