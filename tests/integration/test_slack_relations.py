"""Alerts, changes, links and parts of an incident, typed and by form, on the sandbox."""

import json
from datetime import timedelta

import pytest

from fireline.domain.incident.changes import ProductionChange
from fireline.domain.incident.correlation import Signal
from fireline.domain.incident.incident import Incident
from fireline.sandbox.entities import Channel, Message
from fireline.usecases.attach_signal import place
from fireline.usecases.take_change import take_change
from tests.builders import a_slo, an_episode, keep_alert
from tests.integration.slack_bot import Bot

SLO = "orders-api-availability"


@pytest.fixture
def room(bot: Bot) -> Channel:
    """The channel of an incident, while an alert of the same service burns."""
    now = bot.services.clock.now()
    times = {"opened_at": now, "first_bad_at": now, "last_firing_at": now}
    with bot.store() as uow:
        keep_alert(uow, an_episode(a_slo(), **times), keys=("service:orders",))
        uow.commit()
    return bot.declared("something is odd")


def known(bot: Bot, incident_id: int = 1) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(incident_id)
    assert found is not None
    return found


def test_an_alert_is_attached_typed_and_detached_by_form(bot: Bot, room: Channel) -> None:
    said = bot.ask(f"/incident attach {SLO} it began with this", channel=room.name)
    assert "1 alert" in said
    (alert,) = known(bot).details.alerts
    assert alert.why == "it began with this"
    bot.command("/incident detach", channel=room.name)
    view = bot.open_view()
    assert "it began with this" in json.dumps(view.payload)
    bot.submit(view, alert=alert.key, reason="another cause")
    bot.until(lambda: known(bot).details.alerts == ())
    assert known(bot).slos == ()


def test_a_name_that_nothing_has_is_answered_with_what_alerts(bot: Bot, room: Channel) -> None:
    assert SLO in bot.ask("/incident attach orders-latency", channel=room.name)
    assert "/incident merge INC-7" in bot.ask("/incident attach INC-7", channel=room.name)


def test_changes_and_links_stand_on_the_card(bot: Bot, room: Channel) -> None:
    at = bot.services.clock.now() - timedelta(minutes=5)
    url = "https://ci.example.com/7"
    take_change(bot.services, ProductionChange("d7", "orders 1.4", at, service="orders", url=url))
    bot.ask("/incident change add d7", channel=room.name)
    bot.command("/incident link", channel=room.name)
    bot.submit(bot.open_view(), change="add", subject="https://wiki.example.com/orders")
    bot.until(lambda: "1 link" in str(bot.ephemerals()[-1].text))
    assert "d7" in bot.ask("/incident caused yes", channel=room.name)
    bot.flows()
    card = json.dumps(room.messages[room.pins[0]].blocks)
    for words in ("orders 1.4", "caused it", "wiki.example.com/orders"):
        assert words in card
    assert "no link" in bot.ask(
        "/incident link remove https://wiki.example.com/orders", channel=room.name
    )


def test_a_part_is_split_off_with_a_channel_of_its_own(bot: Bot, room: Channel) -> None:
    bot.ask("/incident dataset add raw_orders late", channel=room.name)
    bot.ask(f"/incident slo add {SLO}", channel=room.name)
    said = bot.ask(f'/incident split "API is down" slo:{SLO}', channel=room.name)
    assert "INC-2" in said
    bot.flows()
    new = known(bot, 2)
    assert new.channel_name == "inc-2-api-is-down"
    assert (new.slos, known(bot).slos) == ((SLO,), ())
    assert "part of itself" in bot.ask("/incident parent INC-2", channel=room.name)
    assert "not a part" in bot.ask("/incident parent none", channel=new.channel_name)
    assert "both stay open" in bot.ask("/incident parent INC-1", channel=new.channel_name)
    assert "Say what goes" in bot.ask("/incident split Other", channel=room.name)


def proposals(bot: Bot, room: Channel) -> list[Message]:
    return [m for m in bot.said(room) if "It may belong here" in json.dumps(m.blocks)]


def press(bot: Bot, message: Message, words: str) -> None:
    for block in message.blocks:
        for element in block.get("elements", []):
            if words in json.dumps(element.get("text", "")) and "action_id" in element:
                bot.act(
                    "click",
                    user="ana",
                    channel=message.channel,
                    ts=message.ts,
                    block_id=block["block_id"],
                    action_id=element["action_id"],
                )
                return
    raise AssertionError(words)


def test_a_proposal_is_decided_by_one_press_and_says_who_did(bot: Bot) -> None:
    room = bot.declared("orders are odd service:orders")
    now = bot.services.clock.now()
    times = {"opened_at": now, "first_bad_at": now, "last_firing_at": now}
    with bot.store() as uow:
        group = keep_alert(uow, an_episode(a_slo(), **times), keys=("service:orders",))
        here = frozenset({"orders"})
        place(bot.services, uow, Signal("burn", group.id, "Page of Orders", now, (SLO,), here))
        uow.commit()
    bot.flows()
    (message,) = proposals(bot, room)
    press(bot, message, "Attach it")
    bot.until(lambda: known(bot).details.alerts)
    bot.flows()
    (message,) = proposals(bot, room)
    assert "Attached by Ana" in json.dumps(message.blocks)
    assert known(bot).slos == (SLO,)
