"""kill -9 while somebody is called: they are called once, and their answer counts."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fireline.sandbox.entities import Message
from tests.e2e.stage import Stage, Step
from tests.e2e.world import Person, World, eventually

ROTATION = """\
apiVersion: fireline/v1
kind: OnCall
rotations:
  - alias: oncall-data-platform
    timezone: UTC
    start: 2026-01-05T10:00
    every: 1w
    members: [{person}]
"""
PAGE = Step("chat.postMessage", {"metadata": "page:1:1"})


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Callable[[], Stage]:
    """A burning alert, and Bo on call."""

    def made() -> Stage:
        stage = Stage(world, f"sqlite:///{tmp_path / 'fireline.db'}", tmp_path)
        file = tmp_path / "oncall.yaml"
        bo = world.sandbox.user("bo")
        file.write_text(ROTATION.format(person=bo), encoding="utf-8")
        stage.on_call(file)
        return stage

    return made


def pages(world: World) -> list[Message]:
    """What Bo was called with."""
    bo = world.sandbox.user("bo")
    own = [c for c in world.sandbox.workspace.channels.values() if c.is_im and bo in c.members]
    return [m for c in own for m in c.messages.values() if "you are called as" in m.text]


def test_a_bot_killed_while_it_pages_has_paged_once(
    stage: Callable[[], Stage], world: World
) -> None:
    """The page is in Slack and the bot dies before it can know."""
    with closing(stage()) as scene:
        scene.burn()
        scene.killed_at(PAGE, scene.declare, done=True)
        scene.restarted()
        (page,) = pages(world)
        with scene.store() as uow:
            incident = uow.incidents.get(1)
        assert incident is not None
        assert [p.alias for p in incident.details.pages] == ["@oncall-data-platform"]
        Person(world, "bo").clicks("Acknowledge, I take operations", page)

        def answered() -> bool:
            with scene.store() as uow:
                found = uow.incidents.get(1)
            return found is not None and found.details.pages[0].acknowledged_at is not None

        eventually(answered, "the answer is recorded")
        scene.settled()
        (shown,) = pages(world)
        assert "has it since" in str(shown.blocks)
        assert world.sandbox.user("bo") in scene.room.members
