"""Many questions in few queries: joined by `or`, taken apart again when one of them is wrong."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.breaker import Breaker
from fireline.adapters.prometheus.client import Answer, PrometheusClient, Row
from fireline.adapters.prometheus.failures import BY_PART, SOURCE_WIDE, Cause, QueryFailure
from fireline.adapters.prometheus.growth import Way
from fireline.adapters.prometheus.questions import (
    MAX_POINTS,
    Batch,
    Question,
    alone,
    batches,
)

TIMESTAMP_POINTS = 96
QUARANTINE_SECONDS = 300
GIVE_UP_TIMEOUTS = 2
GIVE_UP_LARGE = 5
PART = "fireline_part"
NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The answer: instants (epoch seconds) and finite values; an instant without one is absent.

    `unusable` are instants that answered with NaN or an infinity.
    """

    times: NDArray[np.int64]
    values: NDArray[np.float64]
    warnings: tuple[str, ...] = ()
    unusable: NDArray[np.int64] = field(default_factory=lambda: NOTHING)

    def at(self, times: NDArray[np.int64]) -> NDArray[np.float64]:
        """The values at these instants; NaN where there is none."""
        found = np.full(len(times), np.nan)
        if len(self.times):
            index = np.searchsorted(self.times, times).clip(max=len(self.times) - 1)
            there = self.times[index] == times
            found[there] = self.values[index[there]]
        return found


Outcome = Values | QueryFailure
Answers = dict[Question, Outcome]
Asked = tuple[str, Way | None]


class Asker:
    """Asks many questions at once with a few connections.

    An expression that was wrong is left out for five minutes; one that was too slow is asked
    with few others. A server that is down is asked once per call.

    Args:
        clients: connections, one per query at a time.
        breaker: of the server; after failures in a row it is not asked for a while.
    """

    def __init__(self, clients: Sequence[PrometheusClient], breaker: Breaker | None = None) -> None:
        self._breaker = breaker or Breaker()
        self._clients: SimpleQueue[PrometheusClient] = SimpleQueue()
        for client in clients:
            self._clients.put(client)
        self._width = len(clients)
        self._wrong: dict[Asked, tuple[int, QueryFailure]] = {}
        self._slow: set[str] = set()

    def ask(self, questions: Iterable[Question], at: int) -> Answers:
        """An outcome for every question; equal questions are asked once."""
        wanted = dict.fromkeys(questions)
        self._wrong = {e: w for e, w in self._wrong.items() if w[0] > at}
        answers: Answers = {q: w[1] for q in wanted if (w := self._wrong.get((q.expr, q.way)))}
        pieces = {q: list(_pieces(q)) for q in wanted if q not in answers}
        outcomes = self._outcomes(dict.fromkeys(p for parts in pieces.values() for p in parts))
        for question, parts in pieces.items():
            answers[question] = _joined([outcomes[p] for p in parts])
        self._learn(answers, at)
        return answers

    def _outcomes(self, questions: Mapping[Question, None]) -> Answers:
        """What the server says to each question, unless it rests."""
        if not questions:
            return {}
        if not self._breaker.may_ask():
            resting = QueryFailure(Cause.RESTING, self._breaker.reason)
            return dict.fromkeys(questions, resting)
        round_ = _Round(self._clients)
        try:
            with ThreadPoolExecutor(self._width) as pool:
                list(pool.map(round_.run, batches(questions, self._slow)))
        finally:
            outage = round_.outage
            if outage is None:
                self._breaker.answered()
            else:
                self._breaker.failed(outage.sentence)
        return round_.outcomes

    def _learn(self, answers: Answers, at: int) -> None:
        """Remember which expressions were wrong or slow."""
        for question, outcome in answers.items():
            if not isinstance(outcome, QueryFailure):
                self._slow.discard(question.expr)
            elif outcome.cause in BY_PART and (question.expr, question.way) not in self._wrong:
                self._wrong[question.expr, question.way] = (at + QUARANTINE_SECONDS, outcome)
            elif outcome.cause is Cause.TIMEOUT:
                self._slow.add(question.expr)


