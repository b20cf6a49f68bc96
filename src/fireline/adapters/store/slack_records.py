"""What is known of Slack: messages of ours, messages of incident channels, envelopes taken."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from fireline.adapters.store.mapping import posted_from, posted_values, raw_from, raw_values
from fireline.adapters.store.tables import InboxRow, PostedMessageRow, RawMessageRow
from fireline.adapters.store.transaction import Transaction
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
