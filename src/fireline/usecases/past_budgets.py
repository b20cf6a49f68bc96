"""The past of SLOs as the source knows it, fetched in pieces that no server minds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from fireline.domain.backtest.replay import Past
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.ledger import cut, first_known, floor_edge, merge
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.usecases.budget_cache import window_start
from fireline.usecases.composites import asked_for, part_names, with_parts
from fireline.usecases.joined_pasts import joined_past
from fireline.usecases.ports import FetchRequest, SliSource

PIECE = timedelta(days=5)
GROUP = 50
# A counter that comes back after an hour of nothing is told apart from one that only paused by
# what lies before it; so each piece begins a little earlier than what is kept of it.
OVERLAP = 13 * BUCKET_SECONDS
LOOK_AHEAD = timedelta(days=90)

Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A past range, up to when there may be data at all, and what is stepped through before it."""

    start: datetime
    end: datetime
    now: datetime
    warm_up: timedelta = timedelta()

    @property
    def first(self) -> datetime:
        """When the first step is."""
        return self.start - self.warm_up


@dataclass(slots=True)
class Pasts:
    """What was found: the past of each SLO, and for the others why there is none."""

    known: dict[str, Past] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)


def fetch_pasts(
    source: SliSource,
    slos: Sequence[Slo],
    over: Stretch,
    maintenance: MaintenancePlan,
    scrape_interval: timedelta,
    progress: Progress,
    catalogue: Mapping[str, Slo] | None = None,
) -> Pasts:
    """The buckets of each SLO over the range and the window before it.

    Args:
        source: who is asked.
        slos: of which.
        over: the range.
        maintenance: what is taken out of the budgets.
        scrape_interval: of the targets.
        progress: told what is done, how much of it, and how much there is.
        catalogue: where parts of composites are found that are not among `slos`.
    """
    found = Pasts()
    series: dict[str, BucketSeries] = {}
    asked = asked_for(with_parts(slos, catalogue or {}))
    plan = list(_plan(asked, over))
    for index, (group, piece_start, piece_end) in enumerate(plan):
        progress("asking Prometheus", index, len(plan))
        _fetch(source, group, piece_start, piece_end, series, found.lacking)
    progress("asking Prometheus", len(plan), len(plan))
    for slo in asked:
        if slo.name in found.lacking:
            continue
        kept = series[slo.name]
        if first_known(kept) is None:
            found.lacking[slo.name] = _since_when(source, slo, over)
            continue
        mine = maintenance.exclusions(slo, window_start(slo, over.first), int(over.end.timestamp()))
        found.known[slo.name] = Past(slo, kept, scrape_interval, mine)
    return _wanted(found, slos)


def _wanted(found: Pasts, slos: Sequence[Slo]) -> Pasts:
    """Those that were asked about, composites joined from the others."""
    wanted = Pasts()
    for slo in slos:
        names = part_names(slo) or (slo.name,)
        missing = next((name for name in names if name not in found.known), None)
        if missing is not None:
            why = found.lacking.get(missing, "it is no SLO with data of its own")
            wanted.lacking[slo.name] = why if missing == slo.name else f"part {missing}: {why}"
        elif part_names(slo):
            wanted.known[slo.name] = joined_past(slo, {name: found.known[name] for name in names})
        else:
            wanted.known[slo.name] = found.known[slo.name]
    return wanted


def _plan(slos: Sequence[Slo], over: Stretch) -> Iterator[tuple[list[Slo], int, int]]:
    """Groups of SLOs with a stretch each; an SLO with a short window begins later.

    Pieces are of about one length: a short rest would be asked for in the way of the ticks.
    """
    last = floor_edge(int(over.end.timestamp()))
    for first in range(0, len(slos), GROUP):
        group = list(slos[first : first + GROUP])
        begin = min(window_start(slo, over.first) for slo in group)
        pieces = max(1, round((last - begin) / PIECE.total_seconds()))
        edges = [begin + (last - begin) * n // pieces for n in range(pieces + 1)]
        for piece, stop in pairwise(floor_edge(edge) for edge in edges):
            wanted = [slo for slo in group if window_start(slo, over.first) < stop]
            if wanted:
                yield wanted, piece, stop


def _fetch(
    source: SliSource,
    slos: Sequence[Slo],
    start: int,
    end: int,
    series: dict[str, BucketSeries],
    lacking: dict[str, str],
) -> None:
    asked = [slo for slo in slos if slo.name not in lacking]
    begun = {name: first_known(kept) for name, kept in series.items()}
    requests = [FetchRequest(slo, start - OVERLAP, begun.get(slo.name)) for slo in asked]
    answers = source.fetch(requests, datetime.fromtimestamp(end, UTC)) if requests else []
    for slo, answer in zip(asked, answers, strict=True):
        if answer.error is not None or answer.series is None:
            lacking[slo.name] = answer.error or "the source gave no answer"
            continue
        piece = cut(answer.series, start, end)
        before = series.get(slo.name)
        series[slo.name] = piece if before is None else merge(before, piece)


def _since_when(source: SliSource, slo: Slo, over: Stretch) -> str:
    """Why there is nothing in the range: it lies before the data, or there is none at all."""
    asked = f"no data from {_day(over.start)} to {_day(over.end)}"
    until = min(over.now, over.end + LOOK_AHEAD)
    later = floor_edge(int(over.end.timestamp()))
    answer = source.fetch([FetchRequest(slo, later)], until)[0]
    begun = first_known(answer.series) if answer.series is not None else None
    if begun is not None:
        since = datetime.fromtimestamp(begun, UTC)
        return f"{asked}; there is data since {_day(since)}: begin there"
    hint = "; ".join(answer.warnings) or answer.error or "check the metric names"
    return f"{asked}, nor since: {hint}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
