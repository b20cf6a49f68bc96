"""Alertmanager's groups with their alerts, and what was asked about silences."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from fireline.adapters.store.alertmanager_tables import (
    AlertPollRow,
    ExternalAlertRow,
    ExternalGroupRow,
    SilenceEndingRow,
    SilenceRequestRow,
)
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.alertmanager.alerts import EndedBy, ExternalAlert, ExternalGroup
from fireline.domain.alertmanager.silences import Matcher
from fireline.usecases.alertmanager_ports import (
    PollHealth,
    SilenceEnding,
    SilenceRequest,
    SilenceState,
)

_FRESH = {"populate_existing": True}
_POLL = "alerts"


class SqlExternalGroups:
    """Implements `ports.ExternalGroups`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, group_id: str) -> ExternalGroup | None:
        """The group with its alerts, or None."""
        found = self._read(select(ExternalGroupRow).where(ExternalGroupRow.id == group_id))
        return next(iter(found), None)

    def latest(self, key: str) -> ExternalGroup | None:
        """The newest group of this key, open or not."""
        query = select(ExternalGroupRow).where(ExternalGroupRow.key_digest == _digest(key))
        newest = query.order_by(
            col(ExternalGroupRow.told_at).desc(), col(ExternalGroupRow.id).desc()
        )
        return next(iter(self._read(newest.limit(1))), None)

    def open(self) -> list[ExternalGroup]:
        """Those of which an alert fires, oldest first."""
        return self._listed(
            select(ExternalGroupRow).where(col(ExternalGroupRow.open_key).is_not(None))
        )

    def watched(self, since: datetime) -> list[ExternalGroup]:
        """Those that are open or closed after this time, oldest first."""
        query = select(ExternalGroupRow).where(
            or_(
                col(ExternalGroupRow.open_key).is_not(None), col(ExternalGroupRow.closed_at) > since
            )
        )
        return self._listed(query)

    def of_alert(self, alert_id: str) -> list[ExternalGroup]:
        """Those that are shown in this burn alert's message."""
        return self._listed(select(ExternalGroupRow).where(ExternalGroupRow.alert_id == alert_id))

    def save(self, group: ExternalGroup) -> None:
        """Insert or replace it with all its alerts."""
        values = {
            name: getattr(group, name)
            for name in ExternalGroupRow.model_fields
            if name not in {"key_digest", "open_key"}
        }
        digest = _digest(group.key)
        maps = ("labels", "common_labels", "common_annotations")
        values |= {name: dict(values[name]) for name in maps}
        values |= {"key_digest": digest, "open_key": digest if group.open else None}
        taken = f"{group.title[:100]} already has an open message. Look at it again."
        row = self._tx.session.get(ExternalGroupRow, group.id)
        if row is None:
            self._tx.add(ExternalGroupRow(**values), taken=taken)
        else:
            self._tx.change(row, values, taken=taken)
        rest = delete(ExternalAlertRow).where(col(ExternalAlertRow.group_id) == group.id)
        self._tx.session.connection().execute(rest)
        self._tx.upsert(ExternalAlertRow, [_alert_values(group.id, a) for a in group.alerts])

    def heard(self) -> tuple[str, datetime] | None:
        """The receiver that told us of the newest group, and when."""
        query = select(ExternalGroupRow.receiver, ExternalGroupRow.told_at)
        return self._tx.session.exec(query.order_by(col(ExternalGroupRow.told_at).desc())).first()

    def health(self) -> PollHealth:
        """How asking goes; nothing is known before the first poll."""
        query = select(AlertPollRow).where(AlertPollRow.name == _POLL)
        row = self._tx.session.exec(query.execution_options(**_FRESH)).first()
        return PollHealth(**row.model_dump(exclude={"name"})) if row else PollHealth()

    def save_health(self, health: PollHealth) -> None:
        """Keep it."""
        self._tx.upsert(AlertPollRow, [{"name": _POLL, **asdict(health)}])

    def forget_before(self, at: datetime) -> int:
        """Delete groups that closed earlier; gives how many."""
        self._tx.lock()
        connection = self._tx.session.connection()
        groups, alerts = table_of(ExternalGroupRow), table_of(ExternalAlertRow)
        old = select(ExternalGroupRow.id).where(col(ExternalGroupRow.closed_at) < at)
        connection.execute(delete(alerts).where(alerts.c.group_id.in_(old)))
        return connection.execute(delete(groups).where(groups.c.closed_at < at)).rowcount

    def _listed(self, query: SelectOfScalar[ExternalGroupRow]) -> list[ExternalGroup]:
        return self._read(query.order_by(col(ExternalGroupRow.told_at), ExternalGroupRow.id))

    def _read(self, query: SelectOfScalar[ExternalGroupRow]) -> list[ExternalGroup]:
        """The groups of these rows, with their alerts."""
        rows = self._tx.session.exec(query.execution_options(**_FRESH)).all()
        ids = [row.id for row in rows]
        alerts: dict[str, list[ExternalAlert]] = {group_id: [] for group_id in ids}
        every = select(ExternalAlertRow).where(col(ExternalAlertRow.group_id).in_(ids))
        every = every.order_by(col(ExternalAlertRow.starts_at), ExternalAlertRow.fingerprint)
        for row in self._tx.session.exec(every.execution_options(**_FRESH)) if ids else ():
            alerts[row.group_id].append(_alert_from(row))
        return [_group_from(row, alerts[row.id]) for row in rows]


