"""Fifty alerts of one broken source, five layers down a dbt graph: one incident, few words."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fireline.bootstrap.ingest import take_dbt
from fireline.bootstrap.program import Program
from fireline.domain.slo.definition import Slo
from fireline.sandbox.entities import Message
from fireline.usecases.alerting import Alerting, Judged
from fireline.usecases.verify_chains import verify_chains
from tests.e2e.conftest import StartBot
from tests.e2e.world import Person, World, eventually, plain
from tests.unit.alert_scene import status

LAYERS = (1, 10, 12, 13, 14)
MOST_CALLS = 30
ALERTS = "data-platform-alerts"
SLO = """\
apiVersion: fireline/v1
kind: SLO
name: fresh-{slug}
title: Rows of {name} are valid
service: team-{slug}
tier: {tier}
objective: 99.9
window: 2d
sli:
  ratio:
    bad: sum(increase(bad_total{{n="{name}"}}[$window]))
    total: sum(increase(rows_total{{n="{name}"}}[$window]))
datasets: [{name}]
---
"""


def layers() -> list[list[str]]:
    """Names of all tables, a layer each; the first is the source."""
    return [["raw_orders"], *([f"l{n}_{i}" for i in range(LAYERS[n])] for n in range(1, 5))]


def slug(name: str) -> str:
    """The name as SLOs write it."""
    return name.replace("_", "-")


def manifest(at: datetime) -> bytes:
    """The graph as dbt tells it: each table is made of one of the layer above."""
    rows = layers()
    node = {"resource_type": "model", "config": {}, "depends_on": {}}
    ids = {"raw_orders": "source.shop.cdc.raw_orders"}
    ids |= {name: f"model.shop.{name}" for row in rows[1:] for name in row}
    children: dict[str, list[str]] = {uid: [] for uid in ids.values()}
    for above, below in pairwise(rows):
        for n, name in enumerate(below):
            children[ids[above[n % len(above)]]].append(ids[name])
    known = {
        uid: {**node, "name": name, "relation_name": f'"dwh"."main"."{name}"'}
        for name, uid in ids.items()
    }
    head = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    document = {
        "metadata": {
            "dbt_schema_version": head,
            "generated_at": at.isoformat(),
            "project_name": "shop",
        },
        "nodes": {uid: one for uid, one in known.items() if uid.startswith("model.")},
        "sources": {uid: one for uid, one in known.items() if uid.startswith("source.")},
        "exposures": {},
        "groups": {},
        "child_map": children,
    }
    return json.dumps(document).encode()


class Outage:
    """The bot, told tick by tick which SLOs burn."""

    def __init__(self, world: World, bot: Program) -> None:
        self._world = world
        self._bot = bot
        self._slos = bot.services.definitions.current().slos
        self._alerting = Alerting(bot.services)

    def tick(self, at: datetime, burning: int) -> None:
        """One evaluation in which the first so many layers burn."""
        bad = {f"fresh-{slug(name)}" for row in layers()[:burning] for name in row}
        judged = [Judged(slo, self._status(slo, at, bad)) for slo in self._slos.values()]
        with self._bot.services.store() as uow:
            uow.statuses.save([one.status for one in judged])
            self._alerting.apply(uow, judged, at)
            uow.commit()
        self.settled()

    def _status(self, slo: Slo, at: datetime, bad: set[str]) -> Any:
        return status(slo, "page" if slo.name in bad else "ok", at)

    def settled(self) -> None:
        eventually(lambda: self._bot.runtime.pending_count() == 0, "all posted", 30)

    def messages(self) -> list[Message]:
        return [m for m in self._world.messages(ALERTS) if not m.is_reply]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'one_root.db'}"


def test_fifty_alerts_of_one_source_are_one_incident_in_few_calls(
    database: str, world: World, start_bot: StartBot, tmp_path: Path
) -> None:
    place = tmp_path / "slos"
    place.mkdir()
    texts = [
        SLO.format(name=n, slug=slug(n), tier=t % 3) for t, row in enumerate(layers()) for n in row
    ]
    (place / "all.yaml").write_text("".join(texts))
    bot = start_bot(database_url=database, definitions=[place])
    now = datetime.now(UTC)  # noqa: TID251 - the bot's clock is the real one
    take_dbt(bot.services, manifest(now))
    outage = Outage(world, bot)
    before = len(world.sandbox.workspace.journal.entries)

    begin = now - timedelta(minutes=25)
    outage.tick(begin, 1)
    Person(world, "ana").clicks("Declare incident", outage.messages()[0])
    world.wait_channel("inc-1-")
    outage.settled()
    for minutes, burning in ((2, 2), (4, 4), (20, 5)):
        outage.tick(begin + timedelta(minutes=minutes), burning)

    made = world.sandbox.workspace.journal.entries[before:]
    calls = [entry for entry in made if entry["kind"] == "api"]
    assert len(calls) < MOST_CALLS, Counter(str(c["method"]) for c in calls)
    with bot.services.store() as uow:
        (incident,) = uow.incidents.all()
        assert verify_chains(uow).problems == ()
    assert len(incident.slos) == sum(LAYERS) == 50
    brought = {slo for alert in incident.details.alerts for slo in alert.slos}
    assert len(brought) == 49
    assert incident.details.roots == ("raw_orders",)
    assert len(incident.details.impacted) == 49
    first, later = outage.messages()
    assert "INC-1" in plain(first)
    assert "Follows INC-1" in plain(later)
    assert bot.runtime.dead_letters() == []
