"""Planned work wakes nobody: what burns or is missing within maintenance raises no alert."""

from datetime import timedelta

import pytest

from fireline.domain.slo.maintenance import Maintenance, MaintenancePlan, Once, Scope
from fireline.domain.slo.status import AlertKind, Episode
from fireline.usecases.ports import Services
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, T, slo
from tests.unit.test_definitions_in_force import Planned
from tests.unit.test_slo_watching import WINDOW, Platform

HOUR = 3600
WORK = Maintenance("work", Scope(), Once(EPOCH, EPOCH + HOUR), "upgrade", "ben", "m.yaml:1")


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def s(sqlite_store: RecordingStore, platform: Platform) -> Services:
    return services(
        sqlite_store,
        source=platform,
        definitions=FakeDefinitions({"orders": slo(window=WINDOW)}),
        clock=FakeClock(T),
        maintenance=Planned(MaintenancePlan((WORK,))),
    )


def episodes(s: Services, minutes: int) -> list[Episode]:
    """Tick every five minutes from half an hour before, and see what opened."""
    watcher = Watcher(s)
    for minute in range(-30, minutes + 1, 5):
        watcher.tick(T + timedelta(minutes=minute, seconds=30))
    with s.store() as uow:
        return uow.episodes.between(T - timedelta(days=1), T + timedelta(days=1))


def test_an_outage_within_maintenance_burns_nothing(s: Services, platform: Platform) -> None:
    platform.bad.append((T, T + timedelta(hours=1), 1.0))
    assert episodes(s, 90) == []


def test_the_same_outage_without_it_pages(s: Services, platform: Platform) -> None:
    s.maintenance.now = MaintenancePlan()  # type: ignore[attr-defined]  # set by hand
    platform.bad.append((T, T + timedelta(hours=1), 1.0))
    assert AlertKind.BURN in {episode.kind for episode in episodes(s, 90)}


def test_missing_data_is_told_only_once_maintenance_is_over(
    s: Services, platform: Platform
) -> None:
    platform.silent_from = T
    assert episodes(s, 55) == []
    (told,) = episodes(s, 90)
    assert told.kind is AlertKind.STALE
    assert told.opened_at >= T + timedelta(minutes=65)
