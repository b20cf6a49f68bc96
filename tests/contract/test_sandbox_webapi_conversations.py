"""conversations.* against the sandbox: what works, what is refused, what is told."""

import pytest

from fireline.sandbox.entities import Json
from tests.sandbox_fixture import Sandbox


@pytest.fixture
def incident(sandbox: Sandbox) -> str:
    created = sandbox.client().conversations_create(name="inc-1042-kafka")
    return str(created["channel"]["id"])


@pytest.fixture
def heard(sandbox: Sandbox) -> list[Json]:
    events: list[Json] = []
    sandbox.workspace.listeners.append(lambda event, _channel: events.append(event))
    return events


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("with space", "invalid_name_specials"),
        ("dot.ted", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("incidents", "name_taken"),
    ],
)
def test_bad_channel_names_have_their_own_errors(sandbox: Sandbox, name: str, error: str) -> None:
    assert sandbox.error("conversations.create", name=name) == error


def test_eighty_characters_of_name_pass(sandbox: Sandbox) -> None:
    assert sandbox.call("conversations.create", name="a" * 80)["ok"]


def test_archived_channel_keeps_its_name(sandbox: Sandbox, incident: str) -> None:
    sandbox.client().conversations_archive(channel=incident)

    assert sandbox.error("conversations.create", name="inc-1042-kafka") == "name_taken"
    assert sandbox.error("conversations.archive", channel=incident) == "already_archived"
    assert sandbox.error("chat.postMessage", channel=incident, text="x") == "is_archived"
    assert sandbox.error("conversations.setTopic", channel=incident, topic="x") == "is_archived"
    assert sandbox.error("conversations.join", channel=incident) == "is_archived"
    assert sandbox.call("conversations.unarchive", channel=incident)["ok"]
    assert sandbox.error("conversations.unarchive", channel=incident) == "not_archived"


def test_general_cannot_be_archived(sandbox: Sandbox) -> None:
    sandbox.call("conversations.join", channel=sandbox.channel("general"))

    assert sandbox.error("conversations.archive", channel=sandbox.channel("general")) == (
        "cant_archive_general"
    )


def test_creation_and_change_are_told(sandbox: Sandbox, heard: list[Json], incident: str) -> None:
    client = sandbox.client()
    client.conversations_invite(channel=incident, users=[sandbox.user("ana")])
    client.conversations_setTopic(channel=incident, topic="kafka lag")
    client.conversations_rename(channel=incident, name="inc-1042-kafka-lag")
    client.conversations_kick(channel=incident, user=sandbox.user("ana"))
    client.conversations_archive(channel=incident)

    kinds = [(e["type"], e.get("subtype")) for e in heard]
    assert ("channel_created", None) in kinds
    assert ("member_joined_channel", None) in kinds
    assert ("message", "channel_topic") in kinds
    assert ("channel_rename", None) in kinds
    assert ("member_left_channel", None) in kinds
    assert ("channel_archive", None) in kinds


def test_topic_of_250_passes_and_251_is_too_long(sandbox: Sandbox, incident: str) -> None:
    assert sandbox.call("conversations.setTopic", channel=incident, topic="x" * 250)["ok"]
    for method, argument in (("setTopic", "topic"), ("setPurpose", "purpose")):
        assert (
            sandbox.error(f"conversations.{method}", channel=incident, **{argument: "x" * 251})
            == "too_long"
        )


def test_invite_is_all_or_none_and_names_each_failure(sandbox: Sandbox, incident: str) -> None:
    ana, bo = sandbox.user("ana"), sandbox.user("bo")
    sandbox.call("conversations.invite", channel=incident, users=ana)

    answer = sandbox.call("conversations.invite", channel=incident, users=f"{ana},{bo},U404")

    assert answer["error"] == "already_in_channel"
    assert [(e["user"], e["error"]) for e in answer["errors"]] == [
        (ana, "already_in_channel"),
        ("U404", "user_not_found"),
    ]
    members = sandbox.call("conversations.members", channel=incident)["members"]
    assert bo not in members


