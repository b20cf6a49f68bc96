"""The table of cases: what comes out equals plain arithmetic over the events that went in.

Every case runs against Prometheus and VictoriaMetrics.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.policy.evaluation import budget_state
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.definition import Absent, Newborn, RatioSli, Slo, TimeSliceSli
from fireline.domain.slo.ledger import known
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.report_budgets import report
from tests.integration.truth import (
    START,
    Counter,
    History,
    Truth,
    at_minutes,
    coverage_of,
    gauge,
    instant,
    minutes,
    steady,
    total_of,
    within,
)
from tests.servers import TestPrometheus
from tests.unit.slo_builders import slo

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]

HOURS_6 = timedelta(hours=6)
DAY = timedelta(days=1)
GOOD, BAD = "sum(increase(truth_{0}_good[$window]))", "sum(increase(truth_{0}_bad[$window]))"
TOTAL = f"{GOOD} + ({BAD} or vector(0))"


@dataclass(frozen=True)
class Case:
    """Counters of good and bad events, and what must be said of them at the end."""

    name: str
    good: tuple[Counter, ...]
    bad: tuple[Counter, ...] = ()
    state: DataState = DataState.OK
    objective: str = "99.9"
    window: timedelta = HOURS_6
    total: str = TOTAL
    newborn: Newborn = Newborn.IGNORE

    @property
    def minutes(self) -> int:
        return int(self.window.total_seconds()) // 60

    def slo(self) -> Slo:
        sli = RatioSli(
            total=self.total.format(self.name), bad=BAD.format(self.name), newborn=self.newborn
        )
        return slo(sli, self.objective, self.window, min_events=20, name=self.name)

    def truth(self) -> Truth:
        bad = total_of(self.bad, self.minutes)
        return Truth(bad, bad + total_of(self.good, self.minutes))


SIXTY = Counter(steady(60))
CHURN = tuple(
    Counter(
        within(60 * n, 60 * n + 59, 7),
        first=60 * n,
        last=60 * n + 60,
        marks=frozenset({60 * n + 60}),
    )
    for n in range(6)
)
CASES = (
    Case("a", (SIXTY,)),
    Case("b", (SIXTY,), (Counter(within(181, 360, 1), first=180),)),
    Case("c", (Counter(within(151, 210, 0, 60)),), (Counter(steady(0)),)),
    Case(
        "d",
        (Counter(within(1, 180, 9, 1000)),),
        (Counter(within(1, 180, 1)),),
    ),
    Case(
        "e",
        (Counter(steady(60), last=180, marks=frozenset({181})),),
        (Counter(steady(1), last=180, marks=frozenset({181})),),
        state=DataState.STALE,
    ),
    Case("h", (Counter(steady(60), restarts=frozenset({101})),)),
    Case("h_inside", (Counter(steady(60), restarts=frozenset({103})),), objective="99"),
    Case("h_twice", (Counter(steady(60), restarts=frozenset({102, 104})),)),
    Case(
        "h_regained",
        (Counter(at_minutes({2: 2, 343: 1, 344: 1, 345: 6}), restarts=frozenset({344})),),
    ),
    Case(
        "h_silent",
        (
            Counter(
                at_minutes({50: 5, 113: 3, 114: 4, 330: 1}),
                restarts=frozenset({110}),
                lost=minutes((100, 112)),
            ),
        ),
    ),
    Case(
        "i",
        (SIXTY,),
        (Counter(at_minutes({90: 1}), first=90),),
        newborn=Newborn.COUNT,
    ),
    Case(
        "i_grows",
        (SIXTY,),
        (Counter(at_minutes({90: 1, 91: 2, 200: 4}), first=90),),
        newborn=Newborn.COUNT,
    ),
    Case(
        "j",
        (Counter(within(600, 719, 742.5, 10_000 / 1320), last=1440),),
        (Counter(within(600, 719, 7.5), last=1440),),
        window=DAY,
    ),
    Case("burst", (Counter(at_minutes(dict.fromkeys(range(6, 360, 60), 1000.0))),)),
    Case(
        "sparse",
        (Counter(at_minutes(dict.fromkeys(range(30, 1440, 60), 1.0)), last=1440),),
        (Counter(at_minutes({31: 1.0, 700: 1.0}), last=1440),),
        window=DAY,
        objective="90",
    ),
    Case(
        "lost",
        (Counter(steady(1), initial=100_000, lost=minutes((100, 112), (200, 258))),),
        state=DataState.PARTIAL,
    ),
    Case("pod_dies", (Counter(steady(10), last=147, marks=frozenset({148})), SIXTY)),
    Case("churn", CHURN, newborn=Newborn.COUNT),
    Case("flapping", (Counter(steady(5), marks=minutes((100, 100), (204, 206))),)),
    Case(
        "back_alone",
        (Counter(steady(3), lost=minutes((100, 219))),),
        newborn=Newborn.COUNT,
        state=DataState.PARTIAL,
    ),
    Case(
        "back_beside", (Counter(steady(3), lost=minutes((100, 219))), SIXTY), newborn=Newborn.COUNT
    ),
    Case(
        "rate",
        (SIXTY,),
        (Counter(within(100, 109, 6)),),
        objective="99",
        total="(sum(rate(truth_{0}_good[$window])) + sum(rate(truth_{0}_bad[$window]))) * 300",
    ),
)

BY_NAME = {case.name: case for case in CASES}


@pytest.fixture(scope="module", params=["prometheus", "victoria"])
def server(request: pytest.FixtureRequest) -> TestPrometheus:
    """A server that holds the samples of all cases."""
    found: TestPrometheus = request.getfixturevalue(request.param)
    history = History()
    for case in CASES:
        history.add(f"truth_{case.name}_good", *case.good)
        if case.bad:
            history.add(f"truth_{case.name}_bad", *case.bad)
    history.add("truth_k_good", Counter(steady(101)))
    history.add("truth_k_all", Counter(steady(100)))
    history.add("truth_idle_good", Counter(steady(0), initial=7))
    history.add("truth_landed", gauge(lambda m: float(START + m // 121 * 7200 if m < 363 else 0)))
    history.add("truth_two", gauge(lambda _: 1.0), gauge(lambda _: 1.0))
    history.add("truth_zero", gauge(lambda m: float(m > 180)))
    history.add("truth_dips_good", gauge(lambda m: 10.0 * m - 25.0 * (m > 102)))
    history.add("truth_away_good", Counter(steady(2), lost=minutes((1441, 4320)), last=5760))
    history.add("truth_birth_good", Counter(at_minutes({90: 1.0, 200: 2.0}), first=90))
    found.write(history.series)
    return found


@pytest.fixture
def source(server: TestPrometheus) -> Iterator[PrometheusSource]:
    with PrometheusSource(server.url) as made:
        yield made


def told(source: PrometheusSource, definition: Slo, minute: float = 360) -> SloStatus:
    return report([definition], source, instant(minute))[0]


def fetched(source: PrometheusSource, definition: Slo, minute: float = 360) -> FetchResult:
    return source.fetch([FetchRequest(definition, START)], instant(minute))[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_total_budget_and_state_are_those_of_the_events(
    source: PrometheusSource, case: Case
) -> None:
    status = told(source, case.slo(), case.minutes)
    truth = case.truth()
    assert status.error is None
    assert status.total == pytest.approx(truth.total, rel=1e-9)
    assert status.good == pytest.approx(truth.total - truth.bad, rel=1e-9)
    expected = truth.remaining(float(case.objective))
    assert status.remaining == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert status.budget_state is budget_state(expected, Policy())
    assert status.coverage == pytest.approx(coverage_of(case.good, case.minutes))
    assert status.data_state is case.state, status.sentence


def test_a_short_history_is_provisional_with_the_figures_of_what_there_is(
    source: PrometheusSource,
) -> None:
    status = told(source, BY_NAME["d"].slo(), 60)
    assert status.data_state is DataState.PROVISIONAL
    assert status.sentence == "1 h of 6 h"
    assert (status.good, status.total) == (540, 600)
    assert status.remaining == pytest.approx(Truth(60, 600).remaining(99.9))


def test_without_tolerance_the_first_bad_event_exhausts(source: PrometheusSource) -> None:
    whole, spent = (
        told(source, replace(BY_NAME[n].slo(), objective=Decimal(100), zero_tolerance=True))
        for n in "ab"
    )
    assert (whole.remaining, whole.budget_state) == (1.0, BudgetState.HEALTHY)
    assert (spent.remaining, spent.budget_state) == (None, BudgetState.EXHAUSTED)
    assert spent.total == 21_780


def test_a_missing_good_is_no_data_and_never_zero_percent(source: PrometheusSource) -> None:
    sli = RatioSli(total=GOOD.format("a"), good=GOOD.format("nowhere"))
    status = told(source, slo(sli, window=HOURS_6))
    assert status.data_state is DataState.NO_DATA
    assert (status.good, status.total, status.remaining) == (None, None, None)
    assert status.pairs == ()


def test_more_good_than_total_counts_as_all_good_and_is_flagged(source: PrometheusSource) -> None:
    sli = RatioSli(
        total="sum(increase(truth_k_all[$window]))", good="sum(increase(truth_k_good[$window]))"
    )
    status = told(source, slo(sli, window=HOURS_6))
    assert (status.good, status.total, status.remaining) == (36_000, 36_000, 1.0)
    series = fetched(source, slo(sli, window=HOURS_6)).series
    assert series is not None
    assert (series.flags & BucketFlag.CLAMPED).all()


def test_an_hour_without_traffic_is_a_state_that_passes(source: PrometheusSource) -> None:
    definition = replace(BY_NAME["c"], window=timedelta(hours=3)).slo()
    during = told(source, definition, 210)
    assert during.data_state is DataState.NO_TRAFFIC
    assert during.sentence == "no events for 1 h"
    assert (during.total, during.remaining) == (60 * 120, 1.0)
    assert [b.burn for b in during.burns if b.seconds == 3600] == [None]
    assert told(source, definition, 211).data_state is DataState.OK


def test_freshness_is_good_for_as_many_minutes_as_by_hand(source: PrometheusSource) -> None:
    sli = TimeSliceSli("time() - max(truth_landed)", "<=", 5400.0)
    status = told(source, slo(sli, "70", HOURS_6))
    fresh = sum(60 * m - min(m // 121, 2) * 7200 <= 5400 for m in range(1, 361))
    assert (status.good, status.total) == (fresh, 360)
    assert fresh == 269
    assert status.remaining == pytest.approx(1 - 91 / 360 / 0.3)


W_OFFSET = (
    "(sum(increase({0}[$window]) and {0} offset $window) or vector(0))"
    " + (sum({0} unless {0} offset $window) or vector(0))"
)
DELTA = (
    "sum((last_over_time({0}[$window]) - last_over_time({0}[1h] offset $window)) >= 0"
    " or last_over_time({0}[$window])) or vector(0)"
)
SHORT_DELTA = "sum((({0} - last_over_time({0}[1d] offset $window)) >= 0) or {0}) or vector(0)"


@pytest.mark.parametrize("form", [W_OFFSET, DELTA, SHORT_DELTA])
def test_growth_that_people_wrote_by_hand_is_exact_too(source: PrometheusSource, form: str) -> None:
    sli = RatioSli(total=GOOD.format("a"), bad=form.format("truth_i_grows_bad"))
    status = told(source, slo(sli, window=HOURS_6))
    assert status.total == 21_600
    assert status.good == 21_600 - 7


def test_a_newborn_counter_brings_nothing_where_it_may_be_old(source: PrometheusSource) -> None:
    status = told(source, replace(BY_NAME["i_grows"], newborn=Newborn.IGNORE).slo())
    # Born at one, then two more in the same bucket and four later: the first is not counted.
    assert status.total is not None
    assert status.good is not None
    assert status.total - status.good == 6


def test_growth_in_a_long_silence_is_left_out_where_births_are_ignored(
    source: PrometheusSource,
) -> None:
    status = told(source, replace(BY_NAME["back_alone"], newborn=Newborn.IGNORE).slo())
    assert status.total == 3 * 99 + 3 * 140


def test_an_old_counter_after_days_of_silence_is_not_counted_anew(
    source: PrometheusSource,
) -> None:
    sli = RatioSli(
        total=GOOD.format("away"), bad=f"{BAD.format('away')} or vector(0)", newborn=Newborn.COUNT
    )
    definition = slo(sli, "99", timedelta(days=4))
    status = told(source, definition, 5760)
    assert status.total == 2 * 1440 + 2 * (5760 - 4325)
    live = source.fetch([FetchRequest(definition, START + 86_400 * 3, START)], instant(4325))[0]
    assert live.series is not None
    assert not known(live.series).any()


def test_the_first_counter_ever_counts_from_its_birth(source: PrometheusSource) -> None:
    sli = RatioSli(
        total=f"({GOOD.format('birth')} or vector(0)) + ({BAD.format('birth')} or vector(0))",
        bad=f"{BAD.format('birth')} or vector(0)",
        newborn=Newborn.COUNT,
    )
    status = told(source, slo(sli, "99", HOURS_6))
    assert (status.good, status.total) == (3, 3)


def test_a_window_without_events_has_a_state_and_no_number(source: PrometheusSource) -> None:
    sli = RatioSli(total=GOOD.format("idle"), bad=BAD.format("idle"))
    status = told(source, slo(sli, window=HOURS_6))
    assert status.data_state is DataState.NO_TRAFFIC
    assert (status.good, status.total, status.remaining) == (None, None, None)


def test_a_counter_that_goes_down_never_gives_less_than_nothing(source: PrometheusSource) -> None:
    sli = RatioSli(total=GOOD.format("dips"), bad=BAD.format("dips"))
    series = fetched(source, slo(sli, window=HOURS_6)).series
    assert series is not None
    assert (series.total >= 0).all()
    assert list(series.total[18:20]) == [50, 50]


@pytest.mark.parametrize("zero", ["truth_zero / truth_zero", "1 / truth_zero", "-1 / truth_zero"])
def test_what_is_no_finite_number_is_missing(source: PrometheusSource, zero: str) -> None:
    sli = TimeSliceSli(f"max({zero})", "<", 5.0)
    result = fetched(source, slo(sli, window=HOURS_6))
    assert result.series is not None
    assert list(known(result.series)) == [False] * 36 + [True] * 36


def test_two_series_for_one_slo_are_an_error(source: PrometheusSource) -> None:
    status = told(source, slo(TimeSliceSli("truth_two", "<", 2.0), window=HOURS_6))
    assert status.data_state is DataState.QUERY_ERROR
    assert "expected one value, the query gives 2" in status.sentence


def test_absent_minutes_are_bad_where_the_slo_says_so(source: PrometheusSource) -> None:
    sli = TimeSliceSli("max(truth_e_good)", ">=", 0.0)
    status = told(source, slo(sli, "40", HOURS_6, absent=Absent.BAD))
    assert (status.good, status.total) == (180, 360)
