"""Small changes of a policy that are worth trying, each in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fireline.domain.backtest.replay import Fired
from fireline.domain.policy.burn_pairs import LADDER, SHORT_PART, plan_pairs
from fireline.domain.policy.policy import BurnPair, Policy
from fireline.domain.slo.definition import Family, Slo
from fireline.domain.slo.status import BurnSeverity, PairReading
from fireline.domain.slo.wording import window_words

DEARER = (1.5, 2.0, 3.0)
CHEAPER = (0.5,)
MOST_SHARE = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the policy with it, and the SLOs whose `min_events` is another."""

    words: str
    policy: Policy
    min_events: tuple[tuple[str, int], ...] = ()

    def applied(self, slo: Slo) -> Slo:
        """The SLO as the change has it."""
        wanted = dict(self.min_events).get(slo.name)
        return slo if wanted is None else replace(slo, min_events=wanted)


def pair_words(pair: PairReading | BurnPair) -> str:
    """A pair as people name it, such as `page 1h/5m`; `single misses` where events are few."""
    if isinstance(pair, PairReading) and pair.factor == 0:
        return f"{pair.severity.value} by single misses"
    windows = f"{window_words(pair.long_seconds)}/{window_words(pair.short_seconds)}"
    return f"{pair.severity.value} {windows}"


def changes(
    policy: Policy, slos: Sequence[Slo], false: Sequence[Fired], *, missed: bool
) -> Iterator[Change]:
    """What might take false alerts away, and, when an incident was missed, what might find it."""
    if missed:
        for pair in policy.pairs:
            if pair.severity is BurnSeverity.PAGE:
                yield from _with_share(policy, pair, CHEAPER)
    for pair in _guilty(policy, slos, false):
        yield from _quieter(policy, pair)
    yield from _by_ratio(policy, slos, false)


def _guilty(policy: Policy, slos: Sequence[Slo], false: Sequence[Fired]) -> list[BurnPair]:
    """The policy's pairs that raised false alerts, the worst first.

    A pair that was made longer for an SLO stands for its original.
    """
    raised = Counter((f.episode.slo, f.pair.severity, f.pair.long_seconds) for f in false)
    guilt: Counter[tuple[BurnSeverity, int]] = Counter()
    for slo in slos:
        for planned in plan_pairs(slo, policy.pairs):
            original = planned.replaces or planned
            count = raised[slo.name, planned.severity, planned.long_seconds]
            guilt[planned.severity, original.long_seconds] += count
    guilty = [pair for pair in policy.pairs if guilt[pair.severity, pair.long_seconds]]
    return sorted(guilty, key=lambda pair: -guilt[pair.severity, pair.long_seconds])


def _quieter(policy: Policy, pair: BurnPair) -> Iterator[Change]:
    yield from _with_share(policy, pair, DEARER)
    for seconds in LADDER:
        if seconds > pair.long_seconds:
            longer = replace(pair, long_seconds=seconds, short_seconds=seconds // SHORT_PART)
            words = f"lengthen {pair_words(pair)} to {window_words(seconds)}"
            words += f"/{window_words(longer.short_seconds)} at the same share"
            yield Change(words, _swapped(policy, pair, longer))
            break
    if sum(p.severity is pair.severity for p in policy.pairs) > 1:
        yield Change(f"remove {pair_words(pair)}", _swapped(policy, pair, None))


def _with_share(policy: Policy, pair: BurnPair, by: Sequence[float]) -> Iterator[Change]:
    for times in by:
        share = pair.share * times
        if share <= MOST_SHARE:
            verb = "raise" if times > 1 else "lower"
            words = f"{verb} {pair_words(pair)} "
            words += f"from {100 * pair.share:.3g} % to {100 * share:.3g} % of the budget"
            yield Change(words, _swapped(policy, pair, replace(pair, share=share)))


def _swapped(policy: Policy, old: BurnPair, new: BurnPair | None) -> Policy:
    kept = (new if pair is old else pair for pair in policy.pairs)
    return replace(policy, pairs=tuple(pair for pair in kept if pair is not None))


def _by_ratio(policy: Policy, slos: Sequence[Slo], false: Sequence[Fired]) -> Iterator[Change]:
    """SLOs that alert on single misses: judge them by ratio instead."""
    by_misses = {f.episode.slo for f in false if f.pair.factor == 0}
    for slo in slos:
        if slo.name in by_misses and slo.family is Family.EVENTS and slo.min_events > 0:
            words = f"set min_events of {slo.name} from {slo.min_events} to 0 (ratios, not misses)"
            yield Change(words, policy, ((slo.name, 0),))
