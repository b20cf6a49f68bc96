"""Whether an SLO would work against the Prometheus it is meant for, before it wakes anyone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fireline.domain.policy.burn_pairs import PlannedPair, plan_pairs
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Family, LatencySli, Slo
from fireline.domain.slo.wording import number_words, window_words

TOO_MANY_SERIES = 1000
TOLERATED = 1.01
DAY = 86400
MONTH = 30 * DAY
SHOWN = 5


@dataclass(frozen=True, slots=True)
class MissingSeries:
    """A selector without any series now, and existing names most like its metric."""

    selector: str
    near: tuple[str, ...] = ()
    name_exists: bool = False


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What one expression of an SLO gives now; `values` has one entry per series of the result."""

    name: str
    values: tuple[float, ...] = ()
    series: int = 0
    missing: tuple[MissingSeries, ...] = ()
    grown_gauges: tuple[tuple[str, str], ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SloFacts:
    """What a Prometheus says of one SLO; `day_total` are the events of the last day."""

    slo: Slo
    parts: tuple[PartFacts, ...]
    day_total: float | None = None
    bounds: tuple[float, ...] | None = None
    skipped: str | None = None

    def part(self, name: str) -> PartFacts | None:
        """The part of this name, such as `total`."""
        return next((part for part in self.parts if part.name == name), None)


class Preflight(Protocol):
    """A Prometheus, asked about definitions."""

    def facts(self, slo: Slo, at: datetime) -> SloFacts:
        """What it says of this SLO now; a query that fails is a fact too.

        Raises:
            EffectError: the server itself cannot be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class PreflightFinding:
    """One finding; `field` is the key in the definition that it concerns, `fatal` an error."""

    slo: str
    field: str
    code: str
    message: str
    fatal: bool = False


@dataclass(slots=True)
class _Said:
    slo: str
    found: list[PreflightFinding] = field(default_factory=list)

    def warn(self, where: str, code: str, message: str) -> None:
        self.found.append(PreflightFinding(self.slo, where, code, message))

    def error(self, where: str, code: str, message: str) -> None:
        self.found.append(PreflightFinding(self.slo, where, code, message, fatal=True))


def preflight(
    slos: Sequence[Slo], source: Preflight, policy: Policy, at: datetime
) -> Iterator[list[PreflightFinding]]:
    """The findings of each SLO in turn, so that progress can be shown."""
    for slo in slos:
        yield judge(source.facts(slo, at), policy)


def judge(facts: SloFacts, policy: Policy) -> list[PreflightFinding]:
    """Everything that the facts say against the definition."""
    said = _Said(facts.slo.name)
    for part in facts.parts:
        _judge_part(facts, part, said)
    _judge_counts(facts, said)
    _judge_bounds(facts, said)
    _judge_traffic(facts, policy, said)
    return said.found


def _judge_part(facts: SloFacts, part: PartFacts, said: _Said) -> None:
    name = part.name
    if part.error is not None:
        said.error(name, "promql", f"`{name}`: {part.error}")
        return
    for function, metric in part.grown_gauges:
        said.warn(
            name,
            "rate-on-gauge",
            f"`{name}`: `{function}` on `{metric}`, which its target declares a gauge; use its "
            "value, or max_over_time.",
        )
    if len(part.values) > 1:
        said.error(
            name,
            "multi-series",
            f"`{name}` gives {len(part.values)} values where one is expected; aggregate it, for "
            "example with sum(...).",
        )
    if part.series > TOO_MANY_SERIES:
        said.warn(
            name,
            "cardinality",
            f"`{name}` reads {part.series:,} series (over {TOO_MANY_SERIES:,}); narrow it, or "
            "record it with `fireline slo rules`.",
        )
    if not part.values:
        _judge_empty(facts, part, said)


def _judge_empty(facts: SloFacts, part: PartFacts, said: _Said) -> None:
    """Nothing came back: of bad events that may simply be good news."""
    name, total = part.name, facts.part("total")
    why = "; ".join(map(_missing_words, part.missing[:SHOWN]))
    if name == "bad" and total is not None and total.values:
        said.warn(
            name,
            "empty-query",
            "`bad` gives nothing now, which is fine if nothing ever went wrong"
            f"{': ' + why if why else ''}.",
        )
        return
    said.warn(name, "empty-query", f"`{name}` gives nothing now{': ' + why if why else ''}.")


def _missing_words(missing: MissingSeries) -> str:
    if missing.name_exists:
        return f"no series matches `{missing.selector}`, though the metric exists; check the labels"
    if missing.near:
        near = " or ".join(f"`{name}`" for name in missing.near)
        return f"no series `{missing.selector}`; did you mean {near}?"
    return f"no series `{missing.selector}`"


def _judge_counts(facts: SloFacts, said: _Said) -> None:
    """Good may not be more than there is."""
    total = facts.part("total")
    for name in ("good", "bad"):
        part = facts.part(name)
        if part is None or total is None or len(part.values) != 1 or len(total.values) != 1:
            continue
        if part.values[0] > total.values[0] * TOLERATED and part.values[0] > 0:
            said.error(
                name,
                "good-over-total",
                f"`{name}` gives {number_words(part.values[0])}, more than the "
                f"{number_words(total.values[0])} of `total`; they do not count the same events.",
            )


def _judge_bounds(facts: SloFacts, said: _Said) -> None:
    """A latency threshold has to be a bound that the histogram keeps."""
    sli = facts.slo.sli
    if not isinstance(sli, LatencySli) or sli.native or facts.bounds is None:
        return
    if not facts.bounds or any(abs(b - sli.threshold) < 1e-9 for b in facts.bounds):  # noqa: PLR2004 - a float's noise
        return
    near = sorted(facts.bounds, key=lambda bound: abs(bound - sli.threshold))[:3]
    said.error(
        "threshold",
        "le-missing",
        f"{sli.threshold:g} s is no bucket bound of `{sli.histogram}`; the nearest are "
        f"{', '.join(f'{bound:g}' for bound in sorted(near))}.",
    )


def _judge_traffic(facts: SloFacts, policy: Policy, said: _Said) -> None:
    """What the measured traffic means for ratios."""
    slo, day = facts.slo, facts.day_total
    if slo.family is not Family.EVENTS or day is None or day <= 0 or slo.budget_fraction <= 0:
        return
    whole = day * slo.window_seconds / DAY
    if whole < slo.min_events:
        month = day * MONTH / DAY
        said.warn(
            "min_events",
            "low-volume",
            f"about {number_words(whole)} events in {window_words(slo.window_seconds)}, below "
            f"`min_events` {slo.min_events}: the budget is "
            f"{month * slo.budget_fraction:,.2g} failures a month, so single misses are counted; "
            "a deadline, or one SLO over several pipelines, fits better.",
        )
        return
    for pair in _twitchy(slo, policy, day):
        expected = day * pair.long_seconds / DAY
        said.warn(
            "objective",
            "one-failure-page",
            f"one failure in {window_words(pair.long_seconds)} burns faster than "
            f"{pair.factor:.3g}: about {number_words(expected)} events come in that time, "
            f"{number_words(1 / (pair.factor * slo.budget_fraction))} are needed; the guards "
            "against luck hold it until more fail.",
        )


def _twitchy(slo: Slo, policy: Policy, day: float) -> list[PlannedPair]:
    """Pairs that a single failure exceeds at this traffic: `N_L < 1 / (f B)`."""
    return [
        pair
        for pair in plan_pairs(slo, policy.pairs)
        if day * pair.long_seconds / DAY < 1 / (pair.factor * slo.budget_fraction)
    ]


def by_slo(findings: Sequence[PreflightFinding]) -> Mapping[str, list[PreflightFinding]]:
    """Findings by the SLO they concern."""
    found: dict[str, list[PreflightFinding]] = {}
    for one in findings:
        found.setdefault(one.slo, []).append(one)
    return found
