"""Telemetry that is missing, and data sources that fail: one alert each, and never an end."""

from datetime import timedelta

import pytest

from fireline.domain.slo.definition import Absent, CompositePart, CompositeSli
from fireline.domain.slo.status import AlertKind, BurnSeverity
from tests.builders import a_slo
from tests.store_fixture import RecordingStore
from tests.unit.alert_scene import AlertScene

BURN, STALE, ABSENT = AlertKind.BURN, AlertKind.STALE, AlertKind.ABSENT


@pytest.fixture
def scene(sqlite_store: RecordingStore) -> AlertScene:
    return AlertScene(sqlite_store)


def test_series_that_stop_at_once_are_one_alert_after_the_absent_duration(
    sqlite_store: RecordingStore,
) -> None:
    slos = [a_slo(f"s{n}", service=f"svc{n}") for n in range(3)]
    scene = AlertScene(sqlite_store, slos)
    scene.tick("ok")
    scene.tick("stale")
    group = scene.group()
    assert (group.kind, group.severity) == (STALE, BurnSeverity.TICKET)
    assert len(scene.episodes(STALE)) == 3
    assert scene.episodes(STALE)[0].first_bad_at == scene.clock.now() - timedelta(minutes=6)
    scene.tick("ok")
    assert not scene.group().open


def test_data_that_never_came_is_waited_for_from_when_it_was_first_missed(
    scene: AlertScene,
) -> None:
    scene.ticks("no data", 10)
    assert scene.episodes() == []
    restarted = AlertScene(scene.store)
    restarted.clock.set(scene.clock.now())
    restarted.tick("no data")
    assert [e.kind for e in restarted.episodes()] == [ABSENT]


def test_after_the_source_was_down_missing_data_is_counted_from_its_return(
    scene: AlertScene,
) -> None:
    scene.ticks("error", 2, minutes=20)
    scene.ticks("stale", 9)
    assert scene.episodes(STALE) == []
    scene.ticks("stale", 2)
    assert len(scene.episodes(STALE)) == 1


@pytest.mark.parametrize(
    ("absent", "alerts"), [(Absent.IGNORE, 0), (Absent.BAD, 1), (Absent.UNKNOWN, 1)]
)
def test_data_that_may_be_missing_is_not_missed(
    sqlite_store: RecordingStore, absent: Absent, alerts: int
) -> None:
    scene = AlertScene(sqlite_store, [a_slo("orders", absent=absent)])
    scene.ticks("stale", 20)
    assert len(scene.episodes(STALE)) == alerts


def test_missing_data_that_burns_as_bad_is_not_told_twice(sqlite_store: RecordingStore) -> None:
    scene = AlertScene(sqlite_store, [a_slo("orders", absent=Absent.BAD)])
    scene.tick("page")
    scene.ticks("stale", 20)
    assert [e.kind for e in scene.episodes()] == [BURN]


def test_a_source_that_fails_three_times_is_one_alert_however_many_slos(
    sqlite_store: RecordingStore,
) -> None:
    slos = [a_slo(f"s{n}") for n in range(3)] + [a_slo("other", data_source="mimir")]
    scene = AlertScene(sqlite_store, slos)
    one = {"s0": "error", "s1": "error", "s2": "error"}
    scene.ticks(one, 2)
    assert scene.groups() == []
    scene.tick(one)
    group = scene.group()
    assert (group.kind, group.upstream) == (AlertKind.SOURCE_DOWN, "source default")
    shown = scene.shown()
    assert [m.slo.name for m in shown.members] == ["s0", "s1", "s2"]
    assert shown.error == "Prometheus is down"
    scene.tick("ok")
    assert not scene.group().open
    assert scene.audit() == ["alert.opened", "alert.closed"]


def test_an_slo_that_names_the_usual_source_is_of_that_source(sqlite_store: RecordingStore) -> None:
    slos = [a_slo("orders"), a_slo("other", data_source="mimir")]
    scene = AlertScene(sqlite_store, slos, {"data_source": "mimir"})
    scene.ticks("error", 3)
    assert scene.group().upstream == "source mimir"


def test_of_a_composite_its_parts_tell_what_is_missing(sqlite_store: RecordingStore) -> None:
    parts = (CompositePart("orders"),)
    whole = a_slo("whole", sli=CompositeSli(parts))
    scene = AlertScene(sqlite_store, [a_slo("orders", data_source="mimir"), whole])
    scene.ticks("error", 3)
    assert scene.group().upstream == "source mimir"
    scene.tick("ok")
    scene.ticks("no data", 12)
    assert {e.slo for e in scene.episodes(ABSENT)} == {"orders"}


def test_two_sources_are_two_alerts(sqlite_store: RecordingStore) -> None:
    slos = [a_slo("orders"), a_slo("other", data_source="mimir")]
    scene = AlertScene(sqlite_store, slos)
    scene.ticks("error", 3)
    assert {g.upstream for g in scene.groups()} == {"source default", "source mimir"}


def test_a_source_that_fails_now_and_then_alerts_nobody(scene: AlertScene) -> None:
    for _ in range(5):
        scene.ticks("error", 2)
        scene.tick("ok")
    assert scene.groups() == []
