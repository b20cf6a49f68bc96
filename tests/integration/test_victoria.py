"""The same client against VictoriaMetrics: named, cached past, its past filled and mended."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.bootstrap.sources import source_of
from fireline.demo.remote_write import Series
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.definition import RatioSli
from fireline.settings import load
from fireline.usecases.mend_ledger import LedgerMender
from fireline.usecases.past_apart import LIVE
from fireline.usecases.ports import FetchRequest
from fireline.usecases.watch_budgets import FEW, Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.servers import TestVictoria
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

STEP = 60
DAYS = 3
PER_STEP = 30.0


@pytest.fixture(scope="module")
def end(victoria: TestVictoria) -> int:
    """Three days that end some minutes ago, for its retention counts from now."""
    last = int(datetime.now(UTC).timestamp()) // 3600 * 3600  # noqa: TID251 - the server's own clock
    times = np.arange(last - DAYS * 86_400, last + 1, STEP, dtype=np.float64)
    counts = np.arange(len(times), dtype=np.float64) * PER_STEP
    victoria.write_series(
        [
            Series({"__name__": "vm_all_total"}, times, counts),
            Series({"__name__": "vm_bad_total"}, times, (counts // 100).astype(np.float64)),
        ]
    )
    return last


def test_it_says_what_it_is_and_how_long_it_keeps(victoria: TestVictoria) -> None:
    with source_of(load(prometheus_url=victoria.url)) as source:
        (told,) = source.about(datetime.now(UTC))  # noqa: TID251 - the server's own clock
    assert told.error is None
    assert told.product == "VictoriaMetrics"
    assert told.retention_seconds is not None
    assert told.retention_seconds >= 30 * 86_400
    assert told.skew_seconds is not None


def test_hours_and_buckets_agree_with_what_was_counted(victoria: TestVictoria, end: int) -> None:
    rows = slo(
        RatioSli("sum(increase(vm_all_total[$window]))", bad="sum(increase(vm_bad_total[$window]))")
    )
    dialect = load(
        data_sources={"vm": {"url": victoria.url, "dialect": "victoriametrics"}},
        default_data_source="vm",
    )
    with source_of(dialect) as source:
        begin = end - 6 * 3600
        (hours,) = source.hours([FetchRequest(rows, begin)], end)
        (buckets,) = source.fetch([FetchRequest(rows, begin)], datetime.fromtimestamp(end, UTC))
    assert hours.series is not None
    assert buckets.series is not None
    assert float(hours.series.total[12:].sum()) == pytest.approx(5 * 60 * PER_STEP)
    assert float(buckets.series.total.sum()) == pytest.approx(6 * 60 * PER_STEP)
    assert (hours.series.flags[12:] & BucketFlag.COARSE).all()


def test_the_past_of_many_is_filled_from_it(
    victoria: TestVictoria, end: int, sqlite_store: RecordingStore
) -> None:
    names = [f"vm{i:02d}" for i in range(FEW + 1)]
    sli = RatioSli(
        "sum(increase(vm_all_total[$window]))", bad="sum(increase(vm_bad_total[$window]))"
    )
    slos = {n: slo(sli, name=n, window=timedelta(days=2)) for n in names}
    now = datetime.fromtimestamp(end, UTC)
    server = Server(Access(victoria.url, parameters=(("nocache", "1"),)), timedelta(seconds=STEP))
    with NamedSources({"default": server}) as source:
        s = services(
            sqlite_store,
            definitions=FakeDefinitions(slos),
            source=source,
            clock=FakeClock(now),
        )
        watcher = Watcher(s, timedelta(seconds=STEP), past_apart=True)
        watcher.tick(now)
        mender = LedgerMender(s, source.apart())
        while mender.mend(now):
            pass
        watcher.tick(now + timedelta(seconds=30))
    with sqlite_store() as uow:
        status = uow.statuses.get(names[-1])
        ledger = uow.ledger.read(names[-1], slos[names[-1]].revision, end - 2 * 86_400, end)
        assert uow.books.unfilled() == []
    assert status is not None
    assert status.coverage == pytest.approx(1, abs=0.01)
    assert not (ledger.flags & BucketFlag.COARSE).any()
    before = ledger.total[: -int(LIVE.total_seconds()) // 300]
    assert float(before.sum()) == pytest.approx(len(before) * 5 * PER_STEP, rel=0.001)
