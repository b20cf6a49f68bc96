"""Slices of ratios, deadlines and entities, asked of a real Prometheus."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from fireline.adapters.files.slos import read_files
from fireline.adapters.prometheus.kinds.deadline import answering
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.calendar import local_instant
from fireline.domain.slo.definition import (
    DeadlineSli,
    EntityRatioSli,
    Method,
    OnNoTraffic,
    RatioSli,
    Sli,
    SlicedRatioSli,
)
from fireline.domain.slo.ledger import floor_edge, known
from fireline.usecases.ports import FetchRequest, FetchResult
from tests.servers import TestPrometheus
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

BASE = datetime(2026, 11, 12, tzinfo=UTC)
START = int(BASE.timestamp())
HOUR = timedelta(hours=1)


def minutes(value: Callable[[int], float | None], count: int = 60) -> list[tuple[float, float]]:
    found = ((START + 60.0 * m, value(m)) for m in range(count + 1))
    return [(at, v) for at, v in found if v is not None]


@pytest.fixture(scope="module")
def source(prometheus: TestPrometheus) -> Iterator[PrometheusSource]:
    prometheus.write(
        {
            # Ten events a minute; in minutes 11..20 half of them bad, in 31..40 no event at all.
            "k_all_total": minutes(lambda m: 10.0 * (m if m <= 30 else 30 + max(0, m - 40))),
            "k_bad_total": minutes(lambda m: 5.0 * min(max(m - 10, 0), 10)),
            "k_error_ratio": minutes(lambda m: 0.5 if 10 < m <= 20 else 0.0 if m < 45 else None),
            "k_nan": minutes(lambda m: 0.0 if m <= 30 else 1.0),
            # Two pods whose clients write the same bound in two ways; every fourth one is slow.
            'k_seconds_bucket{le="1",pod="a"}': minutes(lambda m: 3.0 * m),
            'k_seconds_bucket{le="1.0",pod="b"}': minutes(lambda m: 3.0 * m),
            'k_seconds_bucket{le="10",pod="a"}': minutes(lambda m: 4.0 * m),
            'k_seconds_count{pod="a"}': minutes(lambda m: 4.0 * m),
            'k_seconds_count{pod="b"}': minutes(lambda m: 4.0 * m),
            'k_fresh{dataset="a"}': minutes(lambda _: 1.0),
            'k_fresh{dataset="b"}': minutes(lambda m: 0.0 if m <= 30 else 1.0),
        }
    )
    with PrometheusSource(prometheus.url) as made:
        yield made


def fetch(source: PrometheusSource, sli: Sli, end: timedelta = HOUR) -> FetchResult:
    definition = slo(sli, window=timedelta(hours=6))
    found = source.fetch([FetchRequest(definition, START)], BASE + end)[0]
    assert found.error is None
    return found


SLICED = SlicedRatioSli(
    method=Method.TIMESLICES,
    slice_seconds=300,
    slice_target=0.9,
    total="sum(increase(k_all_total[$window]))",
    bad="sum(increase(k_bad_total[$window]))",
)


def test_a_slice_of_a_ratio_is_good_when_it_reaches_its_target(source: PrometheusSource) -> None:
    series = fetch(source, SLICED).series
    assert series is not None
    assert list(series.total) == [1] * 6 + [0, 0] + [1] * 4
    assert list(series.good) == [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1]
    assert known(series).all()
    assert series.flags[6] & BucketFlag.NO_TRAFFIC


@pytest.mark.parametrize(("rule", "good"), [(OnNoTraffic.GOOD, 2), (OnNoTraffic.BAD, 0)])
def test_slices_without_events_count_as_the_slo_says(
    source: PrometheusSource, rule: OnNoTraffic, good: int
) -> None:
    series = fetch(source, replace(SLICED, on_no_traffic=rule)).series
    assert series is not None
    assert (series.good[6:8].sum(), series.total[6:8].sum()) == (good, 2)


def test_ratios_of_slices_are_added_up_unweighted(source: PrometheusSource) -> None:
    sli = replace(SLICED, method=Method.RATIO_TIMESLICES, slice_target=None)
    series = fetch(source, sli).series
    assert series is not None
    assert list(series.good) == pytest.approx([1, 1, 0.5, 0.5, 1, 1, 0, 0, 1, 1, 1, 1], abs=0.02)
    assert series.total.sum() == 10


def test_a_raw_error_ratio_is_taken_slice_by_slice(source: PrometheusSource) -> None:
    sli = SlicedRatioSli(Method.RATIO_TIMESLICES, 60, raw="max(k_error_ratio)")
    result = fetch(source, sli, timedelta(minutes=59))
    assert result.series is not None
    assert list(result.series.good[:6]) == pytest.approx([5, 5, 2.5, 2.5, 5, 5])
    assert not known(result.series)[-1]
    judged = replace(sli, method=Method.TIMESLICES, slice_target=0.95)
    series = fetch(source, judged).series
    assert series is not None
    assert list(series.good[:6]) == [5, 5, 0, 0, 5, 5]


def test_a_ratio_that_is_no_number_is_missing_and_flagged(source: PrometheusSource) -> None:
    raw = SlicedRatioSli(Method.RATIO_TIMESLICES, 60, raw="max(k_nan) / max(k_nan)")
    series = fetch(source, raw).series
    assert series is not None
    assert list(known(series)) == [False] * 6 + [True] * 6
    bad = RatioSli(
        total="sum(increase(k_all_total[$window]))",
        bad="sum(increase(k_all_total[$window])) * (max(k_nan) / max(k_nan))",
    )
    counted = fetch(source, bad).series
    assert counted is not None
    assert list(known(counted)[:6]) == [False] * 6


LATENCY = """
apiVersion: fireline/v1
kind: SLO
name: fast
title: Requests are fast
service: api
tier: 1
owner: team-api
objective: 70
window: 6h
sli:
  latency: {histogram: k_seconds, threshold: 1s}
