"""Evaluations and episodes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from fireline.adapters.store.mapping import (
    episode_from,
    episode_values,
    status_from,
    status_values,
)
from fireline.adapters.store.sheets import KnownMembers, SqlSheets
from fireline.adapters.store.tables import EpisodeRow, StatusRow
from fireline.adapters.store.transaction import Transaction
from fireline.domain.slo.sheet import StatusSheet
from fireline.domain.slo.status import Episode, SloStatus

ASKED_AT_ONCE = 500

Stamp = tuple[int | datetime | None, ...]


class Remembered:
    """All evaluations as last read, for as long as nobody saved others.

    People ask for the list many times between two evaluations; taking a thousand of them apart
    each time would keep the whole process busy. Whoever holds `reading` reads for all who ask
    meanwhile.
    """

    def __init__(self) -> None:
        self.reading = Lock()
        self.members = KnownMembers()
        self._lock = Lock()
        self._saves = 0
        self._stamp: Stamp | None = None
        self._statuses: tuple[SloStatus, ...] = ()

    @property
    def saves(self) -> int:
        """How often this process saved some; a change of it ends what was remembered."""
        return self._saves

    def saved(self) -> None:
        """Told after a commit."""
        with self._lock:
            self._saves += 1

    def get(self, stamp: Stamp) -> list[SloStatus] | None:
        """The evaluations read under this stamp."""
        with self._lock:
            return list(self._statuses) if stamp == self._stamp else None

    def keep(self, stamp: Stamp, statuses: list[SloStatus]) -> None:
        """Remember them."""
        with self._lock:
            if stamp[0] == self._saves:
                self._stamp, self._statuses = stamp, tuple(statuses)


class SqlStatuses:
    """Implements `ports.Statuses`."""

    def __init__(self, tx: Transaction, remembered: Remembered | None = None) -> None:
        self._tx = tx
        self._remembered = remembered or Remembered()
        self._sheets = SqlSheets(tx, self._remembered.members)
        self._waiting: list[dict[str, Any]] = []
        self._waiting_sheets: Sequence[StatusSheet] | None = None
        self._changed = False

    def save(self, statuses: Iterable[SloStatus]) -> None:
        """Keep these as the newest; written at the commit, so that others may write until then."""
        self._waiting += [status_values(status) for status in statuses]

    def save_sheets(self, sheets: Sequence[StatusSheet]) -> None:
        """Keep these as the only sheets, likewise."""
        self._waiting_sheets = sheets

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._tx.upsert(StatusRow, self._waiting)
            self._waiting = []
            self._changed = True
        if self._waiting_sheets is not None:
            self._sheets.write(self._waiting_sheets)
            self._waiting_sheets = None
            self._changed = True

    def committed(self) -> None:
        """Told after a commit, so that others read what was saved."""
        if self._changed:
            self._changed = False
            self._remembered.saved()

    def get(self, slo: str) -> SloStatus | None:
        """The newest evaluation."""
        self.flush()
        query = select(StatusRow.body).where(StatusRow.slo == slo)
        body = self._tx.session.exec(query).first()
        return _newer(status_from(body) if body else None, next(self._sheets.some([slo]), None))

    def some(self, slos: Collection[str]) -> dict[str, SloStatus]:
        """The newest evaluations of these SLOs, by name."""
        self.flush()
        found: dict[str, SloStatus] = {}
        wanted = list(slos)
        for first in range(0, len(wanted), ASKED_AT_ONCE):
            names = wanted[first : first + ASKED_AT_ONCE]
            query = select(StatusRow.slo, StatusRow.body).where(col(StatusRow.slo).in_(names))
            found |= {slo: status_from(body) for slo, body in self._tx.session.exec(query)}
        for status in self._sheets.some(wanted):
            found[status.slo] = _newer(found.get(status.slo), status) or status
        return found

    def all(self) -> list[SloStatus]:
        """The newest evaluation of every SLO, by name."""
        self.flush()
        if self._changed:
            return self._read()
        self._tx.session.connection()  # had before the lock, so that nobody waits for both
        with self._remembered.reading:
            return self._listed()

    def _listed(self) -> list[SloStatus]:
        # Another process may have saved some: the stamp is of the database, not only of ours.
        saves = self._remembered.saves
        count, newest = self._tx.session.exec(
            select(func.count(), func.max(StatusRow.at)).select_from(StatusRow)
        ).one()
        stamp = (saves, count, newest, *self._sheets.stamp())
        found = self._remembered.get(stamp)
        if found is None:
            found = self._read()
            self._remembered.keep(stamp, found)
        return found

    def _read(self) -> list[SloStatus]:
        found = {s.slo: s for s in map(status_from, self._tx.session.exec(select(StatusRow.body)))}
        for status in self._sheets.all():
            found[status.slo] = _newer(found.get(status.slo), status) or status
        return [found[name] for name in sorted(found)]


def _newer(row: SloStatus | None, sheet: SloStatus | None) -> SloStatus | None:
    """The newer evaluation of an SLO, of which an older one may stand elsewhere."""
    if row is None or sheet is None:
        return row or sheet
    return sheet if sheet.at > row.at else row


class SqlEpisodes:
    """Implements `ports.Episodes`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, episode: Episode) -> None:
        """Open it; only one may be open per SLO and kind."""
        row = EpisodeRow(**episode_values(episode))
        self._tx.add(row, taken=_already_open(episode))

    def add_all(self, episodes: Sequence[Episode]) -> None:
        """Open them; only one may be open per SLO and kind."""
        if episodes:
            rows = [EpisodeRow(**episode_values(episode)) for episode in episodes]
            self._tx.add_all(rows, taken="One of these alerts was opened meanwhile.")

    def save(self, episode: Episode) -> None:
        """Keep what changed since it was read."""
        row = self._tx.session.get(EpisodeRow, episode.id)
        if row is None:
            self.add(episode)
            return
        self._tx.change(row, episode_values(episode), taken=_already_open(episode))

    def get(self, episode_id: str) -> Episode | None:
        """The episode, or None."""
        row = self._tx.session.get(EpisodeRow, episode_id)
        return episode_from(row) if row else None

    def open(self) -> list[Episode]:
        """Those still burning, oldest first."""
        query = select(EpisodeRow).where(col(EpisodeRow.open_key).is_not(None))
        return self._listed(query.order_by(col(EpisodeRow.opened_at), EpisodeRow.id))

    def between(self, start: datetime, end: datetime) -> list[Episode]:
        """Those that burned at some time within the range, oldest first."""
        query = select(EpisodeRow).where(
            EpisodeRow.opened_at < end,
            or_(col(EpisodeRow.closed_at).is_(None), col(EpisodeRow.closed_at) >= start),
        )
        return self._listed(query.order_by(col(EpisodeRow.opened_at), EpisodeRow.id))

    def in_group(self, group_id: str) -> list[Episode]:
        """Those that one message tells of, oldest first."""
        query = select(EpisodeRow).where(EpisodeRow.group_id == group_id)
        return self._listed(query.order_by(col(EpisodeRow.opened_at), EpisodeRow.id))

    def of(self, slo: str, since: datetime) -> list[Episode]:
        """Those of one SLO that were open then or began later, oldest first."""
        query = select(EpisodeRow).where(
            EpisodeRow.slo == slo,
            or_(col(EpisodeRow.closed_at).is_(None), col(EpisodeRow.closed_at) >= since),
        )
        return self._listed(query.order_by(col(EpisodeRow.opened_at), EpisodeRow.id))

    def _listed(self, query: SelectOfScalar[EpisodeRow]) -> list[Episode]:
        return [episode_from(row) for row in self._tx.session.exec(query)]


def _already_open(episode: Episode) -> str:
    kind = episode.kind.value.replace("_", " ")
    return (
        f"{episode.slo} already has an open {kind} episode, or this episode was changed "
        "meanwhile. Look at it again."
    )
