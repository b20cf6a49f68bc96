"""Rules with Sloth's names, labels and meaning, so that dashboards built for Sloth keep working."""

from collections.abc import Iterator

from fireline.adapters.rules.counting import BUCKET, error_ratio
from fireline.adapters.rules.groups import Alert, Group, Recording, literal
from fireline.adapters.rules.labels import own_labels
from fireline.adapters.rules.pairs import distinct_pairs
from fireline.adapters.rules.promql import fraction, length, matchers, number
from fireline.domain.policy.burn_pairs import PlannedPair
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BurnSeverity

WINDOWS = (300, 1800, 3600, 7200, 21600, 86400, 259200)
RATIO = "slo:sli_error:ratio_rate"
NAME = "sloth_slo"
KEYS = ("sloth_id", "sloth_service", NAME)
RESERVED = frozenset(
    (*KEYS, "sloth_window", "sloth_severity", "sloth_version", "sloth_mode", "sloth_spec")
) | {"sloth_objective"}
BY = "on(sloth_id, sloth_slo, sloth_service) group_left"
DAY = 86400


def groups(slo: Slo, policy: Policy) -> Iterator[Group]:
    """The three groups of one SLO."""
    name = id_of(slo)
    keys = dict(zip(KEYS, (name, slo.service, name_of(slo)), strict=True))
    labels = own_labels(slo, RESERVED - {NAME}) | keys
    pairs = distinct_pairs(slo, policy)
    yield Group(f"sloth-slo-sli-recordings-{name}", tuple(_slis(slo, pairs, labels)))
    yield Group(f"sloth-slo-meta-recordings-{name}", tuple(_meta(slo, keys, labels)))
    alerts = tuple(_alerts(slo, pairs, keys))
    if alerts:
        yield Group(f"sloth-slo-alerts-{name}", alerts)


def name_of(slo: Slo) -> str:
    """What Sloth calls the SLO: its label `sloth_slo` if it has one, as some that came from there.

    Ours is another where several services have an SLO of one name, or has other letters.
    """
    return slo.labels.get(NAME, slo.name)


def id_of(slo: Slo) -> str:
    """What Sloth calls the SLO among those of all services."""
    return f"{slo.service}-{name_of(slo)}"


def _slis(slo: Slo, pairs: tuple[PlannedPair, ...], labels: dict[str, str]) -> Iterator[Recording]:
    """The error ratio over each window; over the period the mean of the five-minute ratios."""
    period = slo.window_seconds
    windows = {*WINDOWS, *(w for p in pairs for w in (p.long_seconds, p.short_seconds))}
    for seconds in sorted(windows - {period}):
        span = length(seconds)
        expr = error_ratio(slo.sli, seconds)
        yield Recording(RATIO + span, expr, labels | {"sloth_window": span})
    keys = {key: labels[key] for key in KEYS}
    five, span = f"{RATIO}{length(BUCKET)}{matchers(keys)}", length(period)
    expr = (
        f"sum_over_time({five}[{span}])\n/ ignoring (sloth_window)\ncount_over_time({five}[{span}])"
    )
    # Sloth writes the window's label only and inherits the rest, which promtool takes for doubles.
    yield Recording(RATIO + span, expr, labels | {"sloth_window": span})


def _meta(slo: Slo, keys: dict[str, str], labels: dict[str, str]) -> Iterator[Recording]:
    chosen, objective = matchers(keys), fraction(slo.objective)
    budget = f"slo:error_budget:ratio{chosen}"
    values = {
        "slo:objective:ratio": f"vector({objective})",
        "slo:error_budget:ratio": f"vector(1-{objective})",
        "slo:time_period:days": f"vector({number(slo.window_seconds / DAY)})",
        "slo:current_burn_rate:ratio": f"{RATIO}{length(BUCKET)}{chosen}\n/ {BY}\n{budget}",
        "slo:period_burn_rate:ratio": (
            f"{RATIO}{length(slo.window_seconds)}{chosen}\n/ {BY}\n{budget}"
        ),
        "slo:period_error_budget_remaining:ratio": f"1 - slo:period_burn_rate:ratio{chosen}",
    }
    for name, expr in values.items():
        yield Recording(name, expr, labels)
    about = {
        "sloth_version": "fireline",
        "sloth_mode": "fireline",
        "sloth_spec": "fireline/v1",
        "sloth_objective": f"{slo.objective.normalize():f}",
    }
    yield Recording("sloth_slo_info", "vector(1)", labels | about)


def _alerts(slo: Slo, pairs: tuple[PlannedPair, ...], keys: dict[str, str]) -> Iterator[Alert]:
    """One alert for page and one for ticket, of one name."""
    for severity in BurnSeverity:
        parts = [_both(slo, pair, keys) for pair in pairs if pair.severity is severity]
        if not parts:
            continue
        annotations = {
            "title": f"({severity.value}) {literal(slo.title)}",
            "summary": "The error budget of {{$labels.sloth_service}} {{$labels.sloth_slo}} "
            "burns too fast.",
        }
        if slo.runbook:
            annotations["runbook"] = literal(slo.runbook)
        labels = {name: literal(value) for name, value in slo.labels.items() if name != NAME}
        yield Alert(
            alert_name(slo),
            "\nor\n".join(parts),
            labels | {"sloth_severity": severity.value},
            annotations,
        )


def alert_name(slo: Slo) -> str:
    """The name of both alerts: `KafkaRoundtripBudgetBurn` for `kafka-roundtrip`."""
    return "".join(word.capitalize() for word in slo.name.split("-")) + "BudgetBurn"


def _both(slo: Slo, pair: PlannedPair, keys: dict[str, str]) -> str:
    limit = f"({number(pair.factor)} * {fraction(100 - slo.objective)})"
    short, long = (
        f"    max({RATIO}{length(seconds)}{matchers(keys)} > {limit}) without (sloth_window)"
        for seconds in (pair.short_seconds, pair.long_seconds)
    )
    return f"(\n{short}\n    and\n{long}\n)"
