"""SLO files change while the bot runs: wrong ones are named, and the last good ones stay in use."""

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.conftest import StartBot
from tests.e2e.prometheus_front import Front
from tests.e2e.slo_scene import STEP, Scene, counted, counter, definition
from tests.e2e.world import World, eventually
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

HISTORY = 3 * 3600
WINDOW = "3h"
ROWS = {"bad": counted("df_bad_total"), "total": counted("df_rows_total"), "window": WINDOW}
_edits = count(1)


@pytest.fixture(scope="module")
def end(prometheus: TestPrometheus) -> int:
    """Three hours of rows, one bad in ten thousand; and young rows of the last twenty minutes."""
    last = int(time.time() - 30) // 300 * 300
    times = np.arange(last - HISTORY - 600, last + 1, STEP, dtype=np.float64)
    young = times[times > last - 1200]
    prometheus.write_series(
        [
            counter("df_rows_total", times, 100.0),
            counter("df_bad_total", times, 0.01),
            counter("df_worse_total", times, np.where(times > last - 7200, 40.0, 0.0)),
            counter("df_young_rows_total", young, 100.0),
            counter("df_young_bad_total", young, 0.0),
        ]
    )
    return last


@pytest.fixture
def front(prometheus: TestPrometheus) -> Iterator[Front]:
    door = Front(prometheus.url)
    yield door
    door.close()


class Edited(Scene):
    """The same, with a folder of definitions to edit."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        # Two writes within one tick of the file system's clock must still differ.
        stamp = time.time_ns() + next(_edits) * 1_000_000
        os.utime(path, ns=(stamp, stamp))
        return path

    def slos(self) -> set[str]:
        return set(re.findall(r"`([a-z]+-rows)`", self.asks("/slo")))


@pytest.fixture
def scene(world: World, start_bot: StartBot, front: Front, end: int, tmp_path: Path) -> Edited:
    folder = tmp_path / "slos"
    folder.mkdir()
    (folder / "orders.yaml").write_text(definition("order-rows", **ROWS))
    bot = start_bot(prometheus_url=front.url, definitions=[folder], scrape_interval_seconds=STEP)
    edited = Edited(world, bot, end)
    edited.folder = folder
    edited.tick()
    return edited


def test_a_wrong_file_is_named_with_its_line_and_the_last_good_one_stays(scene: Edited) -> None:
    before = scene.asks("/slo show order-rows")
    assert "90 % left" in before
    broken = definition("order-rows", **ROWS).replace("objective: 99.9", "objektive: 99.9")
    path = scene.write("orders.yaml", broken)
    scene.tick(later=60)
    listed = scene.asks("/slo")
    complaint = f"{path}:8: SLO has no `objektive`; did you mean `objective`?"
    assert complaint in listed
    assert "the last good definitions stay in use" in listed
    assert "`order-rows`" in listed
    after = scene.asks("/slo show order-rows")
    assert "90 % left" in after
    assert complaint in home_of(scene)
    scene.write("orders.yaml", definition("order-rows", **ROWS))
    scene.tick(later=120)
    assert "SLO files" not in scene.asks("/slo")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("sum(increase(df_bad_total[$window])", "orders.yaml:12: "),
        ("df_bad_total", "orders.yaml:12: "),
    ],
)
def test_wrong_promql_is_told_at_its_line(scene: Edited, wrong: str, said: str) -> None:
    scene.write("orders.yaml", definition("order-rows", **{**ROWS, "bad": wrong}))
    listed = scene.asks("/slo")
    assert said in listed
    assert "`order-rows`" in listed


def test_files_come_and_go_and_names_change_while_it_runs(scene: Edited) -> None:
    scene.write("late.yaml", definition("late-rows", **{**ROWS, "objective": "99"}))
    scene.tick(later=60)
    assert scene.slos() == {"order-rows", "late-rows"}
    assert "99 % left" in scene.asks("/slo show late-rows")
    (scene.folder / "late.yaml").unlink()
    scene.tick(later=120)
    assert scene.slos() == {"order-rows"}
    assert "No SLO is called 'late-rows'" in scene.asks("/slo show late-rows")
    scene.write("orders.yaml", definition("sale-rows", **ROWS))
    scene.tick(later=180)
    assert scene.slos() == {"sale-rows"}
    assert "90 % left" in scene.asks("/slo show sale-rows")
    assert "Did you mean sale-rows?" in scene.asks("/slo show sales-rows")


def test_with_every_file_gone_it_says_that_none_is_defined(scene: Edited) -> None:
    (scene.folder / "orders.yaml").unlink()
    scene.tick(later=60)
    assert "No SLO is defined yet" in scene.asks("/slo")


def test_a_changed_objective_reads_the_same_ledger_anew(scene: Edited, front: Front) -> None:
    front.starts.clear()
    scene.write("orders.yaml", definition("order-rows", **{**ROWS, "objective": "99"}))
    scene.tick(later=60)
    said = scene.asks("/slo show order-rows")
    assert "99 % left" in said
    assert "rovisional" not in said
    assert min(front.starts) > scene.end - 1800, "only the last buckets were asked for"


def test_a_changed_sli_begins_a_new_ledger_and_is_provisional(scene: Edited) -> None:
    young = {"bad": counted("df_young_bad_total"), "total": counted("df_young_rows_total")}
    scene.write("orders.yaml", definition("order-rows", **{**ROWS, **young}))
    scene.tick(later=60)
    said = scene.asks("/slo show order-rows")
    assert "provisional" in said.lower()
    assert "100 % left" in said


def test_a_changed_sli_shows_no_figure_of_the_old_one_when_the_source_is_down(
    scene: Edited, front: Front
) -> None:
    front.shut()
    young = {"bad": counted("df_young_bad_total"), "total": counted("df_young_rows_total")}
    scene.write("orders.yaml", definition("order-rows", **{**ROWS, **young}))
    scene.tick(later=60)
    said = scene.asks("/slo show order-rows")
    assert "Query failed" in said
    assert "left" not in said


def test_an_alert_of_an_slo_that_went_away_is_closed_not_forgotten(scene: Edited) -> None:
    with scene.bot.services.store() as uow:
        assert uow.episodes.open() == []
    burning = {**ROWS, "bad": counted("df_worse_total")}
    scene.write("orders.yaml", definition("order-rows", **burning))
    report = scene.bot.watcher.tick(datetime.fromtimestamp(scene.end + 60, UTC))
    assert report.opened == ["order-rows"]
    scene.world.wait_message("data-platform-alerts", "Rows of order-rows")
    (scene.folder / "orders.yaml").unlink()
    report = scene.bot.watcher.tick(datetime.fromtimestamp(scene.end + 120, UTC))
    assert report.closed == ["order-rows"]


def home_of(scene: Edited) -> str:
    """What ana's App Home shows, once it has been drawn."""
    world = scene.world
    answer = world.sandbox.post("/_act/home_opened", user="ana")
    assert answer["ok"], answer

    def look() -> str:
        homes = [v for v in world.sandbox.workspace.views.values() if v.type == "home"]
        return "\n".join(str(v.payload["blocks"]) for v in homes)

    return eventually(look, "ana's App Home")
