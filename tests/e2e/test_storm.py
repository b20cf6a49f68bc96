"""A storm: three hundred SLOs of forty services begin to burn within a minute, by one dataset."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fireline.bootstrap.program import Program
from fireline.demo.remote_write import Series
from fireline.domain.slo.status import Episode
from fireline.sandbox.entities import Message
from fireline.usecases.verify_chains import verify_chains
from tests.e2e.conftest import StartBot
from tests.e2e.world import Person, World, eventually, plain
from tests.servers import TestPrometheus

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = pytest.mark.no_cover

COUNT, SERVICES = 300, 40
ALERTS = "data-platform-alerts"
STEP, HISTORY, RATE = 30, 2 * 3600, 10.0
WELL_AFTER = 480
MOST_CALLS, TOO_MANY = 20, 429
SLO = """\
apiVersion: fireline/v1
kind: SLO
name: rows-{n}
title: Rows of table {n} are valid
service: service-{service}
tier: {tier}
owner: team-{service}
channel: "#data-platform-alerts"
objective: 99.9
window: 2d
sli:
  ratio:
    bad: sum(increase(rows_rejected_total{{n="{n}"}}[$window]))
    total: sum(increase(rows_total{{n="{n}"}}[$window]))
datasets: [raw_orders, table_{n}]
---
"""


def write_definitions(folder: Path) -> Path:
    place = folder / "slos"
    place.mkdir()
    texts = [SLO.format(n=n, service=n % SERVICES, tier=n % 3) for n in range(COUNT)]
    (place / "storm.yaml").write_text("".join(texts))
    return place


def write_storm(prometheus: TestPrometheus) -> int:
    """Half of all rows bad for eight minutes, beginning within one minute; gives when."""
    now = int(time.time()) - 60
    last = now - now % STEP
    times = np.arange(last - HISTORY, last + 1, STEP, dtype=np.float64)
    total = np.cumsum(np.full(len(times), RATE * STEP))
    broke = last - 3600
    series = []
    for n in range(COUNT):
        begin = broke + n % 3 * STEP
        bad = (times > begin) & (times <= begin + WELL_AFTER)
        rejected = np.cumsum(np.where(bad, RATE * STEP / 2, 0.0))
        labels = {"job": "rows", "n": str(n)}
        series.append(Series({"__name__": "rows_total", **labels}, times, total))
        series.append(Series({"__name__": "rows_rejected_total", **labels}, times, rejected))
    prometheus.write_series(series)
    return broke


class Storm:
    """The bot's evaluations, and what they made of it."""

    def __init__(self, world: World, bot: Program, broke: int) -> None:
        self.world = world
        self.bot = bot
        self._broke = broke

    def evaluate(self, *seconds: int) -> list[dict[str, Any]]:
        """Tick so long after the beginning; gives the calls of Slack that all of it made."""
        before = len(self.world.sandbox.workspace.journal.entries)
        for after in seconds:
            self.bot.watcher.tick(datetime.fromtimestamp(self._broke + after, UTC))
            self.settled()
        made = self.world.sandbox.workspace.journal.entries[before:]
        return [entry for entry in made if entry["kind"] == "api"]

    def settled(self) -> None:
        eventually(lambda: self.bot.runtime.pending_count() == 0, "all posted", 60)

    def episodes(self) -> list[Episode]:
        now = datetime.now(UTC)  # noqa: TID251 - the bot's clock is the real one
        with self.bot.services.store() as uow:
            return uow.episodes.between(now - timedelta(days=1), now)

    def message(self) -> Message:
        """The only one in the channel; what else there is stands in its thread."""
        (message,) = (m for m in self.world.messages(ALERTS) if not m.is_reply)
        return message

    def check_told(self, calls: list[dict[str, Any]]) -> None:
        """One message, few calls."""
        said = plain(self.message())
        assert "300 SLOs" in said
        assert "raw_orders" in said
        assert "and 290 more" in said
        assert len(calls) < MOST_CALLS, Counter(str(c["method"]) for c in calls)
        assert [c for c in calls if "ratelimited" in str(c) or c.get("status") == TOO_MANY] == []

    def check_recorded(self) -> None:
        """Every episode, and every one on record."""
        found = self.episodes()
        assert len({e.slo for e in found}) == len(found) == COUNT
        assert len({e.group_id for e in found}) == 1
        with self.bot.services.store() as uow:
            assert verify_chains(uow).problems == ()
            opened = [e for e in uow.audit.all() if e.action == "alert.opened"]
        assert sorted(e.subject for e in opened) == sorted(f"slo:rows-{n}" for n in range(COUNT))

    def declare(self) -> None:
        """Everybody can see all of it, and the incident has all of it."""
        ana = Person(self.world, "ana")
        ana.clicks("Show all 300", self.message())
        assert "rows-299" in plain(self.world.wait_private("ana", "rows-0"))
        ana.clicks("Declare incident", self.message())
        self.world.wait_channel("inc-1-300-slos")
        self.settled()
        with self.bot.services.store() as uow:
            (incident,) = uow.incidents.all()
        assert len(incident.slos) == COUNT

    def check_over(self, calls: list[dict[str, Any]]) -> None:
        """The same message says so, quietly."""
        assert all(not e.open for e in self.episodes())
        assert "Recovered after" in plain(self.message())
        assert len(calls) < MOST_CALLS
        assert self.bot.runtime.dead_letters() == []


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'storm.db'}"


@pytest.mark.real
@pytest.mark.timeout(120)
def test_one_upstream_fault_makes_one_message_of_three_hundred_slos(
    database: str,
    world: World,
    start_bot: StartBot,
    prometheus_factory: Callable[[], TestPrometheus],
    tmp_path: Path,
) -> None:
    prometheus = prometheus_factory()
    broke = write_storm(prometheus)
    bot = start_bot(
        database_url=database,
        prometheus_url=prometheus.url,
        definitions=[write_definitions(tmp_path)],
        scrape_interval_seconds=STEP,
    )

    storm = Storm(world, bot, broke)
    assert storm.evaluate(-300) == []
    storm.check_told(storm.evaluate(*range(30, 240, 30)))
    storm.check_recorded()
    storm.declare()
    storm.check_over(storm.evaluate(WELL_AFTER, 1680, 2580, 3480))
