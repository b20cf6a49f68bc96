"""Incidents and what comes after them: postmortems, action items, reviews."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from fireline.adapters.store.mapping import (
    action_from,
    action_values,
    incident_from,
    incident_values,
)
from fireline.adapters.store.tables import ActionRow, IncidentRow, PostmortemRow, ReviewRow
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.errors import ConflictError
from fireline.domain.incident.incident import Incident
from fireline.domain.postmortem.action import ActionItem, ActionState, Postmortem
from fireline.usecases.ports import ReviewRecord


class SqlIncidents:
    """Implements `ports.Incidents`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def next_id(self) -> int:
        """The next number, without gaps."""
        return self._tx.next_number("incident")

    def add(self, incident: Incident) -> None:
        """Insert a new incident."""
        row = IncidentRow(**incident_values(incident), version=incident.version)
        self._tx.add(row, taken=_taken(incident))

    def save(self, incident: Incident) -> Incident:
        """Store it if nobody else did since it was read.

        Raises:
            ConflictError: somebody else saved it first, or took what must be unique.
        """
        self._tx.lock()
        saved = replace(incident, version=incident.version + 1)
        table = table_of(IncidentRow)
        statement = (
            update(table)
            .where(table.c.id == incident.id, table.c.version == incident.version)
            .values(**incident_values(incident), version=saved.version)
        )
        changed = self._tx.guarded(statement, taken=_taken(incident))
        if changed != 1:
            message = f"{incident.ref} was changed by somebody else meanwhile. Look at it again."
            raise ConflictError(message)
        return saved

    def get(self, incident_id: int) -> Incident | None:
        """The incident, or None."""
        return self._first(select(IncidentRow).where(IncidentRow.id == incident_id))

    def by_channel(self, channel_id: str) -> Incident | None:
        """The incident whose channel this is."""
        return self._first(select(IncidentRow).where(IncidentRow.channel_id == channel_id))

    def by_dedupe_key(self, key: str) -> Incident | None:
        """The open incident with this key."""
        return self._first(select(IncidentRow).where(IncidentRow.open_dedupe_key == key))

    def last_of_key(self, key: str) -> Incident | None:
        """The newest incident with this key, whatever became of it."""
        query = select(IncidentRow).where(IncidentRow.dedupe_key == key)
        return self._first(query.order_by(col(IncidentRow.id).desc()).limit(1))

    def open(self) -> list[Incident]:
        """Those being worked on, oldest first."""
        return self._listed(select(IncidentRow).where(col(IncidentRow.open).is_(True)))

    def between(self, start: datetime, end: datetime) -> list[Incident]:
        """Declared or still open within the range, oldest first."""
        declared, ended = col(IncidentRow.declared_at), col(IncidentRow.ended_at)
        still = or_(declared >= start, col(IncidentRow.open).is_(True), ended >= start)
        return self._listed(select(IncidentRow).where(declared < end, still))

    def all(self) -> list[Incident]:
        """Every incident, oldest first."""
        return self._listed(select(IncidentRow))

    def _first(self, query: SelectOfScalar[IncidentRow]) -> Incident | None:
        # `save` writes past the loaded rows, so a row is always read afresh.
        row = self._tx.session.exec(query.execution_options(populate_existing=True)).first()
        return incident_from(row) if row else None

    def _listed(self, query: SelectOfScalar[IncidentRow]) -> list[Incident]:
        fresh = query.order_by(col(IncidentRow.id)).execution_options(populate_existing=True)
        return [incident_from(row) for row in self._tx.session.exec(fresh)]


class SqlPostmortems:
    """Implements `ports.Postmortems`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, postmortem: Postmortem) -> None:
        """Keep a new version."""
        row = PostmortemRow(
            incident_id=postmortem.incident_id,
            version=postmortem.version,
            markdown=postmortem.markdown,
            facts=postmortem.facts,
            created_at=postmortem.created_at,
        )
        taken = f"Version {row.version} of this postmortem was written meanwhile. Look at it again."
        self._tx.add(row, taken=taken)

    def latest(self, incident_id: int) -> Postmortem | None:
        """The newest version, or None."""
        query = (
            select(PostmortemRow)
            .where(PostmortemRow.incident_id == incident_id)
            .order_by(col(PostmortemRow.version).desc())
        )
        row = self._tx.session.exec(query.limit(1)).first()
        return Postmortem(**row.model_dump()) if row else None

    def erase(self, incident_id: int) -> None:
        """Take the words out of every version for good."""
        self._tx.lock()
        query = select(PostmortemRow).where(PostmortemRow.incident_id == incident_id)
        for row in self._tx.session.exec(query):
            taken = "This postmortem was changed meanwhile."
            self._tx.change(row, {"markdown": "", "facts": "{}"}, taken=taken)


class SqlActions:
    """Implements `ports.Actions`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def next_id(self) -> int:
        """The next number, without gaps."""
        return self._tx.next_number("action")

    def add(self, item: ActionItem) -> None:
        """Insert a new action item."""
        self._tx.add(ActionRow(**action_values(item)), taken=f"{item.ref} exists already.")

    def save(self, item: ActionItem) -> None:
        """Keep what changed since it was read."""
        row = self._tx.session.get(ActionRow, item.id)
        if row is None:
            self.add(item)
            return
        self._tx.change(row, action_values(item), taken=f"{item.ref} was changed meanwhile.")

    def get(self, item_id: int) -> ActionItem | None:
        """The action item, or None."""
        row = self._tx.session.get(ActionRow, item_id)
        return action_from(row) if row else None

    def open(self) -> list[ActionItem]:
        """Those not done, by due date."""
        query = select(ActionRow).where(ActionRow.state == ActionState.OPEN.value)
        return self._listed(query.order_by(col(ActionRow.due), col(ActionRow.id)))

    def all(self) -> list[ActionItem]:
        """Every action item, oldest first."""
        return self._listed(select(ActionRow).order_by(col(ActionRow.id)))

    def _listed(self, query: SelectOfScalar[ActionRow]) -> list[ActionItem]:
        return [action_from(row) for row in self._tx.session.exec(query)]


class SqlReviews:
    """Implements `ports.Reviews`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, week: str) -> ReviewRecord | None:
        """The review of a week, or None."""
        query = select(ReviewRow).where(ReviewRow.week == week)
        row = self._tx.session.exec(query.execution_options(populate_existing=True)).first()
        return ReviewRecord(**row.model_dump()) if row else None

    def save(self, record: ReviewRecord) -> None:
        """Insert or replace the review of its week."""
        self._tx.lock()
        self._tx.upsert(
            ReviewRow,
            [{"week": record.week, "markdown": record.markdown, "created_at": record.created_at}],
        )


def _taken(incident: Incident) -> str:
    return (
        f"{incident.ref} cannot be kept: another open incident has the same cause, "
        "or another incident has the same channel. Look at the open incidents."
    )
