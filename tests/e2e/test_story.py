"""The whole story on the real stack: burn alert, incident, resolution, promises, review."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fireline.bootstrap.program import Program
from fireline.sandbox.entities import Channel, Message
from fireline.usecases.verify_chains import verify_chains
from tests.e2e.broken_orders import BrokenOrders, write_broken_orders, write_definition
from tests.e2e.conftest import StartBot
from tests.e2e.world import Person, World, eventually, plain
from tests.servers import TestPrometheus

ALERTS, INCIDENTS, REVIEWS = "data-platform-alerts", "incidents", "data-reviews"


class Story:
    """One run of it, chapter by chapter."""

    def __init__(self, world: World, bot: Program, orders: BrokenOrders) -> None:
        self.world = world
        self.bot = bot
        self.orders = orders
        self.ana = Person(world, "ana")
        self.bo = Person(world, "bo")

    def evaluate(self, at: int) -> None:
        self.bot.watcher.tick(datetime.fromtimestamp(at, UTC))

    def alert(self) -> Message:
        return self.world.wait_message(ALERTS, "orders-rows-valid")

    def burn(self) -> None:
        self.evaluate(self.orders.broke - 600)
        self.evaluate(self.orders.well)
        alert = self.alert()
        said = plain(alert)
        assert "Declare incident" in said
        assert "left" in said.lower()
        assert any(block["type"] == "image" for block in alert.blocks or []), "the budget picture"
        assert "dbt-test-failed" in str(alert.blocks)
        self.bo.clicks("Acknowledge", alert)
        eventually(lambda: "Acknowledged by" in plain(self.alert()), "the acknowledgement shows")

    def declare(self) -> Channel:
        self.ana.clicks("Declare incident", self.alert())
        channel = self.world.wait_channel("inc-1-")
        card = self.world.wait_message(channel.name, "INC-1")
        eventually(lambda: card.ts in channel.pins, "the card is pinned")
        self.world.wait_message(INCIDENTS, "INC-1")
        eventually(lambda: "INC-1" in plain(self.alert()), "the alert names its incident")
        return channel

    def work(self, channel: Channel) -> None:
        where = channel.name
        self.ana.command("/incident role commander @bo", where)
        eventually(lambda: self.world.sandbox.user("bo") in channel.members, "bo is invited")
        said = self.bo.says("the producer shipped a new enum value", where)
        reply = self.bo.says("rolling the producer back", where, thread_ts=said)
        self.ana.reacts("bulb", where, said)
        self.bo.reacts("scales", where, reply)
        self.ana.command("/incident note pager was silenced at:-20m", where)
        self.ana.command("/incident severity 1 finance saw wrong numbers", where)
        self.bo.command("/incident mitigate rolled the producer back", where)
        card = self.world.wait_message(where, "Mitigating")
        assert "SEV1" in plain(card)

    def recover(self) -> None:
        for at in (self.orders.well + 2400, self.orders.end):
            self.evaluate(at)
        eventually(lambda: "Recovered" in plain(self.alert()), "the alert says it recovered")
        assert len(self.world.messages(ALERTS, "orders-rows-valid")) == 1

    def resolve(self, channel: Channel) -> str:
        where = channel.name
        self.bo.command("/incident restore rows pass again", where)
        self.world.wait_message(where, "Restored")
        self.bo.command("/incident resolve", where)
        self.bo.submits(
            damage="no-damage",
            checked=self.world.sandbox.user("bo"),
            how="row counts match the source for the whole window",
        )
        self.world.wait_message(where, "Resolved")
        first = self.draft(1)
        assert "wait to be accepted" in first
        self.bo.command("/incident accept all", where)
        return self.draft(2)

    def draft(self, version: int) -> str:
        """The shared draft of this version."""
        title = f"INC-1 postmortem, draft {version}"
        files = self.world.sandbox.workspace.files
        shared = eventually(
            lambda: next((f for f in files.values() if f.title == title and f.data), None),
            f"draft {version} of the postmortem",
        )
        return shared.data.decode()

    def promise(self, channel: Channel) -> None:
        bo = self.world.sandbox.user("bo")
        line = f"/postmortem action Reject unknown enum values in stg_orders <@{bo}> due:+7d"
        self.ana.command(line, channel.name)
        self.world.wait_private("ana", "ACT-1")
        evidence = "https://git.example.com/data/orders/pull/7"
        self.bo.command(f"/review action ACT-1 done {evidence}", "general")
        done = self.world.wait_private("bo", "ACT-1")
        assert evidence in str(done.blocks) + done.text

    def review(self) -> None:
        self.ana.command("/review", "general")
        said = plain(self.world.wait_private("ana", "Order rows"))
        assert "orders-rows-valid" in said or "Order rows pass their contract" in said


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'story.db'}"


@pytest.mark.real
@pytest.mark.timeout(120)
def test_a_burning_budget_becomes_an_incident_a_postmortem_and_a_review(
    database: str,
    world: World,
    start_bot: StartBot,
    prometheus_factory: Callable[[], TestPrometheus],
    tmp_path: Path,
) -> None:
    prometheus = prometheus_factory()
    orders = write_broken_orders(prometheus, time.time() - 30)
    bot = start_bot(
        database_url=database,
        prometheus_url=prometheus.url,
        definitions=[write_definition(tmp_path)],
        scrape_interval_seconds=15,
    )
    story = Story(world, bot, orders)
    story.burn()
    channel = story.declare()
    story.work(channel)
    story.recover()
    draft = story.resolve(channel)
    assert "the producer shipped a new enum value" in draft
    assert "rolling the producer back" in draft
    assert "of its 30-day budget" in draft
    assert "row counts match the source" in draft
    story.promise(channel)
    story.review()
    with bot.services.store() as uow:
        found = verify_chains(uow)
    assert found.problems == ()
    assert bot.runtime.dead_letters() == []
