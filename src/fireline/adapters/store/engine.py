"""One engine for our tables and those of the durable flows."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 30
POOL_SIZE = 10
POOL_OVERFLOW = 30


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://...`, tuned for short transactions.

    SQLite takes the write lock at a transaction's first write: what was read before is not held,
    so that reading and then writing never ends in a deadlock, as with PostgreSQL's READ COMMITTED.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # an error names no words of anybody
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=True,
    )


def _sqlite(url: str, file: str | None) -> Engine:
    if not file or file == ":memory:":
        message = f"{url}: needs a file, such as sqlite:///var/fireline.db"
        raise ValueError(message)
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,  # an error names no words of anybody
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Settings that SQLite keeps per connection."""
    if isinstance(connection, SqliteConnection):
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
