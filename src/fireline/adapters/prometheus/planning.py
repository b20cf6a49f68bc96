"""What is asked for one SLO, and the way from the answers to its buckets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fireline.adapters.prometheus.asking import Answers, Values
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import freshness, reads
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.ledger import known
from fireline.usecases.ports import FetchRequest, FetchResult

SHOWN_QUERY = 300


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of a tick and how often targets are scraped, in seconds."""

    at: int
    scrape: int

    @property
    def edge(self) -> int:
        """The newest bucket edge."""
        return self.at - self.at % BUCKET_SECONDS


@dataclass(frozen=True, slots=True)
class Counted:
    """What the answers come to; `why` says what is missing when nothing is known."""

    series: BucketSeries
    open_part: Bucket | None = None
    landed: bool | None = None
    why: Callable[[], list[str]] = list


@dataclass(frozen=True, slots=True)
class Plan:
    """The questions of one SLO, by what they are for.

    Args:
        request: what is wanted.
        moment: when.
        needed: questions without whose answer nothing is known; a key begins with the field of
            the definition that is asked.
        helpful: questions whose failure is no failure of the SLO.
        fresh: questions for the time of the newest sample.
        read: makes buckets of the answers.
    """

    request: FetchRequest
    moment: Moment
    needed: Mapping[str, Question]
    read: "Callable[[Plan, Found], Counted]"
    helpful: tuple[Question, ...] = ()
    fresh: tuple[Question, ...] = ()

    def questions(self) -> list[Question]:
        """All of them."""
        return [*self.needed.values(), *self.helpful, *self.fresh]


class Found:
    """The answers to a plan whose needed questions were all answered."""

    def __init__(self, plan: Plan, answers: Answers) -> None:
        self._plan = plan
        self._answers = answers

    def __getitem__(self, key: str) -> Values:
        """The answer to a needed question."""
        values = self.get(key)
        if values is None:
            raise KeyError(key)
        return values

    def get(self, key: str) -> Values | None:
        """The answer to a needed question, if the plan has it."""
        question = self._plan.needed.get(key)
        return self.told(question) if question is not None else None

    def told(self, question: Question) -> Values | None:
        """The answer to any question; None when it failed."""
        outcome = self._answers[question]
        return outcome if isinstance(outcome, Values) else None

    def all_of(self, questions: Sequence[Question]) -> list[Values] | None:
        """The answers to some of them; None when there is none."""
        values = [v for v in map(self.told, questions) if v is not None]
        return values or None

    def unseen(self, expr: str) -> list[str]:
        """The selectors of an expression that `fresh` found no sample for."""
        asked = zip(reads(expr).selectors, freshness(expr), strict=True)
        empty = {q.expr for q in self._plan.fresh if (v := self.told(q)) and not v.values.size}
        return [selector for selector, question in asked if question in empty]


def fresh_questions(expr: str, at: int) -> tuple[Question, ...]:
    """Questions for the newest sample of everything the expression reads."""
    return tuple(Question(e, at, at, 1) for e in freshness(expr))


def result(plan: Plan, answers: Answers) -> FetchResult:
    """The answers as the result that was asked for."""
    name = plan.request.slo.name
    warnings: dict[str, None] = {}
    for key, question in plan.needed.items():
        outcome = answers[question]
        if isinstance(outcome, QueryFailure):
            return FetchResult(name, None, error=_told(outcome, key.split()[0], question))
        if outcome.warnings:
            warnings.update(dict.fromkeys(outcome.warnings))
    counted = plan.read(plan, Found(plan, answers))
    part = counted.open_part
    if part is not None and part.flags & BucketFlag.MISSING:
        part = None
    if part is None and not known(counted.series).any():
        warnings.update(dict.fromkeys(counted.why()))
    return FetchResult(
        slo=name,
        series=counted.series,
        open_part=part,
        newest_sample=_newest(plan, answers),
        warnings=tuple(warnings),
        landed=counted.landed,
    )


def _newest(plan: Plan, answers: Answers) -> datetime | None:
    """Time of the newest sample that any selector showed."""
    values = [answers[q] for q in plan.fresh]
    stamps = [v.values.max() for v in values if isinstance(v, Values) and v.values.size]
    return datetime.fromtimestamp(float(max(stamps)), UTC) if stamps else None


def _told(failure: QueryFailure, part: str, question: Question) -> str:
    """The failure with the expression it concerns, where it concerns one."""
    if failure.sentence.startswith("Prometheus rejects the query"):
        return f"{failure.sentence} (in `{part}`: {question.text[:SHOWN_QUERY]})"
    return failure.sentence
