"""When flows run, and how long they wait."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event

from croniter import croniter  # type: ignore[import-untyped]  # comes with DBOS, without types
from hypothesis import given
from hypothesis import strategies as st

from fireline.flows.attempts import RetryPlan
from fireline.flows.cron import every
from fireline.flows.stories import Tick


def test_a_late_tick_and_one_beside_another_are_skipped() -> None:
    entered, release = Event(), Event()
    ran: list[str] = []

    def evaluate() -> None:
        ran.append("tick")
        entered.set()
        release.wait(10)

    tick = Tick(evaluate, every_seconds=30)
    now = datetime.fromtimestamp(time.time(), UTC)
    assert tick(now - timedelta(seconds=31)) == "late"
    with ThreadPoolExecutor() as pool:
        first = pool.submit(tick, now)
        assert entered.wait(10)
        assert tick(now) == "busy"
        release.set()
        assert first.result() == "done"
    assert tick(now) == "done"
    assert ran == ["tick", "tick"]


@given(seconds=st.integers(1, 3600))
def test_the_rhythm_is_even_and_never_slower_than_asked(seconds: int) -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    ticks = croniter(every(seconds), start, second_at_beginning=True)
    times = [ticks.get_next(datetime) for _ in range(130)]
    gaps = {(later - earlier).total_seconds() for earlier, later in pairwise(times)}
    assert len(gaps) == 1
    assert gaps.pop() <= seconds


def test_waits_grow_to_a_cap_and_honour_what_was_asked_within_bounds() -> None:
    plan = RetryPlan(first=1, cap=60, longest=900)
    assert [plan.wait(n, None) for n in (1, 2, 3, 8)] == [1, 2, 4, 60]
    assert plan.wait(1, 30) == 30
    assert plan.wait(9, 30) == 60
    assert plan.wait(1, 86_400) == 900
