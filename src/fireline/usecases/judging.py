"""Judging at one tick: all that can be judged together at once, the others one by one."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from fireline.domain.policy.evaluation import evaluate, failed, without_past
from fireline.domain.policy.roster import judged_together
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.sheet import StatusSheet
from fireline.domain.slo.status import SloStatus
from fireline.usecases.alerting import Judged
from fireline.usecases.budget_cache import BudgetCache, window_start
from fireline.usecases.composites import (
    asked_for,
    composite_reading,
    lacking_parts,
    part_names,
)
from fireline.usecases.fleet_cache import FleetCache
from fireline.usecases.ports import FetchRequest, FetchResult, Services, UnitOfWork

Answer = tuple[Slo, FetchResult]


@dataclass(slots=True)
class Outcome:
    """What a tick found: the SLOs that had a look of their own, and sheets of all others."""

    judged: list[Judged] = field(default_factory=list)
    sheets: list[StatusSheet] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    calm: int = 0


class Judging:
    """Keeps the ledgers of all SLOs between ticks and judges them.

    Args:
        services: everything a use case may use.
        scrape_interval: of the targets, for telling late samples from stopped ones.
    """

    def __init__(self, services: Services, scrape_interval: timedelta) -> None:
        self._s = services
        self._scrape = scrape_interval
        self._fleet = FleetCache(services.policy, scrape_interval)
        self._apart = BudgetCache(scrape_interval)
        self._together: frozenset[str] = frozenset()
        self._told: tuple[Mapping[str, Slo], frozenset[str]] | None = None
        self._maintenance = MaintenancePlan()
        self._before: dict[str, SloStatus | None] = {}
        self._waiting: AbstractSet[str] = frozenset()

    @property
    def bytes(self) -> int:
        """How much memory the ledgers that stand side by side take."""
        return self._fleet.bytes

    def prepare(
        self, uow: UnitOfWork, slos: Mapping[str, Slo], plan: MaintenancePlan, at: datetime
    ) -> list[Slo]:
        """Have every SLO's ledger in memory; gives those that were read just now."""
        if plan != self._maintenance:  # the same plan remembers what it expanded
            self._maintenance = plan
        plain = self._plain(slos)
        if plan.entries:
            plain = frozenset(n for n in plain if not self._excluded(slos[n], at))
        self._together = plain
        one_by_one = {slo.name: slo for slo in asked_for(slos.values()) if slo.name not in plain}
        lacking = self._fleet.lacking({n: slos[n] for n in slos if n in plain}, at)
        if lacking:
            self._fleet.load(uow, lacking, at)
        apart = self._apart.lacking(one_by_one)
        self._apart.load(uow, apart, at)
        return [*lacking, *apart]

    def _plain(self, slos: Mapping[str, Slo]) -> frozenset[str]:
        """Those without particulars; the parts of a composite are looked at with it."""
        if self._told is None or self._told[0] != slos:
            parts = {name for slo in slos.values() for name in part_names(slo)}
            found = (n for n, slo in slos.items() if n not in parts and judged_together(slo))
            self._told = dict(slos), frozenset(found)
        return self._told[1]

    def requests(self, slos: Sequence[Slo], at: datetime) -> list[FetchRequest]:
        """What is still to be asked for, in order."""
        asked = iter(self._fleet.requests([s for s in slos if s.name in self._together], at))
        return [
            next(asked) if slo.name in self._together else self._apart.request(slo, at)
            for slo in slos
        ]

    def keep(self, uow: UnitOfWork, fetched: Iterable[Answer], at: datetime) -> None:
        """Add what was fetched to ledgers in memory and in the store."""
        together = []
        for slo, result in fetched:
            if result.error is not None:
                continue
            if slo.name in self._together:
                together.append((slo, result))
            else:
                news = self._apart.take(slo, result, at)
                if news is not None:
                    uow.ledger.write(slo.name, slo.revision, news)
        self._fleet.take(uow, together)

    def forget(self, slos: Iterable[Slo]) -> None:
        """Load them anew next time, because what was added did not reach the store."""
        names = [slo.name for slo in slos]
        self._fleet.forget(names)
        for name in names:
            self._apart.forget(name)

    def passed_over(self, name: str, until: int) -> None:
        """What lies before `until` is asked for by somebody else, or was."""
        (self._fleet if name in self._together else self._apart).passed_over(name, until)

    def judge(
        self,
        uow: UnitOfWork,
        fetched: Sequence[Answer],
        at: datetime,
        waiting: AbstractSet[str] = frozenset(),
    ) -> Outcome:
        """Judge everybody; whoever has an open alert has a look of its own.

        Of those `waiting` for their past there is no budget yet.
        """
        outcome = Outcome()
        self._waiting = waiting
        noticed = {episode.slo for episode in uow.episodes.open()}
        noticed |= waiting
        noticed |= {s.name for s, r in fetched if r.error or r.warnings or r.series is None}
        calm = self._calm(noticed, at, outcome)
        last = uow.statuses.some([slo.name for slo, result in fetched if result.error is not None])
        for slo, result in fetched:
            if slo.name in calm:
                self._before.pop(slo.name, None)
                outcome.calm += 1
            elif result.error is not None:
                outcome.failed.append(slo.name)
                outcome.judged.append(self._failed(slo, result.error, last.get(slo.name), at))
            else:
                self._before.pop(slo.name, None)
                outcome.judged.append(self._one(slo, result, at))
        return outcome

    def judge_joined(
        self, uow: UnitOfWork, slos: Sequence[Slo], outcome: Outcome, at: datetime
    ) -> None:
        """Judge composites by what was just read of their parts."""
        apart = (j for j in outcome.judged if j.slo.name not in self._together)
        readings = {j.slo.name: read for j in apart if (read := j.reading) is not None}
        errors = {j.slo.name: j.status.error for j in outcome.judged if j.status.error}
        for slo in slos:
            error = lacking_parts(slo, readings, errors)
            if error is None:
                reading = composite_reading(slo, readings, at, self._excluded(slo, at))
                self._before.pop(slo.name, None)
                status = self._evaluated(reading)
                outcome.judged.append(_looked_at(status, reading))
                continue
            last = uow.statuses.get(slo.name)
            if slo.name not in self._before:
                self._before[slo.name] = last if last and last.error is None else None
            status = failed(slo, at, error, last, self._before[slo.name])
            outcome.failed.append(slo.name)
            outcome.judged.append(Judged(slo, status, None))

    def _calm(self, noticed: set[str], at: datetime, outcome: Outcome) -> set[str]:
        """Write the sheets, and say who is on them."""
        names: set[str] = set()
        for block in self._fleet.blocks:
            calm, still = block.judge(at, self._scrape.total_seconds(), self._s.policy)
            for column in np.flatnonzero(still).tolist():
                slo = block.slos[column]
                if slo is None or slo.name in noticed:
                    still[column] = False
                else:
                    names.add(slo.name)
            members = block.roster(self._s.policy).members
            block.before = block.sheet
            block.sheet = StatusSheet(at, members, still, calm.figures, calm.burns)
            outcome.sheets.append(block.sheet)
        return names

    def _one(self, slo: Slo, result: FetchResult, at: datetime) -> Judged:
        """A look of its own."""
        if slo.name not in self._together:
            reading = self._apart.reading(slo, result, at, self._excluded(slo, at))
            return _looked_at(self._evaluated(reading), reading)
        reading = self._fleet.reading(slo, result, at)
        status = self._evaluated(reading)
        block, column = self._fleet.place(slo.name)
        block.judged(column, status)
        return Judged(slo, status, lambda: self._fleet.reading(slo, result, at))

    def _evaluated(self, reading: Reading) -> SloStatus:
        """The status, without a budget while the past is on its way."""
        status = evaluate(reading, self._s.policy)
        if self._waiting.isdisjoint((reading.slo.name, *part_names(reading.slo))):
            return status
        return without_past(status)

    def _failed(self, slo: Slo, error: str, last: SloStatus | None, at: datetime) -> Judged:
        """What is said while the source cannot be asked; the last figures stay the same."""
        if slo.name not in self._before:
            self._before[slo.name] = self._last_figures(slo, at)
        status = failed(slo, at, error, last, self._before[slo.name])
        if slo.name in self._together:
            block, column = self._fleet.place(slo.name)
            block.judged(column, status)
        return Judged(slo, status, None)

    def _last_figures(self, slo: Slo, at: datetime) -> SloStatus | None:
        """What was known when the source last answered."""
        if slo.name in self._together:
            block, _ = self._fleet.place(slo.name)
            shown = block.before.get(slo.name) if block.before is not None else None
            if shown is not None:
                return shown
            reading = self._fleet.last_reading(slo, at)
        else:
            reading = self._apart.last_reading(slo, at, self._excluded(slo, at))
        return evaluate(reading, self._s.policy) if reading is not None else None

    def _excluded(self, slo: Slo, at: datetime) -> tuple[Exclusion, ...]:
        """The maintenance that the SLO's windows reach."""
        return self._maintenance.exclusions(slo, window_start(slo, at), int(at.timestamp()))


def _looked_at(status: SloStatus, reading: Reading) -> Judged:
    """One whose reading is kept anyway."""
    return Judged(reading.slo, status, lambda: reading, reading.exclusions)
