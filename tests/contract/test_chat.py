"""`SlackChat` on the sandbox: posts that can be found again, failures told as what they mean."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.slack.files import shared
from fireline.domain.errors import RateLimitedError, RejectedError, UnreachableError
from fireline.sandbox.seed import BOT_TOKEN
from fireline.usecases.ports import PostedRef
from fireline.usecases.views import FileMessage, Notice
from tests.sandbox_fixture import Sandbox
from tests.unit.slack_samples import a_card

POSTING = "chat.postMessage"


@pytest.fixture
def chat(sandbox: Sandbox) -> SlackChat:
    return SlackChat(web_client(BOT_TOKEN, sandbox.api_url))


def test_a_channel_is_made_and_known_as_ours(sandbox: Sandbox, chat: SlackChat) -> None:
    made = chat.create_channel("inc-7-late", private=False)
    assert chat.own_channel("inc-7-late") == made
    assert chat.own_channel("incidents") is None
    with pytest.raises(RejectedError) as refused:
        chat.create_channel("inc-7-late", private=False)
    assert refused.value.code == "name_taken"
    chat.set_topic(made.id, "orders")
    assert sandbox.workspace.channels[made.id].topic["value"] == "orders"


def test_a_channel_of_ours_from_before_the_incident_is_another_ones(
    sandbox: Sandbox, chat: SlackChat
) -> None:
    made = chat.create_channel("inc-1-late", private=False)
    now = datetime.fromtimestamp(sandbox.workspace.clock.now(), UTC)
    assert chat.own_channel("inc-1-late", now) == made
    assert chat.own_channel("inc-1-late", now + timedelta(hours=1)) is None


def test_a_post_is_found_again_by_its_key_and_edited(sandbox: Sandbox, chat: SlackChat) -> None:
    posted = chat.post("#incidents", Notice("first"), "announcement:7")
    assert chat.find_post("#incidents", "announcement:7") == posted
    assert chat.find_post("#incidents", "announcement:8") is None
    chat.update(posted, Notice("second"), "announcement:7")
    shown = sandbox.workspace.channels[posted.channel_id].messages[posted.ts]
    assert shown.text == "second"
    assert chat.find_post(posted.channel_id, "announcement:7") == posted


def test_somebody_elses_words_are_never_ours(sandbox: Sandbox, chat: SlackChat) -> None:
    assert sandbox.post("/_act/message", user="ana", channel="incidents", text="hello")["ok"]
    assert chat.find_post("#incidents", "hello") is None


def test_a_status_card_is_pinned_once(sandbox: Sandbox, chat: SlackChat) -> None:
    made = chat.create_channel("inc-142-late", private=False)
    posted = chat.post(made.id, a_card(), "card:142")
    chat.update(posted, a_card(title="other"), "card:142")
    assert sandbox.workspace.channels[made.id].pins == [posted.ts]


def test_whoever_was_thrown_out_comes_back_to_do_the_work(
    sandbox: Sandbox, chat: SlackChat
) -> None:
    made = chat.create_channel("inc-143-late", private=False)
    posted = chat.post(made.id, a_card(), "card:143")
    for work in (
        lambda: chat.set_topic(made.id, "orders are late"),
        lambda: chat.invite(made.id, [sandbox.user("ana")]),
        lambda: chat.pin(posted),
        lambda: chat.look(made.id),
    ):
        assert sandbox.post("/_faults/remove_bot", channel=made.id)["ok"]
        work()
        assert sandbox.user("fireline") in sandbox.workspace.channels[made.id].members
    assert sandbox.workspace.channels[made.id].topic["value"] == "orders are late"


def test_a_document_is_shared_as_a_file_and_found_again(sandbox: Sandbox, chat: SlackChat) -> None:
    file = FileMessage("INC-7.md", "Postmortem of INC-7", "# Postmortem", "Draft of INC-7")
    posted = chat.post("#incidents", file, "postmortem:7:1")
    assert chat.find_post("#incidents", "postmortem:7:1") == posted
    assert chat.find_post("#incidents", "postmortem:7:2") is None
    message = sandbox.workspace.channels[posted.channel_id].messages[posted.ts]
    assert message.text == "Draft of INC-7"


def test_it_joins_a_public_channel_to_post_there(sandbox: Sandbox, chat: SlackChat) -> None:
    posted = chat.post("#general", Notice("hello"), "k")
    bot = chat.directory.identity()["user_id"]
    assert bot in sandbox.workspace.channels[posted.channel_id].members


def test_a_person_gets_a_direct_message(sandbox: Sandbox, chat: SlackChat) -> None:
    key = "remind:ana:1"
    posted = chat.post(f"@{sandbox.user('ana')}", Notice("due"), key)
    assert posted.channel_id.startswith("D")
    assert chat.find_post(f"@{sandbox.user('ana')}", key) == posted


def test_people_who_cannot_be_invited_are_named(sandbox: Sandbox, chat: SlackChat) -> None:
    made = chat.create_channel("inc-8", private=False)
    ana = sandbox.user("ana")
    assert chat.invite(made.id, [ana, "U0NOBODY00"]) == ("U0NOBODY00",)
    assert chat.invite(made.id, [ana]) == ()


def test_an_unknown_channel_says_what_to_do(chat: SlackChat) -> None:
    with pytest.raises(RejectedError, match="Create it, or change the setting"):
        chat.post("#not-there", Notice("x"), "k")


def test_a_rate_limit_says_how_long_to_wait(sandbox: Sandbox, chat: SlackChat) -> None:
    chat.post("#incidents", Notice("warm"), "warm")
    sandbox.fault("rate_limited", method=POSTING, retry_after=7)
    with pytest.raises(RateLimitedError) as slow:
        chat.post("#incidents", Notice("x"), "k")
    assert slow.value.after == 7


def test_a_lost_reply_is_an_unknown_outcome_and_is_not_repeated(
    sandbox: Sandbox, chat: SlackChat
) -> None:
    chat.post("#incidents", Notice("warm"), "warm")
    sandbox.fault("drop_reply", method=POSTING)
    with pytest.raises(UnreachableError):
        chat.post("#incidents", Notice("once"), "once")
    found = chat.find_post("#incidents", "once")
    assert found is not None
    said = [m.text for m in sandbox.workspace.channels[found.channel_id].messages.values()]
    assert said.count("once") == 1


def test_a_server_error_may_be_tried_again(sandbox: Sandbox, chat: SlackChat) -> None:
    sandbox.fault("http_500", method=POSTING)
    with pytest.raises(UnreachableError):
        chat.post("#incidents", Notice("x"), "k")


def test_exactly_the_reply_is_read_never_its_neighbour(sandbox: Sandbox, chat: SlackChat) -> None:
    channel = sandbox.channel("incidents")
    top = sandbox.post("/_act/message", user="ana", channel="incidents", text="top <@bo> & co")
    reply = sandbox.post(
        "/_act/message", user="bo", channel="incidents", text="reply", thread_ts=top["ts"]
    )
    found = chat.message(channel, reply["ts"])
    assert found is not None
    assert (found.text, found.ts, found.user_name) == ("reply", reply["ts"], "Bo")
    assert chat.message(channel, "1700000000.000001") is None


def test_people_have_names_zones_and_messages_have_links(sandbox: Sandbox, chat: SlackChat) -> None:
    assert chat.user_timezone(sandbox.user("ana")) == "Europe/Lisbon"
    posted = chat.post("#incidents", Notice("x"), "k")
    assert posted.ts.replace(".", "") in (chat.permalink(posted.channel_id, posted.ts) or "")
    assert chat.permalink(posted.channel_id, "1700000000.000001") is None


def test_a_picture_is_uploaded_without_being_shared(sandbox: Sandbox, chat: SlackChat) -> None:
    file_id = chat.upload_image(b"\x89PNG", "b.png", "budget")
    assert sandbox.workspace.files[file_id].shares == []


def test_the_fingerprint_changes_with_what_is_shown(chat: SlackChat) -> None:
    card = a_card()
    assert chat.fingerprint(card) == chat.fingerprint(replace(card))
    assert chat.fingerprint(card) != chat.fingerprint(replace(card, title="other"))


def test_a_post_that_is_gone_says_so(chat: SlackChat) -> None:
    posted = chat.post("#incidents", Notice("x"), "k")
    with pytest.raises(RejectedError) as refused:
        chat.update(PostedRef(posted.channel_id, "1700000000.000001"), Notice("y"), "k")
    assert refused.value.code == "message_not_found"


def test_a_file_without_the_right_to_read_it_is_refused_and_not_kept_as_a_sign_in_page(
    sandbox: Sandbox, chat: SlackChat
) -> None:
    channel = sandbox.channel("incidents")
    sent = sandbox.post("/_act/file", user="ana", channel=channel, filename="a.log", content="x")
    file = shared({"files": [sandbox.call("files.info", file=sent["file"])["file"]]})[0]
    app = next(iter(sandbox.workspace.apps.values()))
    app.scopes.discard("files:read")
    with pytest.raises(RejectedError, match="sign-in page"):
        chat.fetch_file(file, 99)


def test_groups_and_private_channels_are_named_where_slack_says(
    sandbox: Sandbox, chat: SlackChat
) -> None:
    group = next(iter(sandbox.workspace.usergroups.values()))
    assert chat.readable(f"<!subteam^{group.id}> please") == f"@{group.handle} please"
    assert chat.readable("<!subteam^S0NOBODY> <#C0NOWHERE>") == "@S0NOBODY #C0NOWHERE"
