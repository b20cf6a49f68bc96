"""A bot that watches SLOs of a test's own, and somebody who asks it."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from fireline.bootstrap.program import Program
from fireline.demo.remote_write import Series
from tests.e2e.world import Person, World, eventually, plain

STEP = 15


def counted(metric: str) -> str:
    return f"sum(increase({metric}[$window]))"


def definition(
    name: str, *, bad: str, total: str, objective: str = "99.9", window: str = "30d"
) -> str:
    """An SLO file with one ratio."""
    return f"""\
apiVersion: fireline/v1
kind: SLO
name: {name}
title: Rows of {name}
service: orders
tier: 1
owner: team-orders
objective: {objective}
window: {window}
sli:
  ratio:
    bad: {bad}
    total: {total}
runbook: dbt-test-failed
"""


def counter(
    name: str,
    times: NDArray[np.float64],
    per_step: NDArray[np.float64] | float,
    **labels: str,
) -> Series:
    values = np.cumsum(np.broadcast_to(per_step, times.shape)).astype(np.float64)
    return Series({"__name__": name, "job": "states", **labels}, times, values)


class Scene:
    """A bot that asks Prometheus through the door, and somebody who asks the bot."""

    def __init__(self, world: World, bot: Program, end: int) -> None:
        self.world, self.bot, self.end = world, bot, end
        self.ana = Person(world, "ana")

    def tick(self, later: int = 0) -> None:
        self.bot.watcher.tick(datetime.fromtimestamp(self.end + later, UTC))

    def asks(self, line: str) -> str:
        """What the bot answers to ana alone."""
        before = len(self.world.private("ana"))
        self.ana.command(line)
        answers = eventually(lambda: self.world.private("ana")[before:], f"an answer to {line}")
        return plain(answers[0])
