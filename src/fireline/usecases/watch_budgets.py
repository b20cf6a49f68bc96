"""The tick: fetch what is new, write the ledger, judge every SLO, open and close its alert."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.domain.people import SYSTEM
from fireline.domain.policy.evaluation import evaluate, failed
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
from fireline.usecases.budget_cache import BudgetCache
from fireline.usecases.ports import FetchResult, Services, UnitOfWork
from fireline.usecases.stored_budgets import budget_cost, first_bad

__all__ = ["TickReport", "Watcher", "budget_cost", "first_bad", "tick"]

REFRESH = timedelta(minutes=5)
LONG = timedelta(days=1)
GROUP = 100


@dataclass(slots=True)
class TickReport:
    """What one tick did; lists hold SLO names."""

    at: datetime
    evaluated: int = 0
    failed: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    escalated: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the alert message said when it was last refreshed."""

    at: datetime
    state: tuple[object, ...]
    figures: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One SLO at one tick; `reading` None when the source could not be asked."""

    slo: Slo
    status: SloStatus
    reading: Reading | None


class Watcher:
    """Keeps ledgers in memory between ticks; any number of ticks may be missed or repeated.

    Args:
        services: everything a use case may use.
        scrape_interval: of the targets, for telling late samples from stopped ones.
    """

    def __init__(
        self, services: Services, scrape_interval: timedelta = timedelta(seconds=60)
    ) -> None:
        self._s = services
        self._cache = BudgetCache(scrape_interval)
        self._shown: dict[str, Shown] = {}

    def tick(self, at: datetime) -> TickReport:
        """Bring every SLO, its alert and its message up to date as of `at`."""
        catalogue = self._s.definitions.current()
        report = TickReport(at, problems=catalogue.problems)
        lacking = self._cache.lacking(catalogue.slos)
        if lacking:
            with self._s.store() as uow:
                for slo in lacking:
                    self._cache.load(uow, slo, at)
        slos = list(catalogue.slos.values())
        self._backfill(slos, at)
        fetched = self._fetch(slos, at)
        with self._written(slos) as uow:
            self._record(uow, fetched, report)
        return report

    def _backfill(self, slos: Sequence[Slo], at: datetime) -> None:
        """Fetch long stretches in small groups, so that memory stays small and nothing is lost."""
        long_ago = int((at - LONG).timestamp())
        lacking = [slo for slo in slos if self._cache.request(slo, at).start < long_ago]
        for first in range(0, len(lacking), GROUP):
            group = lacking[first : first + GROUP]
            fetched = self._fetch(group, at)
            with self._written(group) as uow:
                for slo, result in fetched:
                    self._keep(uow, slo, result, at)

    def _fetch(self, slos: Sequence[Slo], at: datetime) -> list[tuple[Slo, FetchResult]]:
        results = self._s.source.fetch([self._cache.request(slo, at) for slo in slos], at)
        return list(zip(slos, results, strict=True))

    @contextmanager
    def _written(self, slos: Sequence[Slo]) -> Iterator[UnitOfWork]:
        """One transaction; when it fails, what the cache took in meanwhile is forgotten."""
        try:
            with self._s.store() as uow:
                yield uow
                uow.commit()
        except BaseException:
            for slo in slos:
                self._cache.forget(slo.name)
            raise

    def _keep(self, uow: UnitOfWork, slo: Slo, result: FetchResult, at: datetime) -> None:
        """What is new of one SLO goes to the ledger."""
        news = self._cache.take(slo, result, at)
        if news is not None:
            uow.ledger.write(slo.name, slo.revision, news)

    def _record(
        self, uow: UnitOfWork, fetched: Sequence[tuple[Slo, FetchResult]], report: TickReport
    ) -> None:
        """Everything that one transaction holds."""
        judged = [self._judge(uow, slo, result, report) for slo, result in fetched]
        uow.statuses.save([j.status for j in judged])
        opened: dict[str, Episode] = {e.slo: e for e in uow.episodes.open()}
        pages = defaultdict(list)
        for past in uow.episodes.between(report.at - RECENT, report.at):
            if recent_page(past, report.at):
                pages[past.slo].append(past)
        for one in judged:
            episode = opened.pop(one.slo.name, None)
            verdict = decide(one.status, episode, pages[one.slo.name])
            self._apply(uow, one, episode, verdict, report)
        for orphan in opened.values():
            self._end(uow, orphan, None, report)

    def _judge(
        self,
        uow: UnitOfWork,
        slo: Slo,
        result: FetchResult,
        report: TickReport,
    ) -> Judged:
        """Ledger and status of one SLO."""
        if result.error is not None:
            report.failed.append(slo.name)
            last = uow.statuses.get(slo.name)
            before = self._cache.last_reading(slo, report.at)
            known = (before, self._s.policy) if before is not None else None
            return Judged(slo, failed(slo, report.at, result.error, last, known), None)
        self._keep(uow, slo, result, report.at)
        reading = self._cache.reading(slo, result, report.at)
        report.evaluated += 1
        return Judged(slo, evaluate(reading, self._s.policy), reading)

    def _apply(
        self,
        uow: UnitOfWork,
        one: Judged,
        episode: Episode | None,
        verdict: Verdict,
        report: TickReport,
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
        self, uow: UnitOfWork, one: Judged, severity: BurnSeverity, report: TickReport
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
        self._audit(uow, "alert.opened", episode, at)
        self._post(uow, one, episode, at)
        report.opened.append(one.slo.name)

    def _escalate(self, uow: UnitOfWork, one: Judged, episode: Episode, report: TickReport) -> None:
        """The ticket becomes a page in the same message, and has to be acknowledged anew."""
        grown = escalated(episode, one.status)
        uow.episodes.save(grown)
        self._audit(uow, "alert.escalated", grown, report.at)
        self._post(uow, one, grown, report.at)
        report.escalated.append(one.slo.name)

    def _end(
        self, uow: UnitOfWork, episode: Episode, reading: Reading | None, report: TickReport
    ) -> None:
        """Close it with what it cost; without a reading the SLO itself is gone."""
        at = report.at
        done = closed(episode, reading, at)
        uow.episodes.save(done)
        self._audit(uow, "alert.closed", done, at)
        post_alert(self._s, uow, done)
        self._shown.pop(episode.id, None)
        report.closed.append(episode.slo)

    def _refresh(self, uow: UnitOfWork, one: Judged, episode: Episode, report: TickReport) -> None:
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

    def _audit(self, uow: UnitOfWork, action: str, episode: Episode, at: datetime) -> None:
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


def tick(s: Services, at: datetime) -> TickReport:
    """One tick without a memory: everything is read from the store first."""
    return Watcher(s).tick(at)
