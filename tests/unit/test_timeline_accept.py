"""The accept step: who judges, what each judgement leaves in the record, what the review uses."""

from dataclasses import replace

import pytest

from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.accepting import standing
from fireline.domain.incident.incident import Incident, RepairDecision, Role
from fireline.domain.incident.timeline import EntryKind, Review, TimelineEntry
from fireline.domain.incident.timeline_text import accepted, current, shown, words
from fireline.usecases import capture_timeline as capture
from fireline.usecases import raw_messages as raw
from fireline.usecases.accept_timeline import REDRAFT, accept, correct, hide
from fireline.usecases.draft_postmortem import draft
from fireline.usecases.erase_entry import erase
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.incident_export import ExportFormat, as_document
from fireline.usecases.manage_incident import (
    Declare,
    add_note,
    assign_role,
    declare,
    resolve,
    restore,
)
from fireline.usecases.ports import RawMessage, Services
from fireline.usecases.share_export import exported, share_export
from fireline.usecases.timeline_views import PAGE, Listing, timeline_page
from fireline.usecases.verify_chains import verify_chains
from tests.builders import ANA, BEN, night, services
from tests.fakes import EPOCH
from tests.store_fixture import RecordingStore

TS = "1795313520.000100"


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    return services(sqlite_store)


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA)).incident
    return record_channel(s, made.id, open_channel(s, made.id))


def entries(s: Services, incident: Incident) -> list[TimelineEntry]:
    with s.store() as uow:
        return uow.timeline.entries(incident.id)


def noted(s: Services, incident: Incident, text: str = "lag is 3 h") -> int:
    add_note(s, incident.id, text, ANA)
    return max(e.seq for e in entries(s, incident))


def sound(s: Services) -> bool:
    with s.store() as uow:
        return verify_chains(uow).problems == ()


def test_accepting_all_accepts_the_timeline_with_its_own_line(
    s: Services, incident: Incident
) -> None:
    noted(s, incident)
    after = accept(s, incident.id, ANA)
    assert after.details.timeline_accepted_at == EPOCH
    assert standing(entries(s, incident)).pending == 0
    assert "Timeline accepted" in [e.text for e in accepted(entries(s, incident))]
    assert sound(s)


def test_the_timeline_is_accepted_with_its_last_entry(s: Services, incident: Incident) -> None:
    seqs = [e.seq for e in entries(s, incident)]
    for seq in seqs[:-1]:
        assert accept(s, incident.id, ANA, [seq]).details.timeline_accepted_at is None
    after = hide(s, incident.id, seqs[-1], "says nothing", ANA)
    assert after.details.timeline_accepted_at == EPOCH


def test_a_correction_is_a_new_version_that_counts(s: Services, incident: Incident) -> None:
    seq = noted(s, incident, "lag is 3 min")
    made = correct(s, incident.id, seq, "lag is 3 h", "wrong unit", ANA, night("02:05"))
    found = next(e for e in current(entries(s, incident)) if e.seq == made.seq)
    assert (found.review, found.review_reason) == (Review.CORRECTED, "wrong unit")
    assert (found.supersedes, found.occurred_at) == (seq, night("02:05"))
    assert words(found) == "lag is 3 h (corrected)"
    assert found in accepted(entries(s, incident))
    assert any(e.text == "lag is 3 min" for e in entries(s, incident))
    with pytest.raises(NotFoundError, match="not on the timeline any more"):
        correct(s, incident.id, seq, "again", "late", ANA)
    assert sound(s)


def test_a_hidden_entry_is_kept_with_its_reason_and_read_by_nobody(
    s: Services, incident: Incident
) -> None:
    seq = noted(s, incident, "a customer called")
    hide(s, incident.id, seq, "names a customer", ANA)
    assert all(e.seq != seq for e in shown(entries(s, incident)))
    kept = next(e for e in entries(s, incident) if e.seq == seq)
    assert (kept.text, kept.review_reason) == ("a customer called", "names a customer")
    accept(s, incident.id, ANA, [seq])
    assert any(e.seq == seq for e in shown(entries(s, incident)))
    assert sound(s)


@pytest.mark.parametrize("role", [Role.SCRIBE, Role.COMMANDER])
def test_scribe_or_commander_judge_and_nobody_else(
    s: Services, incident: Incident, role: Role
) -> None:
    assign_role(s, incident.id, Role.COMMANDER, None, "", ANA)
    accept(s, incident.id, BEN)  # while nobody holds either role, everybody may
    assign_role(s, incident.id, role, ANA.id, "ana", ANA)
    seq = noted(s, incident)
    for attempt in (
        lambda: accept(s, incident.id, BEN),
        lambda: hide(s, incident.id, seq, "no", BEN),
        lambda: correct(s, incident.id, seq, "x", "y", BEN),
    ):
        with pytest.raises(ForbiddenError, match=f"the {role.value}"):
            attempt()
    accept(s, incident.id, ANA)


def test_no_judgement_without_its_words(s: Services, incident: Incident) -> None:
    seq = noted(s, incident)
    with pytest.raises(InvalidInputError, match="why"):
        hide(s, incident.id, seq, "  ", ANA)
    with pytest.raises(InvalidInputError, match="how it should read"):
        correct(s, incident.id, seq, " ", "because", ANA)
    with pytest.raises(InvalidInputError, match="not come yet"):
        correct(s, incident.id, seq, "x", "because", ANA, night("23:00"))
    with pytest.raises(NotFoundError, match="Entry 99"):
        accept(s, incident.id, ANA, [99])


