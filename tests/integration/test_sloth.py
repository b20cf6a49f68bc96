"""Files in Sloth's formats, and the rules that are written of them in Sloth's format."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from fireline.adapters.files.slos import FileRead, read_files
from fireline.adapters.prometheus.exact import exactly
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.adapters.rules import RuleFormat, render
from fireline.adapters.rules.pairs import distinct_pairs
from fireline.adapters.rules.promql import length
from fireline.domain.policy.policy import BurnPair, Policy
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BurnSeverity, SloStatus
from fireline.usecases.report_budgets import report
from tests.integration.promtool import Check, counted, holds, notation, promtool, written
from tests.integration.sloth_semantics import EVERY, Sloth, Values, divided, events, rate
from tests.servers import TestPrometheus

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]

FOLDER = Path(__file__).parents[1] / "data" / "sloth"
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.yaml"))}
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
# Sloth's names for the SLOs of the files.
IDS = ("basket-Quick_Answers", "basket-answers", "mill-flour", "mill-grain", "search-answers")
MINUTES = 8 * 60
PERIOD = 6 * 60
BASE = datetime(2026, 9, 14, tzinfo=UTC)
TOLERANCE = 1e-9
# `search` has no traffic in between; spoilt grain is seen late, and at once with one.
QUIET = range(150, 210)
SPOILT_SINCE = 300
POLICY = Policy(
    pairs=(
        BurnPair(BurnSeverity.PAGE, 3600, 300, 0.30),
        BurnPair(BurnSeverity.TICKET, 10800, 1800, 0.60),
    )
)


def read(window: str = "30d") -> list[FileRead]:
    return read_files(TEXTS, window=window)


def slos(window: str = "30d") -> list[Slo]:
    found = [one.slo for file in read(window) for one in file.slos]
    return sorted(found, key=sloth_id)


def sloth_id(slo: Slo) -> str:
    return f"{slo.service}-{slo.labels.get('sloth_slo', slo.name)}"


def test_what_is_lost_of_them_is_said_and_nothing_is_an_error() -> None:
    said = [str(problem) for file in read() for problem in file.problems]
    assert not [one for one in said if ": error " in one]
    lost = [one.split(" is not carried over")[0].split("`")[1] for one in said if "`" in one]
    for key in ("name", "labels", "annotations", "page_alert.labels", "ticket_alert.labels"):
        assert f"slos[0].alerting.{key}" in lost
    for key in ("page_alert.disable", "ticket_alert.disable"):
        assert f"slos[0].alerting.{key}" in lost
    assert "spec.slos[0].alerting.ticketAlert.disable" in lost
    (windows,) = (one for one in said if "AlertWindows" in one)
    assert "{severity: ticket, long: 36h, short: 3h, share: 5%}]` there" in windows


def test_each_has_the_rules_names_and_labels_that_sloth_gives_it(tmp_path: Path) -> None:
    rules = render(slos(), Policy(), RuleFormat.SLOTH)
    (tmp_path / "rules.yml").write_text(rules, encoding="utf-8")
    assert f"{17 * len(IDS)} rules found" in promtool("check", "rules", str(tmp_path / "rules.yml"))
    groups = {g["name"]: g["rules"] for g in yaml.safe_load(rules)["groups"]}
    assert sorted(groups) == sorted(
        f"sloth-slo-{part}-{name}"
        for part in ("sli-recordings", "meta-recordings", "alerts")
        for name in IDS
    )
    own: dict[str, dict[str, str]] = {
        "basket-answers": {"owner": "team-shop", "area": "checkout"},
        "basket-Quick_Answers": {"owner": "team-shop", "area": "checkout", "kind": "latency"},
        "search-answers": {"owner": "team-search"},
        "mill-grain": {"plant": "north"},
        "mill-flour": {"plant": "north"},
    }
    for name in IDS:
        service, _, short = name.partition("-")
        keys = {"sloth_id": name, "sloth_service": service, "sloth_slo": short}
        windows = {
            rule["record"].removeprefix("slo:sli_error:ratio_rate"): rule["labels"]
            for rule in groups[f"sloth-slo-sli-recordings-{name}"]
        }
        assert windows == {w: own[name] | keys | {"sloth_window": w} for w in WINDOWS}
        meta = {r["record"]: r["labels"] for r in groups[f"sloth-slo-meta-recordings-{name}"]}
        info = meta.pop("sloth_slo_info")
        assert len(meta) == 6
        assert all(labels == own[name] | keys for labels in meta.values())
        assert (own[name] | keys).items() <= info.items()
        alerts = groups[f"sloth-slo-alerts-{name}"]
        assert [a["labels"]["sloth_severity"] for a in alerts] == ["page", "ticket"]


def samples() -> dict[str, list[float | None]]:
    """Eight hours of the files' series by minute."""
    span = range(MINUTES + 1)
    busy = [m - sum(q < m for q in QUIET) for m in span]
    slow = [10.0 * min(m, 240) + 1000.0 * max(0, m - 240) for m in span]
    found: dict[str, list[Any]] = {
        'basket_requests_total{code="200"}': [99.95 * m for m in span],
        'basket_requests_total{code="503"}': [0.03 * m for m in span],
        'basket_requests_total{code="429"}': [0.02 * m for m in span],
        'basket_seconds_count{verb="get"}': slow,
        'basket_seconds_bucket{le="0.4",verb="get"}': [s - min(m, 240) for m, s in enumerate(slow)],
        'search_requests_total{code="200"}': [49.75 * b for b in busy],
        'search_requests_total{code="500"}': [0.25 * b for b in busy],
        'mill_grains_total{result="ground"}': [60.0 * m for m in span],
        'mill_grains_total{result="spoilt"}': [
            1.0 + 12 * (m - SPOILT_SINCE) if m >= SPOILT_SINCE else None for m in span
        ],
        'mill_flour_quality_ratio{stone="1"}': [0.98 if m < 400 else 0.5 for m in span],
    }
    return found


