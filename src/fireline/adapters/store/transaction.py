"""What all repositories of one unit of work share: the session, the write lock, upserts."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Table, Update, event, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from fireline.adapters.store.tables import CounterRow, Row
from fireline.domain.errors import ConflictError

# Any constant will do: it names "the one writer" among PostgreSQL's advisory locks.
WRITE_LOCK = 7_301_984_115


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
        table = table_of(model)
        insert = self._insert(table)
        rest = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
        keys = [c.name for c in table.primary_key]
        statement = insert.on_conflict_do_update(index_elements=keys, set_=rest)
        self.session.connection().execute(statement, list(values))

    def upsert_at_once(self, model: type[Row], values: Sequence[dict[str, Any]]) -> None:
        """The same for many rows without binary columns.

        SQLite gets them as one JSON text: row by row, every one of them lets go of the interpreter
        and has to win it back, all the while holding the write lock.
        """
        if not values or not self._sqlite:
            self.upsert(model, values)
            return
        table = table_of(model)
        bind = _binder(table, self.session.get_bind().dialect)
        text = json.dumps([bind(row) for row in values])
        self.lock()
        self.session.connection().exec_driver_sql(_all_from_json(table), (text,))

    def insert_new(self, model: type[Row], values: dict[str, Any]) -> bool:
        """Insert unless the key exists; says whether it was new."""
        table = table_of(model)
        insert = self._insert(table).values(**values).on_conflict_do_nothing()
        new = self.session.connection().execute(insert.returning(*table.primary_key.columns))
        return new.first() is not None

    def next_number(self, name: str) -> int:
        """The next number under this name; a rollback gives it back."""
        self.lock()
        self.insert_new(CounterRow, {"name": name, "value": 0})
        statement = (
            update(CounterRow)
            .where(col(CounterRow.name) == name)
            .values(value=CounterRow.value + 1)
            .returning(col(CounterRow.value))
        )
        return int(self.session.connection().execute(statement).scalar_one())

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


@cache
def _all_from_json(table: Table) -> str:
    """Inserts or replaces the rows that stand in one JSON text."""
    names = [c.name for c in table.columns]
    taken = ", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(names)))
    rest = ", ".join(f"{c.name} = excluded.{c.name}" for c in table.columns if not c.primary_key)
    keys = ", ".join(c.name for c in table.primary_key)
    # The names are those of our own tables.
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {taken} FROM json_each(?)"  # noqa: S608 - see above
        f" WHERE true ON CONFLICT ({keys}) DO UPDATE SET {rest}"
    )


def _within_transaction(connection: Any) -> bool:
    return bool(connection.in_transaction)
