"""The migrated schema is the one that the program expects."""

from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from fireline.adapters.store import migrate, open_engine
from fireline.adapters.store.migrate import current_revision, newest_revision
from fireline.adapters.store.tables import metadata


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