class SqlSilences:
    """Implements `ports.SilenceRequests`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, request_id: str) -> SilenceRequest | None:
        """The request, or None."""
        found = self._listed(select(SilenceRequestRow).where(SilenceRequestRow.id == request_id))
        return next(iter(found), None)

    def save(self, request: SilenceRequest) -> None:
        """Insert or replace it."""
        matchers = [asdict(matcher) for matcher in request.matchers]
        values = {name: getattr(request, name) for name in SilenceRequestRow.model_fields}
        values |= {"matchers": matchers, "state": request.state.value}
        self._tx.upsert(SilenceRequestRow, [values])

    def of_silence(self, silence_id: str) -> SilenceRequest | None:
        """The request that made this silence, if it was ours."""
        query = select(SilenceRequestRow).where(SilenceRequestRow.silence_id == silence_id)
        return next(iter(self._listed(query)), None)

    def of_incident(self, incident_id: int, now: datetime) -> list[SilenceRequest]:
        """Silences asked for in an incident that hold still, or soon will."""
        query = select(SilenceRequestRow).where(
            SilenceRequestRow.incident_id == incident_id,
            SilenceRequestRow.state != SilenceState.FAILED.value,
            col(SilenceRequestRow.ended_at).is_(None),
            col(SilenceRequestRow.ends_at) > now,
        )
        return self._listed(query)

    def ending(self, ending_id: str) -> SilenceEnding | None:
        """The wish, or None."""
        query = select(SilenceEndingRow).where(SilenceEndingRow.id == ending_id)
        row = self._tx.session.exec(query.execution_options(**_FRESH)).first()
        if row is None:
            return None
        return SilenceEnding(**{**row.model_dump(), "state": SilenceState(row.state)})

    def save_ending(self, ending: SilenceEnding) -> None:
        """Insert or replace it."""
        values = {name: getattr(ending, name) for name in SilenceEndingRow.model_fields}
        self._tx.upsert(SilenceEndingRow, [{**values, "state": ending.state.value}])

    def _listed(self, query: SelectOfScalar[SilenceRequestRow]) -> list[SilenceRequest]:
        ordered = query.order_by(SilenceRequestRow.id).execution_options(**_FRESH)
        return [_request_from(row) for row in self._tx.session.exec(ordered)]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _group_from(row: ExternalGroupRow, alerts: list[ExternalAlert]) -> ExternalGroup:
    values = row.model_dump(exclude={"key_digest", "open_key"})
    return ExternalGroup(**values, alerts=tuple(alerts))


def _alert_values(group_id: str, alert: ExternalAlert) -> dict[str, object]:
    return {
        "group_id": group_id,
        "fingerprint": alert.fingerprint,
        "starts_at": alert.starts_at,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "source_url": alert.source_url,
        "ended_at": alert.ended_at,
        "ended_by": alert.ended_by and alert.ended_by.value,
        "silenced_by": list(alert.silenced_by),
        "inhibited": alert.inhibited,
        "absent": alert.absent,
    }


def _alert_from(row: ExternalAlertRow) -> ExternalAlert:
    values = row.model_dump(exclude={"group_id"})
    return ExternalAlert(
        **{
            **values,
            "ended_by": EndedBy(row.ended_by) if row.ended_by else None,
            "silenced_by": tuple(row.silenced_by),
        }
    )


def _request_from(row: SilenceRequestRow) -> SilenceRequest:
    values = row.model_dump()
    matchers = tuple(Matcher(**one) for one in row.matchers)
    return SilenceRequest(**{**values, "matchers": matchers, "state": SilenceState(row.state)})