def test_an_edit_after_acceptance_waits_again_and_a_hidden_message_stays_hidden(
    s: Services, incident: Incident
) -> None:
    channel = str(incident.channel_id)
    for ts, text in ((TS, "lag 3 h"), ("1795313521.000100", "secret")):
        raw.record_message(s, RawMessage(channel, ts, BEN.id, BEN.name, text))
        capture.flag(s, channel, ts, "pushpin", ANA)
    accept(s, incident.id, ANA)
    secret = next(e.seq for e in entries(s, incident) if e.text == "secret")
    hide(s, incident.id, secret, "private", ANA)
    raw.record_edit(s, raw.Edit(channel, TS, "lag 2 h"))
    raw.record_edit(s, raw.Edit(channel, "1795313521.000100", "still secret"))
    reviews = {e.text: e.review for e in current(entries(s, incident))}
    assert reviews["lag 2 h"] is Review.PENDING
    assert reviews["still secret"] is Review.HIDDEN


def test_the_postmortem_uses_accepted_entries_only_and_is_drafted_anew(
    s: Services, incident: Incident, sqlite_store: RecordingStore
) -> None:
    wrong = noted(s, incident, "the sensor was broken")
    gone = noted(s, incident, "a joke")
    restore(s, incident.id, "moved the sensor back", ANA)
    resolve(s, incident.id, RepairDecision(damaged=False, checked_by="ana", how="rows"), ANA)
    first = draft(s, incident.id)
    assert "the sensor was broken" not in first.markdown
    correct(s, incident.id, wrong, "the sensor was moved", "it was not broken", ANA)
    hide(s, incident.id, gone, "a joke", ANA)
    accept(s, incident.id, ANA)
    assert len(sqlite_store.started(REDRAFT)) == 3
    second = draft(s, incident.id)
    assert second.version == 2
    assert "the sensor was moved (corrected)" in second.markdown
    assert "the sensor was broken" not in second.markdown
    assert "a joke" not in second.markdown


def test_pages_of_the_timeline_begin_with_the_newest_and_of_what_waits_with_the_oldest(
    s: Services, incident: Incident
) -> None:
    for number in range(PAGE * 2):
        noted(s, incident, f"note {number}")
    with s.store() as uow:
        newest = timeline_page(uow, incident, ANA)
        waits = timeline_page(uow, incident, ANA, Listing.PENDING)
        first = timeline_page(uow, incident, ANA, Listing.ALL, -5)
    assert (newest.page, newest.pages) == (2, 3)
    assert newest.lines[-1].text == "note 19"
    assert (waits.page, first.page) == (0, 0)


def test_a_deleted_text_is_shown_to_the_commander_alone(s: Services, incident: Incident) -> None:
    channel = str(incident.channel_id)
    raw.record_message(s, RawMessage(channel, TS, BEN.id, BEN.name, "a hasty word"))
    capture.flag(s, channel, TS, "pushpin", ANA)
    raw.record_delete(s, channel, TS, night("03:12"))
    led = assign_role(s, incident.id, Role.COMMANDER, ANA.id, "ana", ANA)
    with s.store() as uow:
        theirs = timeline_page(uow, led, BEN).lines
        hers = timeline_page(uow, led, ANA).lines
        exported = as_document(uow, led, timeline=True)["timeline"]
    assert [line.text for line in theirs if line.deleted] == [""]
    assert [line.text for line in hers if line.deleted] == ["a hasty word"]
    assert [line.deleted_at for line in theirs if line.deleted] == [night("03:12")]
    assert "a hasty word" not in str(exported)
    assert [(e["text"], e["version"]) for e in exported if e["visibility"] == "commander"] == [
        ("(deleted by its author 03:12)", 1)
    ]


def test_an_erased_text_is_gone_in_every_version_and_the_chain_holds(
    s: Services, incident: Incident
) -> None:
    channel = str(incident.channel_id)
    raw.record_message(s, RawMessage(channel, TS, BEN.id, BEN.name, "call 555 0199"))
    capture.flag(s, channel, TS, "scales", ANA)
    raw.record_edit(s, raw.Edit(channel, TS, "call Ms Doe at 555 0199"))
    seq = next(e.seq for e in current(entries(s, incident)) if e.kind is EntryKind.DECISION)
    with s.store() as uow:
        assert len(erase(uow, incident, seq, "GDPR request", EPOCH)) == 2
    with s.store() as uow:
        kept = uow.raw_messages.get(channel, TS)
        after = uow.incidents.get(incident.id)
    assert kept is not None
    assert after is not None
    everything = f"{entries(s, incident)} {kept} {after.details}"
    assert "555 0199" not in everything
    assert "(text erased) (edited)" in [words(e) for e in current(entries(s, incident))]
    assert sound(s)
    with s.store() as uow, pytest.raises(NotFoundError, match="no timeline entry 99"):
        erase(uow, incident, 99, "GDPR", EPOCH)
    with s.store() as uow, pytest.raises(InvalidInputError, match="law"):
        erase(uow, replace(incident), seq, " ", EPOCH)


def test_the_export_of_a_restricted_incident_is_whole_in_its_channel_and_nowhere_else(
    s: Services, incident: Incident
) -> None:
    noted(s, incident, "the bucket was public")
    with s.store() as uow:
        uow.incidents.save(replace(incident, restricted=True))
        uow.commit()
    share_export(s, incident.id, ExportFormat.MARKDOWN, ANA)
    with s.store() as uow:
        file = exported(s, uow, f"{incident.id}:md:1")
        held = uow.incidents.get(incident.id)
        assert held is not None
        outside = as_document(uow, held, timeline=True)
    assert file is not None
    assert "the bucket was public" in file.content
    assert "the bucket was public" not in file.comment
    assert "the bucket was public" not in str(outside)
