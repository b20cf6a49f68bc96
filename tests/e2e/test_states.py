"""What `/slo` says when figures cannot be had: its own state and sentence, never a number."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fireline.usecases.watch_budgets import FEW
from tests.e2e.conftest import StartBot
from tests.e2e.prometheus_front import (
    BROKEN,
    HTML,
    HUGE,
    NOT_FOUND,
    PARTIAL,
    REDIRECT,
    SKEWED,
    SLOW,
    UP,
    WARNING,
    Front,
)
from tests.e2e.slo_scene import STEP, Scene, counted, counter, definition
from tests.e2e.world import World, eventually
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

HISTORY = 3 * 3600
WINDOW = "3d"  # every test has the bot read a whole window of history
NUMBER = re.compile(r"\d\s?%|\d\s?x\b|NaN|\bleft\b|\bof total\b|\*Burn\*", re.IGNORECASE)
OBJECTIVE = "99.9 %"
UNREACHABLE = "cannot be reached (connection refused); check that it runs and the address"

SLOS = {
    "good-rows": ("st_bad_total", "st_rows_total"),
    "missing-metric": ("st_misspelt_bad_total", "st_misspelt_rows_total"),
    "no-traffic": ("st_idle_bad_total", "st_idle_rows_total"),
    "once-busy": ("st_once_bad_total", "st_once_rows_total"),
}
PAIRED = "sum(increase(st_pair_a_total[$window]) / on(job) increase(st_pair_b_total[$window]))"


@pytest.fixture(scope="module")
def end(prometheus: TestPrometheus) -> int:
    """The last instant of three hours of history: busy rows, idle rows, rows that ceased."""
    last = int(time.time() - 30) // 300 * 300
    times = np.arange(last - HISTORY, last + 1, STEP, dtype=np.float64)
    bad = np.where(times > last - 1800, 0.0, 0.01)
    busy = np.where(times > last - 2 * 3600, 0.0, 100.0)
    series = [
        counter("st_rows_total", times, 100.0),
        counter("st_bad_total", times, bad),
        counter("st_idle_rows_total", times, 0.0),
        counter("st_idle_bad_total", times, 0.0),
        counter("st_once_rows_total", times, busy),
        counter("st_once_bad_total", times, 0.0),
    ]
    series += [
        counter(f"st_pair_{side}_total", times, 1.0, shard=shard) for side in "ab" for shard in "12"
    ]
    prometheus.write_series(sorted(series, key=lambda s: sorted(s.labels.items())))
    return last


@pytest.fixture
def front(prometheus: TestPrometheus) -> Iterator[Front]:
    door = Front(prometheus.url)
    yield door
    door.close()


@pytest.fixture
def scene(
    request: pytest.FixtureRequest,
    world: World,
    start_bot: StartBot,
    front: Front,
    end: int,
    tmp_path: Path,
) -> Scene:
    """A bot that waits for Prometheus as long as usual, or a given number of seconds."""
    definitions = tmp_path / "slos"
    definitions.mkdir()
    texts = [
        definition(name, bad=counted(bad), total=counted(total), window=WINDOW)
        for name, (bad, total) in SLOS.items()
    ]
    texts.append(
        definition("wrong-query", bad=PAIRED, total=counted("st_pair_b_total"), window=WINDOW)
    )
    (definitions / "orders.yaml").write_text("---\n".join(texts))
    bot = start_bot(
        data_sources={"main": {"url": front.url, "timeout_seconds": getattr(request, "param", 10)}},
        default_data_source="main",
        definitions=[definitions],
        scrape_interval_seconds=STEP,
    )
    return Scene(world, bot, end)


def has_number(said: str) -> bool:
    return NUMBER.search(said.replace(OBJECTIVE, "")) is not None


def test_before_the_first_evaluation_it_says_so_and_no_number(scene: Scene) -> None:
    said = scene.asks("/slo show good-rows")
    assert "not evaluated yet" in said
    assert not has_number(said), said


def test_a_bot_started_while_prometheus_is_down_says_so_and_finds_it_again(
    scene: Scene, front: Front
) -> None:
    front.shut()
    scene.tick()
    said = scene.asks("/slo show good-rows")
    assert "Query failed" in said
    assert UNREACHABLE in said
    assert not has_number(said), said
    every = scene.asks("/slo")
    assert every.count("Query failed") == len(SLOS) + 1
    assert "5 SLOs, 5 unknown" in every
    assert not has_number(every), every
    front.open()
    scene.tick(later=60)
    said = scene.asks("/slo show good-rows")
    assert "Query failed" not in said
    assert "(provisional)" in said
    assert "3 h of 3 d" in said
    assert "left" in said


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        (HTML, "is not a Prometheus (it answers with a page, not JSON); check the address."),
        (NOT_FOUND, "is not a Prometheus (HTTP 404 for /api/v1/query_range); check the address."),
        (REDIRECT, "redirects to https://login.example.com/, which is not followed"),
        (BROKEN, "failed (HTTP 503); look at its log."),
    ],
)
def test_a_wrong_address_is_told_by_what_is_found_there(
    scene: Scene, front: Front, mode: str, sentence: str
) -> None:
    front.mode = mode
    scene.tick()
    said = scene.asks("/slo show good-rows")
    assert "Query failed" in said
    assert sentence in said
    assert "next=secret" not in said
    assert not has_number(said), said


@pytest.mark.parametrize(
    ("scene", "mode", "sentence"),
    [
        (3, SLOW, "did not answer within 3 s; it is overloaded or the query is too heavy."),
        (10, HUGE, "answered with more than 64 MB; aggregate the query to one value."),
    ],
    indirect=["scene"],
)
def test_an_answer_that_is_late_or_too_long_keeps_the_last_figures_and_says_why(
    scene: Scene, front: Front, mode: str, sentence: str
) -> None:
    scene.tick()
    front.mode = mode
    scene.tick(later=300)
    said = scene.asks("/slo show good-rows")
    assert "Query failed" in said
    assert sentence in said
    assert "Last known budget" in said
    assert "Burn" not in said
    front.recovers()
    scene.tick(later=900)
    assert "Query failed" not in scene.asks("/slo show good-rows")


@pytest.mark.parametrize(
    ("mode", "sentence"), [(PARTIAL, WARNING), (SKEWED, "s ahead of ours: set both by NTP")]
)
def test_figures_of_which_prometheus_warns_are_shown_with_the_warning(
    scene: Scene, front: Front, mode: str, sentence: str
) -> None:
    front.mode = mode
    scene.tick()
    said = scene.asks("/slo show good-rows")
    assert "partial data" in said
    assert sentence in said
    assert "left" in said
    front.recovers()
    scene.tick(later=60)
    assert sentence not in scene.asks("/slo show good-rows")


def test_many_slos_have_their_history_read_beside_the_evaluation(
    world: World, start_bot: StartBot, prometheus: TestPrometheus, end: int, tmp_path: Path
) -> None:
    file = tmp_path / "many.yaml"
    bad, total = SLOS["good-rows"]
    texts = [
        definition(
            f"rows-{number:02d}",
            bad=counted(bad),
            total=counted(total),
            objective=f"95.{number:02d}",
            window="2d",
        )
        for number in range(FEW + 1)
    ]
    file.write_text("---\n".join(texts))
    bot = start_bot(prometheus_url=prometheus.url, definitions=[file], scrape_interval_seconds=STEP)
    scene = Scene(world, bot, end)
    scene.tick()
    assert "the history is being read" in scene.asks("/slo show rows-07")
    eventually(lambda: bot.runtime.pending_count() == 0, "the history read")
    scene.tick(later=60)
    said = scene.asks("/slo show rows-07")
    assert "the history is being read" not in said
    assert "left" in said
    with bot.services.store() as uow:
        assert uow.books.unfilled() == []


def test_each_silent_slo_has_its_own_state_and_sentence(scene: Scene) -> None:
    scene.tick()
    wrong = scene.asks("/slo show wrong-query")
    assert "Query failed" in wrong
    assert "Prometheus rejects the query" in wrong
    assert "many-to-many" in wrong
    assert "(in `bad`:" in wrong.replace("&#96;", "`")
    missing = scene.asks("/slo show missing-metric")
    assert "No data" in missing
    assert "no data since definition: no series for st_misspelt_rows_total" in missing
    idle = scene.asks("/slo show no-traffic")
    assert "No traffic" in idle
    assert "no events in 3 h" in idle
    for said in (wrong, missing, idle):
        assert not has_number(said), said
    assert has_number(scene.asks("/slo show good-rows")), "one wrong query fails no other SLO"


def test_without_traffic_the_budget_of_busier_hours_stays(scene: Scene) -> None:
    scene.tick()
    said = scene.asks("/slo show once-busy")
    assert "100 % left" in said
    assert "No traffic" not in said, "a short history is said before quiet hours"


def test_figures_are_kept_with_their_age_while_prometheus_is_down(
    scene: Scene, front: Front
) -> None:
    scene.tick()
    known = scene.asks("/slo show good-rows")
    left = re.search(r"\*([\d.]+ % left)\*", known)
    assert left is not None, known
    front.shut()
    for minutes in (5, 38):
        scene.tick(later=minutes * 60)
        said = scene.asks("/slo show good-rows")
        assert "Query failed" in said
        assert UNREACHABLE in said
        assert f"{minutes} min ago" in said
        assert "Last known budget" in said
        assert left.group(1) in said
        assert "Burn" not in said
    listed = scene.asks("/slo")
    assert "last known: \u25b0" in listed
    assert "38 min ago" in listed
    front.open()
    front.mode = UP
    scene.tick(later=39 * 60)
    said = scene.asks("/slo show good-rows")
    assert "Query failed" not in said
    assert "Last known" not in said


def test_samples_that_stopped_leave_the_last_figures_and_say_since_when(scene: Scene) -> None:
    scene.tick()
    scene.tick(later=38 * 60)
    said = scene.asks("/slo show good-rows")
    assert "stale data" in said.lower()
    assert "stopped" in said
    assert "38 min ago" in said
    assert "left" in said