def test_forced_invite_takes_the_good_ones(sandbox: Sandbox, incident: str) -> None:
    ana = sandbox.user("ana")

    answer = sandbox.call("conversations.invite", channel=incident, users=f"U404,{ana}", force=True)

    assert answer["ok"]
    assert answer["errors"][0]["error"] == "user_not_found"
    assert ana in sandbox.call("conversations.members", channel=incident)["members"]


def test_invite_refuses_self_nobody_strangers_and_outsiders(
    sandbox: Sandbox, incident: str
) -> None:
    chen = sandbox.workspace.users[sandbox.user("chen")]
    chen.deleted = True

    def error(users: str, channel: str = incident) -> str:
        return sandbox.error("conversations.invite", channel=channel, users=users)

    assert error(sandbox.user("fireline")) == "cant_invite_self"
    assert error("") == "no_user"
    assert error("U404") == "user_not_found"
    assert error(chen.id) == "cant_invite"
    assert error(",".join(f"U{n}" for n in range(101))) == "invalid_arguments"
    assert error(sandbox.user("ana"), sandbox.channel("general")) == "not_in_channel"
    assert error(sandbox.user("ana"), "C404") == "channel_not_found"


def test_kick_refuses_self_general_and_who_is_not_there(sandbox: Sandbox, incident: str) -> None:
    def error(channel: str, user: str) -> str:
        return sandbox.error("conversations.kick", channel=channel, user=user)

    assert error(incident, sandbox.user("fireline")) == "cant_kick_self"
    assert error(incident, sandbox.user("ana")) == "not_in_channel"
    assert error(sandbox.channel("general"), sandbox.user("ana")) == "cant_kick_from_general"


def test_only_the_creator_app_renames(sandbox: Sandbox) -> None:
    incidents = sandbox.channel("incidents")

    assert sandbox.error("conversations.rename", channel=incidents, name="x") == "not_authorized"


def test_private_channels_are_unseen_from_outside(sandbox: Sandbox, incident: str) -> None:
    private = sandbox.call("conversations.create", name="sec-1", is_private=True)["channel"]["id"]
    channel = sandbox.workspace.channels[private]
    sandbox.post("/_faults/remove_bot", channel="sec-1")

    assert sandbox.user("fireline") not in channel.members
    assert sandbox.error("conversations.info", channel=private) == "channel_not_found"
    assert sandbox.error("chat.postMessage", channel=private, text="x") == "channel_not_found"
    assert sandbox.call("conversations.info", channel=incident)["channel"]["is_member"]


def test_list_shows_public_channels_by_default_and_pages(sandbox: Sandbox) -> None:
    sandbox.call("conversations.create", name="sec-1", is_private=True)
    first = sandbox.call("conversations.list", limit=3)
    rest = sandbox.call(
        "conversations.list", limit=3, cursor=first["response_metadata"]["next_cursor"]
    )

    names = [c["name"] for c in first["channels"] + rest["channels"]]
    assert names == ["general", "incidents", "data-platform-alerts", "data-reviews", "orders-team"]
    assert rest["response_metadata"]["next_cursor"] == ""
    private = sandbox.call("conversations.list", types="private_channel")
    assert [c["name"] for c in private["channels"]] == ["sec-1"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"types": "secret_channel"}, "invalid_types"),
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
    ],
)
def test_list_refuses_bad_arguments(
    sandbox: Sandbox, arguments: dict[str, object], error: str
) -> None:
    assert sandbox.error("conversations.list", **arguments) == error


def test_history_is_newest_first_without_replies(sandbox: Sandbox, incident: str) -> None:
    client = sandbox.client()
    parent = client.chat_postMessage(channel=incident, text="parent")["ts"]
    client.chat_postMessage(channel=incident, text="reply", thread_ts=parent)
    shown = client.chat_postMessage(
        channel=incident, text="also here", thread_ts=parent, reply_broadcast=True
    )

    history = client.conversations_history(channel=incident)["messages"]
    replies = client.conversations_replies(channel=incident, ts=parent)["messages"]

    assert [m["text"] for m in history][:2] == ["also here", "parent"]
    assert history[0]["subtype"] == "thread_broadcast"
    assert history[1]["reply_count"] == 2
    assert history[1]["latest_reply"] == shown["ts"]
    assert [m["text"] for m in replies] == ["parent", "reply", "also here"]


