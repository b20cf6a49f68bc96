"""Bringing the database's schema to the newest version."""

from functools import cache
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from fireline.adapters.store.transaction import WRITE_LOCK

FOLDER = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = Lock()  # alembic keeps what it works on in module globals


def migrate(engine: Engine, to: str | None = None) -> bool:
    """Upgrade to the newest schema, or `to` an older one; says whether there was anything to do.

    Two processes may start at once: the second waits and then finds nothing left to do.
    """
    with engine.connect() as connection:
        if current_revision(connection) == (to or newest_revision()):
            return False
    with ONE_AT_A_TIME, engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # The driver begins by itself only before data changes, never before DDL.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to or "head")
        connection.commit()
    return True


def current_revision(connection: Connection) -> str | None:
    """The schema version of this database, or None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """The schema version this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
