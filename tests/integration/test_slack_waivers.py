"""Maintenance and exceptions asked for in Slack: one asks, another agrees, both see what became."""

import json
from datetime import timedelta
from typing import Any

import numpy as np

from fireline.domain.policy.waivers import Waiver, WaiverState
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.ledger import floor_edge
from fireline.sandbox.entities import Message
from fireline.usecases.waive import remind_expiring
from tests.builders import a_slo, a_status
from tests.integration.slack_bot import Bot

SLO = a_slo().name


def waivers(bot: Bot) -> list[Waiver]:
    with bot.store() as uow:
        found = (uow.waivers.get(number) for number in range(1, 10))
        return [waiver for waiver in found if waiver is not None]


def direct(bot: Bot, user: str) -> list[Message]:
    """What stands in the person's direct messages with the bot."""
    who = bot.sandbox.user(user)
    rooms = bot.sandbox.workspace.channels.values()
    ims = [room for room in rooms if room.is_im and who in room.members]
    return [message for room in ims for message in room.messages.values()]


def text_of(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def press(bot: Bot, user: str, label: str, message: Message) -> dict[str, Any]:
    elements = [e for b in message.blocks or [] for e in b.get("elements", [])]
    button = next(e for e in elements if e.get("text", {}).get("text") == label)
    return bot.act(
        "click",
        user=user,
        channel=message.channel,
        ts=message.ts,
        action_id=button["action_id"],
        value=button["value"],
    )


def an_outage(bot: Bot, minutes: int = 60) -> None:
    """Thirty days of 100 events a bucket; all of the last stretch is bad."""
    slo = a_slo()
    end = floor_edge(int(bot.services.clock.now().timestamp()))
    count = 30 * 288
    good = np.full(count, 100.0)
    good[-minutes // 5 :] = 0.0
    flags = np.zeros(count, np.uint8)
    series = BucketSeries(end - count * BUCKET_SECONDS, good, np.full(count, 100.0), flags)
    with bot.store() as uow:
        uow.ledger.write(slo.name, slo.revision, series)
        uow.statuses.save([a_status(slo, -0.39, at=bot.services.clock.now())])
        uow.commit()


def test_an_approved_exclusion_takes_the_outage_out_and_a_refused_one_does_not(bot: Bot) -> None:
    an_outage(bot)
    told = bot.ask(f"/slo exclude {SLO} -2h..now warehouse upgrade approver:@bo")
    assert "MW-1 for orders-api-availability: " in told
    bot.flows()
    (asked,) = waivers(bot)
    assert (asked.state, asked.reason) == (WaiverState.ASKED, "warehouse upgrade")
    (message,) = direct(bot, "bo")
    shown = text_of(message)
    assert "asks you to leave maintenance of" in shown
    assert "it shows *100 % left* instead of overspent by 39 %" in shown
    assert "Asked for after it began" in shown
    with bot.store() as uow:
        assert uow.waivers.exclusions() == ()
    press(bot, "bo", "Approve", message)
    bot.until(lambda: waivers(bot)[0].state is WaiverState.APPROVED)
    bot.flows()
    assert "Approve" not in [
        e["text"]["text"] for b in direct(bot, "bo")[0].blocks or [] for e in b.get("elements", [])
        if e["type"] == "button"
    ]  # fmt: skip
    assert ":white_check_mark: approved by" in text_of(direct(bot, "bo")[0])
    assert "MW-1" in text_of(direct(bot, "ana")[-1])
    with bot.store() as uow:
        (counting,) = uow.waivers.exclusions()
        actions = [e.action for e in uow.audit.all() if e.subject == "MW-1"]
    assert counting.after_the_fact
    assert actions == ["exclusion.asked", "exclusion.approved"]


def test_nobody_approves_their_own_and_a_refused_one_counts_for_nothing(bot: Bot) -> None:
    bot.command(f"/slo exclude {SLO} -2h..now upgrade approver:@ana")
    view = bot.open_view()
    assert "Somebody else than you must agree" in json.dumps(view.payload)
    bot.submit(view, approver=bot.sandbox.user("bo"))
    bot.until(lambda: len(waivers(bot)) == 1)
    bot.flows()
    press(bot, "bo", "Refuse", direct(bot, "bo")[0])
    bot.until(lambda: waivers(bot)[0].state is WaiverState.REFUSED)
    bot.flows()
    assert "refused" in text_of(direct(bot, "ana")[-1])
    with bot.store() as uow:
        assert uow.waivers.exclusions() == ()


def test_what_is_missing_is_asked_in_a_form_with_what_was_typed(bot: Bot) -> None:
    bot.command(f"/slo exclude {SLO} 22:00..23:30 because of the upgrade")
    view = bot.open_view()
    state = json.dumps(view.payload)
    for typed in (f'"value": "{SLO}"', '"initial_value": "22:00"', '"initial_value": "23:30"'):
        assert typed in state
    assert '"initial_value": "because of the upgrade"' in state
    answer = bot.submit(view, approver=bot.sandbox.user("ana"))
    assert "Somebody else" in json.dumps(answer)
    bot.submit(view, approver=bot.sandbox.user("bo"))
    bot.until(lambda: len(waivers(bot)) == 1)
    (asked,) = waivers(bot)
    assert asked.end - asked.start == timedelta(minutes=90)


def test_a_time_that_cannot_be_read_is_said_in_the_form(bot: Bot) -> None:
    bot.command(f"/slo exclude {SLO} yesterday..now upgrade approver:@bo")
    view = bot.open_view()
    assert "yesterday" in json.dumps(view.payload)
    assert "is not a time" in json.dumps(view.payload)
    answer = bot.submit(view)
    assert "is not a time" in json.dumps(answer)
    assert waivers(bot) == []


def test_a_running_one_is_listed_and_can_be_ended_or_withdrawn(bot: Bot) -> None:
    bot.ask(f"/slo exclude {SLO} -1h..+3h upgrade approver:@bo")
    bot.flows()
    press(bot, "bo", "Approve", direct(bot, "bo")[0])
    bot.until(lambda: waivers(bot)[0].state is WaiverState.APPROVED)
    bot.ask("/slo exclude list")
    assert "MW-1" in text_of(bot.ephemerals()[-1])
    assert "End now" in text_of(bot.ephemerals()[-1])
    bot.ask("/slo exclude end MW-1")
    ended = waivers(bot)[0]
    assert (ended.state, ended.until) == (WaiverState.ENDED, ended.ended_at)
    assert "is not running" in bot.ask("/slo exclude end 1")
    bot.ask("/slo exclude withdraw MW-1", user="bo", channel="data-platform-alerts")
    with bot.store() as uow:
        assert uow.waivers.exclusions() == ()
        last = uow.audit.all()[-1]
    assert (last.action, last.actor) == ("exclusion.withdrawn", bot.sandbox.user("bo"))
    assert "There is no request 9" in bot.ask("/slo exclude end MW-9")


def test_what_waits_for_somebody_stands_on_their_home_tab(bot: Bot) -> None:
    bot.ask(f"/slo exclude {SLO} -2h..now upgrade approver:@bo")
    bot.act("home_opened", user="bo")
    view = bot.open_view("bo", "home")
    assert "Needs your yes or no" in json.dumps(view.payload)
    button = next(
        e
        for block in view.payload["blocks"]
        for e in block.get("elements", [])
        if e.get("text", {}).get("text") == "Approve"
    )
    bot.act(
        "click", user="bo", view_id=view.id, action_id=button["action_id"], value=button["value"]
    )
    bot.until(lambda: waivers(bot)[0].state is WaiverState.APPROVED)
    assert "approved" in json.dumps(bot.open_view("bo").payload)


def test_an_unknown_slo_is_answered_with_the_nearest(bot: Bot) -> None:
    told = bot.ask("/slo exclude orders-api-availabilty -2h..now upgrade approver:@bo")
    assert f"Did you mean {SLO}?" in told


def test_an_exception_opens_the_gate_until_it_ends_and_its_holder_hears_of_the_end(
    bot: Bot,
) -> None:
    an_outage(bot)
    bot.ask("/slo freeze")
    frozen = text_of(bot.ephemerals()[-1])
    assert ":ice_cube: Frozen" in frozen
    assert "overspent" in frozen or "-39.0 %" in frozen
    told = bot.ask("/slo exception orders until:+2h the fix itself approver:@bo")
    assert "EXC-1 for orders: until" in told
    bot.flows()
    (message,) = direct(bot, "bo")
    assert "let changes to `orders` pass" in text_of(message)
    assert "-39.0 % of the budget left" in text_of(message)
    press(bot, "bo", "Approve", message)
    bot.until(lambda: waivers(bot)[0].state is WaiverState.APPROVED)
    bot.ask("/slo freeze list")
    opened = text_of(bot.ephemerals()[-1])
    assert ":white_check_mark: Open by exception" in opened
    assert "An exception of Bo holds until" in opened
    now = bot.services.clock.now()
    assert remind_expiring(bot.services, now) == 0
    assert remind_expiring(bot.services, now + timedelta(minutes=61)) == 1
    assert remind_expiring(bot.services, now + timedelta(minutes=62)) == 0
    bot.flows()
    assert "ends" in text_of(direct(bot, "ana")[-1])
    bot.ask("/slo exception end EXC-1")
    bot.ask("/slo freeze")
    assert ":ice_cube: Frozen" in text_of(bot.ephemerals()[-1])
    with bot.store() as uow:
        actions = [e.action for e in uow.audit.all() if e.subject == "EXC-1"]
    assert actions == [f"exception.{v}" for v in ("asked", "approved", "reminded", "ended")]


def test_an_exception_without_arguments_opens_its_form(bot: Bot) -> None:
    bot.command("/slo exception")
    view = bot.open_view()
    assert view.payload["title"]["text"] == "Policy exception"
    bot.submit(view, subject="orders", until="+2h", reason="fix", approver=bot.sandbox.user("bo"))
    bot.until(lambda: len(waivers(bot)) == 1)
