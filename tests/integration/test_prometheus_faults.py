"""A Prometheus that is slow, overloaded or half broken: each query pays only for itself."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.slo.definition import Slo, TimeSliceSli
from fireline.usecases.ports import FetchRequest, FetchResult
from tests.integration.prometheus_stub import EMPTY, Stub, body, error, stub_server
from tests.unit.slo_builders import slo

T = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EPOCH = int(T.timestamp())


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_server() as made:
        yield made


def gauge(name: str) -> Slo:
    return slo(TimeSliceSli(name, "<=", 1.0), name=name)


def fetch(source: PrometheusSource, *names: str, at: datetime = T) -> list[FetchResult]:
    return source.fetch([FetchRequest(gauge(n), EPOCH - 900) for n in names], at)


def named(form: dict[str, str]) -> list[str]:
    """Which of our metrics a query asks for."""
    return re.findall(r"label_replace\((\w+)\n", form["query"])


def test_the_query_travels_in_the_body_with_limits_and_credentials(stub: Stub) -> None:
    access = Access(stub.url, headers=(("Authorization", "Bearer x"), ("X-Scope-OrgID", "data")))
    with PrometheusSource(access, version="1.2.3") as source:
        fetch(source, "a")
    assert set(stub.paths) == {"/api/v1/query_range"}
    assert stub.forms[0]["timeout"] == "8s"
    assert stub.headers[0]["User-Agent"] == "fireline/1.2.3"
    assert stub.headers[0]["Authorization"] == "Bearer x"
    assert stub.headers[0]["X-Scope-OrgID"] == "data"


def test_a_hundred_slos_are_asked_in_few_queries_and_equal_ones_once(stub: Stub) -> None:
    with PrometheusSource(stub.url) as source:
        fetch(source, *(f"m{i}" for i in range(100)))
        assert len(stub.forms) == 4
        stub.forms.clear()
        source.fetch([FetchRequest(gauge("same"), EPOCH - 900)] * 30, T)
    assert sum(f["query"].count("label_replace") for f in stub.forms) == 2


def test_a_wrong_query_is_found_by_halving_and_left_out_for_five_minutes(stub: Stub) -> None:
    def answer(form: dict[str, str]) -> tuple[int, bytes]:
        if "broken" in form["query"]:
            return 422, error("execution", "many-to-many matching not allowed")
        return 200, body(EMPTY)

    stub.answer = answer
    with PrometheusSource(stub.url) as source:
        names = [f"m{i}" for i in range(20)]
        results = fetch(source, *names, "broken")
        assert [bool(r.error) for r in results] == [False] * 20 + [True]
        assert results[-1].error == (
            "Prometheus rejects the query: many-to-many matching not allowed (in `value`: broken)"
        )
        stub.forms.clear()
        again = fetch(source, *names, "broken", at=T + timedelta(minutes=4))
        assert again[-1].error == results[-1].error
        assert len(stub.forms) == 2
        stub.answer = lambda _: (200, body(EMPTY))
        assert fetch(source, "broken", at=T + timedelta(minutes=6))[0].error is None


def test_a_slow_answer_is_given_up_after_the_deadline(stub: Stub) -> None:
    stub.drip = True
    with PrometheusSource(stub.url, deadline=0.4) as source:
        (result,) = fetch(source, "a")
    assert result.error == (
        f"Prometheus at {stub.url} did not answer within 0.4 s; "
        "it is overloaded or the query is too heavy."
    )


def test_a_connection_lost_in_the_middle_of_an_answer_is_told_as_such(stub: Stub) -> None:
    stub.drip = True
    stub.released.set()
    with PrometheusSource(stub.url) as source:
        (result,) = fetch(source, "a")
    assert "cannot be reached" in (result.error or "")


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with PrometheusSource(url, deadline=0.3) as source:
            results = fetch(source, *(f"m{i}" for i in range(400)))
    said = "did not answer within 0.3 s; it is overloaded or the query is too heavy."
    assert {r.error for r in results} == {f"Prometheus at {url} {said}"}


def test_after_a_timeout_few_others_share_a_query_with_the_slow_one(stub: Stub) -> None:
    def answer(form: dict[str, str]) -> tuple[int, bytes]:
        if "slow" in named(form):
            return 503, error("timeout", "query timed out in expression evaluation")
        return 200, body(EMPTY)

    stub.answer = answer
    names = ["slow", *(f"m{i}" for i in range(120))]
    with PrometheusSource(stub.url) as source:
        first = fetch(source, *names)
        second = fetch(source, *names, at=T + timedelta(seconds=30))
    assert sum(bool(r.error) for r in first) == 50
    assert sum(bool(r.error) for r in second) == 5
    assert "did not answer within 10 s" in (second[0].error or "")


def test_a_failing_server_is_asked_twice_and_then_left_alone(stub: Stub) -> None:
    stub.answer = lambda _: (502, b"bad gateway")
    with PrometheusSource(stub.url) as source:
        results = fetch(source, *(f"m{i}" for i in range(300)))
    assert {r.error for r in results} == {
        f"Prometheus at {stub.url} failed (HTTP 502); look at its log."
    }
    assert len(stub.forms) <= 6


def test_json_of_something_else_is_not_a_prometheus(stub: Stub) -> None:
    stub.answer = lambda _: (200, b'{"hello": 1}')
    with PrometheusSource(stub.url) as source:
        (result,) = fetch(source, "a")
    assert "its JSON has no query result" in (result.error or "")


def test_warnings_and_infinite_values_are_kept_apart_from_data(stub: Stub) -> None:
    def answer(form: dict[str, str]) -> tuple[int, bytes]:
        start, end, step = (int(float(form[k])) for k in ("start", "end", "step"))
        rows = [
            {
                "metric": {"fireline_part": str(i)},
                "values": [
                    [at, "+Inf" if at == EPOCH - 60 else "1"] for at in range(start, end + 1, step)
                ],
            }
            for i in range(form["query"].count("label_replace"))
        ]
        data = {"resultType": "matrix", "result": rows}
        return 200, body({"status": "success", "data": data, "warnings": ["store b is down"]})

    stub.answer = answer
    with PrometheusSource(stub.url) as source:
        (result,) = fetch(source, "a")
    assert result.warnings == ("store b is down",)
    assert result.series is not None
    assert list(result.series.total) == [5, 5, 4]


def test_thirty_days_of_slices_are_asked_in_stretches(stub: Stub) -> None:
    with PrometheusSource(stub.url) as source:
        source.fetch([FetchRequest(gauge("a"), EPOCH - 30 * 86400)], T)
    for form in stub.forms:
        points = (int(float(form["end"])) - int(float(form["start"]))) / int(form["step"]) + 1
        assert points <= 11_000
    values = [f for f in stub.forms if f["step"] == "60"]
    assert sum((int(f["end"]) - int(f["start"])) // 60 + 1 for f in values) == 43_200