def test_history_pages_and_bounds(sandbox: Sandbox, incident: str) -> None:
    stamps = []
    for number in range(5):
        sandbox.advance("1s")
        stamps.append(sandbox.call("chat.postMessage", channel=incident, text=str(number))["ts"])

    page = sandbox.call("conversations.history", channel=incident, limit=2)
    cursor = page["response_metadata"]["next_cursor"]
    following = sandbox.call("conversations.history", channel=incident, limit=2, cursor=cursor)
    since = sandbox.call("conversations.history", channel=incident, oldest=stamps[3])
    inclusive = sandbox.call(
        "conversations.history", channel=incident, oldest=stamps[3], inclusive=True
    )

    assert [m["text"] for m in page["messages"] + following["messages"]] == ["4", "3", "2", "1"]
    assert page["has_more"] is True
    assert [m["text"] for m in since["messages"]] == ["4"]
    assert [m["text"] for m in inclusive["messages"]] == ["4", "3"]


def test_metadata_is_shown_only_on_request(sandbox: Sandbox, incident: str) -> None:
    metadata = {"event_type": "fireline", "event_payload": {"key": "card-1"}}
    sandbox.client().chat_postMessage(channel=incident, text="card", metadata=metadata)

    plain = sandbox.call("conversations.history", channel=incident)
    full = sandbox.call("conversations.history", channel=incident, include_all_metadata=True)

    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


def test_history_refuses_what_it_cannot_read(sandbox: Sandbox, incident: str) -> None:
    def error(**arguments: object) -> str:
        return sandbox.error("conversations.history", **{"channel": incident, **arguments})

    assert error(oldest="yesterday") == "invalid_ts_oldest"
    assert error(latest="later") == "invalid_ts_latest"
    assert error(cursor="???") == "invalid_cursor"
    assert error(channel=sandbox.channel("general")) == "not_in_channel"
    assert error(channel="C404") == "channel_not_found"
    assert sandbox.error("conversations.replies", channel=incident, ts="1.1") == "thread_not_found"


def test_direct_messages_open_once(sandbox: Sandbox) -> None:
    ana, bo = sandbox.user("ana"), sandbox.user("bo")
    first = sandbox.call("conversations.open", users=ana)
    again = sandbox.call("conversations.open", users=ana, return_im=True)
    group = sandbox.call("conversations.open", users=f"{ana},{bo}")

    assert again["already_open"] is True
    assert again["channel"]["id"] == first["channel"]["id"]
    assert again["channel"]["user"] == ana
    assert group["channel"]["is_mpim"] is True
    assert sandbox.error("conversations.setTopic", channel=first["channel"]["id"], topic="x") == (
        "method_not_supported_for_channel_type"
    )


def test_open_refuses_nobody_strangers_crowds_and_the_deactivated(sandbox: Sandbox) -> None:
    sandbox.workspace.users[sandbox.user("chen")].deleted = True

    assert sandbox.error("conversations.open") == "users_list_not_supplied"
    assert sandbox.error("conversations.open", users="U404") == "user_not_found"
    assert sandbox.error("conversations.open", users=sandbox.user("chen")) == "user_disabled"
    crowd = ",".join(f"U{n}" for n in range(9))
    assert sandbox.error("conversations.open", users=crowd) == "too_many_users"


def test_channel_archived_behind_its_back_refuses_posts(sandbox: Sandbox, incident: str) -> None:
    assert sandbox.post("/_faults/archive", channel=incident)["ok"]

    assert sandbox.error("chat.postMessage", channel=incident, text="x") == "is_archived"


def test_join_warns_when_already_there_and_refuses_direct_messages(sandbox: Sandbox) -> None:
    general = sandbox.channel("general")
    assert "warning" not in sandbox.call("conversations.join", channel=general)
    assert sandbox.call("conversations.join", channel=general)["warning"] == "already_in_channel"
    direct = sandbox.call("conversations.open", users=sandbox.user("bo"))["channel"]["id"]
    assert sandbox.error("conversations.join", channel=direct) == (
        "method_not_supported_for_channel_type"
    )