class _Round:
    """One call's batches, sharing what is learned of the server on the way."""

    def __init__(self, clients: "SimpleQueue[PrometheusClient]") -> None:
        self.outcomes: Answers = {}
        self._clients = clients
        self._down: QueryFailure | None = None
        self._late: QueryFailure | None = None
        self._timeouts = 0
        self._large = 0
        self._answered = False
        self._lock = Lock()

    @property
    def outage(self) -> QueryFailure | None:
        """Why nothing at all was answered; None when something was, or only a query is wrong."""
        return None if self._answered else self._down or self._late

    def run(self, batch: Batch) -> None:
        """Ask a batch; take it apart when one of its questions is wrong."""
        if self._down is not None:
            self._all_failed(batch, self._down)
            return
        try:
            answer = self._send(batch)
        except QueryFailure as failure:
            self._note(failure)
            smaller = _taken_apart(batch) if failure.cause in BY_PART else []
            if smaller:
                for some in smaller:
                    self.run(some)
                return
            self._all_failed(batch, failure)
            return
        self._answered = True
        self._sort(batch, answer)

    def _send(self, batch: Batch) -> Answer:
        client = self._clients.get()
        try:
            first = batch[0].questions[0]
            return client.range(_query(batch), first.start, first.end, first.step)
        finally:
            self._clients.put(client)

    def _note(self, failure: QueryFailure) -> None:
        """Stop asking when the failure is the server's and not the query's."""
        with self._lock:
            if failure.cause is Cause.TIMEOUT:
                self._timeouts += 1
                self._late = failure
            self._answered |= failure.cause is Cause.QUERY
            self._large += failure.cause is Cause.TOO_LARGE
            if self._large >= GIVE_UP_LARGE and not self._answered:
                # Whoever answers everything at such a length is not to be asked part by part.
                self._down = QueryFailure(Cause.SERVER, failure.sentence)
            hangs = self._timeouts >= GIVE_UP_TIMEOUTS and not self._answered
            if failure.cause in SOURCE_WIDE or hangs:
                self._down = failure

    def _all_failed(self, batch: Batch, failure: QueryFailure) -> None:
        with self._lock:
            self.outcomes.update((q, failure) for part in batch for q in part.questions)

    def _sort(self, batch: Batch, answer: Answer) -> None:
        """Give every question its own series."""
        found: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in answer.rows:
            index = int(row.labels[PART])
            shape = batch[index].shape
            found[index, row.labels[shape.label] if shape else ""].append(row)
        sorted_out: Answers = {}
        for index, part in enumerate(batch):
            zero = part.shape is not None and part.shape.fills_zero
            for question, value in zip(part.questions, part.values or ("",), strict=True):
                outcome = _outcome(question, found[index, value], answer.warnings)
                if zero and isinstance(outcome, Values):
                    outcome = _zero_filled(question, outcome)
                sorted_out[question] = outcome
        with self._lock:
            self.outcomes.update(sorted_out)


def _taken_apart(batch: Batch) -> list[Batch]:
    """Smaller batches; none when there is only one question."""
    if len(batch) > 1:
        middle = len(batch) // 2
        return [batch[:middle], batch[middle:]]
    return list(alone(batch[0])) if batch[0].shape else []


def _query(batch: Batch) -> str:
    """One expression for all; the line break ends a comment a part may end with."""
    return " or ".join(
        f'label_replace({part.text}\n, "{PART}", "{index}", "", "")'
        for index, part in enumerate(batch)
    )


def _outcome(question: Question, rows: list[Row], warnings: tuple[str, ...]) -> Outcome:
    if len(rows) > 1:
        labels = ", ".join(sorted({k for row in rows for k in row.labels} - {PART}))
        return QueryFailure(
            Cause.QUERY,
            f"expected one value, the query gives {len(rows)} (they differ by {labels}); "
            f"aggregate it, for example with sum(...): {question.shown}",
        )
    pairs = rows[0].values if rows else []
    values = np.array([float(text) for _, text in pairs], np.float64)
    times = np.array([round(at) for at, _ in pairs], np.int64)
    finite = np.isfinite(values)
    if finite.all():
        return Values(times, values, warnings)
    return Values(times[finite], values[finite], warnings, times[~finite])


def _zero_filled(question: Question, values: Values) -> Values:
    """The answer with 0 wherever there is none, as `or vector(0)` would give it."""
    times = np.arange(question.start, question.end + 1, question.step)
    times = times[~np.isin(times, values.unusable)]
    return Values(times, np.nan_to_num(values.at(times)), values.warnings, values.unusable)


def _pieces(question: Question) -> Iterator[Question]:
    """The question in stretches that Prometheus accepts in one query."""
    # Prometheus looks `timestamp(x)` up from the start again for every instant: its time grows with
    # the square of the range, so such a question is asked in stretches of hours.
    points = TIMESTAMP_POINTS if "timestamp(" in question.expr else MAX_POINTS
    if question.points <= points:
        yield question  # nearly every question of a running bot
        return
    stride = points * question.step
    for start in range(question.start, question.end + 1, stride):
        end = min(question.end, start + stride - question.step)
        yield replace(question, start=start, end=end)


def _joined(parts: list[Outcome]) -> Outcome:
    """The stretches of one question together; one failure fails it."""
    if len(parts) == 1:
        return parts[0]
    values = []
    for part in parts:
        if isinstance(part, QueryFailure):
            return part
        values.append(part)
    return Values(
        np.concatenate([v.times for v in values]),
        np.concatenate([v.values for v in values]),
        tuple(dict.fromkeys(w for v in values for w in v.warnings)),
        np.concatenate([v.unusable for v in values]),
    )
