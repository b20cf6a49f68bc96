"""What every `ports.Chat` keeps to: Slack's own and the one of the unit tests."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.slack.files import shared
from fireline.domain.errors import RejectedError
from fireline.sandbox.membership import create_channel
from fireline.sandbox.seed import BOT_TOKEN
from fireline.usecases.capture_ports import FileRef
from fireline.usecases.ports import Chat, PostedRef, RawMessage
from fireline.usecases.room_ports import Bookmark
from fireline.usecases.views import FileMessage, Notice
from tests.fakes import FakeChat
from tests.sandbox_fixture import Sandbox
from tests.unit.slack_samples import a_card

NEVER = "1700000000.999999"


@dataclass
class Place:
    """A chat with a person in it, and ways to look at and to change what stands there."""

    chat: Chat
    ana: str
    nobody: str
    guest: str
    pinned: Callable[[PostedRef], bool]
    topic: Callable[[str], str]
    members: Callable[[str], set[str]]
    foreign: Callable[[str], None]
    said: Callable[[str, str, str | None], str]
    shared: Callable[[str, bytes], FileRef]


def slack_place(sandbox: Sandbox) -> Place:
    workspace = sandbox.workspace

    def say(channel: str, text: str, thread_ts: str | None) -> str:
        where = workspace.channels[channel]
        where.members.append(sandbox.user("ana"))
        body = {"thread_ts": thread_ts} if thread_ts else {}
        sent = sandbox.post("/_act/message", user="ana", channel=channel, text=text, **body)
        return str(sent["ts"])

    def guest() -> str:
        dia = workspace.users[sandbox.user("dia")]
        dia.is_restricted = True
        return dia.id

    def share(channel: str, data: bytes) -> FileRef:
        workspace.channels[channel].members.append(sandbox.user("ana"))
        content = base64.b64encode(data).decode()
        body = {"filename": "error.log", "content_base64": content}
        sent = sandbox.post("/_act/file", user="ana", channel=channel, **body)
        file = sandbox.call("files.info", file=sent["file"])["file"]
        return shared({"files": [file]})[0]

    def make(name: str) -> None:
        chen = sandbox.user("chen")
        create_channel(workspace, name, chen)

    return Place(
        SlackChat(web_client(BOT_TOKEN, sandbox.api_url)),
        sandbox.user("ana"),
        "U0NOBODY00",
        guest(),
        pinned=lambda posted: posted.ts in workspace.channels[posted.channel_id].pins,
        topic=lambda channel: str(workspace.channels[channel].topic["value"]),
        members=lambda channel: set(workspace.channels[channel].members),
        foreign=make,
        said=say,
        shared=share,
    )


def fake_place() -> Place:
    fake = FakeChat(
        names={"U0ANA": "Ana"}, strangers={"U0NOBODY00"}, guests={"U0GUEST"}, missing={"#not-there"}
    )

    def say(channel: str, text: str, thread_ts: str | None) -> str:
        ts = f"1700000001.{len(fake.messages):06d}"
        fake.messages[channel, ts] = RawMessage(channel, ts, "U0ANA", "Ana", text, thread_ts)
        return ts

    def share(_channel: str, data: bytes) -> FileRef:
        fake.files["F1"] = data
        return FileRef("F1", "error.log", "text/plain", len(data), "https://files.slack.com/F1")

    return Place(
        fake,
        "U0ANA",
        "U0NOBODY00",
        "U0GUEST",
        pinned=lambda posted: (posted.channel_id, posted.ts) in fake.pins,
        topic=lambda channel: fake.topics[channel],
        members=lambda channel: fake.members[channel],
        foreign=fake.foreign_names.add,
        said=say,
        shared=share,
    )


@pytest.fixture(params=["slack", "fake"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "fake":
        return fake_place()
    return slack_place(request.getfixturevalue("sandbox"))


def test_a_channel_is_made_once_and_known_as_ours(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    assert made.name == "inc-7-late"
    assert place.chat.own_channel("inc-7-late") == made
    assert place.chat.own_channel("inc-8-never") is None
    with pytest.raises(RejectedError) as refused:
        place.chat.create_channel("inc-7-late", private=False)
    assert refused.value.code == "name_taken"
    assert not refused.value.retry


def test_somebody_elses_channel_is_taken_and_not_ours(place: Place) -> None:
    place.foreign("inc-7-late")
    with pytest.raises(RejectedError) as refused:
        place.chat.create_channel("inc-7-late", private=False)
    assert refused.value.code == "name_taken"
    assert place.chat.own_channel("inc-7-late") is None


def test_people_are_invited_and_those_who_cannot_be_are_named(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    assert place.chat.invite(made.id, [place.ana, place.nobody]) == (place.nobody,)
    assert place.chat.invite(made.id, [place.ana]) == ()
    assert place.ana in place.members(made.id)


def test_the_topic_is_set_by_id_and_by_name(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    place.chat.set_topic(made.id, "first")
    place.chat.set_topic("#inc-7-late", "second")
    assert place.topic(made.id) == "second"


def test_a_channel_is_looked_at_with_its_pins_and_links(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    card = place.chat.post(made.id, a_card(), "card:142")
    place.chat.set_topic(made.id, "orders & more <late>")
    place.chat.bookmark(made.id, Bookmark("Status card", "https://x.example/a?b=1&c=2"))
    seen = place.chat.look(made.id)
    assert (seen.id, seen.name, seen.topic) == (made.id, "inc-7-late", "orders & more <late>")
    assert (seen.pinned, seen.archived) == (frozenset({card.ts}), False)
    link = seen.bookmarks["Status card"]
    assert link.link == "https://x.example/a?b=1&c=2"
    place.chat.bookmark(made.id, replace(link, link="https://x.example/2"))
    again = place.chat.look(made.id).bookmarks
    assert [one.link for one in again.values()] == ["https://x.example/2"]


def test_an_archived_channel_says_so_and_can_be_opened_again(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    place.chat.archive(made.id)
    assert place.chat.look(made.id).archived
    place.chat.unarchive(made.id)
    assert not place.chat.look(made.id).archived
    with pytest.raises(RejectedError) as refused:
        place.chat.look("C0NOTTHERE")
    assert refused.value.code == "channel_not_found"


def test_a_post_is_found_by_its_key_by_name_and_by_id(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    posted = place.chat.post("#inc-7-late", Notice("first"), "notice:7")
    assert posted.channel_id == made.id
    assert place.chat.find_post(made.id, "notice:7") == posted
    assert place.chat.find_post("#inc-7-late", "notice:7") == posted
    assert place.chat.find_post(made.id, "notice:8") is None


def test_a_reply_stands_in_its_thread_and_is_found_there(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    parent = place.chat.post(made.id, Notice("first"), "notice:7")
    reply = place.chat.post(made.id, Notice("again"), "notice:7:1", thread=parent)
    assert place.chat.find_post(made.id, "notice:7:1", parent) == reply
    assert place.chat.find_post(made.id, "notice:7:1") is None
    assert place.chat.find_post(made.id, "notice:7:2", parent) is None
    place.chat.update(reply, Notice("third"), "notice:7:1")
    assert place.chat.find_post(made.id, "notice:7:1", parent) == reply


def test_an_edit_keeps_the_place_and_the_key(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    posted = place.chat.post(made.id, Notice("first"), "notice:7")
    place.chat.update(posted, Notice("second"), "notice:7")
    assert place.chat.find_post(made.id, "notice:7") == posted


def test_an_edit_of_what_is_gone_is_refused(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    with pytest.raises(RejectedError) as refused:
        place.chat.update(PostedRef(made.id, NEVER), Notice("x"), "notice:7")
    assert refused.value.code == "message_not_found"


def test_a_status_card_is_pinned_by_itself_and_other_messages_are_not(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    card = place.chat.post(made.id, a_card(), "card:142")
    notice = place.chat.post(made.id, Notice("x"), "notice:7")
    assert place.pinned(card)
    assert not place.pinned(notice)
    place.chat.pin(card)
    assert place.pinned(card)


def test_a_document_is_found_by_its_key_and_stays_as_it_is(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    file = FileMessage("INC-7.md", "Postmortem of INC-7", "# Postmortem", "Draft of INC-7")
    posted = place.chat.post(made.id, file, "postmortem:7:1")
    assert place.chat.find_post(made.id, "postmortem:7:1") == posted
    place.chat.update(posted, file, "postmortem:7:1")
    assert place.chat.find_post(made.id, "postmortem:7:1") == posted


def test_an_unknown_channel_is_refused(place: Place) -> None:
    with pytest.raises(RejectedError) as refused:
        place.chat.post("#not-there", Notice("x"), "notice:7")
    assert refused.value.code == "channel_not_found"


def test_exactly_one_message_is_read_never_its_neighbour(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    top = place.said(made.id, "top", None)
    reply = place.said(made.id, "reply", top)
    found = place.chat.message(made.id, reply, top)
    assert found is not None
    assert (found.text, found.ts, found.thread_ts, found.user) == ("reply", reply, top, place.ana)
    assert place.chat.message(made.id, NEVER) is None


def test_a_message_has_a_link(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    posted = place.chat.post(made.id, Notice("x"), "notice:7")
    link = place.chat.permalink(made.id, posted.ts)
    assert link is not None
    assert posted.ts.replace(".", "") in link


def test_the_fingerprint_is_equal_for_what_looks_equal(place: Place) -> None:
    assert place.chat.fingerprint(a_card()) == place.chat.fingerprint(a_card())
    assert place.chat.fingerprint(a_card()) != place.chat.fingerprint(a_card(title="other"))


def test_a_picture_gets_an_id_of_its_own(place: Place) -> None:
    first = place.chat.upload_image(b"\x89PNG", "a.png", "budget")
    assert first != place.chat.upload_image(b"\x89PNG", "b.png", "budget")


def test_a_person_has_a_name_and_a_zone(place: Place) -> None:
    assert place.chat.user_name(place.ana) == "Ana"
    assert place.chat.user_timezone(place.ana)


def test_a_guest_is_told_from_a_member(place: Place) -> None:
    assert place.chat.is_guest(place.guest)
    assert not place.chat.is_guest(place.ana)


def test_a_private_channel_is_ours_and_is_no_public_one(place: Place) -> None:
    made = place.chat.create_channel("inc-7", private=True)
    assert made.private
    assert place.chat.own_channel("inc-7", private=True) == made
    assert place.chat.own_channel("inc-7") is None
    place.chat.invite(made.id, [place.ana])
    assert place.chat.members_of(made.id) == (place.ana,)


def test_a_channel_gets_another_name_once_and_is_archived(place: Place) -> None:
    place.chat.create_channel("inc-8-left", private=False)
    made = place.chat.create_channel("inc-7-late", private=False)
    with pytest.raises(RejectedError) as refused:
        place.chat.rename(made.id, "inc-8-left")
    assert refused.value.code == "name_taken"
    place.chat.rename(made.id, "inc-7-left")
    place.chat.rename(made.id, "inc-7-left")
    place.chat.archive(made.id)
    place.chat.archive(made.id)
    assert place.chat.own_channel("inc-7-late") is None


def test_a_shared_file_is_fetched_whole_or_not_at_all(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    file = place.shared(made.id, b"boom")
    assert file.size == 4
    assert place.chat.fetch_file(file, 4) == b"boom"
    for refused, most in (
        (file, 3),
        (replace(file, external=True, url="https://drive.example/1"), 99),
        (replace(file, id="F404", url=file.url.replace(file.id, "F404")), 99),
    ):
        with pytest.raises(RejectedError) as error:
            place.chat.fetch_file(refused, most)
        assert not error.value.retry


def test_names_stand_in_place_of_ids(place: Place) -> None:
    made = place.chat.create_channel("inc-7-late", private=False)
    said = place.chat.readable(f"<@{place.ana}> looks in <#{made.id}>")
    assert said in ("@Ana looks in #inc-7-late", "@Ana Silva looks in #inc-7-late")
