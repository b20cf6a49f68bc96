"""Composites, from the readings of their parts: at a tick, in a report, from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pytest

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketSeries
from fireline.domain.slo.definition import (
    CompositePart,
    CompositeSli,
    Method,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.domain.slo.ledger import missing
from fireline.domain.slo.spending import share_spent
from fireline.domain.slo.status import DataState, SloStatus
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.report_budgets import report
from fireline.usecases.stored_budgets import first_bad, status_at, stored_reading
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, T, slo

DAY = timedelta(days=1)
RATIO = slo(name="ratio", objective="99", window=DAY)
OTHER = slo(name="other", objective="95", window=DAY)
BOTH = slo(
    CompositeSli((CompositePart("ratio"), CompositePart("other", 0.5))),
    "98",
    DAY,
    name="both",
)


@dataclass
class Parts:
    """A source with 100 events a bucket and some bad ones in the newest hour, by SLO."""

    bad: Mapping[str, float]
    silent: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        self.asked += [request.slo.name for request in requests]
        return [self._one(request, int(at.timestamp())) for request in requests]

    def _one(self, request: FetchRequest, epoch: int) -> FetchResult:
        name = request.slo.name
        if name in self.broken:
            return FetchResult(name, None, error="it is down.")
        count = (epoch // 300 * 300 - request.start) // BUCKET_SECONDS
        if name in self.silent:
            return FetchResult(name, missing(request.start, count))
        per = 100.0 if request.slo.family == "events" else 1.0
        total = np.full(count, per)
        good = total.copy()
        good[request.start + 300 * np.arange(count) >= EPOCH - 3600] -= self.bad.get(name, 0.0)
        series = BucketSeries(request.start, good, total, np.zeros(count, np.uint8))
        part = Bucket(epoch // 300 * 300, per / 2, per / 2) if epoch % 300 else None
        return FetchResult(name, series, part, T)


def told(source: Parts, *slos: Slo, at: datetime = T) -> dict[str, SloStatus]:
    return {status.slo: status for status in report(slos, source, at)}


def test_the_burns_of_the_parts_are_added_up_by_weight() -> None:
    source = Parts({"ratio": 10.0, "other": 20.0})
    found = told(source, BOTH, RATIO, OTHER)
    assert source.asked == ["ratio", "other"]
    burn = 10 * 12 / 28_800 / 0.01 + 0.5 * 20 * 12 / 28_800 / 0.05
    assert found["both"].remaining == pytest.approx(1 - burn)
    assert found["both"].data_state is DataState.OK
    hour = next(b for b in found["both"].burns if b.seconds == 3600)
    assert hour.burn == pytest.approx(0.1 / 0.01 + 0.5 * 0.2 / 0.05)


def test_parts_are_fetched_though_only_the_composite_is_named() -> None:
    source = Parts({"ratio": 10.0})
    known = {one.name: one for one in (BOTH, RATIO, OTHER)}
    (status,) = report([BOTH], source, T, catalogue=known)
    assert source.asked == ["ratio", "other"]
    assert status.remaining == pytest.approx(1 - 10 * 12 / 28_800 / 0.01)


def test_a_part_that_cannot_be_told_is_named() -> None:
    broken = told(Parts({}, broken=frozenset({"other"})), BOTH, RATIO, OTHER)["both"]
    assert broken.data_state is DataState.QUERY_ERROR
    assert broken.sentence == "part other: it is down."
    gone = told(Parts({}), BOTH, RATIO)["both"]
    assert "part other is no SLO" in gone.sentence
    silent = told(Parts({}, silent=frozenset({"other"})), BOTH, RATIO, OTHER)["both"]
    assert silent.data_state is DataState.NO_DATA
    assert silent.sentence == "no data since definition: other: no data"
    assert silent.remaining is None


def sliced(method: Method) -> tuple[Slo, Slo, Slo]:
    """Two parts of 5-minute slices, and both together."""
    parts = CompositePart("left"), CompositePart("right")
    left = slo(TimeSliceSli("max(a)", "<=", 1.0, 300), "90", DAY, name="left")
    right = slo(SlicedRatioSli(Method.RATIO_TIMESLICES, raw="max(b)"), "90", DAY, name="right")
    return left, right, slo(CompositeSli(parts, method), "90", DAY, name="both")


@pytest.mark.parametrize(
    ("method", "bad"), [(Method.TIMESLICES, 12.0), (Method.RATIO_TIMESLICES, 12 * 0.5)]
)
def test_slices_are_joined_one_by_one(method: Method, bad: float) -> None:
    amounts = (1.0, 1.0) if method is Method.TIMESLICES else (0.25, 0.25)
    source = Parts(dict(zip(("left", "right"), amounts, strict=True)))
    status = told(source, *sliced(method))["both"]
    assert status.remaining == pytest.approx(1 - bad / (0.1 * 288))
    later = told(source, *sliced(method), at=T + timedelta(seconds=150))["both"]
    assert later.total is not None
    assert later.total > 0


def test_a_tick_judges_composites_after_their_parts_and_needs_no_ledger_for_them(
    sqlite_store: RecordingStore,
) -> None:
    source = Parts({"ratio": 90.0})
    definitions = FakeDefinitions({one.name: one for one in (BOTH, RATIO, OTHER)})
    s = services(sqlite_store, definitions=definitions, source=source, clock=FakeClock(T))
    outcome = Watcher(s).tick(T)
    assert source.asked == ["ratio", "other"]
    assert outcome.evaluated == 3
    assert "both" in outcome.opened
    with sqlite_store() as uow:
        stored = uow.statuses.get("both")
        assert stored is not None
        burn = 90 * 12 / 28_800 / 0.01
        assert stored.remaining == pytest.approx(1 - burn)
        assert uow.ledger.span("both", BOTH.revision) is None
        hour_ago = T - timedelta(hours=1)
        reading = stored_reading(s, uow, BOTH, T)
        assert share_spent(reading, EPOCH - 3600, EPOCH) == pytest.approx(burn)
        assert first_bad(s, uow, "both", T) == hour_ago
        past = status_at(s, uow, BOTH, hour_ago)
        assert past.remaining == pytest.approx(1.0)
    source.broken = frozenset({"ratio"})
    assert sorted(Watcher(s).tick(T + timedelta(minutes=5)).failed) == ["both", "ratio"]
