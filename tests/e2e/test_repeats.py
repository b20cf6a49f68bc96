"""Slack repeats, refuses and loses: what people see and what is recorded stays the same."""

from pathlib import Path
from typing import Any

import pytest

from fireline.bootstrap.program import Program
from fireline.domain.people import SYSTEM
from fireline.sandbox.entities import Channel
from fireline.sandbox.membership import create_channel
from fireline.usecases.manage_incident import add_note
from tests.e2e.conftest import StartBot, install
from tests.e2e.projection import differences, recorded, seen
from tests.e2e.world import Person, World, eventually, plain

# Whole courses whose code faster tests cover too: tracing them again would only cost time.
pytestmark = pytest.mark.no_cover

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
        self.bo.command("/incident restore rows pass again", where)
        self.told("bo", 2)

    def close(self, where: str) -> None:
        self.bo.command("/incident resolve", where)
        self.bo.submits(
            damage="no-damage", checked=self.world.sandbox.user("bo"), how="row counts match"
        )
        self.told("bo", 3)
        self.world.wait_message(where, "Resolved")
        eventually(lambda: self.world.sandbox.workspace.files, "the postmortem draft")

    def promise(self, where: str) -> None:
        bo = self.world.sandbox.user("bo")
        self.ana.command(f"/postmortem action Reject unknown enums <@{bo}> due:+7d", where)
        self.told("ana", 4)
        self.bo.command(f"/review action ACT-1 done {EVIDENCE}", "general")
        self.told("bo", 4)
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
    assert {"chat.postMessage", "chat.update", "conversations.create", "pins.add"} <= refused
    events = [e["event_id"] for e in journal if e["kind"] == "delivery" and e["event_id"]]
    assert min(events.count(one) for one in events) >= 4
    assert second.runtime.dead_letters() == []


@pytest.mark.parametrize("kind", ["drop_reply", "http_500"])
def test_work_whose_outcome_is_unknown_is_not_done_twice(
    world: World, start_bot: StartBot, kind: str
) -> None:
    bot = start_bot()
    for method in ("conversations.create", "chat.postMessage", "chat.update", "pins.add"):
        world.sandbox.fault(kind, method=method)
    Person(world, "ana").command("/incident declare orders are late")
    channel = world.wait_channel("inc-1-")
    eventually(lambda: bot.runtime.pending_count() == 0, "every flow has ended", 30)
    assert len(world.channels("inc-")) == 1
    assert len(world.messages(channel.name, "INC-1")) == 2, "the card and the runbooks"
    assert len(world.messages("incidents", "INC-1")) == 1
    assert len(channel.pins) == 1
    assert bot.runtime.dead_letters() == []


def test_a_draft_whose_share_was_not_confirmed_is_shared_once(
    world: World, start_bot: StartBot
) -> None:
    bot = start_bot()
    world.sandbox.fault("drop_reply", method="files.completeUploadExternal")
    ana = Person(world, "ana")
    ana.command("/incident declare orders are late")
    where = joined(world, "inc-1-").name
    ana.command("/incident restore rows pass", where)
    ana.command('/incident resolve no-damage checked:@bo how:"counted rows"', where)
    drafts = "Postmortem draft of INC-1"
    eventually(lambda: _shares(world, where, drafts), "the draft")
    eventually(lambda: bot.runtime.pending_count() == 0, "every flow has ended", 30)
    assert _shares(world, where, drafts) == 1
    assert bot.runtime.dead_letters() == []


def test_a_name_that_somebody_took_gets_a_suffix(world: World, start_bot: StartBot) -> None:
    chen = world.sandbox.user("chen")
    create_channel(world.sandbox.workspace, "inc-1-orders-are-late", chen)
    start_bot()
    Person(world, "ana").command("/incident declare orders are late")
    channel = world.wait_channel("inc-1-orders-are-late-2")
    world.wait_message(channel.name, "INC-1")
    assert not world.messages("inc-1-orders-are-late")


def test_a_refused_edit_is_told_in_the_record_and_an_archived_channel_is_opened_again(
    world: World, start_bot: StartBot
) -> None:
    bot = start_bot()
    ana = Person(world, "ana")
    ana.command("/incident declare orders are late")
    archived = world.wait_channel("inc-1-")
    world.wait_message(archived.name, "Runbooks")
    world.sandbox.fault("error", method="chat.update", error="is_inactive")
    with bot.services.store() as uow:
        known = uow.incidents.all()[0]
    add_note(bot.services, known.id, "written when the room was gone", SYSTEM)
    dead = eventually(bot.runtime.dead_letters, "a dead letter")
    assert "is_inactive" in dead[0].text
    with bot.services.store() as uow:
        failed = [a for a in uow.audit.all() if a.action == "effect_failed"]
    assert "is_inactive" in str(failed[0].detail)
    assert world.sandbox.post("/_faults/archive", channel=archived.name)["ok"]
    eventually(lambda: not archived.is_archived, "work goes on, so the channel is opened again")
    ana.command("/incident declare payments fail")
    other = world.wait_channel("inc-2-")
    world.wait_message(other.name, "INC-2")
    world.wait_message("incidents", "INC-2")


def joined(world: World, prefix: str) -> Channel:
    """The incident's channel once Ana, who declared, was invited."""
    channel = world.wait_channel(prefix)
    eventually(lambda: world.sandbox.user("ana") in channel.members, "ana is invited")
    return channel


def _shares(world: World, where: str, words: str) -> int:
    every = world.channel(where).messages.values()
    return len([m for m in every if m.files and words in plain(m)])
