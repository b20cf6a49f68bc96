"""A source that failed five times in a row rests for half a minute, then is tried once."""

from fireline.adapters.prometheus.breaker import FAILURES, PAUSE_SECONDS, Breaker
from fireline.adapters.prometheus.probe import seconds_of
from fireline.usecases.source_health import BreakerState


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Seconds) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        assert breaker.may_ask()
        clock.now += 2
        breaker.failed("Prometheus is down.")
    return breaker


def test_four_failures_and_an_answer_leave_it_closed() -> None:
    clock = Seconds()
    breaker = Breaker(clock)
    for _ in range(3):
        for _ in range(FAILURES - 1):
            clock.now += 2
            breaker.failed("down")
        breaker.answered()
    assert breaker.state is BreakerState.CLOSED
    assert breaker.may_ask()


def test_five_in_a_row_open_it_and_say_so() -> None:
    breaker = opened(Seconds())
    assert breaker.state is BreakerState.OPEN
    assert not breaker.may_ask()
    assert breaker.reason == (
        "Prometheus is down. After 5 failures in a row it is asked every 30 s."
    )


def test_all_that_fails_within_a_second_is_one_outage() -> None:
    breaker = Breaker(Seconds())
    for _ in range(FAILURES):
        breaker.failed("down")
    assert breaker.state is BreakerState.CLOSED


def test_after_the_pause_one_may_try_and_the_others_wait_for_it() -> None:
    clock = Seconds()
    breaker = opened(clock)
    clock.now += PAUSE_SECONDS
    assert breaker.state is BreakerState.HALF_OPEN
    assert [breaker.may_ask() for _ in range(3)] == [True, False, False]
    breaker.failed("still down")
    assert not breaker.may_ask()


def test_an_answer_to_the_one_try_closes_it() -> None:
    clock = Seconds()
    breaker = opened(clock)
    clock.now += PAUSE_SECONDS
    assert breaker.may_ask()
    breaker.answered()
    assert breaker.state is BreakerState.CLOSED
    assert breaker.may_ask()


def test_retention_is_read_as_both_products_write_it() -> None:
    assert seconds_of("15d") == 15 * 86_400
    assert seconds_of("1w2d or 10GiB") == 9 * 86_400
    assert seconds_of("90d or 512MiB") == 90 * 86_400
    assert seconds_of("3") == 93 * 86_400
    assert seconds_of("") is None
    assert seconds_of("10GiB") is None
