"""The books about ledgers, on both databases."""

from datetime import UTC, datetime, timedelta

from fireline.domain.slo.stretches import Stretch
from tests.store_fixture import RecordingStore

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAY = 86_400
END = 20_000 * DAY


def test_a_stretch_is_planned_once_and_kept_when_it_is_filled(any_store: RecordingStore) -> None:
    stretch = Stretch.whole("a", "r", END - 30 * DAY, END)
    with any_store() as uow:
        uow.books.plan([stretch, Stretch.whole("b", "r", END - DAY, END)])
        uow.commit()
    with any_store() as uow:
        uow.books.save([stretch.with_hours(END - 7 * DAY).with_detail(END - DAY)])
        uow.books.plan([stretch])
        uow.commit()
        (found, _) = uow.books.unfilled()
        assert (found.hours_from, found.detail_from) == (END - 7 * DAY, END - DAY)
        assert found.lacks_hours
        uow.books.save([found.with_detail(0)])
        uow.commit()
        assert [s.slo for s in uow.books.unfilled()] == ["b"]
        assert uow.books.ends() == {("a", "r"): END, ("b", "r"): END}
        uow.books.drop(uow.books.unfilled())
        uow.commit()
        assert uow.books.unfilled() == []
        assert uow.books.ends() == {("a", "r"): END}


def test_changes_are_numbered_and_forgotten_after_a_while(any_store: RecordingStore) -> None:
    with any_store() as uow:
        assert uow.books.changes(0) == (0, frozenset())
        uow.books.changed(["a", "b", "a"], NOW - timedelta(days=3))
        uow.commit()
        number, names = uow.books.changes(0)
        assert names == {"a", "b"}
        uow.books.changed(["c"], NOW)
        uow.commit()
        newest, names = uow.books.changes(number)
        assert names == {"c"}
        assert uow.books.forget_before(NOW - timedelta(days=2)) == 2
        uow.commit()
        assert uow.books.changes(newest) == (newest, frozenset())


def test_checks_are_remembered_per_ledger(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.books.save_checked("a", "r", 5)
        uow.books.save_checked("a", "r", 7)
        uow.commit()
        assert uow.books.checked() == {("a", "r"): 7}
