"""Samples that come late, and counts that buckets get wrong, with a real Prometheus."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.demo.remote_write import Series
from fireline.domain.slo.buckets import BucketFlag, BucketSeries
from fireline.domain.slo.definition import RatioSli, Slo
from fireline.domain.slo.status import SloStatus
from fireline.usecases.mend_ledger import LedgerMender
from fireline.usecases.verify_chains import verify_chains
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.servers import TestPrometheus
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

STEP = 15
BEGIN = int(datetime(2026, 11, 8, tzinfo=UTC).timestamp())
HOURS = 4
GONE_FROM, GONE_TO = BEGIN + 95 * 60, BEGIN + 150 * 60
TIMES = np.arange(BEGIN, BEGIN + HOURS * 3600 + 1, STEP, dtype=np.float64)


def counters(
    prefix: str, times: np.ndarray, at: Callable[[np.ndarray], np.ndarray]
) -> list[Series]:
    """Two a second, and a bad one in every hundred while the late stretch lasts."""
    inside = np.clip(times, GONE_FROM, GONE_TO) - GONE_FROM
    return [
        Series({"__name__": f"{prefix}_all_total"}, at(times), at((times - BEGIN) * 2)),
        Series({"__name__": f"{prefix}_bad_total"}, at(times), at(np.floor(inside / 50))),
    ]


def moment(minutes: float) -> datetime:
    return datetime.fromtimestamp(BEGIN + minutes * 60 + 20, UTC)


class Bot:
    """One SLO watched, and its ledger mended."""

    def __init__(self, store: RecordingStore, source: NamedSources, one: Slo) -> None:
        definitions, self.clock = FakeDefinitions({one.name: one}), FakeClock(moment(0))
        s = services(store, definitions=definitions, source=source, clock=self.clock)
        self.store, self.slo, self.watcher = store, one, Watcher(s)
        self.mender = LedgerMender(s, source.apart())

    def tick(self, minutes: float) -> SloStatus:
        self.clock.set(moment(minutes))
        self.watcher.tick(moment(minutes))
        with self.store() as uow:
            found = uow.statuses.get(self.slo.name)
        assert found is not None
        return found

    def mend(self, minutes: float) -> None:
        while self.mender.mend(moment(minutes)):
            pass

    def ledger(self, minutes: int) -> BucketSeries:
        with self.store() as uow:
            return uow.ledger.read(
                self.slo.name, self.slo.revision, BEGIN, BEGIN + minutes * 60 // 300 * 300
            )

    def corrections(self) -> list[dict[str, object]]:
        with self.store() as uow:
            assert verify_chains(uow).problems == ()
            entries = uow.audit.all()
        return [dict(e.detail) for e in entries if e.action == "ledger_corrected"]


@pytest.fixture
def bot_for(
    prometheus: TestPrometheus, sqlite_store: RecordingStore
) -> Iterator[Callable[[RatioSli], Bot]]:
    with ExitStack() as running:

        def made(sli: RatioSli) -> Bot:
            server = Server(Access(prometheus.url), timedelta(seconds=STEP))
            source = running.enter_context(NamedSources({"default": server}))
            return Bot(sqlite_store, source, slo(sli, name="rows", window=timedelta(hours=12)))

        yield made


def counted(prefix: str) -> RatioSli:
    return RatioSli(
        total=f"sum(increase({prefix}_all_total[$window]))",
        bad=f"sum(increase({prefix}_bad_total[$window]))",
    )


def test_samples_that_come_hours_late_are_found_counted_and_told(
    prometheus: TestPrometheus, bot_for: Callable[[RatioSli], Bot]
) -> None:
    late = (TIMES > GONE_FROM) & (TIMES < GONE_TO)
    prometheus.write_series(counters("late", TIMES, lambda values: values[~late]))
    bot = bot_for(counted("late"))
    for minutes in (60, 90, 120, 150, 180):
        bot.tick(minutes)
    status = bot.tick(200)
    bot.mend(200)
    before = bot.ledger(200)
    assert bot.corrections() == []
    assert (before.flags & BucketFlag.MISSING).sum() >= 9
    assert status.coverage < 1
    prometheus.write_series(counters("late", TIMES, lambda values: values[late]))
    bot.tick(205)
    assert list(bot.ledger(200).total) == list(before.total), "three buckets do not reach so far"
    bot.mend(225)
    status = bot.tick(226)
    found = bot.ledger(200)
    assert list(found.total) == pytest.approx([600.0] * 40)
    assert float((found.total - found.good).sum()) == pytest.approx(66)
    assert status.total == pytest.approx(226 // 5 * 600, abs=600)
    assert status.remaining == pytest.approx(1 - 66 / (0.001 * (status.total or 1)), rel=0.02)
    told = bot.corrections()
    assert told
    assert sum(float(str(t["new_total"])) - float(str(t["old_total"])) for t in told) == (
        pytest.approx(float(found.total.sum() - before.total.sum()))
    )
    assert (found.flags & BucketFlag.AUDITED).any()
    bot.mend(227)
    assert bot.corrections() == told, "once corrected it agrees"


def test_late_samples_of_an_hour_long_past_are_found_with_the_whole_window(
    prometheus: TestPrometheus, bot_for: Callable[[RatioSli], Bot]
) -> None:
    late = (TIMES > GONE_FROM) & (TIMES < GONE_TO)
    prometheus.write_series(counters("older", TIMES, lambda values: values[~late]))
    bot = bot_for(counted("older"))
    for minutes in (60, 120, 180, 235):
        bot.tick(minutes)
    bot.mend(235)
    bot.mend(235)
    assert bot.corrections() == []
    prometheus.write_series(counters("older", TIMES, lambda values: values[late]))
    bot.mend(236)  # no hour is due
    assert list(bot.ledger(200).total) == pytest.approx([600.0] * 40)
    assert bot.corrections()


def test_counts_that_no_bucket_can_have_right_are_scaled_to_their_hour(
    prometheus: TestPrometheus, bot_for: Callable[[RatioSli], Bot]
) -> None:
    # Ranges are closed on both sides in Prometheus 2: a sum over five minutes has the samples of
    # both edges, so that buckets add up to 21 of 20; of an hour's 240 only one is too many.
    each = Series({"__name__": "sampled_events"}, TIMES, np.full(len(TIMES), 10.0))
    prometheus.write_series([each])
    summed = "sum(sum_over_time(sampled_events[$window]))"
    bot = bot_for(RatioSli(total=summed, good=summed))
    for minutes in (60, 120, 180, 205):
        bot.tick(minutes)
    assert float(bot.ledger(180).total[12:24].sum()) == pytest.approx(12 * 210)
    bot.mend(205)
    hours = [float(bot.ledger(180).total[first : first + 12].sum()) for first in (12, 24)]
    assert hours == pytest.approx([2410, 2410])
    assert {tuple(sorted(told)) for told in bot.corrections()} == {
        ("buckets", "from", "new_good", "new_total", "old_good", "old_total", "to")
    }
