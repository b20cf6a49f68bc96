"""The newest evaluations, which people list far more often than they change."""

from dataclasses import replace
from datetime import timedelta

from fireline.adapters.store import SqlStore
from tests.builders import a_burning_status, a_slo, a_status
from tests.fakes import EPOCH
from tests.store_fixture import RecordingStore

A, B = a_slo("a"), a_slo("b")


def test_evaluations_come_back_as_they_were_by_name(any_store: RecordingStore) -> None:
    said = [a_burning_status(B), a_status(A, None, sentence='no "data" \\ in 30 d, søndag \u2028')]
    with any_store() as uow:
        uow.statuses.save(said)
        assert uow.statuses.all() == [said[1], said[0]]
        uow.commit()
    with any_store() as uow:
        assert uow.statuses.all() == [said[1], said[0]]
        assert uow.statuses.get("b") == said[0]
        assert uow.statuses.get("c") is None


def test_a_newer_evaluation_replaces_the_listed_one(any_store: RecordingStore) -> None:
    first = a_status(A)
    for status in (first, replace(first, sentence="Other."), replace(first, remaining=0.1)):
        with any_store() as uow:
            uow.statuses.save([status])
            uow.commit()
        with any_store() as uow:
            assert uow.statuses.all() == [status]


def test_what_was_rolled_back_is_not_listed(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.statuses.save([a_status(A)])
        assert uow.statuses.all() == [a_status(A)]
    with any_store() as uow:
        assert uow.statuses.all() == []


def test_what_another_process_evaluated_is_listed(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.statuses.save([a_status(A)])
        uow.commit()
    with any_store() as uow:
        uow.statuses.all()
    later = a_status(A, 0.5, at=EPOCH + timedelta(seconds=30))
    with SqlStore(any_store.engine, lambda _session, _call: None)() as other:
        other.statuses.save([later])
        other.commit()
    with any_store() as uow:
        assert uow.statuses.all() == [later]
