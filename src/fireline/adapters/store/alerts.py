"""Alerts as messages tell them, steps taken for them, what is pending, and what is muted."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from fireline.adapters.store.mapping import group_from, group_values
from fireline.adapters.store.tables import (
    AlertGroupRow,
    AlertPendingRow,
    AlertStepRow,
    SloMuteRow,
)
from fireline.adapters.store.transaction import Transaction
from fireline.domain.slo.alerting.conditions import Pending
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.usecases.alert_ports import AlertStep, Mute

DELETED_AT_ONCE = 500


class SqlAlerts:
    """Implements `ports.Alerts`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def save(self, group: AlertGroup) -> None:
        """Insert it, or keep what changed since it was read."""
        row = self._tx.session.get(AlertGroupRow, group.id)
        taken = "This alert was changed meanwhile. Look at it again."
        if row is None:
            self._tx.add(AlertGroupRow(**group_values(group)), taken=taken)
        else:
            self._tx.change(row, group_values(group), taken=taken)

    def get(self, group_id: str) -> AlertGroup | None:
        """The alert, or None."""
        row = self._tx.session.get(AlertGroupRow, group_id)
        return group_from(row) if row else None

    def open(self) -> list[AlertGroup]:
        """Those that go on, oldest first."""
        return self._listed(select(AlertGroupRow).where(col(AlertGroupRow.closed_at).is_(None)))

    def between(self, start: datetime, end: datetime) -> list[AlertGroup]:
        """Those that opened within the range, oldest first."""
        return self._listed(
            select(AlertGroupRow).where(
                AlertGroupRow.opened_at >= start, AlertGroupRow.opened_at < end
            )
        )

    def _listed(self, query: SelectOfScalar[AlertGroupRow]) -> list[AlertGroup]:
        ordered = query.order_by(col(AlertGroupRow.opened_at), AlertGroupRow.id)
        return [group_from(row) for row in self._tx.session.exec(ordered)]

    def take(self, step: AlertStep) -> bool:
        """Record a step as taken; False when it was taken before."""
        self._tx.lock()
        values = {
            "group_id": step.group_id,
            "key": step.key,
            "at": step.at,
            "notified": list(step.notified),
            "reminder": step.reminder,
        }
        return self._tx.insert_new(AlertStepRow, values)

    def steps(self, group_id: str) -> dict[str, AlertStep]:
        """The steps taken for one alert, by key."""
        query = select(AlertStepRow).where(AlertStepRow.group_id == group_id)
        return {
            row.key: AlertStep(group_id, row.key, row.at, tuple(row.notified), row.reminder)
            for row in self._tx.session.exec(query)
        }

    def pending(self) -> dict[str, Pending]:
        """What holds but not for long enough yet, by subject."""
        rows = self._tx.session.exec(select(AlertPendingRow))
        return {row.subject: Pending(row.subject, row.since, row.ticks) for row in rows}

    def keep_pending(self, some: Iterable[Pending]) -> None:
        """Insert or replace these."""
        values = [{"subject": p.subject, "since": p.since, "ticks": p.ticks} for p in some]
        self._tx.upsert(AlertPendingRow, values)

    def drop_pending(self, subjects: Collection[str]) -> None:
        """Forget these."""
        names = sorted(subjects)
        for first in range(0, len(names), DELETED_AT_ONCE):
            some = names[first : first + DELETED_AT_ONCE]
            self._tx.lock()
            statement = delete(AlertPendingRow).where(col(AlertPendingRow.subject).in_(some))
            self._tx.session.connection().execute(statement)


class SqlMutes:
    """Implements `ports.Mutes`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, mute: Mute) -> None:
        """Insert or replace the SLO's."""
        self._tx.lock()
        values = {
            "slo": mute.slo,
            "until": mute.until,
            "reason": mute.reason,
            "muted_by": mute.muted_by,
            "muted_at": mute.muted_at,
        }
        self._tx.upsert(SloMuteRow, [values])

    def remove(self, slo: str) -> bool:
        """Whether there was one."""
        self._tx.lock()
        statement = delete(SloMuteRow).where(col(SloMuteRow.slo) == slo)
        return self._tx.session.connection().execute(statement).rowcount > 0

    def active(self, at: datetime) -> dict[str, Mute]:
        """Those that hold then, by SLO."""
        rows = self._tx.session.exec(select(SloMuteRow).where(SloMuteRow.until > at))
        return {
            row.slo: Mute(row.slo, row.until, row.reason, row.muted_by, row.muted_at)
            for row in rows
        }
