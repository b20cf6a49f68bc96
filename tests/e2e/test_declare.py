"""Declaring with one line, through the real door."""

from tests.e2e.conftest import StartBot
from tests.e2e.world import Person, World, eventually, plain


def test_words_alone_open_a_channel_with_a_pinned_card(world: World, start_bot: StartBot) -> None:
    start_bot()
    Person(world, "ana").command("/incident declare orders are late")
    channel = world.wait_channel("inc-1-")
    card = world.wait_message(channel.name, "orders are late")
    eventually(lambda: card.ts in channel.pins, "the card is pinned")
    eventually(lambda: "INC-1" in channel.topic["value"], "the topic names the incident")
    announcement = world.wait_message("incidents", "orders are late")
    assert "INC-1" in plain(announcement)
    assert world.sandbox.user("ana") in channel.members
