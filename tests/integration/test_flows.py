"""Flows on real databases: order, failure, crash, restart."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine

from fireline.domain.audit import first_broken
from fireline.domain.errors import (
    ConflictError,
    InvalidInputError,
    RateLimitedError,
    RejectedError,
    UnreachableError,
)
from fireline.flows.steps import steps_of
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.ports import FlowCall
from fireline.usecases.projections import PROJECTIONS
from tests.builders import ANA, services
from tests.fakes import FakeChat, FakeIds
from tests.flow_fixture import Recorded, StartFlows, posting, until

DECLARE = FlowCall("declare_incident", (1,), "declare:1", "incidents", "1")


def raising(*errors: Exception) -> Callable[[object], None]:
    """A hook that raises these in turn, then nothing."""
    left = list(errors)

    def hook(_subject: object) -> None:
        if left:
            raise left.pop(0)

    return hook


def test_declaring_takes_its_steps_in_order(any_engine: Engine, start_flows: StartFlows) -> None:
    flows = start_flows(any_engine)
    flows.start(DECLARE)
    flows.settled()
    assert flows.recorded.done == [("open", 1), ("record", ("C1", "inc-1")), ("invite", 1)]


def test_a_rollback_leaves_nothing_to_run(any_engine: Engine, start_flows: StartFlows) -> None:
    flows = start_flows(any_engine)
    with flows.store() as uow:
        uow.start(posting(1))
    flows.start(posting(2))
    flows.settled()
    assert flows.recorded.subjects("publish") == ["C1/m2"]


def test_the_same_id_runs_once(any_engine: Engine, start_flows: StartFlows) -> None:
    flows = start_flows(any_engine)
    flows.start(DECLARE, DECLARE)
    flows.settled()
    flows.start(DECLARE)
    flows.settled()
    assert flows.recorded.names() == ["open", "record", "invite"]


def test_a_channel_keeps_its_order_while_another_waits(
    any_engine: Engine, start_flows: StartFlows
) -> None:
    release = Event()
    recorded = Recorded()
    recorded.before["publish"] = lambda subject: str(subject).startswith("C2") and release.wait(30)
    flows = start_flows(any_engine, recorded)
    flows.start(posting(0, "C2"))
    flows.start(*(posting(number) for number in range(1, 16)))
    for number in range(16, 31):
        flows.start(posting(number))
    until(lambda: len(recorded.done) == 30)
    assert recorded.subjects("publish") == [f"C1/m{number}" for number in range(1, 31)]
    spacing = (recorded.times[-1] - recorded.times[0]) / 29
    assert spacing < 0.4, "one item a polling interval, and some work"
    release.set()
    flows.settled()
    assert recorded.subjects("publish")[-1] == "C2/m0"


def test_a_retry_after_delays_its_own_channel_only(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    recorded = Recorded()
    slow = raising(RateLimitedError("slow down", after=0.6))
    recorded.before["publish"] = lambda subject: slow(subject) if subject == "C1/m1" else None
    flows = start_flows(sqlite_engine, recorded)
    started = time.monotonic()
    flows.start(posting(1), posting(2), posting(3, "C2"))
    flows.settled()
    assert recorded.subjects("publish") == ["C2/m3", "C1/m1", "C1/m2"]
    assert recorded.times[1] - started >= 0.6


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (RejectedError("channel is archived", "is_archived"), 1),
        (InvalidInputError("no such kind"), 1),
        (ZeroDivisionError("a bug"), 2),
        (UnreachableError("Slack did not answer"), 4),
        (ConflictError("changed meanwhile"), 4),
    ],
)
def test_a_poisoned_message_is_a_dead_letter_and_blocks_nobody(
    sqlite_engine: Engine,
    start_flows: StartFlows,
    error: Exception,
    tries: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorded = Recorded()
    tried: list[object] = []

    def poison(subject: object) -> None:
        if subject == "C1/m1":
            tried.append(subject)
            raise error

    recorded.before["publish"] = poison
    flows = start_flows(sqlite_engine, recorded)
    flows.start(posting(1), posting(2))
    flows.settled()
    assert recorded.subjects("publish") == ["C1/m2"]
    assert len(tried) == tries
    (letter,) = flows.runtime.dead_letters()
    assert (letter.flow, letter.flow_id) == ("publish", "00000001:m1")
    assert letter.text.startswith("post or edit the message: ")
    assert str(error) in letter.text
    ((flow_id, step, text),) = recorded.failures
    assert (flow_id, step) == (letter.flow_id, "post or edit the message")
    assert str(error) in text
    assert "background workflow" not in caplog.text  # said once, without the engine's traceback


def test_what_can_help_is_tried_again(any_engine: Engine, start_flows: StartFlows) -> None:
    recorded = Recorded()
    recorded.before["open"] = raising(UnreachableError("no answer"), ConflictError("changed"))
    flows = start_flows(any_engine, recorded)
    flows.start(DECLARE)
    flows.settled()
    assert recorded.names() == ["open", "record", "invite"]
    assert flows.runtime.dead_letters() == []


@pytest.mark.parametrize("deadly", ["open", "invite"])
def test_a_killed_process_goes_on_at_the_step_it_died_in(
    deadly: str, tmp_path: Path, any_engine: Engine, start_flows: StartFlows
) -> None:
    journal = tmp_path / "journal"
    url = any_engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.integration.flow_child", url, str(journal), deadly]
    assert subprocess.run(command, check=False, timeout=40).returncode == 9
    order = ["open", "record", "invite"]
    died_at = order.index(deadly)
    assert journal.read_text(encoding="utf-8").split() == order[: died_at + 1]

    flows = start_flows(any_engine)
    flows.settled()
    assert flows.recorded.names() == order[died_at:]


def test_a_flow_begun_before_an_upgrade_ends_after_it(
    any_engine: Engine, start_flows: StartFlows
) -> None:
    old = Recorded()
    old.before["record"] = raising(RateLimitedError("slow down", after=1.5))
    flows = start_flows(any_engine, old)
    flows.start(DECLARE)
    until(lambda: "open" in old.names())
    until(lambda: not old.before["record"].__closure__[0].cell_contents)  # type: ignore[index]

    began = time.monotonic()
    upgraded = start_flows(any_engine, Recorded())
    assert time.monotonic() - began < 9, "a waiting flow must not hold up the stop"
    upgraded.settled()
    assert old.names() == ["open"]
    assert upgraded.recorded.names() == ["record", "invite"]


def test_schedules_fire(sqlite_engine: Engine, start_flows: StartFlows) -> None:
    flows = start_flows(sqlite_engine, scheduled=True, evaluate_every_seconds=1)
    until(lambda: len(flows.recorded.subjects("evaluate")) >= 2)


def test_finished_flows_are_forgotten_and_waiting_ones_kept(
    any_engine: Engine, start_flows: StartFlows
) -> None:
    release = Event()
    recorded = Recorded()
    recorded.before["topic"] = lambda _subject: release.wait(30)
    flows = start_flows(any_engine, recorded)
    flows.start(*(posting(number) for number in range(3)))
    until(lambda: len(recorded.subjects("publish")) == 3)
    flows.settled()
    flows.start(FlowCall("sync_topic", (1,), "topic:1", "incidents", "1"))
    flows.runtime.forget_finished(timedelta(days=2))
    flows.start(posting(2))
    assert flows.runtime.pending_count() == 1
    flows.runtime.forget_finished(timedelta(seconds=-5))
    flows.start(posting(2))
    assert flows.runtime.pending_count() == 2
    release.set()
    flows.settled()
    assert len(recorded.subjects("publish")) == 4


def test_a_declared_incident_gets_its_channel_and_messages(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    chat, ids = FakeChat(), FakeIds()
    flows = start_flows(
        sqlite_engine,
        steps=lambda store: steps_of(
            services(store, chat=chat, ids=ids), PROJECTIONS, lambda: None, lambda: False
        ),
    )
    s = services(flows.store, chat=chat, ids=ids)
    declared = declare(s, Declare("Orders stand still", ANA))
    flows.settled()
    assert flows.runtime.dead_letters() == []
    with flows.store() as uow:
        incident = uow.incidents.get(declared.incident.id)
        assert incident is not None
        assert incident.channel_name in chat.channels
        assert first_broken(uow.audit.all()) is None
    kinds = {post.key.split(":")[0] for post in chat.posts}
    assert {"card", "announcement"} <= kinds
    assert incident.channel_id in chat.topics


def test_mending_goes_on_until_there_is_nothing_more_to_do(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    flows = start_flows(sqlite_engine)
    flows.start(FlowCall("mend_ledger", (), "mend_ledger:1", "ledger", "ledger"))
    flows.settled()
    assert flows.recorded.names().count("mend") == 3
    assert flows.runtime.dead_letters() == []
