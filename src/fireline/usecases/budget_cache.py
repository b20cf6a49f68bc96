"""The ledgers of all SLOs in memory, so that a tick reads nothing old from the store."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.ledger import changes, cut, first_known, floor_edge, merge
from fireline.domain.slo.reading import Reading
from fireline.usecases.ports import FetchRequest, FetchResult, UnitOfWork

READ_AGAIN = 3 * BUCKET_SECONDS
AT_ONCE = 100


@dataclass(slots=True)
class Kept:
    """What is known of one SLO: its buckets, since when, and up to where they were asked for."""

    revision: str
    series: BucketSeries
    history_start: int | None
    fetched_to: int | None
    newest_sample: datetime | None = None
    reading: Reading | None = None


class BudgetCache:
    """One window of buckets per SLO; rebuilt from the store where it is missing.

    At 30 days an SLO takes about 150 kB.

    Args:
        scrape_interval: of the targets.
    """

    def __init__(self, scrape_interval: timedelta) -> None:
        self._scrape = scrape_interval
        self._kept: dict[str, Kept] = {}

    def lacking(self, slos: Mapping[str, Slo]) -> list[Slo]:
        """SLOs that have to be loaded first; forgets those that are gone or changed."""
        self._kept = {
            name: kept
            for name, kept in self._kept.items()
            if name in slos and slos[name].revision == kept.revision
        }
        return [slo for name, slo in slos.items() if name not in self._kept]

    def load(self, uow: UnitOfWork, slos: Sequence[Slo], at: datetime) -> None:
        """Read ledgers from the store, those that reach back equally far together."""
        by_start: defaultdict[int, list[Slo]] = defaultdict(list)
        for slo in slos:
            by_start[window_start(slo, at)].append(slo)
        for start, members in by_start.items():
            for first in range(0, len(members), AT_ONCE):
                self._load(uow, members[first : first + AT_ONCE], start, at)

    def _load(self, uow: UnitOfWork, slos: Sequence[Slo], start: int, at: datetime) -> None:
        edge = floor_edge(int(at.timestamp()))
        keys = [(slo.name, slo.revision) for slo in slos]
        spans = uow.ledger.spans(keys)
        there = [key for key in keys if key in spans]
        for slo in slos:
            self._kept[slo.name] = Kept(slo.revision, BucketSeries.empty(start), None, None)
        if not there:
            return
        statuses = uow.statuses.some([name for name, _ in there])
        good, total, flags = uow.ledger.read_many(there, start, edge)
        for lane, (name, revision) in enumerate(there):
            begins, ends = spans[name, revision]
            status = statuses.get(name)
            self._kept[name] = Kept(
                revision=revision,
                # A copy, so that nobody's ledger keeps those of all others in memory.
                series=BucketSeries(
                    start, good[:, lane].copy(), total[:, lane].copy(), flags[:, lane].copy()
                ),
                history_start=begins,
                fetched_to=min(ends, edge),
                newest_sample=status.newest_sample if status else None,
            )

    def passed_over(self, name: str, until: int) -> None:
        """What lies before `until` is asked for by somebody else, or was."""
        kept = self._kept[name]
        kept.fetched_to = max(kept.fetched_to or until, until)

    def request(self, slo: Slo, at: datetime) -> FetchRequest:
        """What is still to be asked for: the whole window once, then the last three buckets."""
        start = window_start(slo, at)
        kept = self._kept[slo.name]
        if kept.fetched_to is not None:
            start = max(start, kept.fetched_to - READ_AGAIN)
        return FetchRequest(slo, start, kept.history_start)

    def take(self, slo: Slo, result: FetchResult, at: datetime) -> BucketSeries | None:
        """Add what was fetched; gives the stretch that the ledger does not have yet."""
        kept = self._kept[slo.name]
        fresh = result.series
        if fresh is None:
            return None
        news = changes(kept.series, fresh)
        start = window_start(slo, at)
        if news is not None or kept.series.end < fresh.end or kept.series.start != start:
            kept.series = cut(merge(kept.series, fresh), start)
        kept.fetched_to = max(kept.fetched_to or fresh.end, fresh.end)
        begins = first_known(fresh)
        if begins is not None:
            kept.history_start = min(begins, kept.history_start or begins)
        samples = [n for n in (kept.newest_sample, result.newest_sample) if n is not None]
        kept.newest_sample = max(samples, default=None)
        return news

    def forget(self, name: str) -> None:
        """Load it anew next time, because what was added did not reach the store."""
        self._kept.pop(name, None)

    def reading(
        self,
        slo: Slo,
        result: FetchResult,
        at: datetime,
        exclusions: tuple[Exclusion, ...] = (),
    ) -> Reading:
        """All that is known of the SLO at this tick, and the maintenance to leave out."""
        kept = self._kept[slo.name]
        part = _in_time(result.open_part, kept.series)
        last = kept.reading
        if last and last.series is kept.series and last.history_start == kept.history_start:
            kept.reading = last.later(
                at,
                part,
                slo=slo,
                newest_sample=kept.newest_sample,
                warnings=result.warnings,
                landed=result.landed,
                exclusions=exclusions,
            )
        else:
            kept.reading = Reading(
                slo=slo,
                series=kept.series,
                at=at,
                open_part=part,
                history_start=kept.history_start,
                newest_sample=kept.newest_sample,
                warnings=result.warnings,
                landed=result.landed,
                scrape_interval=self._scrape,
                exclusions=exclusions,
            )
        return kept.reading

    def last_reading(
        self, slo: Slo, at: datetime, exclusions: tuple[Exclusion, ...] = ()
    ) -> Reading | None:
        """What was known when the source last answered, within the SLO's window."""
        kept = self._kept[slo.name]
        if kept.fetched_to is None or kept.fetched_to <= window_start(slo, at):
            return None
        return Reading(
            slo=slo,
            series=kept.series,
            at=datetime.fromtimestamp(kept.fetched_to, UTC),
            history_start=kept.history_start,
            newest_sample=kept.newest_sample,
            exclusions=exclusions,
        )


def _in_time(part: Bucket | None, series: BucketSeries) -> Bucket | None:
    """The open part if it begins where the closed buckets end."""
    return part if part is not None and part.start >= series.end else None


def window_start(slo: Slo, at: datetime) -> int:
    """The bucket edge at or before the first bucket that any window of the SLO reaches."""
    return floor_edge(slo.needed_from(int(at.astimezone(UTC).timestamp())))
