"""Exported rules in promtool, and their values beside our own evaluation of the same samples."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.prometheus.exact import exactly
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.adapters.rules import RuleFormat, render
from fireline.adapters.rules.promql import length, steps
from fireline.domain.policy.policy import BurnPair, Policy
from fireline.domain.slo.definition import Absent, DeadlineSli, RatioSli, Slo, TimeSliceSli
from fireline.domain.slo.status import BurnSeverity, SloStatus
from fireline.usecases.report_budgets import report
from tests.integration.promtool import Check, holds, notation, promtool, written
from tests.integration.rules_cases import MINUTES, Case, cases
from tests.servers import Samples, TestPrometheus
from tests.unit.slo_builders import slo

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]

ROOT = Path(__file__).parents[2]
WINDOW_MINUTES = 12 * 60
BASE = datetime(2026, 10, 13, tzinfo=UTC)
POLICY = Policy(
    pairs=(
        BurnPair(BurnSeverity.PAGE, 3600, 300, 0.30),
        BurnPair(BurnSeverity.PAGE, 10800, 1800, 0.50),
        BurnPair(BurnSeverity.TICKET, 21600, 3600, 0.60),
    )
)
# Ours adds the same five-minute counts, so nothing but the order of additions may differ.
TOLERANCE = 1e-9


def by_minute(case: Case) -> dict[str, str]:
    """The case's samples as promtool writes them."""
    return {
        name: notation([value(minute) for minute in range(MINUTES + 1)])
        for name, value in case.series.items()
    }


def near(owner: str, name: str, value: float | None, minute: int, tolerance: float) -> Check:
    """A check that the recorded series has this value, or does not exist."""
    series = f'{name}{{slo="{owner}"}}'
    if value is None:
        return {"expr": series, "eval_time": f"{minute}m", "exp_samples": []}
    limit = tolerance * max(1.0, abs(value))
    expr = f"abs({series} - ({value!r})) <= bool {limit!r}"
    sample = {"labels": f'{{slo="{owner}"}}', "value": 1}
    return {"expr": expr, "eval_time": f"{minute}m", "exp_samples": [sample]}


@pytest.mark.parametrize("form", list(RuleFormat))
def test_promtool_accepts_the_rules_of_the_whole_catalogue(
    form: RuleFormat, tmp_path: Path
) -> None:
    slos = DefinitionFolder([ROOT / "slo_definitions"]).current().slos
    file = tmp_path / "rules.yml"
    written = [exactly(one) for one in slos.values()]
    chosen = written if form is RuleFormat.FIRELINE else slos.values()
    file.write_text(render(chosen, Policy(), form), encoding="utf-8")
    said = promtool("check", "rules", str(file))
    assert "SUCCESS" in said
    if form is RuleFormat.SLOTH:
        rolling = [s for s in slos.values() if not isinstance(s.sli, DeadlineSli)]
        assert f"{17 * len(rolling)} rules found" in said


@pytest.mark.parametrize("form", list(RuleFormat))
def test_promtool_accepts_the_rules_of_odd_definitions(form: RuleFormat, tmp_path: Path) -> None:
    good = RatioSli(total="sum(increase(all[$window])) # every one", good="x - x offset $window")
    upside_down = TimeSliceSli("-min(a) # upside down", "!=", -2.5e16, 3600)
    slos = [
        slo(good, name="words", title='at {{ 5 }}: "x" 100 %\\', service='a"b\\c {{'),
        slo(good, "50", name="half", window=timedelta(hours=1), labels={"team": "{{x"}),
        slo(upside_down, "90", name="dead", window=timedelta(days=92), absent=Absent.BAD),
        slo(TimeSliceSli("max(lag)", "<=", 1e999, 900), "40", name="blunt"),
    ]
    file = tmp_path / "rules.yml"
    file.write_text(render(slos, Policy(), form), encoding="utf-8")
    assert "SUCCESS" in promtool("check", "rules", str(file))


@pytest.mark.parametrize("late", [0, 0.001, 17.25, 59.5, 59.999, 60, 299.999])
def test_a_window_holds_each_step_once_whenever_the_rules_are_evaluated(
    prometheus: TestPrometheus, late: float
) -> None:
    at = BASE.timestamp() + late
    for seconds, step in ((300, 60), (3600, 300), (43200, 300)):
        expr = f"count_over_time(vector(1){steps(seconds, step)}) == {seconds // step}"
        assert prometheus.query(expr, at), seconds


@pytest.fixture(scope="module")
def seeded(prometheus: TestPrometheus) -> TestPrometheus:
    """A real server that holds the samples of all cases."""
    start = BASE.timestamp()
    samples: dict[Any, Samples] = {
        name: [(start + 60 * m, v) for m in range(MINUTES + 1) if (v := value(m)) is not None]
        for case in cases()
        for name, value in case.series.items()
    }
    prometheus.write(samples)
    return prometheus


def ours(server: TestPrometheus, minute: int) -> dict[str, SloStatus]:
    """Our own evaluation of every case at that minute."""
    slos = [case.slo for case in cases()]
    with PrometheusSource(server.url) as source:
        found = report(slos, source, BASE + timedelta(minutes=minute), POLICY)
    return {status.slo: status for status in found}


