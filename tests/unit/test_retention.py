"""The ledger keeps what windows and reviews need, and no more for ever."""

from datetime import timedelta

import numpy as np

from fireline.domain.policy.retention import Retention
from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.usecases.retain import keep_ledger
from tests.builders import services
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, T, slo

DAY = 86_400


def test_detail_is_kept_as_long_as_said_or_as_any_window_needs() -> None:
    policy = Retention(detail_days=35, kept_days=60)
    assert policy.detail_from(EPOCH, []) == EPOCH - 35 * DAY
    assert policy.detail_from(EPOCH, [slo(window=timedelta(days=30))]) == EPOCH - 38 * DAY
    quarter = slo(window=timedelta(days=90), calendar=CalendarWindow(CalendarUnit.QUARTER))
    assert policy.detail_from(EPOCH, [quarter]) == quarter.needed_from(EPOCH) - 8 * DAY
    assert policy.kept_from(EPOCH, [quarter]) == policy.detail_from(EPOCH, [quarter])


def test_everything_is_done_in_one_go(sqlite_store: RecordingStore) -> None:
    definition = slo(window=timedelta(days=2))
    start = EPOCH - EPOCH % DAY - 20 * DAY
    counts = np.ones(20 * 288)
    with sqlite_store() as uow:
        flags = np.zeros(len(counts), np.uint8)
        history = BucketSeries(start, counts, counts, flags)
        uow.ledger.write(definition.name, definition.revision, history)
        for n in range(3):
            new = BucketSeries(EPOCH - DAY + n * 300, counts[:1] * 7, counts[:1] * 7, flags[:1])
            uow.ledger.write(definition.name, definition.revision, new)
            uow.commit()
    s = services(
        sqlite_store,
        definitions=FakeDefinitions({definition.name: definition}),
        retention=Retention(detail_days=5, kept_days=15),
    )
    assert keep_ledger(s, T) == 3
    assert keep_ledger(s, T) == 0
    with sqlite_store() as uow:
        found = uow.ledger.read(definition.name, definition.revision, start, EPOCH - DAY)
        span = uow.ledger.span(definition.name, definition.revision)
    assert found.total[: 5 * 288].sum() == 0
    assert found.total[5 * 288 :].sum() == 14 * 288 + 144
    assert span is not None
    assert span[0] == start + 5 * DAY
