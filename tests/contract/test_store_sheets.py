"""Evaluations kept as columns are listed among the others, the newest of each SLO."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from fireline.adapters.store import SqlStore
from fireline.domain.slo.sheet import (
    BUDGET_STATES,
    DATA_STATES,
    Figure,
    SheetMember,
    SheetMembers,
    SheetPair,
    StatusSheet,
)
from fireline.domain.slo.status import BudgetState, BurnSeverity, DataState
from tests.builders import a_slo, a_status
from tests.fakes import EPOCH
from tests.store_fixture import RecordingStore

WINDOWS = (300, 1800, 3600, 21600, 86400, 259200)
PLAN = (SheetPair(BurnSeverity.PAGE, 3600, 300, 14.4),)
MEMBERS = SheetMembers(
    (
        SheetMember("a", Decimal("99.9"), 30 * 86400, "events", 0),
        None,
        SheetMember("b", Decimal(99), 7 * 86400, "minutes", 0),
    ),
    (PLAN,),
    WINDOWS,
)


def a_sheet(at: datetime = EPOCH, calm: tuple[bool, ...] = (True, False, True)) -> StatusSheet:
    figures = np.full((len(Figure), 3), np.nan)
    figures[Figure.GOOD], figures[Figure.TOTAL] = 999.5, 1000.25
    figures[Figure.REMAINING], figures[Figure.BUDGET] = 0.25, 1.0
    figures[Figure.COVERAGE], figures[Figure.HISTORY] = 1.0, 86_400
    figures[Figure.NEWEST] = at.timestamp() - 20
    figures[Figure.DATA_STATE] = DATA_STATES.index(DataState.OK)
    figures[Figure.BUDGET_STATE] = BUDGET_STATES.index(BudgetState.AT_RISK)
    figures[Figure.MISSES] = 0
    burns = np.zeros((len(WINDOWS), 2, 3), np.float32)
    burns[2] = [[2.0], [100.0]]
    return StatusSheet(at, MEMBERS, np.array(calm), figures, burns)


def test_a_sheet_comes_back_as_the_statuses_it_stands_for(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.statuses.save_sheets([a_sheet()])
        uow.commit()
    with any_store() as uow:
        listed = uow.statuses.all()
        assert uow.statuses.get("a") == listed[0]
        assert uow.statuses.some(["b", "x"]) == {"b": listed[1]}
        assert uow.statuses.get("x") is None
    assert [s.slo for s in listed] == ["a", "b"]
    first = listed[0]
    assert (first.data_state, first.budget_state) == (DataState.OK, BudgetState.AT_RISK)
    assert (first.good, first.total, first.remaining) == (999.5, 1000.25, 0.25)
    assert first.sentence == "data complete, newest 02:09 UTC"
    assert [b.seconds for b in first.burns] == list(WINDOWS)
    assert first.burns[2].burn == pytest.approx(20.0)
    assert first.pairs[0].burn_long == pytest.approx(20.0)
    assert first.pairs[0].burn_short is None
    assert first.exhaustion_hours is None
    assert first.newest_sample == EPOCH - timedelta(seconds=20)


def test_of_an_slo_here_and_there_the_newer_evaluation_counts(any_store: RecordingStore) -> None:
    later = EPOCH + timedelta(seconds=30)
    row = a_status(a_slo("a"), 0.9, at=EPOCH)
    with any_store() as uow:
        uow.statuses.save([row])
        uow.statuses.save_sheets([a_sheet(later)])
        uow.commit()
        assert [s.at for s in uow.statuses.all()] == [later, later]
        newest = replace(row, at=later + timedelta(seconds=30))
        uow.statuses.save([newest])
        uow.statuses.save_sheets([a_sheet(later + timedelta(seconds=30), (False, False, True))])
        uow.commit()
    with any_store() as uow:
        assert uow.statuses.get("a") == newest
        assert uow.statuses.all()[0] == newest


def test_sheets_that_are_no_longer_needed_are_gone_and_others_see_it(
    any_store: RecordingStore,
) -> None:
    with any_store() as uow:
        uow.statuses.save_sheets([a_sheet(), a_sheet(calm=(False, False, False))])
        uow.commit()
        assert len(uow.statuses.all()) == 2
    with SqlStore(any_store.engine, lambda _session, _call: None)() as other:
        other.statuses.save_sheets([])
        other.commit()
    with any_store() as uow:
        assert uow.statuses.all() == []


def test_what_was_rolled_back_is_on_no_sheet(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.statuses.save_sheets([a_sheet()])
    with any_store() as uow:
        assert uow.statuses.all() == []
