"""What is known of Slack: messages of ours, messages and files of incident channels, envelopes."""

from datetime import datetime

from sqlalchemy import delete, func, update
from sqlalchemy import select as sql_select
from sqlmodel import col, or_, select

from fireline.adapters.store.mapping import posted_from, posted_values, raw_from, raw_values
from fireline.adapters.store.tables import (
    InboxRow,
    KeptFileRow,
    PostedMessageRow,
    RawMessageRow,
)
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.usecases.capture_ports import KeptFile
from fireline.usecases.ports import PostedMessage, RawMessage

_FRESH = {"populate_existing": True}


class SqlMessages:
    """Implements `ports.Messages`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, key: str) -> PostedMessage | None:
        """What is remembered under this key, or None."""
        query = select(PostedMessageRow).where(PostedMessageRow.key == key)
        row = self._tx.session.exec(query.execution_options(**_FRESH)).first()
        return posted_from(row) if row else None

    def of_kind(self, kind: str) -> list[PostedMessage]:
        """Those of this kind, by key."""
        query = select(PostedMessageRow).where(PostedMessageRow.kind == kind)
        ordered = query.order_by(col(PostedMessageRow.key)).execution_options(**_FRESH)
        return [posted_from(row) for row in self._tx.session.exec(ordered)]

    def of_incident(self, incident_id: int) -> list[PostedMessage]:
        """Those whose `ref` begins with the incident's number, by key."""
        ref = col(PostedMessageRow.ref)
        begins = (f"{incident_id}:%", f"{incident_id}|%")
        found = or_(ref == str(incident_id), *(ref.like(begin) for begin in begins))
        query = select(PostedMessageRow).where(found).order_by(col(PostedMessageRow.key))
        return [
            posted_from(row) for row in self._tx.session.exec(query.execution_options(**_FRESH))
        ]

    def save(self, message: PostedMessage) -> None:
        """Insert or replace it."""
        self._tx.upsert(PostedMessageRow, [posted_values(message)])


class SqlRawMessages:
    """Implements `ports.RawMessages`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def save(self, message: RawMessage) -> None:
        """Insert or replace it."""
        self._tx.upsert(RawMessageRow, [raw_values(message)])

    def get(self, channel: str, ts: str) -> RawMessage | None:
        """The message with exactly this ts, or None."""
        query = select(RawMessageRow).where(
            RawMessageRow.channel == channel, RawMessageRow.ts == ts
        )
        row = self._tx.session.exec(query.execution_options(**_FRESH)).first()
        return raw_from(row) if row else None

    def erase(self, channel: str) -> None:
        """Take the words out of everything said in the channel for good."""
        self._tx.lock()
        table = table_of(RawMessageRow)
        words = {"text": "", "source": "", "versions": []}
        statement = update(table).where(table.c.channel == channel).values(**words)
        self._tx.session.connection().execute(statement)


class SqlKeptFiles:
    """Implements `capture_ports.KeptFiles`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, file: KeptFile, data: bytes | None) -> bool:
        """Keep it with its bytes; False when it is kept already."""
        values = {name: getattr(file, name) for name in KeptFile.__dataclass_fields__}
        return self._tx.insert_new(KeptFileRow, {**values, "data": data})

    def of(self, incident_id: int) -> list[KeptFile]:
        """The incident's files without their bytes, oldest message first."""
        table = table_of(KeptFileRow)
        columns = [table.c[name] for name in KeptFile.__dataclass_fields__]
        query = sql_select(*columns).where(table.c.incident_id == incident_id)
        rows = self._tx.session.connection().execute(query.order_by(table.c.ts, table.c.file_id))
        return [KeptFile(**row) for row in rows.mappings()]

    def data(self, incident_id: int, file_id: str) -> bytes | None:
        """The bytes, or None where they were not copied."""
        found = self._tx.session.get(KeptFileRow, (incident_id, file_id))
        return found.data if found else None

    def erase(self, incident_id: int, channel: str, ts: str) -> None:
        """Take out the bytes of the message's files for good; what they were stays known."""
        table = table_of(KeptFileRow)
        statement = (
            update(table)
            .where(table.c.incident_id == incident_id, table.c.channel == channel, table.c.ts == ts)
            .values(data=None, why_not="it was erased")
        )
        self._tx.lock()
        self._tx.session.connection().execute(statement)

    def size(self, incident_id: int) -> int:
        """Bytes kept for the incident."""
        table = table_of(KeptFileRow)
        query = sql_select(func.coalesce(func.sum(table.c.size), 0)).where(
            table.c.incident_id == incident_id, table.c.data.is_not(None)
        )
        return int(self._tx.session.connection().execute(query).scalar_one())


class SqlInbox:
    """Implements `ports.Inbox`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def remember(self, event_id: str, kind: str, at: datetime) -> bool:
        """True the first time, False for a repeat."""
        return self._tx.insert_new(InboxRow, {"event_id": event_id, "kind": kind, "at": at})

    def forget_before(self, at: datetime) -> int:
        """Delete older ids; gives how many."""
        statement = delete(InboxRow).where(col(InboxRow.at) < at)
        return self._tx.session.connection().execute(statement).rowcount
