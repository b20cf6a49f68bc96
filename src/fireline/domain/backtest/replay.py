"""The past of an SLO stepped through bucket by bucket, by the same decisions as the running bot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fireline.domain.backtest.screen import Mask, Screen, counted
from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.episode_steps import closed, escalated, gone_on, opened, recent_page
from fireline.domain.slo.episodes import Step, Verdict, decide
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.ledger import cut, first_known, floor_edge
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import BurnSeverity, Episode, PairReading, SloStatus

Edges = NDArray[np.int64]


@dataclass(frozen=True)
class Past:
    """All buckets of one SLO over a range, with those of the window before it."""

    slo: Slo
    series: BucketSeries
    scrape_interval: timedelta = timedelta(seconds=60)
    exclusions: tuple[Exclusion, ...] = ()

    @cached_property
    def history_start(self) -> int | None:
        """Start of the first bucket that ever held data."""
        return first_known(self.series)

    def reading(self, edge: int) -> Reading:
        """What the bot would have known when the bucket that ends at `edge` had closed."""
        begun = self.history_start
        return Reading(
            slo=self.slo,
            series=cut(self.series, self.series.start, edge),
            at=datetime.fromtimestamp(edge, UTC),
            history_start=begun if begun is not None and begun < edge else None,
            scrape_interval=self.scrape_interval,
            exclusions=self.exclusions,
        )

    def worth(self, policy: Policy, edges: Edges) -> Mask | None:
        """At which of the instants a pair may fire; None when that cannot be said before."""
        screen = self.screen(edges)
        return screen.may_fire(self.slo, policy) if screen is not None else None

    def screen(self, edges: Edges) -> Screen | None:
        """The sums over these instants, made once; None where they depend on the window."""
        key = edges.tobytes()
        if key not in self._screens:
            self._screens.clear()
            series = counted(self.slo, self.series, self.exclusions)
            self._screens[key] = Screen(series, edges) if series is not None else None
        return self._screens[key]

    @cached_property
    def _screens(self) -> dict[bytes, Screen | None]:
        return {}


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that would have been: its episode, and how it began.

    `remaining` is the share of the budget left when it opened; `pair` is the one that fired;
    `at_start` says that it burned already at the first step, so that its delay means nothing.
    """

    episode: Episode
    pair: PairReading
    remaining: float | None
    escalated_at: datetime | None = None
    at_start: bool = False

    @property
    def delay(self) -> timedelta:
        """From the start of the first bad bucket to the alert."""
        return self.episode.opened_at - self.episode.first_bad_at

    @property
    def ref(self) -> str:
        """Its name: the SLO and when it opened."""
        return self.episode.id

    def until(self, end: datetime) -> datetime:
        """When it closed, or the end of the range."""
        return self.episode.closed_at or end


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one SLO under one policy; `judged` counts the steps looked at closely."""

    slo: str
    alerts: tuple[Fired, ...]
    steps: int
    judged: int


def edges_of(start: datetime, end: datetime, step: int = BUCKET_SECONDS) -> Edges:
    """The closes of buckets after `start` and up to `end`, every `step` seconds."""
    first = floor_edge(int(start.timestamp())) + BUCKET_SECONDS
    return np.arange(first, floor_edge(int(end.timestamp())) + 1, step, dtype=np.int64)


def replay(
    past: Past,
    policy: Policy,
    edges: Edges,
    *,
    screened: bool = True,
    each: Callable[[int], object] | None = None,
) -> Replay:
    """Every alert that the policy would have raised, judged at each of the edges.

    Args:
        past: the SLO's buckets.
        policy: the rules to try.
        edges: instants to judge at, rising.
        screened: leave out steps at which no pair can fire and none is open (same result).
        each: told the index of each step that is judged, for progress.
    """
    stage = _Stage(past, policy)
    worth = past.worth(policy, edges) if screened else None
    judged = 0
    for index in _walk(worth, len(edges), stage):
        if each is not None:
            each(index)
        stage.judge(int(edges[index]), first=index == 0)
        judged += 1
    return Replay(past.slo.name, tuple(stage.done()), len(edges), judged)


def _walk(worth: NDArray[np.bool_] | None, count: int, stage: "_Stage") -> Iterator[int]:
    """Every step, or those that are worth it and all while an alert is open."""
    if worth is None:
        yield from range(count)
        return
    where = np.flatnonzero(worth)
    index = 0
    while index < count:
        if stage.open is None:
            later = np.searchsorted(where, index)
            if later == where.size:
                return
            index = int(where[later])
        yield index
        index += 1


class _Stage:
    """The alert of one SLO on its way through time."""

    def __init__(self, past: Past, policy: Policy) -> None:
        self._past = past
        self._policy = policy
        self._done: list[Fired] = []
        self.open: Fired | None = None

    def judge(self, edge: int, *, first: bool) -> None:
        """One step, as a tick of the bot takes it."""
        reading = self._past.reading(edge)
        status = evaluate(reading, self._policy)
        episode = self.open.episode if self.open else None
        pages = [f.episode for f in self._done if recent_page(f.episode, status.at)]
        verdict = decide(status, episode, pages)
        if self.open is None:
            self._begin(reading, status, verdict, first=first)
        else:
            self._go_on(self.open, reading, status, verdict)

    def _begin(self, reading: Reading, status: SloStatus, verdict: Verdict, *, first: bool) -> None:
        if verdict.step is not Step.OPEN or verdict.severity is None or verdict.pair is None:
            return
        episode = opened(
            status,
            reading,
            verdict.severity,
            episode_id=f"{status.slo} {status.at:%Y-%m-%dT%H:%MZ}",
            channel=self._past.slo.channel or "",
        )
        self.open = Fired(episode, verdict.pair, status.remaining, at_start=first)

    def _go_on(self, fired: Fired, reading: Reading, status: SloStatus, verdict: Verdict) -> None:
        if verdict.step is Step.CLOSE:
            self._done.append(replace(fired, episode=closed(fired.episode, reading, status.at)))
            self.open = None
        elif verdict.step is Step.ESCALATE:
            grown = escalated(fired.episode, status)
            self.open = replace(fired, episode=grown, escalated_at=status.at)
        elif verdict.step is Step.GO_ON:
            self.open = replace(fired, episode=gone_on(fired.episode, status))

    def done(self) -> Sequence[Fired]:
        """All alerts, the last one perhaps still open."""
        return [*self._done, self.open] if self.open else self._done


def pages(alerts: Sequence[Fired]) -> int:
    """How many of them woke somebody."""
    return sum(fired.episode.severity is BurnSeverity.PAGE for fired in alerts)
