"""Maintenance asked for in Slack, on the whole bot: the reference's figures, raw and adjusted."""

import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from fireline.sandbox.entities import Message
from tests.e2e.conftest import StartBot
from tests.e2e.slo_scene import Scene, counted, counter, definition
from tests.e2e.world import Person, World, eventually, plain
from tests.servers import TestPrometheus

# Whole courses whose code faster tests cover too: tracing them again would only cost time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]

DAY, BUCKET, STEP = 86400, 300, 60
ROWS = {"bad": counted("mw_bad_total"), "total": counted("mw_rows_total")}
PLANNED = """\
apiVersion: fireline/v1
kind: Maintenance
name: nightly
reason: nightly compaction
approver: data-platform
created_at: 2026-01-01T00:00:00Z
scope: {{services: [orders]}}
from: {start}
to: {end}
"""


@pytest.fixture(scope="module")
def end(prometheus: TestPrometheus) -> int:
    """A day of 100 rows a bucket: bad 50 in buckets 100 to 105 and 60 in bucket 0."""
    last = int(time.time() - 30) // BUCKET * BUCKET
    times = np.arange(last - DAY - 600, last + 1, STEP, dtype=np.float64)
    # A sample counts what happened in the minute before it; bucket n is (300 n, 300 n + 300].
    bucket = (times - STEP - (last - DAY)) // BUCKET
    bad = np.where((bucket >= 100) & (bucket <= 105), 10.0, np.where(bucket == 0, 12.0, 0.0))
    prometheus.write_series(
        [counter("mw_rows_total", times, 20.0), counter("mw_bad_total", times, bad)]
    )
    return last


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'fireline.db'}"


def written(end: int, bucket: int) -> str:
    at = datetime.fromtimestamp(end - DAY + bucket * BUCKET, UTC)
    return at.isoformat().replace("+00:00", "Z")


def direct(world: World, user: str, containing: str) -> Message:
    """A direct message of the bot to this person."""
    who = world.sandbox.user(user)

    def look() -> Message | None:
        rooms = list(world.sandbox.workspace.channels.values())
        ims = [room for room in rooms if room.is_im and who in room.members]
        said = [m for room in ims for m in list(room.messages.values())]
        return next((m for m in said if containing in plain(m)), None)

    return eventually(look, f"{containing!r} for {user} directly")


def test_the_reference_s_figures_hold_from_prometheus_to_slack(
    world: World, database: str, start_bot: StartBot, prometheus: TestPrometheus, end: int,
    tmp_path: Path,
) -> None:  # fmt: skip
    slos, policies = tmp_path / "slos", tmp_path / "policies"
    slos.mkdir()
    policies.mkdir()
    text = definition("order-rows", **ROWS, objective="99", window="1d")
    (slos / "orders.yaml").write_text(text)
    bot = start_bot(
        prometheus_url=prometheus.url,
        definitions=[slos],
        maintenance=[policies],
        scrape_interval_seconds=STEP,
        database_url=database,
    )
    scene, bo = Scene(world, bot, end), Person(world, "bo")
    scene.tick()
    assert "*overspent by 25 %* of 288 events" in scene.asks("/slo show order-rows")
    line = f"/slo exclude order-rows {written(end, 102)}..{written(end, 105)} upgrade approver:@bo"
    assert "MW-1 for order-rows" in scene.asks(line).replace("*", "").replace("`", "")
    request = direct(world, "bo", "MW-1")
    assert "300 events leave the budget, 150 events of them bad" in plain(request)
    assert "*26 % left* instead of overspent by 25 %" in plain(request)
    scene.tick()
    assert "overspent by 25 %* of" in scene.asks("/slo show order-rows"), "only approved ones count"
    bo.clicks("Approve", request)
    direct(world, "ana", "approved by")
    scene.tick()
    said = scene.asks("/slo show order-rows")
    assert "*26 % left* (raw: overspent by 25 %) of 285 events" in said
    assert "28,290 events of 28,500 events" in said
    # Git adds the rest of the outage, without a restart.
    (policies / "nightly.yaml").write_text(
        PLANNED.format(start=written(end, 100), end=written(end, 106))
    )
    scene.tick()
    said = scene.asks("/slo show order-rows")
    assert "*79 % left* (raw: overspent by 25 %) of 282 events" in said
    listed = scene.asks("/slo exclude list")
    assert "MW-1" in listed
