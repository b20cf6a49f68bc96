"""The database: SQLite or PostgreSQL, the same code."""

from fireline.adapters.store.engine import open_engine
from fireline.adapters.store.migrate import migrate
from fireline.adapters.store.unit_of_work import SqlStore

__all__ = ["SqlStore", "migrate", "open_engine"]
