"""What people do with alerts in Slack: buttons, the menu, and `/slo` verbs."""

import json
from dataclasses import replace
from datetime import timedelta

from fireline.domain.people import SYSTEM
from fireline.domain.slo.alerting.group import AlertGroup, Mark
from fireline.sandbox.entities import Channel, Message
from fireline.usecases.handle_alerts import acknowledge, mark
from fireline.usecases.ports import PostedMessage
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.publish import publish
from fireline.usecases.remind_alerts import remind_alerts
from tests.builders import a_slo, a_status, an_episode, keep_alert
from tests.fakes import FakeDefinitions
from tests.integration.slack_bot import Bot

WHERE = "data-platform-alerts"
SLO = a_slo().name


def channel(bot: Bot) -> Channel:
    return bot.sandbox.workspace.channels[bot.sandbox.channel(WHERE)]


def alert(bot: Bot, count: int = 1) -> Message:
    """A page of so many SLOs, in its channel."""
    slos = [a_slo()] + [a_slo(f"orders-{n:02d}") for n in range(1, count)]
    bot.services.definitions.slos = {slo.name: slo for slo in slos}  # type: ignore[attr-defined]
    assert isinstance(bot.services.definitions, FakeDefinitions)
    now = bot.services.clock.now()
    episodes = [replace(an_episode(slo), opened_at=now) for slo in slos]
    with bot.store() as uow:
        uow.statuses.save([a_status(slo) for slo in slos])
        group = keep_alert(uow, *episodes)
        uow.commit()
    target = PostedMessage(f"alert:{group.id}", f"#{WHERE}", "alert", group.id)
    publish(bot.services, PROJECTIONS, target)
    return message(bot)


def message(bot: Bot) -> Message:
    (found,) = (m for m in bot.said(channel(bot)) if m.metadata and not m.is_reply)
    return found


def group(bot: Bot) -> AlertGroup:
    with bot.store() as uow:
        (only,) = uow.alerts.between(
            bot.services.clock.now() - timedelta(days=1), bot.services.clock.now() + timedelta(1)
        )
    return only


def press(bot: Bot, label: str, user: str = "ana", value: str | None = None) -> None:
    """Use the element whose words or options have this in them."""
    shown = message(bot)
    for block in shown.blocks:
        for element in block.get("elements", []):
            if label in json.dumps(element):
                body = {"value": value} if value else {}
                bot.act(
                    "click",
                    user=user,
                    channel=shown.channel,
                    ts=shown.ts,
                    block_id=block["block_id"],
                    action_id=element["action_id"],
                    **body,
                )
                return
    raise AssertionError(label)


def choose(bot: Bot, code: str, user: str = "ana") -> None:
    press(bot, "alert_menu", user, f"{code}:{group(bot).id}")


def told(bot: Bot, words: str) -> str:
    bot.until(lambda: any(words in str(m.blocks) for m in bot.ephemerals()))
    return next(str(m.blocks) for m in bot.ephemerals() if words in str(m.blocks))


def test_an_alert_is_marked_and_marked_otherwise_from_its_menu(bot: Bot) -> None:
    alert(bot)
    choose(bot, "not_actionable")
    told(bot, "Marked as not actionable")
    choose(bot, "actionable", "bo")
    told(bot, "Marked as actionable")
    bot.flows()
    assert (group(bot).mark, group(bot).marked_by) == (Mark.ACTIONABLE, bot.sandbox.user("bo"))
    assert "Marked actionable by" in json.dumps(message(bot).blocks)


def test_the_menu_snoozes_for_an_hour(bot: Bot) -> None:
    alert(bot)
    choose(bot, "1h")
    told(bot, "Snoozed until")
    until = group(bot).snoozed_until
    assert until is not None
    assert timedelta(minutes=58) < until - bot.services.clock.now() <= timedelta(hours=1)


def test_all_slos_of_a_large_alert_are_shown_to_who_asks(bot: Bot) -> None:
    shown = alert(bot, 30)
    assert "orders-29" not in json.dumps(shown.blocks)
    press(bot, "Show all 30")
    assert "orders-29" in told(bot, "orders-01")


def test_an_alert_is_taken_by_typing_its_slo(bot: Bot) -> None:
    alert(bot)
    assert "You took the alert" in bot.ask(f"/slo ack {SLO}")
    assert "Ana already looks into" in bot.ask(f"/slo ack {SLO}", "bo", "general")
    assert group(bot).acknowledged_by == bot.sandbox.user("ana")
    bot.command("/slo ack")
    assert bot.submit(bot.open_view(), name="nothing-like-it")["errors"]


def test_an_slo_is_muted_and_unmuted_and_says_so(bot: Bot) -> None:
    assert "muted until" in bot.ask(f"/slo mute {SLO} until:+2h we move the topic")
    bot.command("/slo")
    assert "we move the topic" in told(bot, "Muted until")
    assert "not muted any more" in bot.ask(f"/slo unmute {SLO}", "bo", "general")
    assert "is not muted" in bot.ask(f"/slo unmute {SLO}")
    with bot.store() as uow:
        entries = [(e.action, e.actor) for e in uow.audit.all()]
    people = bot.sandbox.user("ana"), bot.sandbox.user("bo")
    assert entries == [("slo.muted", people[0]), ("slo.unmuted", people[1])]


def test_a_mute_without_an_end_or_with_a_past_one_is_refused(bot: Bot) -> None:
    assert "until when and why" in bot.ask(f"/slo mute {SLO} because")
    assert "is not a time" in bot.ask(f"/slo mute {SLO} until:soon because")
    assert "within the next 30 days" in bot.ask(f"/slo mute {SLO} until:+90d because")
    assert "Say why" in bot.ask(f"/slo mute {SLO} until:+2h")


def test_the_history_of_an_slo_says_what_its_alerts_were_worth(bot: Bot) -> None:
    assert "No alert of" in bot.ask(f"/slo incidents {SLO}")
    alert(bot)
    mark(bot.services, group(bot).id, Mark.ACTIONABLE, SYSTEM)
    bot.command(f"/slo incidents {SLO}")
    assert "Page: budget burning" in told(bot, "1 of 1 actionable (100 %)")


def test_a_reminder_is_a_reply_in_the_alerts_thread_and_calls_once(bot: Bot) -> None:
    parent = alert(bot)
    late = bot.services.clock.now() + timedelta(minutes=6)
    assert remind_alerts(bot.services, late) == 1
    bot.flows()
    bot.flows()
    (reply,) = (m for m in bot.said(channel(bot)) if m.is_reply)
    assert reply.thread_ts == parent.ts
    assert "nobody acknowledged it for 6 min" in json.dumps(reply.blocks)
    assert "@oncall-data-platform" in json.dumps(reply.blocks)


def test_a_reminder_that_comes_after_the_acknowledgement_is_not_posted(bot: Bot) -> None:
    alert(bot)
    remind_alerts(bot.services, bot.services.clock.now() + timedelta(minutes=6))
    acknowledge(bot.services, group(bot).id, SYSTEM)
    bot.flows()
    assert not [m for m in bot.said(channel(bot)) if m.is_reply]
