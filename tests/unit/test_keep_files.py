"""Files of flagged messages: copied once, within bounds, and honest about what was not."""

import hashlib
from dataclasses import replace

import pytest

from fireline.domain.errors import UnreachableError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind
from fireline.usecases import capture_timeline as capture
from fireline.usecases import raw_messages as raw
from fireline.usecases.capture_ports import FileLimits, FileRef
from fireline.usecases.erase_entry import erase
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.keep_files import keep_files, size
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import RawMessage, Services
from tests.builders import ANA, BEN, services
from tests.fakes import EPOCH, FakeChat
from tests.store_fixture import RecordingStore

TS = "1795313520.000100"
LOG = FileRef("F1", "error.log", "text/plain", 4, "https://files.slack.com/F1", "https://x.test/1")


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(files={"F1": b"boom", "F2": b"12345678"})


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat) -> Services:
    return services(sqlite_store, chat=chat, files=FileLimits(one=6, all=10))


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA)).incident
    return record_channel(s, made.id, open_channel(s, made.id))


def flag_with(s: Services, incident: Incident, *files: FileRef, ts: str = TS) -> None:
    channel = str(incident.channel_id)
    said = RawMessage(channel, ts, BEN.id, BEN.name, "look", files=files)
    raw.record_message(s, said)
    capture.flag(s, channel, ts, "pushpin", ANA)


def lines(s: Services, incident: Incident) -> list[str]:
    with s.store() as uow:
        found = uow.timeline.entries(incident.id)
    return [e.text for e in found if e.kind is EntryKind.FILE]


def test_a_flagged_file_is_copied_once_with_its_hash(
    s: Services, incident: Incident, sqlite_store: RecordingStore
) -> None:
    flag_with(s, incident, LOG)
    (call,) = sqlite_store.started(capture.KEEP_FILES)
    assert call.args == (incident.id, incident.channel_id, TS)
    for new in (1, 0):
        assert keep_files(s, incident.id, str(incident.channel_id), TS) == new
    digest = hashlib.sha256(b"boom").hexdigest()
    with s.store() as uow:
        (kept,) = uow.kept_files.of(incident.id)
        assert uow.kept_files.data(incident.id, "F1") == b"boom"
        assert uow.kept_files.size(incident.id) == 4
    assert (kept.sha256, kept.size, kept.why_not) == (digest, 4, None)
    assert lines(s, incident) == [f"File error.log (4 B, text/plain) is kept, sha256 {digest}"]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (replace(LOG, size=7), "7 B is more than the 6 B that are kept"),
        (replace(LOG, id="F2", size=0), "F2 is larger"),
        (replace(LOG, external=True), "it lies outside Slack"),
        (replace(LOG, url=""), "it lies outside Slack"),
        (replace(LOG, id="F9"), "is not there"),
    ],
)
def test_what_is_not_copied_is_a_link_that_says_why(
    s: Services, incident: Incident, file: FileRef, why: str
) -> None:
    flag_with(s, incident, replace(file, name=file.id if file.id == "F2" else file.name))
    keep_files(s, incident.id, str(incident.channel_id), TS)
    with s.store() as uow:
        (kept,) = uow.kept_files.of(incident.id)
    assert kept.sha256 is None
    assert why in str(kept.why_not)
    assert "is kept as a link only" in lines(s, incident)[0]


def test_all_files_of_an_incident_together_are_bounded(s: Services, incident: Incident) -> None:
    for number in range(3):
        ts = f"179531352{number}.000100"
        flag_with(s, incident, replace(LOG, name=f"{number}.log"), ts=ts)
        file = replace(LOG, id=f"F{number}")
        with s.store() as uow:
            kept = uow.raw_messages.get(str(incident.channel_id), ts)
            assert kept is not None
            uow.raw_messages.save(replace(kept, files=(file,)))
            uow.commit()
        chat = s.chat
        assert isinstance(chat, FakeChat)
        chat.files[file.id] = b"boom"
        keep_files(s, incident.id, str(incident.channel_id), ts)
    with s.store() as uow:
        found = [f.why_not for f in uow.kept_files.of(incident.id)]
    assert found == [None, None, "the incident's files fill the 10 B that are kept"]


def test_slack_out_of_reach_is_tried_again(s: Services, incident: Incident, chat: FakeChat) -> None:
    flag_with(s, incident, LOG)
    chat.fail["fetch_file"] = [UnreachableError("no answer")]
    with pytest.raises(UnreachableError):
        keep_files(s, incident.id, str(incident.channel_id), TS)
    assert lines(s, incident) == []
    assert keep_files(s, incident.id, str(incident.channel_id), TS) == 1


def test_an_erased_message_takes_its_files_along(s: Services, incident: Incident) -> None:
    flag_with(s, incident, LOG)
    keep_files(s, incident.id, str(incident.channel_id), TS)
    with s.store() as uow:
        seq = next(e.seq for e in uow.timeline.chain(incident.id) if e.text == "look")
        erase(uow, incident, seq, "GDPR request", EPOCH)
    with s.store() as uow:
        assert uow.kept_files.data(incident.id, "F1") is None
        assert uow.kept_files.of(incident.id)[0].why_not == "it was erased"


@pytest.mark.parametrize(("count", "text"), [(12, "12 B"), (2048, "2 kB"), (1_500_000, "1.4 MB")])
def test_sizes_are_for_people(count: int, text: str) -> None:
    assert size(count) == text
