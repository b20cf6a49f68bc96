"""Timelines and the audit trail: append-only, chained, tamper-evident."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fireline.domain.audit import first_broken
from fireline.domain.errors import ConflictError, NotFoundError
from fireline.domain.incident.chain import first_broken_entry
from fireline.domain.incident.timeline import EntryKind, Review
from fireline.domain.people import Actor
from fireline.usecases.accept_timeline import accept
from fireline.usecases.manage_incident import add_note
from tests.builders import services
from tests.contract.store_records import NOW, an_entry, an_incident, kept, run_together
from tests.store_fixture import RecordingStore


def test_writers_in_different_order_neither_deadlock_nor_fork_a_chain(
    any_store: RecordingStore,
) -> None:
    kept(any_store, an_incident())

    def work(order: str) -> None:
        for _ in range(10):
            with any_store() as uow:
                if order == "timeline first":
                    uow.timeline.append(1, an_entry(), NOW)
                uow.audit.append(NOW, "U1", "note", "INC-1", {"order": order})
                uow.incidents.next_id()
                if order != "timeline first":
                    uow.timeline.append(1, an_entry(), NOW)
                uow.commit()

    run_together(work, "timeline first", "audit first")
    with any_store() as uow:
        assert [entry.seq for entry in uow.audit.all()] == list(range(1, 21))
        assert first_broken(uow.audit.all()) is None
        assert first_broken_entry("INC-1", uow.timeline.chain(1)) is None
        assert uow.incidents.next_id() == 21


def test_the_audit_of_some_subjects_is_read_alone_in_order(any_store: RecordingStore) -> None:
    with any_store() as uow:
        for number, subject in enumerate(("runbook:a", "INC-1", "runbook:b", "runbook:a")):
            uow.audit.append(NOW, "U1", "said", subject, {"number": number})
        uow.commit()
    with any_store() as uow:
        found = uow.audit.about(["runbook:a", "runbook:c"])
        assert [(e.subject, e.detail["number"]) for e in found] == [
            ("runbook:a", 0),
            ("runbook:a", 3),
        ]
        assert uow.audit.about([]) == []


def test_timeline_prints_by_occurrence_and_chains_by_seq(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    with any_store() as uow:
        first = uow.timeline.append(1, an_entry("late"), NOW)
        uow.timeline.append(1, an_entry("early", occurred_at=NOW - timedelta(hours=1)), NOW)
        uow.commit()
    with any_store() as uow:
        assert [e.text for e in uow.timeline.entries(1)] == ["early", "late"]
        assert [e.text for e in uow.timeline.chain(1)] == ["late", "early"]
        assert uow.timeline.chain(1)[0] == first
        assert first_broken_entry("INC-1", uow.timeline.chain(1)) is None


def test_supporters_and_deletion_leave_the_chain_whole(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    with any_store() as uow:
        uow.timeline.append(1, an_entry(), NOW)
        uow.timeline.set_supporters(1, 1, ["U1", "U2"])
        uow.timeline.mark_deleted(1, "C1", "17.1", NOW)
        uow.commit()
    with any_store() as uow:
        entry = uow.timeline.by_source(1, "C1", "17.1", EntryKind.EVENT)
        assert entry is not None
        assert (entry.supporters, entry.retracted, entry.deleted) == (("U1", "U2"), False, True)
        assert uow.timeline.by_source(1, "C1", "17.1", EntryKind.DECISION) is None
        uow.timeline.set_supporters(1, 1, [])
        assert uow.timeline.entries(1)[0].retracted
        assert first_broken_entry("INC-1", uow.timeline.chain(1)) is None
        with pytest.raises(NotFoundError, match="no timeline entry 7"):
            uow.timeline.set_supporters(1, 7, ["U1"])


def test_a_timeline_needs_its_incident(any_store: RecordingStore) -> None:
    with any_store() as uow, pytest.raises(ConflictError, match="is there such an incident"):
        uow.timeline.append(9, an_entry(), NOW)


def test_the_database_refuses_to_change_what_is_hashed(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    with any_store() as uow:
        uow.timeline.append(1, an_entry(), NOW)
        uow.audit.append(NOW, "U1", "declare", "INC-1", {})
        uow.commit()
    for statement in (
        "UPDATE audit_entry SET actor = 'somebody'",
        "DELETE FROM audit_entry",
        "UPDATE timeline_entry SET actor_name = 'somebody'",
        "DELETE FROM timeline_entry",
    ):
        with any_store.engine.connect() as connection:
            with pytest.raises(DatabaseError, match="append-only"):
                connection.execute(text(statement))
            connection.rollback()


def test_tampering_is_found_at_its_seq(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    with any_store() as uow:
        for number in range(1, 6):
            uow.audit.append(NOW, "U1", "note", "INC-1", {"number": number, "who": ("a", "ü")})
            uow.timeline.append(1, an_entry(f"entry {number}"), NOW)
        uow.commit()
    with any_store() as uow:
        assert first_broken(uow.audit.all()) is None
    on_table = "" if any_store.engine.dialect.name == "sqlite" else " ON audit_entry"
    with any_store.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_fixed{on_table}"))
        connection.execute(text("UPDATE audit_entry SET actor = 'U2' WHERE seq = 3"))
        connection.execute(text("UPDATE timeline_text SET text = 'nothing' WHERE seq = 4"))
        connection.execute(text("UPDATE timeline_text SET text = '' WHERE seq = 2"))
    with any_store() as uow:
        assert first_broken(uow.audit.all()) == 3
        assert first_broken_entry("INC-1", uow.timeline.chain(1)) == 4


def test_judgements_and_erased_texts_leave_the_chain_whole(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    with any_store() as uow:
        for number in range(3):
            uow.timeline.append(1, an_entry(f"entry {number}"), NOW)
        uow.timeline.set_review(1, [1, 2], Review.HIDDEN, "private")
        uow.timeline.set_review(1, [2], Review.ACCEPTED)
        uow.timeline.erase(1, [3])
        uow.commit()
    with any_store() as uow:
        chain = uow.timeline.chain(1)
        assert [(e.review, e.review_reason) for e in chain] == [
            (Review.HIDDEN, "private"),
            (Review.ACCEPTED, None),
            (Review.PENDING, None),
        ]
        assert chain[2].erased
        assert first_broken_entry("INC-1", chain) is None
        with pytest.raises(NotFoundError, match="no timeline entry 9"):
            uow.timeline.set_review(1, [9], Review.ACCEPTED)


def test_two_people_judge_and_note_at_the_same_moment_and_both_are_kept(
    any_store: RecordingStore,
) -> None:
    kept(any_store, an_incident())
    s = services(any_store)
    for number in range(6):
        add_note(s, 1, f"note {number}", Actor("U1", "Ana"))

    def work(who: str) -> None:
        actor = Actor(who, who.lower())
        for number in range(3):
            add_note(s, 1, f"{who} {number}", actor)
            accept(s, 1, actor)

    run_together(work, "U1", "U2")
    accept(s, 1, Actor("U1", "Ana"))
    with any_store() as uow:
        chain = uow.timeline.chain(1)
        found = uow.incidents.get(1)
    assert first_broken_entry("INC-1", chain) is None
    assert {f"{who} {n}" for who in ("U1", "U2") for n in range(3)} <= {e.text for e in chain}
    assert {e.review for e in chain} == {Review.ACCEPTED}
    assert found is not None
    assert found.details.timeline_accepted_at is not None
