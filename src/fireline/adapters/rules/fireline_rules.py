"""Our own rules: recorded counts, burn rates from them, an alert per pair, one for silence."""

from collections.abc import Iterator

from fireline.adapters.rules.counting import BUCKET, GOOD, TOTAL, good_expr, series, total_expr
from fireline.adapters.rules.groups import Alert, Group, Recording, literal
from fireline.adapters.rules.labels import own_labels
from fireline.adapters.rules.pairs import distinct_pairs
from fireline.adapters.rules.promql import length, number, selectors, steps
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.policy.burn_pairs import PlannedPair
from fireline.domain.policy.guards import (
    MIN_BAD,
    MIN_BAD_SLICES,
    MIN_EVENTS_LONG,
    SHORT_COVERAGE,
)
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Absent, Family, SlicedRatioSli, Slo, TimeSliceSli
from fireline.domain.slo.status import BurnSeverity
from fireline.domain.slo.wording import number_words

BURN = "slo:burn:ratio"
REMAINING = "slo:budget_remaining:ratio"
COVERAGE = "slo:coverage:ratio"
ABSENT = "slo:data:absent"
RESERVED = frozenset({"slo", "severity", "long_window", "short_window"})
# Counts and alerts each minute; the whole window reads thousands of points and may lag a little.
INTERVAL = "1m"
WINDOW_INTERVAL = "2m"
ABSENT_FLOOR = 300
MINUTE = 60


def groups(slo: Slo, policy: Policy) -> Iterator[Group]:
    """The two groups of one SLO."""
    pairs = distinct_pairs(slo, policy)
    labels = {name: literal(value) for name, value in own_labels(slo, RESERVED).items()}
    windows = sorted({w for p in pairs for w in (p.long_seconds, p.short_seconds)} - {BUCKET})
    _require_whole_buckets(slo, (*windows, slo.window_seconds))
    rules: list[Recording | Alert] = [
        _recorded(slo, TOTAL + length(BUCKET), total_expr(slo)),
        _recorded(slo, GOOD + length(BUCKET), good_expr(slo)),
    ]
    if slo.budget_fraction > 0:
        rules.append(_burn(slo, BUCKET))
    for seconds in windows:
        rules += [_sum(slo, TOTAL, seconds), _sum(slo, GOOD, seconds), _burn(slo, seconds)]
    silence = _silence(slo)
    if silence is not None:
        rules.append(_recorded(slo, ABSENT, silence))
    rules += [_pair_alert(slo, pair, labels, judged=silence is not None) for pair in pairs]
    if slo.budget_fraction <= 0:
        rules.append(_any_bad_alert(slo, labels))
    if silence is not None:
        rules.append(_absent_alert(slo, pairs, labels))
    yield Group(f"fireline-slo-{slo.name}", tuple(rules), INTERVAL)
    yield Group(f"fireline-window-{slo.name}", tuple(_budget(slo)), WINDOW_INTERVAL)


def _require_whole_buckets(slo: Slo, windows: tuple[int, ...]) -> None:
    for seconds in windows:
        if seconds % BUCKET:
            message = (
                f"the rules of `{slo.name}` count in steps of 5m, and {length(seconds)} is no "
                "multiple of that; change the window of the SLO, or the pair of the policy."
            )
            raise InvalidDefinitionError(slo.source.file, slo.source.line, message)


def _recorded(slo: Slo, name: str, expr: str) -> Recording:
    return Recording(name, expr, {"slo": slo.name})


def _sum(slo: Slo, name: str, seconds: int) -> Recording:
    """A count over a window: whole five-minute counts that do not overlap."""
    five = series(name + length(BUCKET), slo)
    expr = f"sum_over_time({five}{steps(seconds, BUCKET)})"
    return _recorded(slo, name + length(seconds), expr)


def _bad(slo: Slo, seconds: int) -> str:
    span = length(seconds)
    return f"{series(TOTAL + span, slo)} - {series(GOOD + span, slo)}"


def _burn(slo: Slo, seconds: int) -> Recording:
    """The burn rate; nothing, never NaN, where nothing was counted."""
    total = series(TOTAL + length(seconds), slo)
    expr = f"({_bad(slo, seconds)}) / ({total} > 0) / {number(slo.budget_fraction)}"
    return _recorded(slo, BURN + length(seconds), expr)


def _budget(slo: Slo) -> Iterator[Recording]:
    """The whole window: counts, burn, what is left, and how much of the window has counts."""
    window = slo.window_seconds
    yield _sum(slo, TOTAL, window)
    yield _sum(slo, GOOD, window)
    if slo.budget_fraction > 0:
        yield _burn(slo, window)
        yield _recorded(slo, REMAINING, f"1 - {series(BURN + length(window), slo)}")
    step = BUCKET
    if isinstance(slo.sli, TimeSliceSli | SlicedRatioSli):
        step = max(BUCKET, slo.sli.slice_seconds)
    five = series(TOTAL + length(BUCKET), slo)
    counted = f"count_over_time({five}{steps(window, BUCKET)})"
    yield _recorded(slo, COVERAGE, f"{counted} / {number(window / step)}")


