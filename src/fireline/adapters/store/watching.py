"""Evaluations and burn episodes."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from fireline.adapters.store.mapping import (
    episode_from,
    episode_values,
    status_from,
    status_values,
)
from fireline.adapters.store.tables import EpisodeRow, StatusRow
from fireline.adapters.store.transaction import Transaction
from fireline.domain.slo.status import Episode, SloStatus


class SqlStatuses:
    """Implements `ports.Statuses`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def save(self, statuses: Iterable[SloStatus]) -> None:
        """Keep these as the newest."""
        self._tx.upsert(StatusRow, [status_values(status) for status in statuses])

    def get(self, slo: str) -> SloStatus | None:
        """The newest evaluation."""
        query = select(StatusRow.body).where(StatusRow.slo == slo)
        body = self._tx.session.exec(query).first()
        return status_from(body) if body else None

    def all(self) -> list[SloStatus]:
        """The newest evaluation of every SLO, by name."""
        query = select(StatusRow.body).order_by(StatusRow.slo)
        return [status_from(body) for body in self._tx.session.exec(query)]


class SqlEpisodes:
    """Implements `ports.Episodes`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, episode: Episode) -> None:
        """Open it; only one may be open per SLO and severity."""
        row = EpisodeRow(**episode_values(episode))
        self._tx.add(row, taken=_already_open(episode))

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

    def _listed(self, query: SelectOfScalar[EpisodeRow]) -> list[Episode]:
        return [episode_from(row) for row in self._tx.session.exec(query)]


def _already_open(episode: Episode) -> str:
    return (
        f"{episode.slo} already has an open {episode.severity.value} episode, or this episode "
        "was changed meanwhile. Look at it again."
    )
