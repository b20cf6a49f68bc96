"""Counts that Prometheus' own rules record, read for all SLOs at once.

`fireline slo rules` writes rules that record good and total of the last five minutes each minute.
Such counts overlap, so that of each bucket only the sample at its end is taken; and a query still
shows a sample five minutes after the rule stopped, so that the time of each is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from fireline.adapters.prometheus.breaker import Breaker
from fireline.adapters.prometheus.client import Answer, PrometheusClient
from fireline.adapters.prometheus.failures import SOURCE_WIDE, QueryFailure
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.slo.buckets import (
    BUCKET_SECONDS,
    Bucket,
    BucketFlag,
    BucketSeries,
    Counts,
    Flags,
)
from fireline.domain.slo.ledger import clamped
from fireline.domain.slo.sli import LatencySli, RatioSli, Sli, TimeSliceSli
from fireline.usecases.ports import FetchRequest, FetchResult

GOOD, TOTAL = "slo:good:increase5m", "slo:total:increase5m"
BOTH = f'{{__name__=~"{GOOD}|{TOTAL}"}}'
NEWEST = "2m"
# A rule is evaluated each minute; the sample of a bucket's end is at most so much older.
FRESH_SECONDS = 90
# What lies further back is asked of the expressions themselves, which know the time before the
# rules existed.
REACH_SECONDS = 24 * 3600
POINTS_AT_ONCE = 12
SHOWN_ERROR = 200
KINDS = (RatioSli, LatencySli, TimeSliceSli)


def is_recorded(sli: Sli) -> bool:
    """Whether our rules record this kind in the ledger's own units."""
    return type(sli) in KINDS


@dataclass(slots=True, eq=False)
class Table:
    """Recorded counts by instant and SLO: good, total, and when each was recorded."""

    first: int
    columns: dict[str, int]
    good: Counts
    total: Counts
    at: Counts
    doubled: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """Closed buckets of all SLOs from `start` to `edge`, one row each."""

    start: int
    edge: int
    columns: Mapping[str, int]
    good: Counts
    total: Counts
    flags: Flags
    ends: NDArray[np.float64]
    doubled: frozenset[str]
    warnings: tuple[str, ...]


