"""Changes to production, kept for a while."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from fireline.adapters.store.change_tables import ProductionChangeRow
from fireline.adapters.store.transaction import Transaction
from fireline.domain.incident.changes import ChangeKind, ProductionChange

MOST_READ = 500


class SqlChanges:
    """Implements `change_ports.Changes`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def save(self, change: ProductionChange, at: datetime) -> bool:
        """Keep it in place of what was told under its id; False when that says the same."""
        self._tx.lock()
        if self.get(change.id) == change:
            return False
        self._tx.upsert(ProductionChangeRow, [{**_values(change), "received_at": at}])
        return True

    def get(self, change_id: str) -> ProductionChange | None:
        """The change, or None."""
        query = select(ProductionChangeRow).where(ProductionChangeRow.id == change_id)
        row = self._tx.session.exec(query.execution_options(populate_existing=True)).first()
        return _change(row) if row else None

    def between(self, start: datetime, end: datetime) -> list[ProductionChange]:
        """Those made in that time, ends included, newest first, a bounded number."""
        at = col(ProductionChangeRow.at)
        query = select(ProductionChangeRow).where(at >= start, at <= end)
        ordered = query.order_by(at.desc(), ProductionChangeRow.id).limit(MOST_READ)
        return [_change(row) for row in self._tx.session.exec(ordered)]

    def forget_before(self, at: datetime) -> int:
        """Forget those told before; gives how many."""
        self._tx.lock()
        old = delete(ProductionChangeRow).where(col(ProductionChangeRow.received_at) < at)
        return int(self._tx.session.connection().execute(old).rowcount)


def _values(change: ProductionChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "title": change.title,
        "at": change.at,
        "kind": change.kind.value,
        "service": change.service,
        "datasets": list(change.datasets),
        "author": change.author,
        "url": change.url,
    }


def _change(row: ProductionChangeRow) -> ProductionChange:
    values = row.model_dump(exclude={"received_at"})
    kinds = {"kind": ChangeKind(row.kind), "datasets": tuple(row.datasets)}
    return ProductionChange(**{**values, **kinds})
