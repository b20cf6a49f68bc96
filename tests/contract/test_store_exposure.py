"""What exposure mode asks of the database, on both."""

from fireline.domain.postmortem.action import Postmortem
from fireline.usecases.ports import PostedMessage, RawMessage
from tests.builders import an_incident, night
from tests.store_fixture import RecordingStore


def test_messages_are_found_by_their_incident_and_by_their_kind(any_store: RecordingStore) -> None:
    with any_store() as uow:
        for key, kind, ref in (
            ("card:1", "card", "1"),
            ("card:11", "card", "11"),
            ("update:1:2", "update", "1:2"),
            ("n:1", "consumer_notice", "1|board|#finance"),
            ("alert:1-x", "alert", "1-x"),
        ):
            uow.messages.save(PostedMessage(key, "#somewhere", kind, ref))
        uow.commit()
    with any_store() as uow:
        assert [m.key for m in uow.messages.of_incident(1)] == ["card:1", "n:1", "update:1:2"]
        assert [m.key for m in uow.messages.of_kind("card")] == ["card:1", "card:11"]


def test_words_are_taken_out_of_a_channel_and_of_postmortems(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.incidents.add(an_incident(1))
        uow.raw_messages.save(RawMessage("C1", "1.1", "U", "u", "secret"))
        uow.raw_messages.save(RawMessage("C2", "1.1", "U", "u", "kept"))
        uow.postmortems.add(Postmortem(1, 1, "secret", '{"a":"secret"}', night("07:00")))
        uow.commit()
    with any_store() as uow:
        uow.raw_messages.erase("C1")
        uow.postmortems.erase(1)
        uow.commit()
    with any_store() as uow:
        assert "secret" not in repr([uow.raw_messages.get("C1", "1.1"), uow.postmortems.latest(1)])
        kept = uow.raw_messages.get("C2", "1.1")
    assert kept is not None
    assert kept.text == "kept"
