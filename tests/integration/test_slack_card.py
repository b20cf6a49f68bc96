"""Card, role guide, announcement and Home through the real door: what is pressed is done."""

import json
from typing import Any

from fireline.domain.incident.incident import Incident, IncidentState, Role
from fireline.sandbox.entities import Channel, Message
from tests.integration.slack_bot import Bot


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def card_of(channel: Channel) -> Message:
    return channel.messages[channel.pins[0]]


def press(bot: Bot, message: Message, action: str, user: str = "ana", **more: Any) -> None:
    bot.act("click", user=user, channel=message.channel, ts=message.ts, action_id=action, **more)


def direct(bot: Bot, user: str) -> list[Message]:
    """What the bot has told somebody by direct message."""
    who = bot.sandbox.user(user)
    rooms = [c for c in bot.sandbox.workspace.channels.values() if c.is_im and who in c.members]
    return [m for room in rooms for m in room.messages.values()]


def test_the_cards_buttons_lead_through_the_whole_incident(bot: Bot) -> None:
    where = bot.declared("orders are late slo:orders-api-availability")
    press(bot, card_of(where), "card_act_update")
    bot.submit(bot.open_view(), conditions="orders are 3 h late")
    bot.until(lambda: incident(bot).details.updates)
    press(bot, card_of(where), "card_mitigate")
    bot.submit(bot.open_view(), text="restarted")
    bot.flows()
    press(bot, card_of(where), "card_restore")
    bot.submit(bot.open_view(), text="lag is gone")
    bot.flows()
    press(bot, card_of(where), "card_no_damage")
    view = bot.open_view()
    assert "no-damage" in json.dumps(view.payload)
    bot.submit(view, damage="no-damage", checked=bot.sandbox.user("ana"), how="row counts")
    bot.until(lambda: incident(bot).state is IncidentState.RESOLVED)
    bot.flows()
    assert "card_act_accept" in json.dumps(card_of(where).blocks)
    assert "Restore:" in json.dumps(card_of(where).blocks)


def test_whoever_takes_a_role_gets_its_guide_with_buttons_that_work(bot: Bot) -> None:
    where = bot.declared()
    bot.act("join", user="bo", channel=where.id)
    bot.ask("/incident claim communications", "bo", where.id)
    bot.flows()
    (guide,) = direct(bot, "bo")
    assert "you are Communications" in guide.text
    press(bot, guide, "card_act_update", "bo")
    bot.submit(bot.open_view("bo"), "bo", conditions="orders are late")
    bot.until(lambda: any("update 1 is posted" in m.text for m in bot.ephemerals()))
    said = bot.ask("/incident release", "bo", where.id)
    assert "you are no longer communications" in said
    bot.flows()
    (guide,) = direct(bot, "bo")
    assert "you are not Communications any more" in guide.text


def test_leaving_the_channel_lays_the_role_down(bot: Bot) -> None:
    where = bot.declared()
    bot.act("leave", user="ana", channel=where.id)
    bot.until(lambda: Role.COMMANDER not in incident(bot).roles)
    bot.flows()
    assert bot.sandbox.user("ana") not in where.members
    assert "Commander: *nobody yet*" in json.dumps(card_of(where).blocks)


def test_the_announcement_lets_people_join_and_subscribe_and_the_way_out_works(bot: Bot) -> None:
    where = bot.declared()
    line = next(iter(bot.sandbox.workspace.channel_named("incidents").messages.values()))  # type: ignore[union-attr]
    press(bot, line, "join_instead", "bo")
    bot.until(lambda: bot.sandbox.user("bo") in incident(bot).details.joined)
    press(bot, line, "subscribe", "dia")
    bot.until(lambda: incident(bot).details.subscribers)
    bot.flows()
    bot.ask("/incident update c: late e: revenue is late", "ana", where.id)
    bot.flows()
    main, reply = direct(bot, "dia")
    assert reply.thread_ts == main.ts
    assert "revenue is late" in reply.text
    press(bot, main, "unsubscribe", "dia")
    bot.until(lambda: not incident(bot).details.subscribers)
    assert "you are told no more" in bot.ask("/incident unsubscribe INC-1", "dia")


def test_home_shows_a_task_until_it_is_done_there(bot: Bot) -> None:
    where = bot.declared()
    bot.ask(f"/incident task tell finance <@{bot.sandbox.user('ana')}>", "ana", where.id)
    bot.act("home_opened", user="ana")
    tab = bot.open_view("ana", "home")
    bot.until(lambda: "tell finance" in json.dumps(tab.payload))
    bot.act("click", user="ana", view_id=tab.id, action_id="task_done")
    bot.until(lambda: "tell finance" not in json.dumps(bot.open_view("ana", "home").payload))
    bot.ask(f"/incident task call sales <@{bot.sandbox.user('ana')}>", "ana", where.id)
    bot.flows()
    assert "call sales" in json.dumps(bot.open_view("ana", "home").payload)
