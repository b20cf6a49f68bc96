"""Buttons of messages that are out of date: one effect, and an answer that says what is so."""

from dataclasses import replace
from threading import Thread
from typing import Any

from fireline.domain.slo.alerting.group import AlertGroup
from fireline.sandbox.entities import Message
from fireline.usecases.ports import PostedMessage
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.publish import publish
from tests.builders import a_slo, an_episode, keep_alert
from tests.integration.slack_bot import Bot

WHERE = "data-platform-alerts"


def alert(bot: Bot) -> Message:
    """A burn alert in its channel."""
    episode = an_episode(a_slo())
    with bot.store() as uow:
        keep_alert(uow, episode)
        uow.commit()
    target = PostedMessage(f"alert:{episode.id}", f"#{WHERE}", "alert", episode.id)
    publish(bot.services, PROJECTIONS, target)
    channel = bot.sandbox.workspace.channels[bot.sandbox.channel(WHERE)]
    return next(m for m in bot.said(channel) if "Acknowledge" in str(m.blocks))


def press(bot: Bot, message: Message, action_id: str, user: str) -> dict[str, Any]:
    for block in message.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == action_id:
                return bot.act(
                    "click",
                    user=user,
                    channel=message.channel,
                    ts=message.ts,
                    block_id=block["block_id"],
                    action_id=action_id,
                )
    raise AssertionError(action_id)


def stored(bot: Bot, group_id: str) -> AlertGroup:
    with bot.store() as uow:
        found = uow.alerts.get(group_id)
    assert found is not None
    return found


def actions(bot: Bot, action: str) -> int:
    with bot.store() as uow:
        return len([a for a in uow.audit.all() if a.action == action])


def private(bot: Bot, user: str) -> list[str]:
    who = bot.sandbox.user(user)
    return [str(m.text) for m in bot.ephemerals() if m.ephemeral_to == who]


def test_a_second_person_who_acknowledges_is_told_who_was_first(bot: Bot) -> None:
    message = alert(bot)
    press(bot, message, "alert_acknowledge", "ana")
    press(bot, message, "alert_acknowledge", "bo")
    bot.until(lambda: private(bot, "bo"))
    assert private(bot, "bo")[0].startswith("Ana already looks into this alert.")
    assert stored(bot, an_episode(a_slo()).id).acknowledged_by == bot.sandbox.user("ana")
    assert actions(bot, "alert.acknowledged") == 1


def test_two_presses_at_the_same_moment_have_one_effect(bot: Bot) -> None:
    message = alert(bot)
    people = ("ana", "bo", "chen", "dia")
    at_once = [Thread(target=press, args=(bot, message, "alert_acknowledge", p)) for p in people]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join(10)
    bot.until(lambda: sum(len(private(bot, p)) for p in people) >= 3)
    assert actions(bot, "alert.acknowledged") == 1


def test_declare_pressed_by_two_opens_one_incident_and_says_so(bot: Bot) -> None:
    message = alert(bot)
    press(bot, message, "alert_declare", "ana")
    press(bot, message, "alert_declare", "bo")
    bot.until(lambda: private(bot, "ana") and private(bot, "bo"))
    assert "declared" in private(bot, "ana")[0]
    assert "already open" in private(bot, "bo")[0]
    bot.flows()
    assert len([c for c in bot.sandbox.workspace.channels.values() if "inc-" in c.name]) == 1
    assert actions(bot, "incident.declare") == 1


def test_an_alert_that_recovered_meanwhile_is_explained(bot: Bot) -> None:
    message = alert(bot)
    group = stored(bot, an_episode(a_slo()).id)
    with bot.store() as uow:
        uow.alerts.save(replace(group, closed_at=bot.services.clock.now()))
        uow.commit()
    press(bot, message, "alert_acknowledge", "ana")
    bot.until(lambda: private(bot, "ana"))
    assert "already recovered" in private(bot, "ana")[0]


def test_resolve_on_a_card_that_is_resolved_already_says_so(bot: Bot) -> None:
    channel = bot.declared()
    card = channel.messages[channel.pins[0]]
    bot.ask("/incident restore done", "ana", channel.id)
    bot.flows()
    press(bot, card, "card_no_damage", "ana")
    view = bot.open_view()
    line = '/incident resolve no-damage checked:@bo how:"looked"'
    bot.ask(line, "ana", channel.id)
    checker = bot.sandbox.user("bo")
    answer = bot.submit(view, damage="no-damage", checked=checker, how="looked too")
    assert "resolved" in str(answer).lower()
    assert actions(bot, "incident.resolve") == 1


def test_flags_of_many_people_at_one_moment_make_one_entry(bot: Bot) -> None:
    channel = bot.declared()
    people = ("ana", "bo", "chen", "dia")
    for person in people[1:]:
        bot.act("join", user=person, channel=channel.id)
    said = bot.act("message", user="ana", channel=channel.id, text="half of the rows are gone")
    at_once = [Thread(target=react, args=(bot, channel.id, said["ts"], p)) for p in people]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join(10)
    bot.until(lambda: len(supporters(bot)) == len(people))
    assert set(supporters(bot)) == {bot.sandbox.user(p) for p in people}


def react(bot: Bot, channel: str, ts: str, user: str) -> None:
    bot.act("reaction", user=user, channel=channel, ts=ts, name="pushpin")


def supporters(bot: Bot) -> list[str]:
    """Of every entry made from a message, so that a second entry shows."""
    with bot.store() as uow:
        return [p for e in uow.timeline.entries(1) if e.provenance.ts for p in e.supporters]
