"""kill -9 around a reminder: it comes once, late ones at once, and it stays quiet once taken."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fireline.sandbox.entities import Message
from tests.e2e.stage import ALERTS, EPISODE, Stage, Step
from tests.e2e.world import World, eventually

POST = Step("chat.postMessage", {"metadata": f"alert-step:{EPISODE}"})
MOMENTS = [pytest.param(False, id="before"), pytest.param(True, id="after")]


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Iterator[Stage]:
    """A page in its channel that nobody took for five minutes, and a bot that minds the clock."""
    with closing(Stage(world, f"sqlite:///{tmp_path / 'fireline.db'}", tmp_path)) as made:
        made.burn()
        made.bot.kill()
        made.schedules()
        yield made


def replies(stage: Stage) -> list[Message]:
    return [m for m in stage.world.messages(ALERTS) if m.is_reply]


def steps(stage: Stage) -> list[str]:
    with stage.store() as uow:
        return sorted(uow.alerts.steps(EPISODE))


@pytest.mark.parametrize("done", MOMENTS)
def test_a_bot_killed_while_it_reminds_reminds_once(stage: Stage, *, done: bool) -> None:
    stage.killed_at(POST, stage.bot.begin, done=done)
    assert steps(stage) == ["0:reminder:1", "0:step:1"]
    stage.restarted()
    eventually(lambda: replies(stage), "the reminder")
    stage.settled()
    (reply,) = replies(stage)
    (parent,) = (m for m in stage.world.messages(ALERTS) if not m.is_reply)
    assert reply.thread_ts == parent.ts
    assert "alert.reminded" in stage.audit()
    assert stage.audit().count("alert.reminded") == 1
    assert "effect_failed" not in stage.audit()