class RecordedSource(PrometheusSource):
    """Reads what rules recorded, and everything that they did not record as it is.

    A tick costs one query, one at which a bucket closes three, however many SLOs there are.

    Args:
        reader: a connection of its own.
        breaker: shared with all connections to the server.
        args: those of `PrometheusSource`, which is asked for everything else.
        given: likewise.
    """

    def __init__(
        self, reader: PrometheusClient, breaker: Breaker, *args: Any, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self._reader = reader
        self._breaker = breaker
        self._closed: Closed | None = None
        self._silence: tuple[int, Mapping[str, str] | None] = (0, None)

    @override
    def close(self) -> None:
        self._reader.close()
        super().close()

    @override
    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        epoch = int(at.timestamp())
        edge = epoch - epoch % BUCKET_SECONDS
        mine = [n for n, r in enumerate(requests) if _recent(r, edge)]
        others = [n for n, r in enumerate(requests) if not _recent(r, edge)]
        found: dict[int, FetchResult] = {}
        if mine:
            asked = [requests[n] for n in mine]
            found.update(zip(mine, self._recorded(asked, epoch, edge), strict=True))
        if others:
            asked = [requests[n] for n in others]
            found.update(zip(others, super().fetch(asked, at), strict=True))
        return [found[n] for n in range(len(requests))]

    def _recorded(
        self, requests: Sequence[FetchRequest], epoch: int, edge: int
    ) -> list[FetchResult]:
        """Results of recorded counts; a failure is everybody's."""
        breaker = self._breaker
        if not breaker.may_ask():
            return [FetchResult(r.slo.name, None, error=breaker.reason) for r in requests]
        try:
            now = self._now(epoch)
            closed = self._buckets(min(r.start for r in requests), edge)
        except QueryFailure as failure:
            if failure.cause in SOURCE_WIDE:
                breaker.failed(failure.sentence)
            return [FetchResult(r.slo.name, None, error=failure.sentence) for r in requests]
        breaker.answered()
        return self._results(requests, now, closed)

    def _now(self, epoch: int) -> Table:
        """The newest samples, with the times at which they were recorded."""
        answer = self._reader.samples(f"{BOTH}[{NEWEST}]", epoch)
        columns, doubled = _columns(answer)
        good, total, at = np.full((3, 1, len(columns)), np.nan)
        for row in answer.rows:
            column = columns.get(row.labels.get("slo", ""))
            if column is not None and row.values:
                when, text = row.values[-1]
                if row.labels["__name__"] == TOTAL:
                    total[0, column], at[0, column] = float(text), when
                else:
                    good[0, column] = float(text)
        return Table(epoch, columns, good, total, at, doubled, answer.warnings)

    def _buckets(self, start: int, edge: int) -> Closed:
        """Closed buckets since `start`; asked for again only when another bucket closed."""
        known = self._closed
        if known is not None and known.edge == edge and known.start <= start:
            return known
        tables = []
        step = POINTS_AT_ONCE * BUCKET_SECONDS
        for first in range(start + BUCKET_SECONDS, edge + 1, step):
            last = min(edge, first + step - BUCKET_SECONDS)
            tables.append(self._table(first, last))
        self._closed = _closed(tables, start, edge)
        return self._closed

    def _table(self, first: int, last: int) -> Table:
        """Counts at these instants, and the times of the samples that are shown there."""
        counts = self._reader.range(BOTH, first, last, BUCKET_SECONDS)
        columns, doubled = _columns(counts)
        warnings = counts.warnings
        size = (last - first) // BUCKET_SECONDS + 1
        good, total, at = np.full((3, size, len(columns)), np.nan)
        _fill({GOOD: good, TOTAL: total}, counts, columns, first)
        del counts  # tens of megabytes where SLOs are many; the next answer is as large
        times = self._reader.range(f"timestamp({TOTAL})", first, last, BUCKET_SECONDS)
        _fill({None: at}, times, columns, first)
        return Table(first, columns, good, total, at, doubled, warnings)

    def _results(
        self, requests: Sequence[FetchRequest], now: Table, closed: Closed
    ) -> list[FetchResult]:
        parts = _open_parts(now, closed)
        warnings = tuple(dict.fromkeys((*now.warnings, *closed.warnings)))
        doubled = now.doubled | closed.doubled
        return [
            _doubled(request)
            if request.slo.name in doubled
            else self._result(request, now, closed, parts, warnings)
            for request in requests
        ]

    def _result(
        self,
        request: FetchRequest,
        now: Table,
        closed: Closed,
        parts: Mapping[str, Bucket],
        warnings: tuple[str, ...],
    ) -> FetchResult:
        name = request.slo.name
        row, column = closed.columns.get(name), now.columns.get(name)
        skip = (request.start - closed.start) // BUCKET_SECONDS
        if row is None:
            count = max(0, (closed.edge - request.start) // BUCKET_SECONDS)
            flags = np.full(count, int(BucketFlag.MISSING), np.uint8)
            series = BucketSeries(request.start, np.zeros(count), np.zeros(count), flags)
        else:
            series = BucketSeries(
                request.start,
                closed.good[row, skip:],
                closed.total[row, skip:],
                closed.flags[row, skip:],
            )
        newest = None
        if column is not None and not np.isnan(now.at[0, column]):
            newest = datetime.fromtimestamp(float(now.at[0, column]), UTC)
        if row is None and newest is None:
            warnings = (*warnings, self._why_silent(name, closed.edge))
        return FetchResult(name, series, parts.get(name), newest, warnings)

    def _why_silent(self, name: str, edge: int) -> str:
        """What the rules themselves say of an SLO that has no recorded count; asked per bucket."""
        if self._silence[0] != edge:
            self._silence = edge, self._rules()
        states = self._silence[1]
        if states is None:
            return f"no recorded {TOTAL} for it"
        return states.get(
            name, f"no rule records {TOTAL} for it: load what `fireline slo rules` writes"
        )

    def _rules(self) -> Mapping[str, str] | None:
        """By SLO, how its rule is doing; None where the server does not say."""
        wanted = {"type": "record", "rule_name[]": TOTAL}
        try:
            groups = self._reader.read("rules", **wanted)["groups"]
        except (QueryFailure, KeyError, TypeError):
            return None
        return {
            rule.get("labels", {}).get("slo", ""): _rule_words(rule)
            for group in groups
            for rule in group.get("rules", ())
            if rule.get("name") == TOTAL
        }


def _recent(request: FetchRequest, edge: int) -> bool:
    return is_recorded(request.slo.sli) and edge - request.start <= REACH_SECONDS


def _rule_words(rule: Mapping[str, Any]) -> str:
    if rule.get("health") == "err":
        return f"its recording rule fails: {str(rule.get('lastError', ''))[:SHOWN_ERROR]}"
    return f"its recording rule, evaluated last at {rule.get('lastEvaluation', '?')}, gives nothing"


def _columns(answer: Answer) -> tuple[dict[str, int], frozenset[str]]:
    """A column for each SLO, and those that have several series of one name."""
    columns: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    doubled = set()
    for row in answer.rows:
        name, slo = row.labels.get("__name__", ""), row.labels.get("slo")
        if slo is None:
            continue
        columns.setdefault(slo, len(columns))
        if (name, slo) in seen:
            doubled.add(slo)
        seen.add((name, slo))
    return columns, frozenset(doubled)


def _fill(
    tables: Mapping[str | None, Counts], answer: Answer, columns: Mapping[str, int], first: int
) -> None:
    """Write an answer's values into the table of their series' name."""
    for row in answer.rows:
        column = columns.get(row.labels.get("slo", ""))
        if column is not None:
            rows = [round(at - first) // BUCKET_SECONDS for at, _ in row.values]
            tables[row.labels.get("__name__")][rows, column] = [float(v) for _, v in row.values]


def _doubled(request: FetchRequest) -> FetchResult:
    name = request.slo.name
    error = (
        f'several series {TOTAL}{{slo="{name}"}}: the rules are loaded twice, or two servers '
        "record them without being told apart; keep one."
    )
    return FetchResult(name, None, error=error)


def _closed(tables: Sequence[Table], start: int, edge: int) -> Closed:
    """The tables one after the other as buckets."""
    columns: dict[str, int] = {}
    for table in tables:
        for slo in table.columns:
            columns.setdefault(slo, len(columns))
    count = max(0, (edge - start) // BUCKET_SECONDS)
    good, total, at = np.full((3, len(columns), count), np.nan)
    for table in tables:
        into = [columns[slo] for slo in table.columns]
        first = (table.first - start) // BUCKET_SECONDS - 1
        span = slice(first, first + len(table.good))
        good[into, span], total[into, span] = table.good.T, table.total.T
        at[into, span] = table.at.T
    ends = start + BUCKET_SECONDS * np.arange(1, count + 1)
    present = np.isfinite(good) & np.isfinite(total) & (ends - at <= FRESH_SECONDS)
    counts = clamped(np.where(present, good, 0.0), np.where(present, total, 0.0))
    flags = np.where(present, 0, int(BucketFlag.MISSING)).astype(np.uint8)
    flags[present & (counts[1] == 0)] |= int(BucketFlag.NO_TRAFFIC)
    flags[present & counts[2]] |= int(BucketFlag.CLAMPED)
    newest = at[:, -1] if count else np.full(len(columns), np.nan)
    doubled = frozenset().union(*(table.doubled for table in tables))
    warnings = tuple(dict.fromkeys(w for table in tables for w in table.warnings))
    return Closed(start, edge, columns, counts[0], counts[1], flags, newest, doubled, warnings)


def _open_parts(now: Table, closed: Closed) -> dict[str, Bucket]:
    """What happened since the newest edge, as far as overlapping counts tell.

    The newest five minutes overlap with the last bucket; of that the overlap's share is taken off,
    so that five minutes up to now are exactly what was recorded for them.
    """
    parts = {}
    for slo, column in now.columns.items():
        at, good, total = (float(a[0, column]) for a in (now.at, now.good, now.total))
        row = closed.columns.get(slo)
        if row is None or not at > closed.edge or not np.isfinite(good + total):
            continue
        if not closed.flags.shape[1] or closed.flags[row, -1] & int(BucketFlag.MISSING):
            continue
        overlap = closed.ends[row] - (at - BUCKET_SECONDS)
        share = min(1.0, max(0.0, float(overlap) / BUCKET_SECONDS))
        counted = max(0.0, total - share * float(closed.total[row, -1]))
        fine = min(counted, max(0.0, good - share * float(closed.good[row, -1])))
        if counted > 0:
            parts[slo] = Bucket(closed.edge, fine, counted)
    return parts
