"""Restricted incidents through Slack's own doors: each verb typed and by form, and the buttons."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.policy import Policy
from fireline.sandbox.entities import Channel, Message
from tests.integration.slack_bot import Bot, make_bot
from tests.sandbox_fixture import Sandbox
from tests.store_fixture import RecordingStore

WHY = "a share was readable by everybody"


@pytest.fixture
def bot(sandbox: Sandbox, sqlite_store: RecordingStore) -> Iterator[Bot]:
    """Dia is security."""
    people = {"@security-oncall": sandbox.user("dia")}
    policy = replace(Policy(), alerts=AlertRules(people=people))
    yield from make_bot(sandbox, sqlite_store, policy=policy)


def record(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def room(bot: Bot) -> Channel:
    return bot.sandbox.workspace.channels[str(record(bot).channel_id)]


def with_button(bot: Bot, channel: Channel, words: str) -> Message:
    return next(m for m in bot.said(channel) if words in str(m.blocks))


def press(bot: Bot, message: Message, user: str, number: int = 0) -> None:
    row = next(b for b in message.blocks if b["type"] == "actions")
    bot.act(
        "click",
        user=user,
        channel=message.channel,
        ts=message.ts,
        block_id=row["block_id"],
        action_id=row["elements"][number]["action_id"],
    )


def test_exposing_and_ending_it_by_form(bot: Bot) -> None:
    old = bot.declared("the share is open")
    bot.command("/incident expose", channel=old.id)
    bot.submit(bot.open_view(), text=WHY)
    bot.until(lambda: record(bot).restricted)
    bot.flows()
    assert room(bot).is_private
    assert old.is_archived
    bot.command("/incident unexpose", user="dia", channel=room(bot).id)
    bot.submit(bot.open_view("dia"), "dia", text="it was a test account")
    bot.until(lambda: not record(bot).restricted)


def test_typed_verbs_and_who_may_use_them(bot: Bot) -> None:
    where = bot.declared("the share is open restricted").id
    assert "restricted already" in bot.ask(f"/incident expose {WHY}", channel=where)
    assert "Only security" in bot.ask("/incident signoff", channel=where)
    assert "Only security" in bot.ask("/incident unexpose it was nothing", channel=where)
    assert "signed off" in bot.ask("/incident signoff", "dia", where)
    assert "not on the access list" not in str(bot.said(room(bot)))
    assert "chen is let in" in bot.ask("/incident access grant @chen", channel=where).lower()
    assert may_read(record(bot), bot.sandbox.user("chen"))
    assert "chen is not let in" in bot.ask("/incident access deny @chen", channel=where).lower()
    bot.command("/incident access deny", channel=where)
    assert bot.open_view().payload["callback_id"] == "act_access"


def test_somebody_outside_asks_by_the_button_and_is_let_in_by_another(bot: Bot) -> None:
    bot.declared("the share is open restricted")
    announced = with_button(bot, _incidents(bot), "Request access")
    press(bot, announced, "chen")
    bot.until(lambda: any("Asked." in str(m.text) for m in bot.ephemerals()))
    bot.flows()
    asked = with_button(bot, room(bot), "asks to read")
    press(bot, asked, "ana")
    bot.until(lambda: may_read(record(bot), bot.sandbox.user("chen")))
    bot.flows()
    assert bot.sandbox.user("chen") in room(bot).members
    assert "the share is open" in bot.ask("/incident show INC-1", "chen", "general")
    assert "the share is open" not in bot.ask("/incident show INC-1", "bo", "general")
    assert "Restricted incident INC-1, SEV1" in bot.ask("/incident join INC-1", "bo", "general")


def test_who_is_brought_in_without_access_is_reported(bot: Bot) -> None:
    bot.declared("the share is open restricted")
    bot.chat.invite(room(bot).id, [bot.sandbox.user("bo")])
    bot.until(lambda: any(f.key.startswith("stranger:") for f in record(bot).details.fired))
    bot.flows()
    assert any("not on the access list" in str(m.blocks) for m in bot.said(room(bot)))


def _incidents(bot: Bot) -> Channel:
    found = bot.sandbox.workspace.channel_named("incidents")
    assert found is not None
    return found


def test_a_form_that_was_open_before_is_no_way_in(bot: Bot) -> None:
    where = bot.declared("the share is open").id
    bot.act("join", user="chen", channel=where)
    bot.command("/incident note", user="chen", channel=where)
    form = bot.open_view("chen")
    bot.ask(f"/incident expose {WHY}", channel=where)
    bot.flows()
    answer = bot.submit(form, "chen", text="I still write here")
    assert "Restricted incident INC-1, SEV1" in str(answer)
    with bot.store() as uow:
        assert not [e for e in uow.timeline.entries(1) if "I still write" in e.text]
