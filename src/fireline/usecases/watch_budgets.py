"""The tick: fetch what is new, write the ledger, judge every SLO, bring the alerts up to that."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.domain.slo.definition import Slo
from fireline.usecases.alerting import Alerting
from fireline.usecases.composites import asked_for, joined_of
from fireline.usecases.judging import Answer, Judging
from fireline.usecases.maintenance import current_plan
from fireline.usecases.past_apart import PastApart
from fireline.usecases.ports import FetchRequest, Services, UnitOfWork
from fireline.usecases.stored_budgets import first_bad

__all__ = ["TickReport", "Watcher", "first_bad", "tick"]

LONG = timedelta(days=1)
GROUP = 100
# The past of so few is read at once, which takes a second or two.
FEW = 20
PATIENCE = timedelta(seconds=5)


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
        past_apart: whether the `mend_ledger` flow fills long stretches, so that no tick waits.
    """

    def __init__(
        self,
        services: Services,
        scrape_interval: timedelta = timedelta(seconds=60),
        *,
        past_apart: bool = False,
    ) -> None:
        self._s = services
        self._hands_over = past_apart
        self._past = PastApart(services)
        self._slow: set[str] = set()
        self._judging = Judging(services, scrape_interval)
        self._alerting = Alerting(services)

    @property
    def bytes(self) -> int:
        """How much memory the ledgers of SLOs that are judged together take."""
        return self._judging.bytes

    def tick(self, at: datetime) -> TickReport:
        """Bring every SLO, its alert and its message up to date as of `at`."""
        catalogue = self._s.definitions.current()
        report = TickReport(at, problems=catalogue.problems)
        with self._s.store() as uow:
            self._judging.forget(self._past.outdated(uow, catalogue.slos, at))
            plan = current_plan(self._s, uow)
            loaded = self._judging.prepare(uow, catalogue.slos, plan, at)
            for name, until in self._past.handed_over(uow, loaded):
                self._judging.passed_over(name, until)
        slos = asked_for(catalogue.slos.values())
        self._reach_back(slos, at)
        fetched = self._fetch(self._judging.requests(slos, at), at)
        with self._written(slos) as uow:
            self._record(uow, fetched, joined_of(catalogue.slos.values()), report)
        return report

    def _reach_back(self, slos: Sequence[Slo], at: datetime) -> None:
        """Long stretches: few are fetched at once, many are handed over to be filled apart."""
        lacking = self._lacking(slos, at)
        if self._hands_over and len(lacking) > FEW:
            self._hand_over(lacking, at)
            return
        begun = self._s.clock.now()
        self._backfill([r for r in lacking if r.slo.name not in self._slow], at)
        if self._hands_over and lacking:
            lacking = self._lacking(slos, at)
            if self._s.clock.now() - begun > PATIENCE:
                self._slow.update(r.slo.name for r in lacking)
            self._hand_over([r for r in lacking if r.slo.name in self._slow], at)

    def _lacking(self, slos: Sequence[Slo], at: datetime) -> list[FetchRequest]:
        long_ago = int((at - LONG).timestamp())
        return [r for r in self._judging.requests(slos, at) if r.start < long_ago]

    def _hand_over(self, requests: Sequence[FetchRequest], at: datetime) -> None:
        if requests:
            until = self._past.hand_over(requests, at)
            for request in requests:
                self._judging.passed_over(request.slo.name, until)

    def _backfill(self, lacking: Sequence[FetchRequest], at: datetime) -> None:
        """Fetch long stretches in small groups, so that memory stays small and nothing is lost."""
        for first in range(0, len(lacking), GROUP):
            group = lacking[first : first + GROUP]
            fetched = self._fetch(group, at)
            with self._written([request.slo for request in group]) as uow:
                self._judging.keep(uow, fetched, at)

    def _fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[Answer]:
        results = self._s.source.fetch(requests, at)
        return [(r.slo, found) for r, found in zip(requests, results, strict=True)]

    @contextmanager
    def _written(self, slos: Sequence[Slo]) -> Iterator[UnitOfWork]:
        """One transaction; when it fails, what the cache took in meanwhile is forgotten."""
        try:
            with self._s.store() as uow:
                yield uow
                uow.commit()
        except BaseException:
            self._judging.forget(slos)
            raise

    def _record(
        self,
        uow: UnitOfWork,
        fetched: Sequence[Answer],
        joined: Sequence[Slo],
        report: TickReport,
    ) -> None:
        """Everything that one transaction holds."""
        self._judging.keep(uow, fetched, report.at)
        waiting = self._past.waiting(report.at)
        outcome = self._judging.judge(uow, fetched, report.at, waiting)
        self._judging.judge_joined(uow, joined, outcome, report.at)
        uow.statuses.save([j.status for j in outcome.judged])
        uow.statuses.save_sheets(outcome.sheets)
        report.failed = outcome.failed
        report.evaluated = len(fetched) + len(joined) - len(outcome.failed)
        alerts = self._alerting.apply(uow, outcome.judged, report.at)
        report.opened, report.escalated = alerts.opened, alerts.escalated
        report.refreshed, report.closed = alerts.refreshed, alerts.closed


def tick(s: Services, at: datetime) -> TickReport:
    """One tick without a memory: everything is read from the store first."""
    return Watcher(s).tick(at)
