"""Reminders in Slack itself: through a kill, through the night, never twice (F5, F12)."""

import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.slack.manifest import manifest
from fireline.adapters.store import SqlStore
from fireline.domain.incident.incident import Severity
from fireline.flows.steps import Steps, steps_of
from fireline.sandbox.entities import Message
from fireline.sandbox.seed import BOT_TOKEN
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.incident_clock import watch_incidents
from fireline.usecases.page_telling import WATCH
from fireline.usecases.ports import FlowCall, Services
from fireline.usecases.projections import PROJECTIONS
from tests.builders import ANA, services
from tests.fakes import FakeChat, FakeClock
from tests.flow_fixture import Flows, StartFlows
from tests.sandbox_fixture import Sandbox
from tests.store_fixture import RecordingStore
from tests.unit.paging_scene import scene

SATURDAY = datetime.fromisoformat("2026-11-28T03:00:00+00:00")


@pytest.fixture
def chat(sandbox: Sandbox) -> SlackChat:
    assert sandbox.post("/_install", manifest=manifest())["ok"]
    return SlackChat(web_client(BOT_TOKEN, sandbox.api_url, rate_limit_retries=1))


def reminders(sandbox: Sandbox) -> list[Message]:
    """What says that an update is due, in the incident's channel."""
    every = [m for c in sandbox.workspace.channels.values() for m in c.messages.values()]
    return [m for m in every if "An update is due" in m.text]


def test_F05_reminders_survive_restart(  # noqa: N802 - the reference's name
    sandbox: Sandbox, chat: SlackChat, sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    """Killed with a reminder posted and not yet remembered: once there, and the next on time."""
    clock = FakeClock(SATURDAY)
    made: list[Services] = []

    def restarted() -> Flows:
        def steps(store: SqlStore) -> Steps:
            made.append(services(store, chat=chat, clock=clock))
            return steps_of(made[-1], PROJECTIONS, lambda: None)

        return start_flows(sqlite_engine, steps=steps)

    flows = restarted()
    declare(made[-1], Declare("orders stand still", ANA, severity=Severity.SEV1))
    flows.settled()
    flows.runtime.stop()
    first = clock.advance(minutes=31).isoformat()
    url = sqlite_engine.url.render_as_string(hide_password=False)
    child = [sys.executable, "-m", "tests.integration.reminder_child", url, sandbox.api_url, first]
    assert subprocess.run(child, check=False, timeout=60).returncode == -signal.SIGKILL
    assert len(reminders(sandbox)) == 1

    flows = restarted()
    flows.settled()
    watched(flows, "again")
    assert len(reminders(sandbox)) == 1
    clock.advance(minutes=28)
    watched(flows, "too early")
    assert len(reminders(sandbox)) == 1
    clock.advance(minutes=1)
    watched(flows, "on time")
    assert len(reminders(sandbox)) == 2


def watched(flows: Flows, name: str) -> None:
    """The clock is looked at."""
    flows.start(FlowCall(WATCH, (1,), f"watch:{name}", "incidents", "clock:1"))
    flows.settled()


def test_F12_reminder_repeats_day_and_night(sqlite_store: RecordingStore) -> None:  # noqa: N802 - the reference's name
    """Saturday, 03:00: the third cycle still comes, and the calls for its lateness too."""
    team = scene(sqlite_store)
    team.clock.set(SATURDAY)
    declared = declare(team.s, Declare("orders stand still", ANA, severity=Severity.SEV1))
    team.flows()
    for _ in range(20):
        team.clock.advance(minutes=5)
        watch_incidents(team.s)
    team.flows()
    chat = team.s.chat
    assert isinstance(chat, FakeChat)
    with sqlite_store() as uow:
        incident = uow.incidents.get(declared.incident.id)
    assert incident is not None
    due = [f for f in incident.details.fired if f.key.startswith("update:")]
    assert [f.at - SATURDAY for f in due] == [timedelta(minutes=m) for m in (30, 60, 90)]
    late = [f for f in incident.details.fired if f.key.startswith("update-late:")]
    assert [f.called for f in late] == [(ANA.id,)] * 3
    posted = [p for p in chat.posts if "|update:" in p.key]
    assert len({p.key for p in posted}) == len(posted) == 3