def seen_by_sloth() -> dict[str, Sloth]:
    """The SLOs of the files in plain Python."""
    series = samples()
    codes = [f'basket_requests_total{{code="{code}"}}' for code in ("200", "503", "429")]
    searches = [f'search_requests_total{{code="{code}"}}' for code in ("200", "500")]
    grains = [f'mill_grains_total{{result="{result}"}}' for result in ("ground", "spoilt")]
    quality = series['mill_flour_quality_ratio{stone="1"}']

    def slow(at: int, minutes: int) -> float | None:
        every = rate(series['basket_seconds_count{verb="get"}'], at, minutes)
        quick = rate(series['basket_seconds_bucket{le="0.4",verb="get"}'], at, minutes)
        return divided(None if every is None or quick is None else every - quick, every)

    def poor(at: int, minutes: int) -> float:
        shown = [v for v in quality[max(0, at - minutes) : at + 1] if v is not None]
        return 1 - sum(shown) / len(shown)

    def chosen(names: list[str]) -> dict[str, Values]:
        return {name: series[name] for name in names}

    return {
        "basket-answers": Sloth(0.999, PERIOD, events(chosen(codes), codes[1:])),
        "basket-Quick_Answers": Sloth(0.95, PERIOD, slow),
        "mill-flour": Sloth(0.9, PERIOD, poor),
        "mill-grain": Sloth(0.99, PERIOD, events(chosen(grains), grains[1:])),
        "search-answers": Sloth(0.99, PERIOD, events(chosen(searches), searches[1:])),
    }


def near(series: str, name: str, value: float | None, minute: int) -> Check:
    """A check that the series of that SLO has this value, is NaN, or does not exist."""
    one = f'{series}{{sloth_id="{name}"}}'
    if value is None:
        return counted(one, minute, 0)
    if value != value:  # noqa: PLR0124 - that is how NaN is told
        return counted(f"{one} != {one}", minute, 1)
    limit = TOLERANCE * max(1.0, abs(value))
    return counted(f"abs({one} - ({value!r})) <= {limit!r}", minute, 1)


def expected(name: str, sloth: Sloth, windows: set[int], minute: int) -> Iterator[Check]:
    """All that Sloth's rules record of one SLO."""
    for minutes in sorted(windows - {PERIOD}):
        series = f"slo:sli_error:ratio_rate{length(60 * minutes)}"
        yield near(series, name, sloth.ratio(minute, minutes), minute)
    whole = sloth.mean(minute)
    period = sloth.burn(whole)
    yield near("slo:sli_error:ratio_rate6h", name, whole, minute)
    yield near("slo:current_burn_rate:ratio", name, sloth.burn(sloth.ratio(minute, 5)), minute)
    yield near("slo:period_burn_rate:ratio", name, period, minute)
    left = None if period is None else 1 - period
    yield near("slo:period_error_budget_remaining:ratio", name, left, minute)
    yield near("slo:objective:ratio", name, sloth.objective, minute)
    yield near("slo:error_budget:ratio", name, 1 - sloth.objective, minute)


