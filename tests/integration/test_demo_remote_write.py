"""What is written by remote write is what a real Prometheus gives back."""

import math

import httpx
import numpy as np
import psycopg
import pytest
import respx

from fireline.demo.remote_write import STALE, RemoteWriter, Series, encode, parse_labels
from fireline.domain.errors import RejectedError, UnreachableError
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

T = 1_790_000_000


def _value(prometheus: TestPrometheus, promql: str, at: float) -> float:
    result = prometheus.query(promql, at)
    assert len(result) == 1, result
    pair = result[0]["value"]
    assert isinstance(pair, list)
    return float(pair[1])


def test_samples_come_back_with_their_values_and_times(prometheus: TestPrometheus) -> None:
    sent = prometheus.write({'rw_back{job="a"}': [(T, 1.5), (T + 60, -2.25), (T + 120, 7e300)]})
    assert sent == 3
    assert _value(prometheus, "rw_back", T) == 1.5
    assert _value(prometheus, "rw_back", T + 119) == -2.25
    assert _value(prometheus, "rw_back", T + 120) == 7e300
    assert _value(prometheus, "timestamp(rw_back)", T + 119) == T + 60


def test_many_series_over_many_hours_arrive_whole(fresh_prometheus: TestPrometheus) -> None:
    times = np.arange(T - 3 * 86_400, T, 240, dtype=np.float64)
    series = [
        Series(
            {"__name__": "rw_many", "n": str(n)}, times, np.arange(len(times), dtype=np.float64) + n
        )
        for n in range(2_100)
    ]
    assert fresh_prometheus.write_series(series) == 2_100 * 1_080
    assert _value(fresh_prometheus, "sum(count_over_time(rw_many[3d]))", T - 1) == 2_100 * 1_080
    assert _value(fresh_prometheus, 'rw_many{n="7"}', T - 1) == 1_079 + 7


def test_labels_with_odd_characters_survive(prometheus: TestPrometheus) -> None:
    key = (("__name__", "rw_odd"), ("path", 'a"b\\c'), ("city", "Zürich"))
    prometheus.write({key: [(T, 1)]})
    metric = prometheus.query("rw_odd", T)[0]["metric"]
    assert metric == {"__name__": "rw_odd", "path": 'a"b\\c', "city": "Zürich"}


def test_a_stale_marker_ends_a_series(prometheus: TestPrometheus) -> None:
    prometheus.write({"rw_stale": [(T, 1), (T + 10, STALE)]})
    assert _value(prometheus, "rw_stale", T + 5) == 1
    assert prometheus.query("rw_stale", T + 11) == []


def test_refused_samples_are_reported_in_the_servers_words(
    fresh_prometheus: TestPrometheus,
) -> None:
    fresh_prometheus.write({"rw_refused": [(T, 1)]})
    with pytest.raises(RejectedError, match="out of bounds"):
        fresh_prometheus.write({"rw_refused_old": [(T - 7 * 86_400, 1)]})


def test_an_absent_server_is_unreachable() -> None:
    with respx.mock:
        respx.post("http://127.0.0.1:1/api/v1/write").mock(side_effect=httpx.ConnectError("no"))
        with (
            RemoteWriter("http://127.0.0.1:1") as writer,
            pytest.raises(UnreachableError, match="did not answer"),
        ):
            writer.write([Series({"__name__": "x"}, np.array([1.0]), np.array([1.0]))])


def test_nothing_to_write_sends_nothing() -> None:
    with RemoteWriter("http://127.0.0.1:1") as writer:
        assert writer.write([]) == 0


def test_times_that_do_not_fit_are_refused_before_sending() -> None:
    with pytest.raises(ValueError, match="1970 and 2109"):
        encode([Series({"__name__": "x"}, np.array([-5.0]), np.array([1.0]))])


def test_empty_label_values_are_left_out_as_prometheus_demands() -> None:
    assert b"empty" not in encode(
        [Series({"__name__": "x", "empty": ""}, np.array([1.0]), np.array([1.0]))]
    )


def test_a_selector_is_read_as_labels() -> None:
    assert parse_labels('up{job="x", instance="a:1"}') == {
        "__name__": "up",
        "job": "x",
        "instance": "a:1",
    }
    assert parse_labels("up") == {"__name__": "up"}


def test_the_stale_marker_is_a_nan() -> None:
    assert math.isnan(STALE)


def test_each_test_gets_an_empty_postgres_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        found = connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
    assert found == (0,)
