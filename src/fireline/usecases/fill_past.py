"""Filling what a ledger lacks of the past, apart from the evaluation: hours first, then buckets.

Whole hours are quick to ask for and give a usable budget at once; then the five-minute buckets take
their place, those of the worst budget first. Each chunk is one transaction together with how far
the filling has come, so that a restart goes on where it stopped and asks for nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.corrections import HOUR_SECONDS, agreeing, filled, roughly_filled
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.ledger import cut
from fireline.domain.slo.stretches import Stretch
from fireline.usecases.ledger_ports import PastSource
from fireline.usecases.ports import FetchRequest, FetchResult, Services
from fireline.usecases.stored_ledgers import stored

CHUNK_SECONDS = 7 * 86_400
HOURS_AT_ONCE = 100
DETAIL_AT_ONCE = 50
REST = timedelta(minutes=5)
# Nobody knows how bad it is: before all others.
UNKNOWN = float("-inf")

Pair = tuple[Stretch, Slo]


class PastFiller:
    """Fills chunk after chunk; an SLO that failed rests for five minutes.

    Args:
        services: everything a use case may use.
        source: asked for the past.
    """

    def __init__(self, services: Services, source: PastSource) -> None:
        self._s = services
        self._source = source
        self._resting: dict[str, datetime] = {}

    def lacking(self, now: datetime) -> list[Pair]:
        """What can be filled now, with its SLO; forgets what belongs to no SLO any more."""
        slos = self._s.definitions.current().slos
        with self._s.store() as uow:
            unfilled = uow.books.unfilled()
            gone = [s for s in unfilled if not _current(s, slos)]
            if gone:
                uow.books.drop(gone)
                uow.commit()
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        return [
            (s, slos[s.slo]) for s in unfilled if _current(s, slos) and s.slo not in self._resting
        ]

    def fill(self, lacking: Sequence[Pair], now: datetime) -> bool:
        """One chunk; says whether it got anywhere."""
        rough = [pair for pair in lacking if pair[0].lacks_hours]
        return self._fill_hours(rough, now) if rough else self._fill_detail(lacking, now)

    def _fill_hours(self, lacking: Sequence[Pair], now: datetime) -> bool:
        """The newest hours that are lacking, of many SLOs."""
        newest = max(min(s.hours_from, s.detail_from) for s, _ in lacking)
        until = hour_floor(newest)
        group = [p for p in lacking if min(p[0].hours_from, p[0].detail_from) == newest]
        group = group[:HOURS_AT_ONCE]
        since = {s.slo: hour_floor(max(s.start, until - CHUNK_SECONDS)) for s, _ in group}
        wanted = [FetchRequest(slo, since[slo.name]) for _, slo in group]
        results = self._source.hours(wanted, until)
        answered = any(result.error is None for result in results)
        done, fresh = [], []
        for (stretch, slo), result in zip(group, results, strict=True):
            if not answered and self._failed(result, now):
                continue
            if result.series is None:  # it has no hours, or is wrong when asked by the hour
                done.append(stretch.with_hours(stretch.start))
                continue
            fresh.append((slo, cut(result.series, stretch.start)))
            done.append(stretch.with_hours(since[slo.name]))
        self._write(fresh, roughly_filled, done, now)
        return bool(done)

    def _fill_detail(self, lacking: Sequence[Pair], now: datetime) -> bool:
        """The newest buckets that are lacking, of the SLOs with the worst budgets."""
        left = self._budgets_left()
        ordered = sorted(lacking, key=lambda p: (left.get(p[0].slo, UNKNOWN), -p[0].detail_from))
        until = ordered[0][0].detail_from
        group = [p for p in ordered if p[0].detail_from == until][:DETAIL_AT_ONCE]
        since = {s.slo: max(s.start, until - CHUNK_SECONDS) for s, _ in group}
        before = self._known_before(group)
        wanted = [FetchRequest(slo, since[slo.name], before.get(slo.name)) for _, slo in group]
        truths = true_buckets(self._source, wanted, until)
        done, fresh = [], []
        for (stretch, slo), result in zip(group, truths, strict=True):
            if self._failed(result, now) or result.series is None:
                continue
            fresh.append((slo, result.series))
            done.append(stretch.with_detail(since[slo.name]))
        self._write(fresh, filled, done, now)
        return bool(done)

    def _write(
        self,
        fresh: Sequence[tuple[Slo, BucketSeries]],
        join: Callable[[BucketSeries, BucketSeries], BucketSeries],
        done: Sequence[Stretch],
        now: datetime,
    ) -> None:
        """The buckets, how far they go, and word to those who keep ledgers in memory."""
        if not done:
            return
        with self._s.store() as uow:
            for (slo, series), have in zip(fresh, stored(uow, fresh), strict=True):
                uow.ledger.write(slo.name, slo.revision, join(have, series))
            uow.books.save(done)
            uow.books.changed([stretch.slo for stretch in done], now)
            uow.commit()

    def _known_before(self, group: Sequence[Pair]) -> Mapping[str, int]:
        """Where ledgers begin that hold data from before the stretch."""
        with self._s.store() as uow:
            spans = uow.ledger.spans([(s.slo, s.revision) for s, _ in group])
        found = {s.slo: spans.get((s.slo, s.revision)) for s, _ in group}
        starts = {s.slo: s.start for s, _ in group}
        return {n: span[0] for n, span in found.items() if span and span[0] < starts[n]}

    def _budgets_left(self) -> Mapping[str, float]:
        """The remaining share per SLO, where it is known."""
        with self._s.store() as uow:
            return {s.slo: s.remaining for s in uow.statuses.all() if s.remaining is not None}

    def _failed(self, result: FetchResult, now: datetime) -> bool:
        """Whether there is no answer; then the SLO rests."""
        if result.error is not None:
            self._resting[result.slo] = now + REST
        return result.error is not None


def true_buckets(
    source: PastSource, wanted: Sequence[FetchRequest], until: int
) -> list[FetchResult]:
    """Closed buckets up to `until`, where needed scaled to the count of their whole hour."""
    details = source.fetch(wanted, datetime.fromtimestamp(until, UTC))
    rough = {
        r.slo.name: FetchRequest(r.slo, -(-r.start // HOUR_SECONDS) * HOUR_SECONDS)
        for r, detail in zip(wanted, details, strict=True)
        if detail.series is not None and not source.exact(r.slo)
    }
    asked = source.hours(list(rough.values()), hour_floor(until)) if rough else []
    hours = {result.slo: result for result in asked}
    return [_true(detail, hours.get(detail.slo)) for detail in details]


def _true(detail: FetchResult, hours: FetchResult | None) -> FetchResult:
    """The detail agreeing with its hours; an hour that could not be had fails it."""
    if detail.series is None or hours is None:
        return detail
    if hours.error is not None:
        return FetchResult(detail.slo, None, error=hours.error)
    if hours.series is None:
        return detail
    series = agreeing(detail.series, hours.series)
    warnings = tuple(dict.fromkeys((*detail.warnings, *hours.warnings)))
    return FetchResult(detail.slo, series, warnings=warnings)


def hour_floor(epoch: int) -> int:
    """The full hour at or before an instant."""
    return epoch - epoch % HOUR_SECONDS


def _current(stretch: Stretch, slos: Mapping[str, Slo]) -> bool:
    return stretch.slo in slos and slos[stretch.slo].revision == stretch.revision
