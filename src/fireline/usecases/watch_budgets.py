"""The tick: fetch what is new, write the ledger, judge every SLO, bring the alerts up to that."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.domain.policy.evaluation import evaluate, failed
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.usecases.alerting import Alerting, Judged
from fireline.usecases.budget_cache import BudgetCache, window_start
from fireline.usecases.maintenance import current_plan
from fireline.usecases.ports import FetchResult, Services, UnitOfWork
from fireline.usecases.stored_budgets import budget_cost, first_bad

__all__ = ["TickReport", "Watcher", "budget_cost", "first_bad", "tick"]

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
        self._alerting = Alerting(services)
        self._maintenance = MaintenancePlan()

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
        plan = current_plan(self._s, uow)
        if plan != self._maintenance:  # the same plan remembers what it expanded
            self._maintenance = plan
        judged = [self._judge(uow, slo, result, report) for slo, result in fetched]
        uow.statuses.save([j.status for j in judged])
        alerts = self._alerting.apply(uow, judged, report.at)
        report.opened, report.escalated = alerts.opened, alerts.escalated
        report.refreshed, report.closed = alerts.refreshed, alerts.closed

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
            before = self._cache.last_reading(slo, report.at, self._excluded(slo, report.at))
            known = (before, self._s.policy) if before is not None else None
            return Judged(slo, failed(slo, report.at, result.error, last, known), None)
        self._keep(uow, slo, result, report.at)
        excluded = self._excluded(slo, report.at)
        reading = self._cache.reading(slo, result, report.at, excluded)
        report.evaluated += 1
        return Judged(slo, evaluate(reading, self._s.policy), reading)

    def _excluded(self, slo: Slo, at: datetime) -> tuple[Exclusion, ...]:
        """The maintenance that the SLO's windows reach."""
        return self._maintenance.exclusions(slo, window_start(slo, at), int(at.timestamp()))


def tick(s: Services, at: datetime) -> TickReport:
    """One tick without a memory: everything is read from the store first."""
    return Watcher(s).tick(at)
