"""The migrated schema is the one that the program expects."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from fireline.adapters.store import migrate, open_engine
from fireline.adapters.store.migrate import current_revision, newest_revision
from fireline.adapters.store.tables import metadata
from fireline.domain.slo.status import AlertKind
from tests.store_fixture import RecordingStore


def test_models_and_migrated_schema_agree(any_engine: Engine) -> None:
    with any_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert current_revision(connection) == newest_revision()


def test_migrating_again_does_nothing(any_engine: Engine) -> None:
    assert migrate(any_engine) is False


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    engines = [open_engine(f"sqlite:///{tmp_path}/new/fireline.db") for _ in range(2)]
    done: list[bool] = []
    threads = [Thread(target=lambda e=engine: done.append(migrate(e))) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(done) == 2
    assert "incident" in inspect(engines[0]).get_table_names()
    for engine in engines:
        engine.dispose()


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        open_engine("sqlite://")


EPISODE_OF_OLD = """
INSERT INTO episode (id, slo, severity, open_key, opened_at, channel, first_bad_at, last_firing_at,
 peak_burn, closed_at, acknowledged_by, acknowledged_at, snoozed_until, incident_id, spent)
VALUES (:id, :slo, :severity, :open_key, :at, '#alerts', :at, :at, 20.0, :closed, :who, :taken,
 NULL, :incident, :spent)
"""


def an_old_episode(episode_id: str, slo: str, severity: str, *, going: bool) -> dict[str, object]:
    at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    return {
        "id": episode_id,
        "slo": slo,
        "severity": severity,
        "open_key": f"{slo}:{severity}" if going else None,
        "at": at,
        "closed": None if going else at,
        "who": "U1",
        "taken": at,
        "incident": 7,
        "spent": None if going else 0.1,
    }


def naive(row: dict[str, object]) -> dict[str, object]:
    """The row as SQLite keeps times: text in UTC."""
    return {k: f"{v:%Y-%m-%d %H:%M:%S}" if isinstance(v, datetime) else v for k, v in row.items()}


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def test_alerts_of_the_version_before_live_on(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    if database == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    engine = open_engine(url)
    migrate(engine, "0002")
    with engine.begin() as connection:
        for old in (
            an_old_episode("e1", "orders", "page", going=True),
            an_old_episode("e2", "orders", "ticket", going=True),
            an_old_episode("e3", "payments", "ticket", going=False),
        ):
            connection.execute(text(EPISODE_OF_OLD), old if database == "postgres" else naive(old))
    assert migrate(engine)
    store = RecordingStore(engine)
    with store() as uow:
        (going,) = uow.episodes.open()
        group = uow.alerts.get("e1")
        over = uow.alerts.get("e3")
    assert (going.id, going.kind, going.group_id) == ("e1", AlertKind.BURN, "e1")
    assert group is not None
    assert (group.acknowledged_by, group.incident_id, group.open) == ("U1", 7, True)
    assert over is not None
    assert not over.open
    engine.dispose()
