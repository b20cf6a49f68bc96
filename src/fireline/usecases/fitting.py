"""Whether definitions fit the Prometheus they are meant for: names, samples, variables, units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fireline.domain.slo.definition import CompositeSli, Slo
from fireline.domain.slo.wording import number_words, span_words

FRESH_SECONDS = 300
SLOW = 10_000
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Definition:
    """An SLO with the profile it is read with by system, and its variables by name."""

    slo: Slo
    profiles: Mapping[str, str]
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """One selector: the age of its newest sample; None when there is none within a day.

    `main` selectors must give samples for the SLO to have a figure. `exists` is for the name alone.
    """

    selector: str
    age_seconds: float | None
    main: bool
    exists: bool = False
    near: tuple[str, ...] = ()

    @property
    def fresh(self) -> bool:
        """Whether it has samples now."""
        return self.age_seconds is not None and self.age_seconds <= FRESH_SECONDS


@dataclass(frozen=True, slots=True)
class VariableFacts:
    """A variable in a matcher: the values of the label that it matches.

    `seen` says whether any of the metrics it stands with has samples at all.
    """

    name: str
    label: str
    matched: tuple[str, ...]
    seen: bool


@dataclass(frozen=True, slots=True)
class FitFacts:
    """What a Prometheus says of one definition.

    `slow_timers` are timers read as seconds with their median; `wrong_kinds` are metrics with what
    their target declares them, used as the other kind.
    """

    metrics: tuple[MetricFacts, ...]
    variables: tuple[VariableFacts, ...] = ()
    slow_timers: tuple[tuple[str, float], ...] = ()
    wrong_kinds: tuple[tuple[str, str], ...] = ()


class Fitting(Protocol):
    """A Prometheus, asked which definitions fit it."""

    def facts(self, definition: Definition, at: datetime) -> FitFacts:
        """What it has of this definition's metrics.

        Raises:
            EffectError: it cannot be asked.
        """
        ...


class Level(StrEnum):
    """How well a definition fits."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Fit:
    """The judgement on one definition: a headline and a line for each thing looked at."""

    slo: str
    tier: int
    level: Level
    profiles: Mapping[str, str]
    headline: str
    lines: tuple[str, ...]


def judge(definition: Definition, facts: FitFacts) -> Fit:
    """How well the definition fits, from what the server said.

    A tier-0 SLO without data and a variable that matches nothing are errors.
    """
    slo = definition.slo
    empty = [v for v in facts.variables if v.seen and not v.matched]
    doubts = [*_doubts(facts)]
    if isinstance(slo.sli, CompositeSli):
        parts = ", ".join(part.slo for part in slo.sli.parts)
        level, headline = Level.OK, f"made of {parts}"
    elif not any(m.fresh for m in facts.metrics if m.main):
        level = Level.ERROR if slo.tier == 0 else Level.WARNING
        headline = "no data"
    elif empty:
        level, headline = Level.ERROR, "a variable matches nothing"
    elif doubts:
        level, headline = Level.WARNING, "has data, but look at it"
    else:
        level, headline = Level.OK, "has data"
    if empty:
        level = Level.ERROR
    lines = [*map(_metric_words, facts.metrics), *map(_variable_words, facts.variables), *doubts]
    return Fit(slo.name, slo.tier, level, definition.profiles, headline, tuple(lines))


def _doubts(facts: FitFacts) -> Iterator[str]:
    for timer, median in facts.slow_timers:
        yield (
            f"the median of {timer} is {number_words(median)}, read as seconds; are these "
            "milliseconds? Then choose a profile with `units: {timers: ms}`"
        )
    for metric, kind in facts.wrong_kinds:
        if kind == "gauge":
            yield f"{metric} is declared a gauge and used as a counter; do not rate it"
        else:
            yield f"{metric} is declared a counter and its value is read; use increase or rate"


def _metric_words(metric: MetricFacts) -> str:
    if metric.fresh:
        return f"{metric.selector}: present"
    if metric.age_seconds is not None:
        return f"{metric.selector}: present, but no sample for {span_words(metric.age_seconds)}"
    if metric.exists:
        return f"{metric.selector}: no series, though the metric exists; check the labels"
    if metric.near:
        return f"{metric.selector}: absent; there is {' and '.join(metric.near[:SHOWN])}"
    return f"{metric.selector}: absent"


def _variable_words(variable: VariableFacts) -> str:
    name = f"${variable.name}"
    if variable.matched:
        shown = ", ".join(variable.matched[:SHOWN])
        more = len(variable.matched) - SHOWN
        rest = f" and {more} more" if more > 0 else ""
        return f"{name} matches {len(variable.matched)} of {variable.label}: {shown}{rest}"
    if variable.seen:
        return f"{name} matches no {variable.label}; correct it in the `kind: Variables` document"
    return f"{name}: unknown, as its metrics are absent"
