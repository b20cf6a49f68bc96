"""The real store on a fresh database: `sqlite_store`, `postgres_store`, and `any_store` for both.

`tests/conftest.py` loads this file as a plugin. Flows are recorded in `store.calls`, not run.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from fireline.adapters.store import SqlStore, migrate, open_engine
from fireline.adapters.store.unit_of_work import SqlUnitOfWork
from fireline.usecases.ports import FlowCall
from tests.servers import PostgresDatabases


@dataclass
class RecordingStore:
    """A `ports.Store` that also keeps the flow calls of transactions that were committed."""

    engine: Engine
    _written: SqlStore = field(init=False)

    def __post_init__(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                text("CREATE TABLE IF NOT EXISTS test_call (n INTEGER, id TEXT UNIQUE)")
            )
        self._calls: dict[str, FlowCall] = {}
        self._written = SqlStore(self.engine, self._enqueue)

    def __call__(self) -> SqlUnitOfWork:
        return self._written()

    @property
    def calls(self) -> list[FlowCall]:
        """Flows of committed transactions, in order, each id once."""
        with self.engine.connect() as connection:
            ids = connection.execute(text("SELECT id FROM test_call ORDER BY n")).scalars()
            return [self._calls[call_id] for call_id in ids]

    def started(self, flow: str) -> list[FlowCall]:
        """Those of one flow."""
        return [call for call in self.calls if call.flow == flow]

    def _enqueue(self, session: Session, call: FlowCall) -> None:
        self._calls.setdefault(call.id, call)
        session.connection().execute(
            text(
                "INSERT INTO test_call (n, id) "
                "VALUES ((SELECT COUNT(*) FROM test_call), :id) ON CONFLICT DO NOTHING"
            ),
            {"id": call.id},
        )


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated database file to copy, which is quicker than migrating."""
    file = tmp_path_factory.mktemp("store") / "empty.db"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def sqlite_engine(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database of this test."""
    file = tmp_path / "fireline.db"
    shutil.copy(migrated_sqlite, file)
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_databases: PostgresDatabases) -> str:
    """The name of an empty migrated database to copy."""
    url = postgres_databases.create()
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_engine(
    postgres_databases: PostgresDatabases, migrated_postgres: str
) -> Iterator[Engine]:
    """A migrated PostgreSQL database of this test."""
    url = postgres_databases.create(copy_of=migrated_postgres)
    engine = open_engine(url)
    yield engine
    engine.dispose()
    postgres_databases.drop(url)


@pytest.fixture
def sqlite_store(sqlite_engine: Engine) -> RecordingStore:
    """The store on SQLite."""
    return RecordingStore(sqlite_engine)


@pytest.fixture
def postgres_store(postgres_engine: Engine) -> RecordingStore:
    """The store on PostgreSQL."""
    return RecordingStore(postgres_engine)


BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", marks=pytest.mark.real)]


@pytest.fixture(params=BOTH)
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """A migrated database, once of each kind."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture
def any_store(any_engine: Engine) -> RecordingStore:
    """The store, once on each database."""
    return RecordingStore(any_engine)
