"""Slack repeats, refuses and loses: what people see and what is recorded stays the same."""

from pathlib import Path
from typing import Any

import pytest

from fireline.bootstrap.program import Program
from tests.e2e.conftest import StartBot, install
from tests.e2e.projection import differences, recorded, seen
from tests.e2e.world import Person, World, eventually

EVIDENCE = "https://git.example.com/data/orders/pull/7"


class Course:
    """One incident from its first word to its last promise."""

    def __init__(self, world: World, bot: Program) -> None:
        self.world = world
        self.bot = bot
        self.ana = Person(world, "ana")
        self.bo = Person(world, "bo")

    def run(self) -> dict[str, Any]:
        where = self.declare()
        self.talk(where)
        self.lead(where)
        self.close(where)
        self.promise(where)
        return {"seen": seen(self.world), "recorded": recorded(self.world, self.bot)}

    def declare(self) -> str:
        self.ana.command("/incident declare orders are late sev:2")
        channel = self.world.wait_channel("inc-1-")
        self.world.wait_message(channel.name, "orders are late")
        self.told("ana", 1)
        return channel.name

    def talk(self, where: str) -> None:
        self.ana.command("/incident role commander @bo", where)
        self.told("ana", 2)
        bo = self.world.sandbox.user("bo")
        eventually(lambda: bo in self.world.channel(where).members, "bo is invited")
        top = self.bo.says("the producer shipped a new enum value", where)
        reply = self.bo.says(f"rolling the producer back <@{bo}>", where, thread_ts=top)
        self.ana.reacts("bulb", where, top)
        self.bo.reacts("bulb", where, top)
        self.ana.reacts("scales", where, reply)
        self.settle()

    def lead(self, where: str) -> None:
        self.ana.command("/incident note pager was silenced", where)
        self.told("ana", 3)
        self.bo.command("/incident mitigate rolled the producer back", where)
        self.told("bo", 1)
        self.ana.command("/incident restore rows pass again", where)
        self.told("ana", 4)

    def close(self, where: str) -> None:
        self.bo.command("/incident resolve", where)
        self.bo.submits(
            damage="no-damage", checked=self.world.sandbox.user("bo"), how="row counts match"
        )
        self.told("bo", 2)
        self.world.wait_message(where, "Resolved")
        eventually(lambda: self.world.sandbox.workspace.files, "the postmortem draft")

    def promise(self, where: str) -> None:
        bo = self.world.sandbox.user("bo")
        self.ana.command(f"/postmortem action Reject unknown enums <@{bo}> due:+7d", where)
        self.told("ana", 5)
        self.bo.command(f"/review action ACT-1 done {EVIDENCE}", "general")
        self.told("bo", 3)
        self.settle()

    def told(self, who: str, count: int) -> None:
        eventually(
            lambda: len(self.world.private(who)) >= count,
            f"answer {count} for {who}: {[m.text for m in self.world.private(who)]}",
        )
        self.settle()

    def settle(self) -> None:
        """Wait until every delivery is answered and every flow has ended."""
        eventually(self.is_quiet, "deliveries and flows are done", 30)

    def is_quiet(self) -> bool:
        sent = [e for e in self.world.sandbox.workspace.journal.entries if e["kind"] == "delivery"]
        return all(e["acked"] for e in sent) and self.bot.runtime.pending_count() == 0


def again(world: World) -> None:
    """The workspace as it was planted, with the app installed."""
    assert world.sandbox.post("/_reset")["ok"]
    install(world.sandbox)


@pytest.mark.timeout(120)
def test_repeats_and_refusals_for_rate_change_nothing_visible(
    world: World, start_bot: StartBot, tmp_path: Path
) -> None:
    first = start_bot()
    clean = Course(world, first).run()
    first.stop()
    again(world)
    world.sandbox.fault("first_call_429", retry_after=1)
    world.sandbox.fault("redeliver", count=3, until_cleared=True)
    world.sandbox.fault("deliver_twice", until_cleared=True)
    second = start_bot(database_url=f"sqlite:///{tmp_path / 'second.db'}")
    faulty = Course(world, second).run()
    assert differences(clean, faulty) == []
    journal = list(world.sandbox.workspace.journal.entries)
    refused = {e["method"] for e in journal if e["kind"] == "api" and e.get("status") == 429}
    print(refused)
    assert {"chat.postMessage", "chat.update", "conversations.create", "pins.add"} <= refused
    events = [e["event_id"] for e in journal if e["kind"] == "delivery" and e["event_id"]]
    assert min(events.count(one) for one in events) >= 4
    assert second.runtime.dead_letters() == []
