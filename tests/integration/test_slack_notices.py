"""Telling the data's consumers: previewed, in their own channels, confirmed, and taken back."""

import json
from pathlib import Path

import pytest

from fireline.adapters.lineage.dbt import read_manifest
from fireline.domain.incident.incident import Incident
from fireline.sandbox.entities import Message
from tests.integration.slack_bot import Bot

MANIFEST = Path(__file__).parents[1] / "data" / "dbt" / "manifest.json"
BOARD, CHURN = "Board revenue dashboard", "churn_model"


@pytest.fixture
def where(bot: Bot) -> str:
    """An incident of raw_orders; the dashboard's channel is there, that of the model is not."""
    text = MANIFEST.read_text("utf-8").replace("#finance-data", "#orders-team")
    with bot.store() as uow:
        uow.lineages.save("dbt:demo", read_manifest(json.loads(text)), bot.services.clock.now())
        uow.commit()
    channel = bot.declared("orders are wrong").id
    bot.ask("/incident dataset add raw_orders wrong", "ana", channel)
    bot.ask("/incident window -6h..-2h published", "ana", channel)
    return channel


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def tell(bot: Bot, where: str, kind: str, **changes: str) -> None:
    """Ask for the form and send it as it stands, but for the changes."""
    bot.command(f"/incident notify {kind}", "ana", where)
    bot.submit(bot.open_view(), **changes)
    bot.flows()


def in_channel(bot: Bot, name: str, words: str) -> list[Message]:
    (channel,) = (c for c in bot.sandbox.workspace.channels.values() if c.name == name)
    return [m for m in bot.said(channel) if words in m.text]


def here(bot: Bot, where: str, words: str) -> list[Message]:
    return [m for m in bot.said(bot.sandbox.workspace.channels[where]) if words in m.text]


def understand(bot: Bot, message: Message) -> None:
    button = next(b for b in message.blocks if b["type"] == "actions")
    bot.act(
        "click",
        user="dia",
        channel=message.channel,
        ts=message.ts,
        block_id=button["block_id"],
        action_id=button["elements"][0]["action_id"],
    )
    bot.until(lambda: incident(bot).details.notices[0].confirmed_at)
    bot.flows()


def test_the_form_shows_who_would_be_told_what_before_anything_is_sent(
    bot: Bot, where: str
) -> None:
    bot.command("/incident notify do-not-use", "ana", where)
    form = json.dumps(bot.open_view().payload)
    for words in (BOARD, CHURN, "crm_reverse_etl", "Please do not use this data: raw_orders"):
        assert words in form
    bot.flows()
    assert not incident(bot).details.notices
    assert not in_channel(bot, "orders-team", "Do not use")


def test_each_consumer_is_told_where_it_is_and_says_that_it_understood(
    bot: Bot, where: str
) -> None:
    tell(bot, where, "do-not-use")
    (told,) = in_channel(bot, "orders-team", "Do not use")
    assert BOARD in told.text
    understand(bot, told)
    (told,) = in_channel(bot, "orders-team", "Do not use")
    assert "understood by" in json.dumps(told.blocks)
    assert "Understood" not in json.dumps(told.blocks)
    notice = next(n for n in incident(bot).details.notices if n.consumer == BOARD)
    assert (notice.tier, notice.confirmed_by) == (0, "Dia")


def test_what_cannot_be_told_in_its_channel_stands_here_to_be_passed_on(
    bot: Bot, where: str
) -> None:
    tell(bot, where, f"do-not-use {CHURN}")
    (here_it_is,) = here(bot, where, f"Do not use: {CHURN}")
    assert "pass this on to its owner (ml-platform@example.com)" in json.dumps(here_it_is.blocks)
    with bot.store() as uow:
        lines = [e.text for e in uow.timeline.entries(1)]
    assert any(f"{CHURN} could not be told (#ml-platform: channel_not_found)" in t for t in lines)


def test_the_same_message_becomes_the_correction_and_the_all_clear_answers_it(
    bot: Bot, where: str
) -> None:
    tell(bot, where, f"do-not-use {BOARD}")
    tell(bot, where, "correction", text="Revenue of Monday was 4 % too high.")
    (told,) = in_channel(bot, "orders-team", "Corrected")
    assert "4 % too high" in told.text
    tell(bot, where, "all-clear")
    (edited, reply) = in_channel(bot, "orders-team", "afe")
    assert edited.ts == told.ts
    assert reply.thread_ts == told.ts
    assert incident(bot).details.notices[0].cleared_at is not None


def test_nothing_is_called_safe_while_a_repair_is_open(bot: Bot, where: str) -> None:
    tell(bot, where, f"do-not-use {BOARD}")
    bot.ask("/incident unit add raw_orders -6h..-2h", "ana", where)
    bot.command("/incident notify all-clear", "ana", where)
    answer = bot.submit(bot.open_view())
    assert "repair unit 1 is open" in json.dumps(answer)


def test_published_wrong_data_is_resolved_only_after_its_correction(bot: Bot, where: str) -> None:
    bot.ask("/incident restore rolled back", "ana", where)
    bot.ask("/incident repair backfill the night", "ana", where)
    done = 'resolve repaired checked:@ana how:"counted the rows"'
    assert "no correction was sent" in bot.ask(f"/incident {done}", "ana", where)
    tell(bot, where, f"correction {CHURN}")
    assert "no correction" not in bot.ask(f"/incident {done}", "ana", where)


def test_somebody_who_is_in_no_lineage_can_be_named(bot: Bot, where: str) -> None:
    tell(bot, where, "do-not-use", consumers="the board's own sheet")
    assert here(bot, where, "Do not use: the board's own sheet")
