"""Counts that rules recorded, read from a real Prometheus for all SLOs at once."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.adapters.rules import RuleFormat, render
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.definition import DeadlineSli, RatioSli, Slo
from fireline.usecases.ports import FetchRequest, FetchResult
from tests.servers import TestPrometheus, TestVictoria
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

MINUTE = 60
GOOD, TOTAL = "slo:good:increase5m", "slo:total:increase5m"
NOW = int(time.time()) // 300 * 300 - 6 * 3600


def named(name: str) -> Slo:
    """An SLO whose own expressions would give nothing."""
    sli = RatioSli(
        total=f"sum(increase({name}_all[$window]))", good=f"sum(increase({name}_ok[$window]))"
    )
    return slo(sli, name=name, window=timedelta(days=2))


@pytest.fixture
def source(prometheus: TestPrometheus) -> Iterator[NamedSources]:
    with NamedSources({"default": Server(Access(prometheus.url), recorded=True)}) as made:
        yield made


def record(
    prometheus: TestPrometheus | TestVictoria,
    name: str,
    counts: Sequence[tuple[float, float]],
    *,
    offset: int = 20,
    every: int = 60,
) -> None:
    """Each pair is good and total of one minute; recorded as a rule does, seconds after each."""
    times = [NOW - MINUTE * (len(counts) - n - 1) - offset for n in range(len(counts))]
    recorded = {
        part: [
            (at, sum(c[index] for c in counts[max(0, n - 4) : n + 1]))
            for n, at in enumerate(times)
            if n % (every // MINUTE) == 0
        ]
        for index, part in enumerate((GOOD, TOTAL))
    }
    prometheus.write({f'{part}{{slo="{name}"}}': samples for part, samples in recorded.items()})


def asked(source: NamedSources, one: Slo, after: int = 0, back: int = 900) -> FetchResult:
    at = datetime.fromtimestamp(NOW + after, UTC)
    edge = (NOW + after) // 300 * 300
    return source.fetch([FetchRequest(one, edge - back)], at)[0]


def test_of_overlapping_counts_only_the_one_at_the_end_of_each_bucket_is_taken(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    record(prometheus, "seams", [(n % 7, n % 7 + 1) for n in range(40)])
    found = asked(source, named("seams"))
    assert found.error is None
    assert found.series is not None
    minutes = [(n % 7, n % 7 + 1) for n in range(40)]
    expected = [minutes[-15:-10], minutes[-10:-5], minutes[-5:]]
    assert found.series.total.tolist() == [sum(t for _, t in five) for five in expected]
    assert found.series.good.tolist() == [sum(g for g, _ in five) for five in expected]
    assert not found.series.flags.any()
    assert found.newest_sample == datetime.fromtimestamp(NOW - 20, UTC)
    assert found.open_part is None


def test_the_open_part_makes_five_minutes_up_to_now_what_was_recorded_for_them(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    minutes = [(10.0, 10.0)] * 30 + [(2.0, 10.0)] * 3
    record(prometheus, "burst", minutes)
    # The last three minutes lie after the edge that is asked for here.
    found = asked(source, named("burst"), after=-1, back=900)
    assert found.open_part is not None
    last = found.series.total[-1], found.series.good[-1]  # type: ignore[union-attr]
    share = 1 - (found.open_part.total / 50)
    assert found.open_part.total + share * last[0] == pytest.approx(50)
    assert found.open_part.bad > 0


def test_a_rule_that_stopped_shows_neither_counts_nor_a_new_sample(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    record(prometheus, "stopped", [(5, 5)] * 30)
    found = asked(source, named("stopped"), after=300)
    assert found.series is not None
    # Prometheus still shows the old sample at that edge; its time tells that it is none of it.
    assert found.series.flags.tolist() == [0, 0, BucketFlag.MISSING]
    assert found.newest_sample is None
    late = asked(source, named("stopped"), after=3600)
    assert late.series is not None
    assert set(late.series.flags.tolist()) == {BucketFlag.MISSING}
    assert late.warnings == (
        "no rule records slo:total:increase5m for it: load what `fireline slo rules` writes",
    )


def test_a_gap_of_hours_is_read_from_the_recorded_counts_too(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    record(prometheus, "gap", [(3, 4)] * 60 * 5)
    found = asked(source, named("gap"), back=4 * 3600)
    assert found.series is not None
    assert found.series.total.tolist() == [20.0] * 48
    assert found.series.good.tolist() == [15.0] * 48


def test_what_lies_before_the_rules_and_what_no_rule_records_is_asked_as_it_is(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    at = [NOW - MINUTE * n for n in range(26 * 60, -1, -1)]
    prometheus.write(
        {
            "older_all": [(t, 60.0 * n) for n, t in enumerate(at)],
            "older_ok": [(t, 54.0 * n) for n, t in enumerate(at)],
        }
    )
    record(prometheus, "older", [(1, 1)] * 30)
    whole = asked(source, named("older"), back=25 * 3600)
    assert whole.series is not None
    assert whole.series.total[100:110].tolist() == pytest.approx([300.0] * 10)
    recent = asked(source, named("older"))
    assert recent.series is not None
    assert recent.series.total.tolist() == [5.0] * 3
    by = datetime(2026, 1, 1, 7, tzinfo=UTC).time()
    deadline = replace(named("older"), sli=DeadlineSli("vector(1)", by))
    assert asked(source, deadline).error is None


def test_two_series_for_one_slo_are_refused(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    record(prometheus, "twice", [(1, 1)] * 30)
    prometheus.write({f'{TOTAL}{{slo="twice",replica="b"}}': [(NOW - 20, 9.0)]})
    found = asked(source, named("twice"))
    assert found.error is not None
    assert found.error.startswith('several series slo:total:increase5m{slo="twice"}')


def test_many_slos_cost_one_query_and_three_when_a_bucket_closed(
    prometheus: TestPrometheus, source: NamedSources
) -> None:
    for n in range(30):
        record(prometheus, f"many{n}", [(1, 1)] * 30)
    some = [FetchRequest(named(f"many{n}"), NOW - 900) for n in range(30)]
    for after, calls in ((0, 3), (30, 1), (60, 1)):
        before = source.health()[0].queries
        found = source.fetch(some, datetime.fromtimestamp(NOW + after, UTC))
        assert all(r.error is None and r.series is not None for r in found)
        assert source.health()[0].queries - before == calls


def test_a_source_that_is_down_fails_everybody_with_one_sentence() -> None:
    with NamedSources({"default": Server(Access("http://127.0.0.1:9"), recorded=True)}) as source:
        found = asked(source, named("x"))
    assert found.error is not None
    assert "cannot be reached" in found.error


def test_rules_as_they_are_exported_are_what_is_read(
    prometheus_factory: Callable[[str], TestPrometheus], tmp_path: Path
) -> None:
    one = named("live")
    broken = replace(named("broken"), sli=RatioSli(total="live_all % live_twice", good="live_ok"))
    text = render([one, broken], Policy(), RuleFormat.FIRELINE)
    text = text.replace("interval: 1m", "interval: 1s").replace("interval: 2m", "interval: 1s")
    (tmp_path / "rules.yml").write_text(text, "utf-8")
    server = prometheus_factory(
        "global: {evaluation_interval: 1s}\n"
        "storage: {tsdb: {out_of_order_time_window: 1d}}\n"
        f"rule_files: ['{tmp_path / 'rules.yml'}']\n"
    )
    now = time.time()
    at = [now - 60 * (20 - m) for m in range(24)]
    server.write(
        {
            "live_all": [(t, 60.0 * m) for m, t in enumerate(at)],
            "live_ok": [(t, 54.0 * m) for m, t in enumerate(at)],
            'live_twice{a="1"}': [(t, 1.0) for t in at],
            'live_twice{a="2"}': [(t, 1.0) for t in at],
        }
    )
    with NamedSources({"default": Server(Access(server.url), recorded=True)}) as source:
        deadline = time.monotonic() + 20
        while True:
            moment = datetime.fromtimestamp(int(time.time()), UTC)
            edge = int(moment.timestamp()) // 300 * 300
            fetched = source.fetch([FetchRequest(s, edge - 900) for s in (one, broken)], moment)
            if fetched[0].newest_sample is not None:
                break
            assert time.monotonic() < deadline
    assert abs((moment - fetched[0].newest_sample).total_seconds()) < 10
    assert fetched[1].newest_sample is None


def test_victoriametrics_is_read_alike(victoria: TestVictoria) -> None:
    record(victoria, "vm", [(n % 7, n % 7 + 1) for n in range(38)])
    server = Server(Access(victoria.url, parameters=(("nocache", "1"),)), recorded=True)
    with NamedSources({"default": server}) as source:
        found = asked(source, named("vm"), after=-1)
        stopped = asked(source, named("vm"), after=300)
    assert found.series is not None
    minutes = [(n % 7, n % 7 + 1) for n in range(38)]
    expected = [minutes[-20:-15], minutes[-15:-10], minutes[-10:-5]]
    assert found.series.total.tolist() == [sum(t for _, t in five) for five in expected]
    assert found.newest_sample == datetime.fromtimestamp(NOW - 20, UTC)
    assert found.open_part is not None
    assert stopped.series is not None
    assert stopped.series.flags.tolist() == [0, 0, BucketFlag.MISSING]
    assert stopped.newest_sample is None
