"""What is asked for one SLO, and the way from the answers to its buckets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.asking import Answers, Values
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.growth import Way
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import freshness, reads
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.ledger import known
from fireline.usecases.ports import FetchRequest, FetchResult

SHOWN_QUERY = 300
DAY = 86_400


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
        closely: needed questions that looked at the edges only, with the way to look again.
        beside: what is asked with each closer look, by its question.
        again: closer looks at needed questions.
    """

    request: FetchRequest
    moment: Moment
    needed: Mapping[str, Question]
    read: "Callable[[Plan, Found], Counted]"
    helpful: tuple[Question, ...] = ()
    fresh: tuple[Question, ...] = ()
    closely: Mapping[str, Way] = field(default_factory=dict)
    beside: "Callable[[Question], Sequence[Question]]" = lambda _: ()
    again: Mapping[str, tuple[Question, ...]] = field(default_factory=dict)

    def questions(self) -> list[Question]:
        """All of them but closer looks."""
        return [*self.needed.values(), *self.helpful, *self.fresh]

    def looking_closer(self, answers: Answers) -> "Plan":
        """The plan with a closer look wherever the edges were not enough."""
        again = {}
        for key, way in self.closely.items():
            outcome = answers[self.needed[key]]
            if isinstance(outcome, Values) and outcome.unusable.size:
                again[key] = tuple(_days(self.needed[key], outcome, way))
        return replace(self, again=again) if again else self

    def closer_questions(self) -> Iterator[Question]:
        """The closer looks, and what is asked beside them."""
        for questions in self.again.values():
            for question in questions:
                yield question
                yield from self.beside(question)


def _days(question: Question, values: Values, way: Way) -> Iterator[Question]:
    """The question anew for the days that hold an instant without a usable answer.

    Whole days, so that the same days of many SLOs share a query.
    """
    size = question.step
    for day in np.unique((values.unusable - 1) // DAY):
        first, last = int(day) * DAY + 1, (int(day) + 1) * DAY
        start = question.start + max(0, -((question.start - first) // size)) * size
        end = question.start + (min(question.end, last) - question.start) // size * size
        yield replace(question, start=start, end=end, way=way)


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
        if question is None:
            return None
        values = self.told(question)
        looks = self._plan.again.get(key, ())
        return values if values is None or not looks else self._closer(values, looks)

    def told(self, question: Question) -> Values | None:
        """The answer to any question; None when it failed."""
        outcome = self._answers[question]
        return outcome if isinstance(outcome, Values) else None

    def beside(self, key: str) -> list[Values]:
        """The answers that were asked for beside the closer looks at a needed question."""
        looks = self._plan.again.get(key, ())
        found = (self.told(q) for look in looks for q in self._plan.beside(look))
        return [values for values in found if values is not None]

    def _closer(self, values: Values, looks: Sequence[Question]) -> Values:
        """The answer with what the closer looks gave where the first was not usable."""
        strange = values.unusable
        left = np.ones(len(strange), np.bool_)
        times, found = [values.times], [values.values]
        for look in looks:
            closer = self.told(look)
            if closer is None:
                continue
            wanted = np.isin(closer.times, strange)
            times.append(closer.times[wanted])
            found.append(closer.values[wanted])
            left &= (strange < look.start) | (strange > look.end)
            left |= np.isin(strange, closer.unusable)
        joined = np.concatenate(times)
        order = np.argsort(joined)
        return Values(joined[order], np.concatenate(found)[order], values.warnings, strange[left])

    def looked_at(self, key: str, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """At which instants the first answer was not usable and a closer look was taken."""
        question = self._plan.needed[key]
        first = self.told(question)
        looks = self._plan.again.get(key)
        if first is None or not looks:
            return np.zeros(len(times), np.bool_)
        return np.isin(times, first.unusable)

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
    for question in plan.closer_questions():
        outcome = answers[question]
        said = outcome.warnings if isinstance(outcome, Values) else (outcome.sentence,)
        warnings.update(dict.fromkeys(said))
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
        return f"{failure.sentence} (in `{part}`: {question.shown[:SHOWN_QUERY]})"
    return failure.sentence