def test_counts_burn_rates_budgets_and_alerts_equal_our_own_evaluation(
    seeded: TestPrometheus, tmp_path: Path
) -> None:
    checks: list[Check] = []
    for minute in (WINDOW_MINUTES, MINUTES):
        statuses = ours(seeded, minute)
        for case in cases():
            checks += expected(case, statuses[case.slo.name], minute)
    assert len(checks) > 150
    checks += [burning(ours(seeded, MINUTES)), absent()]
    series = {k: v for case in cases() for k, v in by_minute(case).items()}
    rules = render([exactly(case.slo) for case in cases()], POLICY, RuleFormat.FIRELINE)
    holds(tmp_path, rules, checks, series)


def expected(case: Case, status: SloStatus, minute: int) -> list[Check]:
    """What the rules must have recorded for this case."""
    name, window = case.slo.name, length(case.slo.window_seconds)
    unit = case.slo.unit_size
    assert status.error is None
    assert status.good is not None
    assert status.total is not None
    checks = [
        near(name, f"slo:good:increase{window}", status.good / unit, minute, TOLERANCE),
        near(name, f"slo:total:increase{window}", status.total / unit, minute, TOLERANCE),
    ]
    checks.append(near(name, "slo:budget_remaining:ratio", status.remaining, minute, TOLERANCE))
    recorded = {300, *(w for p in POLICY.pairs for w in (p.long_seconds, p.short_seconds))}
    for burn in status.burns:
        if burn.seconds in recorded:
            series = f"slo:burn:ratio{length(burn.seconds)}"
            checks.append(near(name, series, burn.burn, minute, TOLERANCE))
    return checks


def burning(statuses: Mapping[str, SloStatus]) -> Check:
    """The pairs that must fire: ours, and those that only the bound on luck holds back."""
    firing: list[dict[str, str]] = []
    lucky = set()
    for case in cases():
        for pair in statuses[case.slo.name].pairs:
            luck = (pair.held or "").startswith("luck")
            lucky |= {case.slo.name} if luck else set()
            if pair.firing or luck:
                key = {"long_window": length(pair.long_seconds), "severity": pair.severity.value}
                firing.append({**key, "slo": case.slo.name})
    assert lucky == {"luck"}
    assert {key["slo"] for key in firing} == {case.slo.name for case in cases() if case.fires}
    return alerting("SloBudgetBurn", "slo, severity, long_window", firing)


def absent() -> Check:
    """The absent alerts that must fire."""
    return alerting("SloDataAbsent", "slo", [{"slo": c.slo.name} for c in cases() if c.silent])


def alerting(alert: str, by: str, keys: Sequence[Mapping[str, str]]) -> Check:
    expr = f'count by ({by}) (ALERTS{{alertname="{alert}", alertstate="firing"}})'
    samples = [{"labels": written(key), "value": 1} for key in keys]
    return {"expr": expr, "eval_time": f"{MINUTES}m", "exp_samples": samples}


def test_sloth_series_have_the_values_of_sloth_where_it_is_wrong_too(tmp_path: Path) -> None:
    """Error series born half-way, an hour without traffic, a change of traffic: 6 h, 1-min scrapes.

    The true error ratios are 0.00826, 0 and 0.00100. With steady traffic Sloth's is the true one.
    """
    histories = {
        "born": {"good": "0+60x360", "bad": "_x180 0+1x180"},
        "gap": {"good": "0+60x150 9000x60 9000+60x150", "bad": "0x361"},
        "steady": {"good": "0+59x360", "bad": "0+1x360"},
        "uneven": {"good": "0+9x180 2620+1000x179", "bad": "0+1x180 180x180"},
    }
    series = {f'{n}_total{{r="{r}"}}': v for n, part in histories.items() for r, v in part.items()}
    slos = [six_hours(name) for name in histories]
    period = "slo:sli_error:ratio_rate6h"
    checks: list[Check] = [
        {
            "expr": f'abs({period}{{sloth_slo="{name}"}} - {value}) < bool {value / 100}',
            "eval_time": "6h",
            "exp_samples": [{"labels": sloth_labels(name), "value": 1}],
        }
        for name, value in (("steady", 1 / 60), ("born", 0.0162125), ("uneven", 0.0502895))
    ]
    checks.append(
        {
            "expr": f'{period}{{sloth_slo="gap"}} != bool {period}{{sloth_slo="gap"}}',
            "eval_time": "6h",
            "exp_samples": [{"labels": sloth_labels("gap"), "value": 1}],
        }
    )
    holds(tmp_path, render(slos, Policy(), RuleFormat.SLOTH), checks, series, "1m")


def six_hours(name: str) -> Slo:
    """Errors of one metric over all of it."""
    bad, total = (f"sum(rate({name}_total{{{chosen}}}[$window]))" for chosen in ('r="bad"', ""))
    return slo(RatioSli(total=total, bad=bad), name=name, service="x", window=timedelta(hours=6))


def sloth_labels(name: str) -> str:
    labels = {"sloth_id": f"x-{name}", "sloth_service": "x", "sloth_slo": name}
    return written({**labels, "sloth_window": "6h"})
