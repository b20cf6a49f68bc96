"""From judged SLOs to alerts: open, grow, refresh and close them, each change on record."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.domain.people import SYSTEM
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.episode_steps import (
    RECENT,
    closed,
    escalated,
    gone_on,
    opened,
    recent_page,
)
from fireline.domain.slo.episodes import Step, Verdict, decide
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import BurnSeverity, Episode, SloStatus
from fireline.usecases.alert_episodes import post_alert
from fireline.usecases.ports import Services, UnitOfWork

REFRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Judged:
    """One SLO at one tick; `reading` None when the source could not be asked."""

    slo: Slo
    status: SloStatus
    reading: Reading | None


@dataclass(slots=True)
class AlertReport:
    """What became of the alerts at one tick; lists hold SLO names."""

    at: datetime
    opened: list[str] = field(default_factory=list)
    escalated: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the alert message said when it was last refreshed."""

    at: datetime
    state: tuple[object, ...]
    figures: tuple[object, ...]


class Alerting:
    """Keeps the alerts of all SLOs; between ticks it only remembers what messages last said.

    Args:
        services: everything a use case may use.
    """

    def __init__(self, services: Services) -> None:
        self._s = services
        self._shown: dict[str, Shown] = {}

    def apply(self, uow: UnitOfWork, judged: Sequence[Judged], at: datetime) -> AlertReport:
        """Bring the alerts up to what was judged, within the caller's transaction."""
        report = AlertReport(at)
        going: dict[str, Episode] = {e.slo: e for e in uow.episodes.open()}
        pages = defaultdict(list)
        for past in uow.episodes.between(at - RECENT, at):
            if recent_page(past, at):
                pages[past.slo].append(past)
        for one in judged:
            episode = going.pop(one.slo.name, None)
            verdict = decide(one.status, episode, pages[one.slo.name])
            self._apply(uow, one, episode, verdict, report)
        for orphan in going.values():
            self._end(uow, orphan, None, report)
        return report

    def _apply(
        self,
        uow: UnitOfWork,
        one: Judged,
        episode: Episode | None,
        verdict: Verdict,
        report: AlertReport,
    ) -> None:
        """Carry a verdict out."""
        if verdict.step is Step.OPEN and verdict.severity is not None:
            self._open(uow, one, verdict.severity, report)
        elif episode is None:
            return
        elif verdict.step is Step.CLOSE:
            self._end(uow, episode, one.reading, report)
        elif verdict.step is Step.ESCALATE:
            self._escalate(uow, one, episode, report)
        else:
            if verdict.step is Step.GO_ON:
                episode = gone_on(episode, one.status)
                uow.episodes.save(episode)
            self._refresh(uow, one, episode, report)

    def _open(
        self, uow: UnitOfWork, one: Judged, severity: BurnSeverity, report: AlertReport
    ) -> None:
        at = report.at
        episode = opened(
            one.status,
            one.reading,
            severity,
            episode_id=self._s.ids.sortable(),
            channel=one.slo.channel or self._s.channels.alerts,
        )
        uow.episodes.add(episode)
        _audit(uow, "alert.opened", episode, at)
        self._post(uow, one, episode, at)
        report.opened.append(one.slo.name)

    def _escalate(
        self, uow: UnitOfWork, one: Judged, episode: Episode, report: AlertReport
    ) -> None:
        """The ticket becomes a page in the same message, and has to be acknowledged anew."""
        grown = escalated(episode, one.status)
        uow.episodes.save(grown)
        _audit(uow, "alert.escalated", grown, report.at)
        self._post(uow, one, grown, report.at)
        report.escalated.append(one.slo.name)

    def _end(
        self, uow: UnitOfWork, episode: Episode, reading: Reading | None, report: AlertReport
    ) -> None:
        """Close it with what it cost; without a reading the SLO itself is gone."""
        at = report.at
        done = closed(episode, reading, at)
        uow.episodes.save(done)
        _audit(uow, "alert.closed", done, at)
        post_alert(self._s, uow, done)
        self._shown.pop(episode.id, None)
        report.closed.append(episode.slo)

    def _refresh(self, uow: UnitOfWork, one: Judged, episode: Episode, report: AlertReport) -> None:
        """Bring the message up to date, seldom enough not to be noise."""
        at = report.at
        if episode.snoozed_until is not None and at < episode.snoozed_until:
            return
        shown = self._shown.get(episode.id)
        now = _shown(one.status, at)
        due = shown is not None and at - shown.at >= REFRESH and now.figures != shown.figures
        if shown is None or due or now.state != shown.state:
            self._post(uow, one, episode, at)
            report.refreshed.append(one.slo.name)

    def _post(self, uow: UnitOfWork, one: Judged, episode: Episode, at: datetime) -> None:
        post_alert(self._s, uow, episode)
        self._shown[episode.id] = _shown(one.status, at)


def _audit(uow: UnitOfWork, action: str, episode: Episode, at: datetime) -> None:
    uow.audit.append(
        at,
        SYSTEM.id,
        action,
        f"slo:{episode.slo}",
        {
            "episode": episode.id,
            "severity": episode.severity.value,
            "first_bad_at": episode.first_bad_at.isoformat(),
            "peak_burn": round(episode.peak_burn, 4),
            "spent": None if episode.spent is None else round(episode.spent, 6),
        },
    )


def _shown(status: SloStatus, at: datetime) -> Shown:
    """State and rounded figures of a status, for telling whether the message would differ."""
    left = None if status.remaining is None else round(status.remaining, 2)
    burns = tuple(None if b.burn is None else round(b.burn, 1) for b in status.burns)
    hours = None if status.exhaustion_hours is None else round(status.exhaustion_hours)
    state = (status.data_state, status.budget_state, status.burning)
    return Shown(at, state, (left, burns, hours))
