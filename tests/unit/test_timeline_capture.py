"""What is said in an incident channel, and how it enters the timeline."""

import pytest

from fireline.domain.errors import NotFoundError, UnreachableError
from fireline.domain.incident.chain import first_broken_entry
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, TimelineEntry
from fireline.domain.incident.timeline_text import latest_said, shown, words
from fireline.usecases import capture_timeline as capture
from fireline.usecases import raw_messages as raw
from fireline.usecases.capture_ports import RawVersion
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.manage_incident import Declare, add_note, declare
from fireline.usecases.ports import RawMessage, Services
from tests.builders import ANA, BEN, an_entry, night, services
from tests.fakes import EPOCH, FakeChat
from tests.store_fixture import RecordingStore

TS = "1795313520.000100"  # 2026-11-22 02:12 UTC
REPLY = "1795313580.000200"


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat) -> Services:
    return services(sqlite_store, chat=chat)


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA)).incident
    return record_channel(s, made.id, open_channel(s, made.id))


@pytest.fixture
def channel(incident: Incident) -> str:
    assert incident.channel_id is not None
    return incident.channel_id


def said(
    channel: str, ts: str = TS, text: str = "lag is 3 h", thread: str | None = None
) -> RawMessage:
    return RawMessage(channel, ts, BEN.id, BEN.name, text, thread)


def from_slack(s: Services, incident: Incident) -> list[TimelineEntry]:
    with s.store() as uow:
        entries = uow.timeline.entries(incident.id)
    return [e for e in shown(entries) if e.provenance.source == "slack"]


def test_messages_are_kept_but_not_in_the_timeline(
    s: Services, incident: Incident, channel: str
) -> None:
    raw.record_message(s, said(channel))
    raw.record_message(s, said(channel, text="a repeat"))
    with s.store() as uow:
        kept = uow.raw_messages.get(channel, TS)
    assert kept is not None
    assert kept.text == "lag is 3 h"
    assert from_slack(s, incident) == []


def test_messages_of_other_channels_are_not_kept(s: Services, incident: Incident) -> None:
    assert incident.open
    raw.record_message(s, said("C0OTHER"))
    with s.store() as uow:
        assert uow.raw_messages.get("C0OTHER", TS) is None


@pytest.mark.parametrize(
    ("emoji", "kind"),
    [
        ("pushpin", EntryKind.EVENT),
        ("scales", EntryKind.DECISION),
        ("ballot_box_with_check", EntryKind.ACTION),
        (":bulb:", EntryKind.HYPOTHESIS),
        ("pushpin::skin-tone-2", EntryKind.EVENT),
    ],
)
def test_an_emoji_puts_the_message_into_the_timeline(
    s: Services, incident: Incident, channel: str, emoji: str, kind: EntryKind
) -> None:
    raw.record_message(s, said(channel))
    capture.flag(s, channel, TS, emoji, ANA)
    (entry,) = from_slack(s, incident)
    assert (entry.kind, entry.text, entry.actor_name) == (kind, "lag is 3 h", "ben")
    assert entry.occurred_at == capture.said_at(TS)
    assert entry.supporters == (ANA.id,)
    assert entry.provenance.permalink == f"https://slack.test/archives/{channel}/p1795313520000100"


def test_any_other_emoji_does_nothing(s: Services, incident: Incident, channel: str) -> None:
    capture.flag(s, channel, TS, "tada", ANA)
    assert from_slack(s, incident) == []


def test_a_flag_outside_an_incident_channel_does_nothing(s: Services, chat: FakeChat) -> None:
    capture.flag(s, "C0OTHER", TS, "pushpin", ANA)
    assert chat.calls == []


def test_second_reaction_adds_a_supporter_not_a_row(
    s: Services, incident: Incident, channel: str
) -> None:
    raw.record_message(s, said(channel))
    for who in (ANA, BEN, ANA):
        capture.flag(s, channel, TS, "pushpin", who)
    (entry,) = from_slack(s, incident)
    assert entry.supporters == (ANA.id, BEN.id)
    assert words(entry) == "lag is 3 h (+1 flagged it too)"


def test_removing_the_last_reaction_retracts_and_a_new_one_brings_it_back(
    s: Services, incident: Incident, channel: str
) -> None:
    raw.record_message(s, said(channel))
    capture.flag(s, channel, TS, "pushpin", ANA)
    capture.unflag(s, channel, TS, "pushpin", BEN)
    assert len(from_slack(s, incident)) == 1
    capture.unflag(s, channel, TS, "pushpin", ANA)
    assert from_slack(s, incident) == []
    capture.flag(s, channel, TS, "pushpin", BEN)
    assert [e.supporters for e in from_slack(s, incident)] == [(BEN.id,)]


def test_a_thread_reply_that_was_missed_is_fetched_by_its_exact_ts(
    s: Services, incident: Incident, channel: str, chat: FakeChat
) -> None:
    chat.messages[channel, REPLY] = said(channel, REPLY, "restarted it", TS)
    capture.flag(s, channel, REPLY, "pushpin", ANA)
    (entry,) = from_slack(s, incident)
    assert (entry.text, entry.provenance.thread_ts) == ("restarted it", TS)


