"""Which small change of a policy would have done better: tried, not guessed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fireline.domain.backtest.changes import Change, changes
from fireline.domain.backtest.replay import Edges, Fired, Past, replay
from fireline.domain.backtest.scoring import KnownIncident, Score, score
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.wording import span_words

MOST_TRIALS = 24
FEWEST_TRIALS = 6
# Replays of one SLO that all trials together may take: about half a minute.
MOST_REPLAYS = 1000
WORTH = 0.1
LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Trial:
    """One change and how the alerts would have done with it."""

    change: Change
    score: Score


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the trials say; `best` None when no change did better."""

    sentence: str
    trials: tuple[Trial, ...]
    best: Trial | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """What is replayed: the pasts of all SLOs over the same instants, and what happened.

    The instants may begin before `start`, so that what burns then is known.
    """

    pasts: tuple[Past, ...]
    edges: Edges
    start: datetime
    end: datetime
    incidents: tuple[KnownIncident, ...]

    def replayed(self, past: Past, policy: Policy) -> list[Fired]:
        """The alerts of one SLO that were open at some time within the range."""
        found = replay(past, policy, self.edges).alerts
        return [fired for fired in found if fired.until(self.end) >= self.start]

    def score(self, alerts: Sequence[Fired]) -> Score:
        """The alerts against the incidents."""
        slos = [past.slo for past in self.pasts]
        return score(alerts, self.incidents, slos, self.start, self.end)


def suggest(
    of: Range, policy: Policy, now: Score, each: Callable[[int, int], object] | None = None
) -> Suggestion:
    """Try small changes over the same range and name the best one.

    Args:
        of: what was replayed.
        policy: the policy as it is.
        now: how it did.
        each: told how many trials of how many are done.
    """
    if not now.false and not now.missed:
        return Suggestion("Nothing to suggest: every alert told of an incident, none missed.", ())
    slos = [past.slo for past in of.pasts]
    most = min(MOST_TRIALS, max(FEWEST_TRIALS, MOST_REPLAYS // len(slos)))
    worth = list(changes(policy, slos, now.false, missed=bool(now.missed)))[:most]
    trials = []
    for index, change in enumerate(worth):
        trials.append(Trial(change, of.score(_alerts(of, change))))
        if each is not None:
            each(index + 1, len(worth))
    better = [trial for trial in trials if _better(trial.score, now)]
    best = min(better, key=lambda trial: _cost(trial.score, now), default=None)
    return Suggestion(_sentence(best, now, len(trials)), tuple(trials), best)


def _alerts(of: Range, change: Change) -> list[Fired]:
    found: list[Fired] = []
    for past in of.pasts:
        tried = replace(past, slo=change.applied(past.slo))
        found += of.replayed(tried, change.policy)
    return found


def _better(tried: Score, now: Score) -> bool:
    """No incident lost, no more false alerts, and clearly fewer of them or an incident found."""
    if len(tried.missed) > len(now.missed) or len(tried.false) > len(now.false):
        return False
    gone = len(now.false) - len(tried.false)
    clearly = gone > 0 and gone >= WORTH * len(now.false)
    return (clearly or len(tried.missed) < len(now.missed)) and _delay(tried) <= 2 * _delay(
        now
    ) + LATER


def _cost(tried: Score, now: Score) -> tuple[int, int, timedelta]:
    """What is worst first: incidents missed, then false alerts, then time lost."""
    return len(tried.missed), len(tried.false), max(_delay(tried), _delay(now))


def _delay(of: Score) -> timedelta:
    return of.median_delay or timedelta()


def _sentence(best: Trial | None, now: Score, tried: int) -> str:
    tries = f"{tried} small change{'s' if tried != 1 else ''} tried on this range"
    if best is None:
        why = "none had clearly fewer false alerts without losing an incident"
        return f"No suggestion: of {tries}, {why}."
    then = best.score
    incidents = len(now.found) + len(now.missed)
    parts = [f"false alerts {len(now.false)} \u2192 {len(then.false)}"]
    parts.append(f"incidents found {len(now.found)} \u2192 {len(then.found)} of {incidents}")
    if now.median_delay is not None and then.median_delay is not None:
        before, after = (span_words(_delay(s).total_seconds()) for s in (now, then))
        parts.append(f"median delay {before} \u2192 {after}")
    words = best.change.words
    return f"Suggestion, only as good as this range: {words}. Of {tries}: {', '.join(parts)}."