"""


def test_a_latency_counts_its_bucket_however_the_bound_is_written(
    source: PrometheusSource,
) -> None:
    (file,) = read_files({"latency.yaml": LATENCY})
    assert not file.broken, file.problems
    (read,) = file.slos
    series = fetch(source, read.slo.sli).series
    assert series is not None
    assert (series.good.sum(), series.total.sum()) == (360, 480)
    assert list(series.total) == [40] * 12


def test_entities_are_counted_as_they_stand_at_the_end_of_a_bucket(
    source: PrometheusSource,
) -> None:
    sli = EntityRatioSli(good="count(k_fresh == 1)", total="count(k_fresh)")
    result = fetch(source, sli)
    assert result.series is not None
    assert list(result.series.total) == [2] * 12
    assert list(result.series.good) == [1] * 6 + [2] * 6
    assert result.open_part is None
    gone = fetch(source, sli, timedelta(minutes=90)).series
    assert gone is not None
    assert list(known(gone)) == [True] * 13 + [False] * 5
    nowhere = fetch(source, EntityRatioSli("count(k_nowhere == 1)", "count(k_nowhere)"))
    assert nowhere.warnings == ("no series for k_nowhere",)
    no_good = fetch(source, EntityRatioSli("count(k_nowhere == 1)", "count(k_fresh)"))
    assert no_good.warnings[0].startswith("`good` gives nothing while `total` counts entities")


LANDED = DeadlineSli("max(dl_success_timestamp) >= $slot_start", time(2, 30), "Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "deadline"),
    [
        (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_deadline_is_asked_when_it_falls_even_as_the_clock_changes(
    prometheus: TestPrometheus, day: datetime, deadline: datetime, *, late: bool
) -> None:
    due = int(deadline.timestamp())
    midnight = local_instant(day.date(), time(0, 0), "Europe/Berlin")
    landing = due + 600 if late else due - 600
    metric = f"dl_{day:%m}_{int(late)}_timestamp"
    times = range(due - 7200, due + 3600, 60)
    prometheus.write(
        {metric: [(t, float(landing if t >= landing else midnight - 86_000)) for t in times]}
    )
    sli = replace(LANDED, landed_when=f"max({metric}) >= $slot_start")
    start = floor_edge(due) - 900
    with PrometheusSource(prometheus.url) as asked:
        result = asked.fetch([FetchRequest(slo(sli), start)], deadline + timedelta(minutes=25))[0]
    assert result.series is not None
    bucket = (due - 1 - start) // 300
    assert list(result.series.total.nonzero()[0]) == [bucket]
    assert result.series.good[bucket] == float(not late)
    assert known(result.series).sum() == 1
    assert result.landed is False  # of the next day


def test_before_the_deadline_it_is_told_whether_it_landed_and_absent_is_unknown(
    prometheus: TestPrometheus,
) -> None:
    due = datetime(2026, 11, 13, 1, 30, tzinfo=UTC)
    start = int(due.timestamp()) - 3600
    prometheus.write(
        {"dl_next_timestamp": [(float(t), float(t)) for t in range(start, start + 3600, 60)]}
    )
    sli = replace(LANDED, landed_when="max(dl_next_timestamp) >= $slot_start")
    with PrometheusSource(prometheus.url) as asked:
        before = asked.fetch([FetchRequest(slo(sli), start)], due - timedelta(minutes=10))[0]
        after = asked.fetch([FetchRequest(slo(sli), start)], due + timedelta(seconds=30))[0]
        other = replace(LANDED, landed_when="max(dl_nowhere) >= $slot_start")
        absent = asked.fetch([FetchRequest(slo(other), start)], due + timedelta(seconds=30))[0]
    assert before.landed is True
    assert before.open_part is None
    assert after.series is not None
    assert after.series.good[-1] == 1.0
    assert absent.landed is None
    assert absent.series is not None
    assert not known(absent.series).any()
    assert absent.warnings == ("no series for dl_nowhere",)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("max(a) >= 3", "max(a) >= bool 3"),
        ("(max(a) > on () max(b))", "max(a) > bool on () max(b)"),
        ("sum(a) > ignoring(z) sum by (z) (b)", "sum(a) > bool ignoring (z) sum by (z) (b)"),
        ('a{b="c\\"d"} == 1', 'a{b="c\\"d"} == bool 1'),
        ("max(a) >= bool 3", "max(a) >= bool 3"),
        ("max(a) > 1 and max(b) > 2", "max(a) > 1 and max(b) > 2"),
        ("not promql (", "not promql ("),
    ],
)
def test_a_condition_answers_no_with_zero(given: str, asked: str) -> None:
    assert answering(given) == asked
