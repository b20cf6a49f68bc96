"""What all repositories of one unit of work share: the session, the write lock, upserts."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Dialect, Table, Update, event, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from fireline.adapters.store.tables import CounterRow, Row
from fireline.domain.errors import ConflictError

# Any constant will do: it names "the one writer" among PostgreSQL's advisory locks.
WRITE_LOCK = 7_301_984_115
SQLITE_PARAMETERS = 30_000  # it takes 32,766 in one statement


class Transaction:
    """One database transaction.

    Rows read through it stay loaded until it ends, so that saving a record writes only the columns
    that differ from what was read: two people changing different things do not undo each other.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._kept: dict[int, object] = {}
        self._locked = False
        self._sqlite = session.get_bind().dialect.name == "sqlite"
        event.listen(session, "loaded_as_persistent", self._keep)

    def _keep(self, _session: object, row: object) -> None:
        self._kept[id(row)] = row

    def lock(self) -> None:
        """Be the only writer until the end: chains and numbers cannot fork, nothing deadlocks."""
        if self._locked:
            return
        connection = self.session.connection()
        if not self._sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
        elif not _within_transaction(connection.connection.dbapi_connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        self._locked = True

    def released(self) -> None:
        """Told after a commit, which ends the lock; rows are read afresh from then on."""
        self._locked = False
        self._kept.clear()
        self.session.expire_all()

    def add(self, row: Row, *, taken: str) -> None:
        """Insert a row; `taken` is what to say when a constraint refuses it."""
        self.lock()
        self.session.add(row)
        self._flush(taken)

    def add_all(self, rows: Sequence[Row], *, taken: str) -> None:
        """Insert rows, many in one statement; `taken` as in `add`."""
        self.lock()
        self.session.add_all(rows)
        self._flush(taken)

    def change(self, row: Row, values: dict[str, Any], *, taken: str) -> None:
        """Write the values that differ from those the row was read with."""
        self.lock()
        for name, value in values.items():
            setattr(row, name, value)
        self._flush(taken)

    def _flush(self, taken: str) -> None:
        try:
            self.session.flush()
        except IntegrityError as error:
            raise ConflictError(taken) from error

    def guarded(self, statement: Update, *, taken: str) -> int:
        """Run an update; gives the number of rows, `taken` is said when a constraint refuses."""
        try:
            return self.session.connection().execute(statement).rowcount
        except IntegrityError as error:
            raise ConflictError(taken) from error

    def upsert(self, model: type[Row], values: Sequence[dict[str, Any]]) -> None:
        """Insert or replace whole rows by primary key."""
        if not values:
            return
        if self._sqlite:
            self._upsert_at_once(table_of(model), values)
            return
        table = table_of(model)
        insert = postgresql.insert(table)
        rest = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
        keys = [c.name for c in table.primary_key]
        statement = insert.on_conflict_do_update(index_elements=keys, set_=rest)
        self.session.connection().execute(statement, list(values))

    def _upsert_at_once(self, table: Table, values: Sequence[dict[str, Any]]) -> None:
        """Many rows in one statement.

        One by one, each row lets go of the interpreter and has to win it back from every thread
        that computes, all the while holding the write lock.
        """
        bind = _binder(table, self.session.get_bind().dialect)
        bound = [bind(row) for row in values]
        self.lock()
        most = SQLITE_PARAMETERS // len(table.columns)
        for first in range(0, len(bound), most):
            some = bound[first : first + most]
            given = tuple(chain.from_iterable(some))
            self.session.connection().exec_driver_sql(_upsert_of(table, len(some)), given)

    def insert_new(self, model: type[Row], values: dict[str, Any]) -> bool:
        """Insert unless the key exists; says whether it was new."""
        table = table_of(model)
        insert = self._insert(table).values(**values).on_conflict_do_nothing()
        new = self.session.connection().execute(insert.returning(*table.primary_key.columns))
        return new.first() is not None

    def next_number(self, name: str) -> int:
        """The next number under this name; a rollback gives it back."""
        return self.next_numbers(name, 1)[0]

    def next_numbers(self, name: str, count: int) -> range:
        """The next numbers under this name."""
        self.lock()
        self.insert_new(CounterRow, {"name": name, "value": 0})
        statement = (
            update(CounterRow)
            .where(col(CounterRow.name) == name)
            .values(value=CounterRow.value + count)
            .returning(col(CounterRow.value))
        )
        last = int(self.session.connection().execute(statement).scalar_one())
        return range(last - count + 1, last + 1)

    def _insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        return sqlite.insert(table) if self._sqlite else postgresql.insert(table)


def table_of(model: type[Row]) -> Table:
    """The table behind a row class."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it, untyped
    return table


def _binder(table: Table, dialect: Dialect) -> Callable[[dict[str, Any]], list[Any]]:
    """Gives a row's values in the order of the columns, as SQLite keeps them."""
    types = ((c.name, c.type.dialect_impl(dialect)) for c in table.columns)
    columns = [(name, kind.bind_processor(dialect)) for name, kind in types]

    def bound(row: dict[str, Any]) -> list[Any]:
        return [process(row[name]) if process else row[name] for name, process in columns]

    return bound


@lru_cache(maxsize=64)
def _upsert_of(table: Table, rows: int) -> str:
    """Inserts or replaces this many rows; the names are those of our own tables."""
    names = [c.name for c in table.columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    row = f"({', '.join('?' for _ in names)})"
    rest = ", ".join(
        f'"{c.name}" = excluded."{c.name}"' for c in table.columns if not c.primary_key
    )
    keys = ", ".join(f'"{c.name}"' for c in table.primary_key)
    return (
        f'INSERT INTO "{table.name}" ({quoted}) VALUES '  # noqa: S608 - see above
        f"{', '.join([row] * rows)} ON CONFLICT ({keys}) DO UPDATE SET {rest}"
    )


def _within_transaction(connection: Any) -> bool:
    return bool(connection.in_transaction)