def firing(found: list[Slo]) -> Check:
    """The alerts that must fire at the end."""
    seen, keys = seen_by_sloth(), []
    for slo in found:
        for severity in BurnSeverity:
            pairs = [
                (p.long_seconds // 60, p.short_seconds // 60, p.factor)
                for p in distinct_pairs(slo, POLICY)
                if p.severity is severity
            ]
            if seen[sloth_id(slo)].fires(MINUTES, pairs):
                keys.append({"sloth_id": sloth_id(slo), "sloth_severity": severity.value})
    assert {key["sloth_id"] for key in keys} == {"mill-flour", "mill-grain"}
    return {
        "expr": 'count by (sloth_id, sloth_severity) (ALERTS{alertstate="firing"})',
        "eval_time": f"{MINUTES}m",
        "exp_samples": [{"labels": written(key), "value": 1} for key in keys],
    }


def test_the_series_have_the_values_that_sloth_gives_them_its_faults_included(
    tmp_path: Path,
) -> None:
    found, seen = slos("6h"), seen_by_sloth()
    assert tuple(map(sloth_id, found)) == IDS
    checks = [firing(found)]
    for slo in found:
        pairs = distinct_pairs(slo, POLICY)
        windows = {w // 60 for p in pairs for w in (p.long_seconds, p.short_seconds)} | {5, 60, 120}
        for minute in (180, 305, MINUTES):
            checks += expected(sloth_id(slo), seen[sloth_id(slo)], windows, minute)
    assert str(seen["search-answers"].mean(MINUTES)) == "nan"
    series = {name: notation(values) for name, values in samples().items()}
    holds(
        tmp_path,
        render(found, POLICY, RuleFormat.SLOTH),
        checks + dashboards(),
        series,
        f"{EVERY}m",
    )


def dashboards() -> list[Check]:
    """What dashboards for Sloth ask, of all SLOs and of one that is chosen in them."""
    left = "group_left slo:error_budget:ratio"
    for_all = (
        "sloth_slo_info",
        'sloth_slo_info{sloth_objective=~".+", sloth_version=~".+", sloth_mode=~".+"}',
        "slo:time_period:days == 0.25",
        f"slo:sli_error:ratio_rate5m / on(sloth_id, sloth_slo, sloth_service) {left}",
        f"sum_over_time(slo:sli_error:ratio_rate1h[6h:1h]) / on(sloth_id) {left}",
        "1 - max without (sloth_window) (slo:sli_error:ratio_rate2h)",
        '{__name__=~"slo:sli_error:ratio_rate.+", sloth_window="6h"}',
        "count by (sloth_service, sloth_slo) (slo:period_error_budget_remaining:ratio)",
    )
    chosen = '{sloth_service="basket", sloth_slo=~"answers", sloth_window="1h"}'
    return [
        *(counted(expr, MINUTES, len(IDS)) for expr in for_all),
        counted(f"slo:sli_error:ratio_rate1h{chosen}", MINUTES, 1),
        counted("sum by (sloth_service) (slo:current_burn_rate:ratio)", MINUTES, 3),
        counted('ALERTS{sloth_severity=~"page|ticket", sloth_service="mill"}', MINUTES, 4),
    ]


@pytest.fixture(scope="module")
def ours(prometheus: TestPrometheus) -> dict[str, SloStatus]:
    """Our own evaluation of the SLOs of the files."""
    start = BASE.timestamp()
    prometheus.write(
        {
            name: [(start + 60 * m, v) for m, v in enumerate(values) if v is not None]
            for name, values in samples().items()
        }
    )
    with PrometheusSource(prometheus.url) as source:
        found = report(slos("6h"), source, BASE + timedelta(minutes=MINUTES), POLICY)
    return {status.slo: status for status in found}


def test_our_format_has_the_values_of_our_own_evaluation(
    ours: dict[str, SloStatus], tmp_path: Path
) -> None:
    checks = []
    for slo in slos("6h"):
        name, status, unit = slo.name, ours[slo.name], slo.unit_size
        assert status.total is not None
        assert status.good is not None
        assert status.remaining is not None
        for series, value in (
            ("slo:budget_remaining:ratio", status.remaining),
            ("slo:total:increase6h", status.total / unit),
            ("slo:good:increase6h", status.good / unit),
        ):
            one, limit = f'{series}{{slo="{name}"}}', TOLERANCE * max(1.0, abs(value))
            checks.append(counted(f"abs({one} - ({value!r})) <= {limit!r}", MINUTES, 1))
    given = {name: notation(values) for name, values in samples().items()}
    rules = render([exactly(slo) for slo in slos("6h")], POLICY, RuleFormat.FIRELINE)
    holds(tmp_path, rules, checks, given)


def spent(status: SloStatus) -> float:
    """Share of the budget."""
    assert status.remaining is not None
    return 1 - status.remaining


def test_where_traffic_is_steady_sloth_and_we_and_the_truth_agree(
    ours: dict[str, SloStatus],
) -> None:
    sloth = seen_by_sloth()["basket-answers"]
    assert sloth.burn(sloth.mean(MINUTES)) == pytest.approx(0.5, rel=1e-9)
    assert spent(ours["basket-answers"]) == pytest.approx(0.5, rel=1e-9)


def test_where_sloth_is_wrong_we_are_not(ours: dict[str, SloStatus]) -> None:
    """Slow answers under little traffic, an hour without any, and errors that are born late."""
    seen = seen_by_sloth()
    slow = (240 - 120) / (120 * 10 + 240 * 1000)
    assert spent(ours["quick-answers"]) == pytest.approx(slow / 0.05, rel=1e-9)
    assert (seen["basket-Quick_Answers"].mean(MINUTES) or 0) > 60 * slow
    assert spent(ours["search-answers"]) == pytest.approx(0.005 / 0.01, rel=1e-9)
    spoilt = 12 * (MINUTES - SPOILT_SINCE)
    truth = spoilt / (60 * PERIOD + spoilt) / 0.01
    assert spent(ours["grain"]) == pytest.approx(truth, rel=1e-3)
    assert (seen["mill-grain"].burn(seen["mill-grain"].mean(MINUTES)) or 0) > 1.5 * truth
