"""Prometheus as the source of SLI counts: what to ask for each SLO and what the answers mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from fireline.adapters.prometheus.asking import Answers, Asker, Values
from fireline.adapters.prometheus.client import Access, PrometheusClient
from fireline.adapters.prometheus.counting import (
    Parts,
    only_bucket,
    ratio_buckets,
    slice_buckets,
    without_births,
)
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import freshness, presence, reads
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.definition import RatioSli, Slo
from fireline.domain.slo.ledger import known
from fireline.domain.slo.sli import plain
from fireline.usecases.ports import FetchRequest, FetchResult

CONNECTIONS = 3
DEADLINE_SECONDS = 10.0
BACKFILL_SECONDS = 60.0
BACKFILL_FROM = 24 * 3600
MIN_SCRAPES = 4
SHOWN_QUERY = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """The questions of one SLO, by what they are for."""

    request: FetchRequest
    closed: dict[str, Question]
    open: dict[str, Question]
    proof: tuple[Question, ...]
    fresh_now: tuple[Question, ...]

    def questions(self) -> list[Question]:
        """All of them."""
        return [*self.closed.values(), *self.open.values(), *self.proof, *self.fresh_now]


class PrometheusSource:
    """Implements `SliSource` over the HTTP API of one Prometheus.

    Args:
        access: address and credentials.
        version: our version, told to the server.
        scrape_interval: of the targets; the open part of a ratio is asked for after four of them.
    """

    def __init__(
        self,
        access: Access | str,
        *,
        version: str = "0",
        scrape_interval: timedelta = timedelta(seconds=60),
        deadline: float = DEADLINE_SECONDS,
        backfill_deadline: float = BACKFILL_SECONDS,
    ) -> None:
        reach = Access(access) if isinstance(access, str) else access
        self._scrape = int(scrape_interval.total_seconds())
        self._clients = [PrometheusClient(reach, version, deadline) for _ in range(CONNECTIONS)]
        self._backfill = PrometheusClient(reach, version, backfill_deadline)
        self._asker = Asker(self._clients)
        self._patient = Asker([self._backfill])

    def close(self) -> None:
        """Close all connections."""
        for client in (*self._clients, self._backfill):
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        """One result per request, in order; a failure stands in the result of each SLO it hit."""
        epoch = int(at.timestamp())
        plans = [self._plan(request, epoch) for request in requests]
        recent = [p for p in plans if epoch - p.request.start <= BACKFILL_FROM]
        long = [p for p in plans if epoch - p.request.start > BACKFILL_FROM]
        answers: Answers = {}
        for asker, some in ((self._asker, recent), (self._patient, long)):
            if some:
                answers.update(asker.ask((q for p in some for q in p.questions()), epoch))
        return [_result(plan, answers, epoch) for plan in plans]

    def _plan(self, request: FetchRequest, at: int) -> Plan:
        edge = at - at % BUCKET_SECONDS
        sli = plain(request.slo.sli)
        body = sli.total if isinstance(sli, RatioSli) else sli.value
        first = request.start + BUCKET_SECONDS
        proof: tuple[Question, ...] = ()
        if first <= edge and isinstance(sli, RatioSli) and reads(body).always_answers:
            proof = tuple(Question(e, first, edge, BUCKET_SECONDS) for e in presence(body))
        now = tuple(Question(e, at, at, 1) for e in freshness(body))
        if isinstance(sli, RatioSli):
            closed, opened = self._ratio(sli, request.start, edge, at)
        else:
            closed, opened = _slices(sli.value, sli.slice_seconds, request.start, at), {}
        return Plan(request, closed, opened, proof, now)

    def _ratio(
        self, sli: RatioSli, start: int, edge: int, at: int
    ) -> tuple[dict[str, Question], dict[str, Question]]:
        named = {"good": sli.good, "bad": sli.bad, "total": sli.total}
        exprs = {k: e for k, e in named.items() if e is not None}
        closed, opened = {}, {}
        if start + BUCKET_SECONDS <= edge:
            closed = {
                k: Question(e, start + BUCKET_SECONDS, edge, BUCKET_SECONDS, "5m")
                for k, e in exprs.items()
            }
        elapsed = at - edge
        if elapsed >= MIN_SCRAPES * self._scrape:
            opened = {k: Question(e, at, at, 1, f"{elapsed}s") for k, e in exprs.items()}
        return closed, opened


def _slices(value: str, size: int, start: int, at: int) -> dict[str, Question]:
    """The gauge at the end of every slice since `start`."""
    first = (start // size + 1) * size
    last = at // size * size
    return {"value": Question(value, first, last, size)} if first <= last else {}


def _result(plan: Plan, answers: Answers, at: int) -> FetchResult:
    slo = plan.request.slo
    found: dict[Question, Values] = {}
    warnings: dict[str, None] = {}
    for part, question in [*plan.closed.items(), *plan.open.items()]:
        outcome = answers[question]
        if isinstance(outcome, QueryFailure):
            return FetchResult(slo.name, None, error=_told(outcome, part, question))
        found[question] = outcome
        warnings.update(dict.fromkeys(outcome.warnings))
    series, open_part = _counted(plan, found, answers, at)
    if open_part is not None and open_part.flags & BucketFlag.MISSING:
        open_part = None
    if not known(series).any() and open_part is None:
        warnings.update(dict.fromkeys(_why_nothing(slo, plan, found, answers)))
    newest = _newest(plan, answers)
    return FetchResult(slo.name, series, open_part, newest, tuple(warnings))


def _counted(
    plan: Plan, found: dict[Question, Values], answers: Answers, at: int
) -> tuple[BucketSeries, Bucket | None]:
    """Closed buckets and the open part."""
    sli, start = plain(plan.request.slo.sli), plan.request.start
    edge = at - at % BUCKET_SECONDS
    if not isinstance(sli, RatioSli):
        if not plan.closed:
            return BucketSeries.empty(start), None
        return slice_buckets(sli, found[plan.closed["value"]], start, at)
    proof = reads(sli.total).always_answers
    series = BucketSeries.empty(start)
    if plan.closed:
        seen = _seen(plan.proof, answers) if proof else None
        series = without_births(ratio_buckets(_parts(plan.closed, found, seen), start, edge))
    if not plan.open:
        return series, None
    seen = _seen(plan.fresh_now, answers) if proof else None
    return series, only_bucket(_parts(plan.open, found, seen), edge)


def _parts(
    questions: dict[str, Question], found: dict[Question, Values], seen: list[Values] | None
) -> Parts:
    good, bad = questions.get("good"), questions.get("bad")
    return Parts(
        good=found[good] if good else None,
        bad=found[bad] if bad else None,
        total=found[questions["total"]],
        seen=seen,
    )


def _seen(questions: Sequence[Question], answers: Answers) -> list[Values] | None:
    """When each selector had samples; None when that could not be asked."""
    values = [v for v in (answers[q] for q in questions) if isinstance(v, Values)]
    return values or None


def _newest(plan: Plan, answers: Answers) -> datetime | None:
    """Time of the newest sample that any selector showed."""
    values = [answers[q] for q in plan.fresh_now]
    stamps = [v.values.max() for v in values if isinstance(v, Values) and v.values.size]
    return datetime.fromtimestamp(float(max(stamps)), UTC) if stamps else None


def _why_nothing(
    slo: Slo, plan: Plan, found: dict[Question, Values], answers: Answers
) -> list[str]:
    """What is missing, in words."""
    sli = plain(slo.sli)
    if not isinstance(sli, RatioSli):
        return [f"no series for {', '.join(reads(sli.value).selectors)}"]
    total = plan.closed.get("total")
    counted = found[total].values if total else None
    if sli.good is not None and counted is not None and (counted > 0).any():
        missing = ", ".join(reads(sli.good).selectors)
        return [f"`good` gives nothing while `total` counts events: no series for {missing}"]
    absent = [
        selector
        for selector, question in zip(reads(sli.total).selectors, plan.fresh_now, strict=True)
        if isinstance(v := answers[question], Values) and not v.values.size
    ]
    return [f"no series for {', '.join(absent)}"] if absent else []


def _told(failure: QueryFailure, part: str, question: Question) -> str:
    """The failure with the expression it concerns, where it concerns one."""
    if failure.sentence.startswith("Prometheus rejects the query"):
        return f"{failure.sentence} (in `{part}`: {question.text[:SHOWN_QUERY]})"
    return failure.sentence