def test_a_neighbour_is_never_taken_for_the_message(
    s: Services, incident: Incident, channel: str, chat: FakeChat
) -> None:
    chat.messages[channel, REPLY] = said(channel, TS, "the parent")
    capture.flag(s, channel, REPLY, "pushpin", ANA)
    (entry,) = from_slack(s, incident)
    assert entry.text == "message not retrievable"
    assert entry.provenance.permalink is not None
    assert entry.provenance.detail == "Slack gave another message"


def test_a_message_that_cannot_be_fetched_is_recorded_as_such(
    s: Services, incident: Incident, channel: str, chat: FakeChat
) -> None:
    chat.fail["message"] = [UnreachableError("no answer from Slack")]
    chat.fail["permalink"] = [UnreachableError("no answer from Slack")]
    capture.flag(s, channel, TS, "pushpin", ANA)
    (entry,) = from_slack(s, incident)
    assert entry.text == "message not retrievable"
    assert entry.provenance.detail == "asking for it failed: no answer from Slack"


def test_an_edit_is_a_new_version_and_the_old_text_stays(
    s: Services, incident: Incident, channel: str
) -> None:
    raw.record_message(s, said(channel))
    capture.flag(s, channel, TS, "pushpin", ANA)
    capture.flag(s, channel, TS, "scales", BEN)
    raw.record_edit(s, raw.Edit(channel, TS, "lag is 2 h"))
    raw.record_edit(s, raw.Edit(channel, TS, "lag is 2 h"))
    found = from_slack(s, incident)
    assert [(e.kind, words(e)) for e in found] == [
        (EntryKind.EVENT, "lag is 2 h (edited)"),
        (EntryKind.DECISION, "lag is 2 h (edited)"),
    ]
    assert [e.supporters for e in found] == [(ANA.id,), (BEN.id,)]
    with s.store() as uow:
        kept = uow.raw_messages.get(channel, TS)
        chain = uow.timeline.chain(incident.id)
    assert kept is not None
    assert kept.text == "lag is 2 h"
    assert kept.versions == (RawVersion("lag is 3 h", EPOCH, BEN.id),)
    assert [e.text for e in chain if e.provenance.source == "slack"] == [
        "lag is 3 h",
        "lag is 3 h",
        "lag is 2 h",
        "lag is 2 h",
    ]
    assert first_broken_entry(incident.ref, chain) is None


def test_a_deleted_message_leaves_a_tombstone(
    s: Services, incident: Incident, channel: str
) -> None:
    raw.record_message(s, said(channel))
    capture.flag(s, channel, TS, "pushpin", ANA)
    raw.record_delete(s, channel, TS)
    (entry,) = from_slack(s, incident)
    assert words(entry) == "(deleted by its author 02:10)"
    with s.store() as uow:
        kept = uow.raw_messages.get(channel, TS)
    assert kept is not None
    assert kept.deleted


def test_edits_and_deletions_of_unknown_messages_change_nothing(
    s: Services, incident: Incident, channel: str
) -> None:
    raw.record_edit(s, raw.Edit(channel, TS, "x"))
    raw.record_delete(s, channel, TS)
    assert from_slack(s, incident) == []


def test_the_shortcut_adds_exactly_the_message_it_was_used_on(
    s: Services, incident: Incident, channel: str
) -> None:
    for who in (ANA, BEN):
        capture.add_message(s, said(channel), who)
    (entry,) = from_slack(s, incident)
    assert (entry.text, entry.actor_name) == ("lag is 3 h", "ben")
    assert entry.supporters == (ANA.id, BEN.id)


def test_the_shortcut_elsewhere_says_where_it_works(s: Services) -> None:
    with pytest.raises(NotFoundError, match="belongs to no incident"):
        capture.add_message(s, said("C0OTHER"), ANA)


def test_a_late_note_says_when_it_was_noted(s: Services, incident: Incident) -> None:
    add_note(s, incident.id, "pager was silenced", ANA, occurred_at=night("01:55"))
    with s.store() as uow:
        first = shown(uow.timeline.entries(incident.id))[0]
    assert words(first) == "pager was silenced (noted 02:10)"


def test_a_note_of_another_day_is_dated() -> None:
    entry = an_entry(occurred_at=night("01:55"), recorded_at=night("27:10"))
    assert words(entry) == "Lag is growing (noted 2026-11-23 03:10)"


def test_the_card_shows_the_newest_things_people_said() -> None:
    entries = [
        an_entry(1, "first"),
        an_entry(2, "machine", kind=EntryKind.EVENT),
        an_entry(3, "second", occurred_at=night("02:20"), recorded_at=night("02:20")),
    ]
    assert latest_said(entries, 3) == ("02:20 ana: second", "02:12 ana: first")