def _silence(slo: Slo) -> str | None:
    """1 while no series that is counted, or read, has a sample; None when none is read."""
    sli = slo.sli
    body = sli.value if isinstance(sli, TimeSliceSli) else getattr(sli, "total", None)
    if body is None and isinstance(sli, SlicedRatioSli):
        body = sli.raw
    read = selectors(body) if body is not None else ()
    return f"max(absent({' or '.join(read)}))" if read else None


def _pair_alert(slo: Slo, pair: PlannedPair, labels: dict[str, str], *, judged: bool) -> Alert:
    long, short = length(pair.long_seconds), length(pair.short_seconds)
    conditions = [
        f"{series(BURN + short, slo)} > {number(pair.factor)}",
        f"{series(BURN + long, slo)} > {number(pair.factor)}",
        *_guards(slo, pair),
    ]
    expr = "\nand ".join(conditions)
    if judged and slo.absent is not Absent.BAD:
        expr += f"\nunless {series(ABSENT, slo)}"
    annotations = {
        "summary": literal(f"{slo.title}: the error budget burns too fast"),
        "description": "Burn rate {{ $value | humanize }} over " + f"{short}, above "
        f"{number(pair.factor)} there and over {long}; at 1 the budget lasts exactly "
        f"{length(slo.window_seconds)}.",
    }
    return Alert(
        "SloBudgetBurn",
        expr,
        labels
        | {
            "slo": slo.name,
            "severity": pair.severity.value,
            "long_window": long,
            "short_window": short,
        },
        annotations | _runbook(slo),
    )


def _any_bad_alert(slo: Slo, labels: dict[str, str]) -> Alert:
    """The page of an SLO that allows nothing bad."""
    five = length(BUCKET)
    annotations = {
        "summary": literal(f"{slo.title}: bad events where none are allowed"),
        "description": "{{ $value | humanize }} bad in five minutes; the objective is 100 %.",
    }
    return Alert(
        "SloBudgetBurn",
        f"{_bad(slo, BUCKET)} > 0",
        labels
        | {"slo": slo.name, "severity": BurnSeverity.PAGE.value}
        | {"long_window": five, "short_window": five},
        annotations | _runbook(slo),
    )


def _guards(slo: Slo, pair: PlannedPair) -> Iterator[str]:
    """What keeps single misses from waking people; the 95 % bound is beyond PromQL."""
    bad = _bad(slo, pair.long_seconds)
    if slo.family is not Family.EVENTS:
        yield f"{bad} >= {number(MIN_BAD_SLICES)}"
        return
    yield f"{bad} >= {number(MIN_BAD[pair.severity])}"
    yield f"{series(TOTAL + length(pair.long_seconds), slo)} >= {MIN_EVENTS_LONG}"
    share = number(pair.share * slo.budget_fraction)
    window = series(TOTAL + length(slo.window_seconds), slo)
    young = f"{series(COVERAGE, slo)} < {number(SHORT_COVERAGE)}"
    yield f"({bad} >= {share} * {window} or {young})"


def _absent_alert(slo: Slo, pairs: tuple[PlannedPair, ...], labels: dict[str, str]) -> Alert:
    annotations = {
        "summary": literal(f"{slo.title}: no data"),
        "description": "No series that the SLO counts has a sample; its budget is not known.",
    }
    return Alert(
        "SloDataAbsent",
        series(ABSENT, slo),
        labels | {"slo": slo.name, "severity": BurnSeverity.TICKET.value},
        annotations | _runbook(slo),
        length(absent_seconds(slo, pairs)),
    )


def absent_seconds(slo: Slo, pairs: tuple[PlannedPair, ...]) -> int:
    """How long silence may last: until an outage of that length would fire the fastest pair."""
    spans = [p.factor * slo.budget_fraction * p.long_seconds for p in pairs]
    nearest = round(min(spans, default=0) / MINUTE) * MINUTE
    return max(ABSENT_FLOOR, nearest)


def _runbook(slo: Slo) -> dict[str, str]:
    return {"runbook": literal(slo.runbook)} if slo.runbook else {}


def notes(slo: Slo, policy: Policy) -> Iterator[str]:
    """What the rules of this SLO cannot do, for a reader of the file."""
    if slo.budget_fraction <= 0:
        yield f"{slo.name}: nothing bad is allowed, so any within five minutes fires."
    elif not distinct_pairs(slo, policy):
        yield f"{slo.name}: no burn alert, as no pair of windows fits its window and objective."
    elif slo.family is Family.EVENTS:
        few = number_words(slo.min_events)
        yield f"{slo.name}: below {few} events in the window the bot counts single misses instead."
