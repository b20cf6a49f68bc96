"""Prometheus as the source of SLI counts: every question of a tick, asked for one instant."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from fireline.adapters.prometheus.asking import Answers, Asker, Outcome, Values
from fireline.adapters.prometheus.client import Access, PrometheusClient
from fireline.adapters.prometheus.hours import hour_questions, hour_result
from fireline.adapters.prometheus.kinds.choice import made_of_others, plan
from fireline.adapters.prometheus.planning import Moment, Plan, result
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.session import shown_url
from fireline.adapters.prometheus.telemetry import Telemetry
from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import FetchRequest, FetchResult

CONNECTIONS = 3
DEADLINE_SECONDS = 10.0
BACKFILL_SECONDS = 60.0
BACKFILL_FROM = 24 * 3600


class PrometheusSource:
    """Implements `SliSource` over the HTTP API of one Prometheus.

    Args:
        access: address and credentials.
        version: our version, told to the server.
        scrape_interval: of the targets; the open part of a ratio is asked for after four of them.
        deadline: seconds for an answer to a question of the last day.
        backfill_deadline: the same for questions that reach further back.
        telemetry: where queries are noted, with the breaker.
        connections: how many queries may be under way; one more for those that reach back.
    """

    def __init__(
        self,
        access: Access | str,
        *,
        version: str = "0",
        scrape_interval: timedelta = timedelta(seconds=60),
        deadline: float = DEADLINE_SECONDS,
        backfill_deadline: float = BACKFILL_SECONDS,
        telemetry: Telemetry | None = None,
        connections: int = CONNECTIONS,
    ) -> None:
        reach = Access(access) if isinstance(access, str) else access
        noted = telemetry or Telemetry(url=shown_url(reach.url))
        self._scrape = int(scrape_interval.total_seconds())
        self._clients = [
            PrometheusClient(reach, version, deadline, noted) for _ in range(connections)
        ]
        self._backfill = PrometheusClient(reach, version, backfill_deadline, noted)
        self._asker = Asker(self._clients, noted.breaker)
        self._patient = Asker([self._backfill], noted.breaker)
        self._looked: Answers = {}

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
        moment = Moment(epoch, self._scrape)
        plans = [plan(r, moment) for r in requests if not made_of_others(r.slo)]
        recent = [p for p in plans if epoch - p.request.start <= BACKFILL_FROM]
        long = [p for p in plans if epoch - p.request.start > BACKFILL_FROM]
        answers: Answers = {}
        for asker, some in ((self._asker, recent), (self._patient, long)):
            if some:
                answers.update(asker.ask((q for p in some for q in p.questions()), epoch))
        plans = [plan.looking_closer(answers) for plan in plans]
        answers.update(self._closer(plans, epoch))
        results = iter([result(plan, answers) for plan in plans])
        return [_refused(r.slo) if made_of_others(r.slo) else next(results) for r in requests]

    def _closer(self, plans: Sequence[Plan], at: int) -> Answers:
        """Answers to all closer looks; of the last day, at closed buckets, one lasts a bucket."""
        recent: dict[Question, None] = {}
        long: dict[Question, None] = {}
        for one in plans:
            some = recent if at - one.request.start <= BACKFILL_FROM else long
            if one.again:
                some.update(dict.fromkeys(one.closer_questions()))
        answers = self._patient.ask(long, at) if long else {}
        if recent:
            known = {q: a for q, a in self._looked.items() if q in recent}
            asked = self._asker.ask((q for q in recent if q not in known), at)
            self._looked = known | {q: a for q, a in asked.items() if _lasts(q, a, at)}
            answers = answers | known | asked
        return answers

    def hours(self, requests: Sequence[FetchRequest], until: int) -> list[FetchResult]:
        """Whole hours up to `until` as coarse buckets; no series for kinds without events."""
        asked = [hour_questions(request, until) for request in requests]
        answers = self._patient.ask((q for some in asked for q in some.values()), until)
        return [
            hour_result(request.slo, request.start, until, some, answers)
            for request, some in zip(requests, asked, strict=True)
        ]


def _refused(slo: Slo) -> FetchResult:
    """What is said to whoever asks for a composite."""
    error = f"{slo.name} is made of other SLOs; it is told from them, not from Prometheus."
    return FetchResult(slo.name, None, error=error)


def _lasts(question: Question, outcome: Outcome, at: int) -> bool:
    """Whether the answer stays good until the next bucket closes."""
    return isinstance(outcome, Values) and question.end <= at - at % question.step
