"""The Prometheus adapter against a real server: what it asks and how it reads the answers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.policy.evaluation import evaluate, failed
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.definition import Absent, RatioSli, Slo, TimeSliceSli
from fireline.domain.slo.ledger import first_known, known
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from fireline.usecases.ports import FetchRequest, FetchResult
from tests.servers import TestPrometheus
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

BASE = datetime(2026, 11, 10, tzinfo=UTC)
START = int(BASE.timestamp())
HOURS_6 = timedelta(hours=6)
T = BASE + HOURS_6
Points = list[tuple[float, float]]


def every_minute(value: Callable[[int], float | None], minutes: int = 360) -> Points:
    """One sample per minute from the start."""
    found = ((START + 60 * m, value(m)) for m in range(minutes + 1))
    return [(at, v) for at, v in found if v is not None]


@pytest.fixture(scope="module")
def seeded(prometheus: TestPrometheus) -> TestPrometheus:
    """The cases of one 6 h window, each with metric names of its own."""
    good = lambda m: 60.0 * m  # noqa: E731 - shorter than a function here
    prometheus.write(
        {
            "a_good_total": every_minute(good),
            "b_good_total": every_minute(good),
            "b_bad_total": every_minute(lambda m: float(m - 180) if m >= 180 else None),
            "c_good_total": every_minute(
                lambda m: 60.0 * m if m < 150 else 9000.0 + 60.0 * max(0, m - 210)
            ),
            "c_bad_total": every_minute(lambda _: 0.0),
            "d_good_total": every_minute(
                lambda m: 9.0 * m if m <= 180 else 1620.0 + 1000.0 * (m - 180)
            ),
            "d_bad_total": every_minute(lambda m: float(min(m, 180))),
            "e_good_total": every_minute(lambda m: 60.0 * m if m <= 180 else None),
            "e_bad_total": every_minute(lambda m: float(m) if m <= 180 else None),
            "h_good_total": every_minute(lambda m: 60.0 * (m if m < 100 else m - 100)),
            "k_good_total": every_minute(lambda m: 101.0 * m),
            "k_all_total": every_minute(lambda m: 100.0 * m),
            "idle_total": every_minute(lambda _: 7.0),
            "lag_seconds": every_minute(lambda m: 200.0 if 95 < m <= 100 else 5.0),
            "gap_seconds": every_minute(lambda m: None if 100 <= m < 220 else 5.0),
            'two_seconds{a="x"}': every_minute(lambda _: 1.0),
            'two_seconds{a="y"}': every_minute(lambda _: 1.0),
            "nan_seconds": every_minute(lambda _: 0.0),
        }
    )
    return prometheus


@pytest.fixture
def source(seeded: TestPrometheus) -> Iterator[PrometheusSource]:
    with PrometheusSource(seeded.url) as made:
        yield made


def counter(name: str, **changes: Any) -> Slo:
    """A 6 h objective over `<name>_good_total` and `<name>_bad_total`."""
    good, bad = f"sum(increase({name}_good_total[$window]))", f"{name}_bad_total[$window]"
    total = f"{good} + (sum(increase({bad})) or vector(0))"
    sli = RatioSli(total=total, bad=f"sum(increase({bad}))")
    return slo(sli, name=name, window=HOURS_6, min_events=20, **changes)


def gauge(metric: str, op: str = "<=", limit: float = 120.0, **changes: Any) -> Slo:
    return slo(TimeSliceSli(metric, op, limit), name=metric, window=HOURS_6, **changes)


def fetch(source: PrometheusSource, definition: Slo, at: datetime = T) -> FetchResult:
    return source.fetch([FetchRequest(definition, START)], at)[0]


def judged(source: PrometheusSource, definition: Slo, at: datetime = T) -> SloStatus:
    """Fetch the window and evaluate it."""
    result = fetch(source, definition, at)
    if result.error is not None or result.series is None:
        return failed(definition, at, result.error or "", None)
    return evaluate(
        Reading(
            slo=definition,
            series=result.series,
            at=at,
            open_part=result.open_part,
            history_start=first_known(result.series),
            newest_sample=result.newest_sample,
            warnings=result.warnings,
        ),
        Policy(),
    )


def test_no_error_series_ever_is_a_whole_budget(source: PrometheusSource) -> None:
    status = judged(source, counter("a"))
    assert status.data_state is DataState.OK
    assert status.remaining == 1.0
    assert status.total == pytest.approx(21_600, rel=0.01)


def test_an_error_series_born_half_way_counts_from_its_birth(source: PrometheusSource) -> None:
    status = judged(source, counter("b"))
    assert status.data_state is DataState.OK
    assert status.budget_state is BudgetState.EXHAUSTED
    assert status.remaining == pytest.approx(-7.26446, rel=0.02)


def test_an_hour_without_traffic_is_a_state_then_and_no_trace_later(
    source: PrometheusSource,
) -> None:
    short = replace(counter("c"), window=timedelta(hours=3))
    during = judged(source, short, BASE + timedelta(minutes=210))
    assert during.data_state is DataState.NO_TRAFFIC
    assert during.sentence == "no events for 1 h"
    after = judged(source, counter("c"))
    assert after.data_state is DataState.OK
    assert after.remaining == 1.0
    assert after.total == pytest.approx(17_880, rel=0.02)


def test_errors_weigh_by_events_not_by_minutes(source: PrometheusSource) -> None:
    status = judged(source, counter("d"))
    assert status.remaining == pytest.approx(0.00442478, abs=0.015)
    assert status.budget_state in (BudgetState.AT_RISK, BudgetState.EXHAUSTED)


def test_series_that_stop_are_stale_and_say_since_when(source: PrometheusSource) -> None:
    status = judged(source, counter("e"))
    assert status.data_state is DataState.STALE
    assert status.sentence == "stopped 03:00 UTC, 3 h ago"
    assert status.budget_state is BudgetState.EXHAUSTED
    assert status.remaining == pytest.approx(-15.3934, rel=0.02)
    assert status.coverage == pytest.approx(0.5, abs=0.03)


def test_a_counter_reset_loses_nothing_of_note(source: PrometheusSource) -> None:
    assert judged(source, counter("h")).total == pytest.approx(60 * 359, rel=0.01)


def test_good_above_total_is_clamped_and_flagged(source: PrometheusSource) -> None:
    sli = RatioSli(
        total="sum(increase(k_all_total[$window]))", good="sum(increase(k_good_total[$window]))"
    )
    result = fetch(source, slo(sli, window=HOURS_6))
    assert result.series is not None
    assert (result.series.good <= result.series.total).all()
    assert result.series.flags[-1] & BucketFlag.CLAMPED


def test_slices_are_compared_in_python_bucket_by_bucket(source: PrometheusSource) -> None:
    result = fetch(source, gauge("lag_seconds"))
    assert result.series is not None
    bad = result.series.total - result.series.good
    assert list(bad[18:21]) == [0.0, 5.0, 0.0]
    assert list(result.series.total[18:21]) == [5.0, 5.0, 5.0]


def test_absent_slices_are_bad_where_the_slo_says_so(source: PrometheusSource) -> None:
    ignored = judged(source, gauge("gap_seconds", absent=Absent.IGNORE))
    counted = judged(source, gauge("gap_seconds", absent=Absent.BAD, objective="50"))
    assert ignored.remaining == 1.0
    assert counted.total == pytest.approx(360, abs=2)
    assert counted.good == pytest.approx(360 - 115, abs=3)


def test_a_missing_metric_is_no_data_and_names_it(source: PrometheusSource) -> None:
    always = RatioSli(
        total="sum(increase(nowhere_total[$window])) or vector(0)",
        bad="sum(increase(nowhere_bad_total[$window])) or vector(0)",
    )
    for definition in (slo(always, window=HOURS_6), counter("nowhere"), gauge("nowhere_seconds")):
        status = judged(source, definition)
        assert status.data_state is DataState.NO_DATA
        assert status.sentence.startswith("no data since definition: no series for nowhere_")
        assert (status.remaining, status.good, status.total) == (None, None, None)


def test_missing_good_is_no_data_and_never_zero_percent(source: PrometheusSource) -> None:
    sli = RatioSli(
        total="sum(increase(k_all_total[$window]))", good="sum(increase(nowhere[$window]))"
    )
    status = judged(source, slo(sli, window=HOURS_6))
    assert status.data_state is DataState.NO_DATA
    assert "`good` gives nothing while `total` counts events" in status.sentence


def test_no_traffic_has_a_sentence_and_no_number(source: PrometheusSource) -> None:
    sli = RatioSli(total="sum(increase(idle_total[$window]))", bad="sum(increase(x_y[$window]))")
    status = judged(source, slo(sli, window=HOURS_6))
    assert status.data_state is DataState.NO_TRAFFIC
    assert status.sentence == "no events in 6 h"
    assert (status.remaining, status.budget, status.good) == (None, None, None)


def test_division_by_zero_in_the_users_query_is_missing_not_a_value(
    source: PrometheusSource,
) -> None:
    status = judged(source, gauge("nan_seconds / nan_seconds"))
    assert status.data_state is DataState.NO_DATA


def test_two_series_for_one_slo_are_an_error_that_names_the_label(
    source: PrometheusSource,
) -> None:
    status = judged(source, gauge("two_seconds"))
    assert status.data_state is DataState.QUERY_ERROR
    assert "expected one value, the query gives 2 (they differ by __name__, a)" in status.sentence


def test_one_wrong_query_marks_only_its_own_slo(source: PrometheusSource) -> None:
    wrong = gauge("count_values(1, x)")
    many = [gauge(f"lag_seconds + {i}", limit=1e9) for i in range(60)]
    requests = [FetchRequest(d, START) for d in [*many[:30], wrong, *many[30:]]]
    results = source.fetch(requests, T)
    errors = [r.error for r in results if r.error]
    assert len(errors) == 1
    assert results[30].error is not None
    assert "rejects the query" in results[30].error
    assert all(r.series is not None and known(r.series).all() for r in results if not r.error)


def test_late_samples_change_the_buckets_that_are_read_again(
    source: PrometheusSource, seeded: TestPrometheus
) -> None:
    definition = gauge("late_seconds")
    seeded.write({"late_seconds": every_minute(lambda m: 5.0 if m <= 350 else None)})
    at = T - timedelta(seconds=1)
    before = fetch(source, definition, at).series
    assert before is not None
    assert not before.flags[-2]
    assert before.flags[-1] & BucketFlag.PARTIAL or before.total[-1] <= 5
    seeded.write({"late_seconds": [(START + 60 * m, 500.0) for m in range(351, 361)]})
    again = source.fetch([FetchRequest(definition, before.end - 900)], T)[0].series
    assert again is not None
    assert list(again.total - again.good)[-2:] == [5.0, 5.0]


def test_the_open_part_is_exact_from_the_first_scrape(source: PrometheusSource) -> None:
    definition = counter("a")
    assert fetch(source, definition, T - timedelta(seconds=270)).open_part is None
    for minutes in (1, 2, 3, 4):
        part = fetch(source, definition, T - timedelta(minutes=5 - minutes)).open_part
        assert part is not None
        assert part.total == 60 * minutes


def test_an_estimate_waits_for_four_scrapes(source: PrometheusSource) -> None:
    sli = RatioSli(
        total="sum(increase(a_good_total[$window] offset 1s))",
        bad="sum(increase(a_bad_total[$window]))",
    )
    definition = slo(sli, window=HOURS_6)
    assert fetch(source, definition, T - timedelta(seconds=120)).open_part is None
    late = fetch(source, definition, T - timedelta(seconds=30)).open_part
    assert late is not None
    assert late.total == pytest.approx(60 * 4.5, rel=0.15)


def test_the_shipped_counter_form_counts_sparse_runs_exactly(
    source: PrometheusSource, seeded: TestPrometheus
) -> None:
    catalogue = DefinitionFolder([Path(__file__).parents[2] / "slo_definitions"]).current()
    shipped = replace(catalogue.slos["airflow-tier0-run-success"], window=HOURS_6)
    ok, bad = "airflow_dagrun_duration_count", "airflow_dagrun_failed_count"
    seeded.write(
        {
            # A burst in the seam of two buckets, then a restart that forgets all but three.
            f'{ok}{{dag_id="orders_seam"}}': every_minute(
                lambda m: 0.0 if m <= 100 else 1000.0 if m <= 200 else 3.0
            ),
            # Twelve minutes of lost scrapes on a counter that is already large.
            f'{ok}{{dag_id="orders_gap"}}': every_minute(
                lambda m: 100_000.0 if m < 120 else None if m < 132 else 100_010.0
            ),
            # The first failure gives birth to the series.
            f'{bad}{{dag_id="orders_seam"}}': every_minute(lambda m: 1.0 if m >= 250 else None),
        }
    )
    result = source.fetch([FetchRequest(shipped, START + 3600)], T)[0]
    assert result.error is None
    assert result.series is not None
    assert result.series.total.sum() == pytest.approx(1000 + 3 + 10 + 1)
    assert (result.series.total - result.series.good).sum() == pytest.approx(1)


class _Page(BaseHTTPRequestHandler):
    """Something at the address that is not a Prometheus."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answers = {"/login": (302, b""), "/lost": (404, b"no"), "/auth": (401, b"")}
        status, body = next(
            (a for prefix, a in answers.items() if self.path.startswith(prefix)),
            (200, b"<html>hello</html>"),
        )
        self.send_response(status)
        self.send_header("Location", "https://sso.example/login")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def page() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "is not a Prometheus (it answers with a page, not JSON)"),
        ("/lost", "is not a Prometheus (HTTP 404"),
        ("/login", "redirects to https://sso.example/login"),
        ("/auth", "refused the credentials (HTTP 401)"),
    ],
)
def test_a_wrong_address_says_what_is_there_instead(page: str, path: str, said: str) -> None:
    with PrometheusSource(page + path) as source:
        status = judged(source, gauge("x"))
    assert status.data_state is DataState.QUERY_ERROR
    assert said in status.sentence
    assert status.remaining is None


def test_a_server_that_is_down_is_told_so_once_for_all() -> None:
    with PrometheusSource("http://user:secret@127.0.0.1:9") as source:
        results = source.fetch([FetchRequest(gauge(f"m{i}"), START) for i in range(120)], T)
    said = (
        "Prometheus at http://127.0.0.1:9 cannot be reached (connection refused); "
        "check that it runs and the address."
    )
    assert {r.error for r in results} == {said}
