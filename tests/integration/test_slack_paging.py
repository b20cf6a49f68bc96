"""Calling people from Slack: typed and by form, confirmed by a button, answered by a press."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fireline.domain.incident.incident import Incident
from fireline.domain.oncall.plan import OnCallPlan
from fireline.domain.oncall.rotation import Override, Person
from fireline.domain.people import Actor
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.incident_rules import EscalationStep, IncidentRules
from fireline.domain.policy.policy import Policy
from fireline.sandbox.entities import Message
from fireline.usecases.incident_clock import watch_incident
from tests.integration.slack_bot import Bot, make_bot
from tests.sandbox_fixture import Sandbox
from tests.store_fixture import RecordingStore
from tests.unit.paging_scene import FIRST, VP, FakeOnCalls, rotation


@pytest.fixture
def bot(sandbox: Sandbox, sqlite_store: RecordingStore) -> Iterator[Bot]:
    """Dia is on call; Bo is the VP."""
    people = {u.name: Actor(u.id, u.name) for u in sandbox.workspace.users.values()}
    plan = OnCallPlan((rotation(FIRST, people["dia"], people["dia"]),))
    quiet = IncidentRules(escalation={1: (EscalationStep(timedelta(days=1), (FIRST,)),)})
    policy = replace(Policy(), alerts=AlertRules(people={VP: people["bo"].id}), incidents=quiet)
    parts: dict[str, Any] = {"oncall": FakeOnCalls(plan), "policy": policy}
    yield from make_bot(sandbox, sqlite_store, **parts)


def person(bot: Bot, name: str) -> str:
    return next(u.id for u in bot.sandbox.workspace.users.values() if u.name == name)


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def press(bot: Bot, message: Message, user: str, number: int = 0) -> dict[str, Any]:
    row = next(b for b in message.blocks if b["type"] == "actions")
    return bot.act(
        "click",
        user=user,
        channel=message.channel,
        ts=message.ts,
        block_id=row["block_id"],
        action_id=row["elements"][number]["action_id"],
    )


def direct(bot: Bot, name: str) -> list[Message]:
    """What the bot wrote to this person."""
    who = person(bot, name)
    channels = bot.sandbox.workspace.channels.values()
    own = [c for c in channels if c.is_im and who in c.members]
    return [m for c in own for m in c.messages.values()]


def test_typed_it_asks_once_more_and_the_press_calls(bot: Bot) -> None:
    where = bot.declared("orders are late").id
    shown = bot.ask(f"/incident page {VP} the board <!channel> asks", "ana", where)
    assert shown == f"Call {VP} for INC-1?"
    assert incident(bot).details.pages == ()
    asked = bot.ephemerals()[-1]
    assert "<!channel" not in json.dumps(asked.blocks)
    press(bot, asked, "ana")
    bot.until(lambda: incident(bot).details.pages)
    bot.flows()
    (page,) = direct(bot, "bo")
    assert "you are called as @vp-data" in page.text
    channel = bot.sandbox.workspace.channels[where]
    (seen,) = [m for m in bot.said(channel) if "calling @vp-data" in m.text]
    assert seen.thread_ts is not None
    assert "not answered yet" in json.dumps(seen.blocks)
    press(bot, page, "bo")
    bot.until(lambda: incident(bot).details.pages[0].acknowledged_at)
    bot.flows()
    assert "Bo has it since" in json.dumps(direct(bot, "bo")[0].blocks)
    assert "Bo has it since" in json.dumps(channel.messages[seen.ts].blocks)
    assert person(bot, "bo") in channel.members


def test_the_form_calls_too_and_an_unknown_alias_gets_the_nearest(bot: Bot) -> None:
    where = bot.declared("orders are late").id
    bot.command("/incident page", "ana", where)
    view = bot.open_view("ana")
    bot.submit(view, "ana", alias=FIRST, text="the lag grows")
    bot.until(lambda: incident(bot).details.pages)
    assert incident(bot).details.pages[0].name == "dia"
    assert "Did you mean @vp-data?" in bot.ask("/incident page vp-dat please", "ana", where)


def test_people_are_invited_typed_and_by_form(bot: Bot) -> None:
    where = bot.declared("orders are late").id
    said = bot.ask(f"/incident invite <@{person(bot, 'bo')}> {FIRST}", "ana", where)
    assert "Bo, Dia invited" in said
    bot.flows()
    members = bot.sandbox.workspace.channels[where].members
    assert {person(bot, "bo"), person(bot, "dia")} <= set(members)
    assert incident(bot).details.pages == ()
    bot.command("/incident invite", "ana", where)
    bot.submit(bot.open_view("ana"), "ana", people=[person(bot, "chen")])
    bot.until(lambda: person(bot, "chen") in incident(bot).details.joined)


def test_it_says_who_is_on_call(bot: Bot) -> None:
    said = bot.ask("/incident oncall")
    assert said == f"On call: {FIRST}: dia, {VP}: {person(bot, 'bo')}"
    assert "Nobody behind @oncall-data-platform-secondary" in json.dumps(
        bot.ephemerals()[-1].blocks
    )


def test_before_going_off_call_the_commander_hands_over_with_a_press(bot: Bot) -> None:
    """Ana stands in for Dia until ten minutes from now."""
    where = bot.declared("orders are late").id
    now = bot.services.clock.now()
    ana = Person("ana", person(bot, "ana"))
    over = Override(ana, now - timedelta(hours=1), now + timedelta(minutes=10))
    dia = Actor(person(bot, "dia"), "dia")
    plan = OnCallPlan((rotation(FIRST, dia, dia, overrides=[over]),))
    bot.services.oncall.plan = plan  # type: ignore[attr-defined]
    watch_incident(bot.services, 1)
    bot.flows()
    channel = bot.sandbox.workspace.channels[where]
    (asked,) = [m for m in bot.said(channel) if "Hand command over with it?" in m.text]
    press(bot, asked, "ana")
    bot.until(lambda: incident(bot).details.handovers)
    assert incident(bot).details.handovers[-1].to == dia.id


def test_the_card_s_button_opens_the_form_with_whoever_is_on_call(bot: Bot) -> None:
    where = bot.declared("orders are late").id
    channel = bot.sandbox.workspace.channels[where]
    card = next(m for m in bot.said(channel) if m.text.startswith("INC-1 SEV"))
    row = next(b for b in card.blocks if b["type"] == "actions")
    number = [e.get("text", {}).get("text") for e in row["elements"]].index("Page")
    press(bot, card, "ana", number)
    shown = json.dumps(bot.open_view("ana").payload)
    assert f'"initial_value": "{FIRST}"' in shown
