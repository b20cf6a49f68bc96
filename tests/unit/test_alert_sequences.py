"""Whatever an SLO goes through: one alert of a kind at a time, and no end without data."""

import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.adapters.store import open_engine
from fireline.domain.slo.status import AlertKind
from tests.builders import a_slo
from tests.store_fixture import RecordingStore
from tests.unit.alert_scene import AlertScene

WORDS = (
    "ok",
    "page",
    "ticket",
    "spent",
    "spent page",
    "nearly spent",
    "stale",
    "no data",
    "error",
    "no traffic",
    "provisional spent",
)
BLIND = ("stale", "no data", "error")
STEPS = st.tuples(st.sampled_from(WORDS), st.sampled_from([0.5, 1.0, 4.0, 11.0, 200.0]))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(STEPS, st.sampled_from(WORDS)), min_size=1, max_size=14))
def test_no_history_opens_two_alerts_of_a_kind_or_ends_one_blindly(
    migrated_sqlite: Path, history: list[tuple[tuple[str, float], str]]
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "alerts.db"
        shutil.copy(migrated_sqlite, file)
        engine = open_engine(f"sqlite:///{file}")
        scene = AlertScene(RecordingStore(engine), [a_slo("one"), a_slo("two")])
        for (first, minutes), second in history:
            before = {e.id: e for e in scene.episodes() if e.open}
            scene.tick({"one": first, "two": second}, minutes)
            now = {e.id: e for e in scene.episodes()}
            for episode_id, was in before.items():
                said = first if was.slo == "one" else second
                if said in BLIND and was.kind is not AlertKind.SOURCE_DOWN:
                    assert now[episode_id].open, f"{was.kind} ended on {said}"
        check(scene)
        engine.dispose()


def check(scene: AlertScene) -> None:
    """What must hold of any history."""
    episodes = scene.episodes()
    going = Counter((e.slo, e.kind) for e in episodes if e.open)
    assert set(going.values()) <= {1}
    by_slo: dict[object, list[object]] = {}
    for episode in sorted(episodes, key=lambda e: (e.opened_at, e.id)):
        by_slo.setdefault((episode.slo, episode.kind), []).append(episode)
    for chain in by_slo.values():
        for older, newer in pairwise(chain):
            assert older.closed_at is not None  # type: ignore[attr-defined]
            assert older.closed_at <= newer.opened_at  # type: ignore[attr-defined]
    groups = {g.id: g for g in scene.groups()}
    for episode in episodes:
        group = groups[episode.group_id or ""]
        beside = episode.kind is AlertKind.EXHAUSTED and group.kind is AlertKind.BURN
        assert group.open or not episode.open or beside
        scene.shown(group.id)
    opened = scene.audit().count("alert.opened")
    closed = scene.audit().count("alert.closed")
    assert (opened, closed) == (len(episodes), sum(not e.open for e in episodes))
