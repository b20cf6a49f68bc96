"""What an episode becomes at each step: the same for the running bot and for a replay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fireline.domain.slo.episodes import peak
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.spending import first_bad_start, share_spent
from fireline.domain.slo.status import BurnSeverity, Episode, SloStatus

RECENT = timedelta(hours=6)


def opened(
    status: SloStatus,
    reading: Reading | None,
    severity: BurnSeverity,
    *,
    episode_id: str,
    channel: str,
) -> Episode:
    """A new episode; it began where the reading shows the first bad bucket."""
    at = status.at
    began = first_bad_start(reading, int(at.timestamp())) if reading else None
    return Episode(
        id=episode_id,
        slo=status.slo,
        severity=severity,
        opened_at=at,
        channel=channel,
        first_bad_at=datetime.fromtimestamp(began, UTC) if began is not None else at,
        last_firing_at=at,
        peak_burn=peak(status, 0.0),
    )


def gone_on(episode: Episode, status: SloStatus) -> Episode:
    """The episode while it still burns."""
    return replace(episode, last_firing_at=status.at, peak_burn=peak(status, episode.peak_burn))


def escalated(episode: Episode, status: SloStatus) -> Episode:
    """The ticket grown into a page."""
    return replace(gone_on(episode, status), severity=BurnSeverity.PAGE)


def closed(episode: Episode, reading: Reading | None, at: datetime) -> Episode:
    """The episode at its end, with what it cost; without a reading that is not known."""
    spent = None
    if reading is not None:
        spent = share_spent(reading, int(episode.first_bad_at.timestamp()), int(at.timestamp()))
    return replace(episode, closed_at=at, spent=spent)


def recent_page(episode: Episode, at: datetime) -> bool:
    """Whether it was a page that closed so lately that a ticket may tell of its bad events."""
    page = episode.severity is BurnSeverity.PAGE
    return page and episode.closed_at is not None and episode.closed_at >= at - RECENT
