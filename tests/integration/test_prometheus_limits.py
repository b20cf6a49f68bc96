"""What an answer may cost: bytes, time, second tries; and what is noted of each query."""

import gzip
import re
import resource
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from itertools import count
from pathlib import Path
from time import monotonic, time

import pytest

from fireline.adapters.prometheus.breaker import Breaker
from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.adapters.prometheus.telemetry import Telemetry
from fireline.bootstrap.sources import source_of
from fireline.settings import load
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.source_health import BreakerState
from tests.integration.prometheus_stub import EMPTY, Stub, body, error, stub_server
from tests.integration.test_prometheus_faults import gauge

T = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
START = int(T.timestamp()) - 900
MEGABYTE = 1024 * 1024


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_server() as made:
        yield made


def ask(source: PrometheusSource | NamedSources, *names: str) -> list[FetchResult]:
    return source.fetch([FetchRequest(gauge(name), START) for name in names or ("a",)], T)


def grown() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_length_above_the_bound_is_refused_before_a_byte_is_read(stub: Stub) -> None:
    stub.reply_headers = {"Content-Length": str(10 * 1024 * MEGABYTE)}
    begun = monotonic()
    with PrometheusSource(stub.url) as source:
        (result,) = ask(source)
    assert "answered with more than 64 MB; aggregate the query" in (result.error or "")
    assert monotonic() - begun < 2


def test_ten_gigabytes_of_blanks_packed_small_are_given_up_at_64_megabytes(stub: Stub) -> None:
    packed = gzip.compress(b" " * 16 * MEGABYTE) * 640
    stub.answer = lambda _: (200, packed)
    stub.reply_headers = {"Content-Encoding": "gzip"}
    before = grown()
    with PrometheusSource(stub.url) as source:
        (result,) = ask(source)
    assert "more than 64 MB" in (result.error or "")
    assert grown() - before < 200


def test_a_length_shorter_than_the_answer_gives_no_figure(stub: Stub) -> None:
    stub.answer = lambda _: (200, body(EMPTY) * 1000)
    stub.reply_headers = {"Content-Length": "40"}
    with PrometheusSource(stub.url) as source:
        (result,) = ask(source)
    assert result.series is None
    assert "is not a Prometheus" in (result.error or "")


def test_a_server_that_is_not_ready_is_asked_a_second_time_and_answers(stub: Stub) -> None:
    stub.answer = lambda _: (503, b"starting") if len(stub.forms) == 1 else (200, body(EMPTY))
    with PrometheusSource(stub.url) as source:
        (result,) = ask(source)
    assert result.error is None


@pytest.mark.parametrize(("status", "content"), [(500, b"oops"), (503, error("timeout", "slow"))])
def test_what_a_second_try_would_make_worse_is_asked_once(
    stub: Stub, status: int, content: bytes
) -> None:
    stub.answer = lambda _: (status, content)
    with PrometheusSource(stub.url) as source:
        ask(source)
    assert len({form["query"] for form in stub.forms}) == len(stub.forms)


def test_there_is_no_second_try_when_the_time_is_over(stub: Stub) -> None:
    def late(_: dict[str, str]) -> tuple[int, bytes]:
        stub.released.wait(0.3)
        return 502, b""

    stub.answer = late
    with PrometheusSource(stub.url, deadline=0.35) as source:
        begun = monotonic()
        (result,) = ask(source)
    assert monotonic() - begun < 1
    assert result.error is not None
    assert len({form["query"] for form in stub.forms}) == len(stub.forms)


def test_a_body_that_drips_and_then_stops_ends_at_the_deadline(stub: Stub) -> None:
    stub.answer = lambda _: (200, b"{" * 30)
    stub.reply_headers = {"Content-Length": "4000"}
    with PrometheusSource(stub.url, deadline=0.5) as source:
        begun = monotonic()
        (result,) = ask(source)
    assert result.error is not None
    assert monotonic() - begun < 1.5


def test_queries_bytes_failures_and_the_clock_are_noted(stub: Stub) -> None:
    telemetry = Telemetry("eu", stub.url)
    with PrometheusSource(stub.url, telemetry=telemetry) as source:
        ask(source)
        stub.answer = lambda _: (500, b"oops")
        ask(source)
    seen = telemetry.health()
    assert (seen.name, seen.url) == ("eu", stub.url)
    assert seen.queries == len(stub.forms)
    assert seen.bytes_read > 0
    assert sum(seen.failures.values()) >= 1
    assert set(seen.failures) == {"server"}
    assert seen.skew_seconds is not None
    assert abs(seen.skew_seconds) < 2
    assert "failed (HTTP 500" in (seen.last_error or "")


def test_after_five_outages_the_server_is_left_alone(stub: Stub) -> None:
    stub.answer = lambda _: (500, b"oops")
    telemetry = Telemetry(breaker=Breaker(count(0, 2).__next__))
    with PrometheusSource(stub.url, telemetry=telemetry) as source:
        for _ in range(5):
            ask(source)
        asked = len(stub.forms)
        (result,) = ask(source)
        health = telemetry.health()
    assert len(stub.forms) == asked
    assert health.breaker is BreakerState.OPEN
    assert "After 5 failures in a row it is asked every 30 s." in (result.error or "")
    assert "look at its log" in (result.error or "")


@pytest.fixture
def other() -> Iterator[Stub]:
    with stub_server() as made:
        yield made


def test_one_source_failing_touches_only_its_own_slos(stub: Stub, other: Stub) -> None:
    other.answer = lambda _: (502, b"")
    servers = {name: Server(Access(s.url)) for name, s in (("default", stub), ("eu", other))}
    slos = [gauge("a"), replace(gauge("b"), data_source="eu"), gauge("c")]
    slos.append(replace(gauge("d"), data_source="mars"))
    with NamedSources(servers) as source:
        results = source.fetch([FetchRequest(slo, START) for slo in slos], T)
    assert [r.slo for r in results] == ["a", "b", "c", "d"]
    assert [r.error is None for r in results] == [True, False, True, False]
    assert other.url in (results[1].error or "")
    assert results[3].error == (
        "There is no data source mars; settings know default, eu. "
        "Correct data_source, or add it under data_sources in fireline.yaml."
    )
    asked = re.findall(r"label_replace\((\w+)\n", " ".join(f["query"] for f in stub.forms))
    assert set(asked) <= {"a", "c", "max", "count"}


@pytest.mark.parametrize(("seconds", "said"), [(90, "ahead of ours"), (-45, "behind ours")])
def test_a_clock_that_is_off_is_told_with_the_figures(stub: Stub, seconds: int, said: str) -> None:
    stub.reply_headers = {"Date": formatdate(time() + seconds, usegmt=True)}
    with NamedSources({"default": Server(Access(stub.url))}) as source:
        (result,) = ask(source)
    assert result.error is None
    (warning,) = [w for w in result.warnings if "clock" in w]
    assert f"{abs(seconds)} s {said}" in warning or f"{abs(seconds) - 1} s {said}" in warning


def test_secrets_come_from_files_and_are_read_anew_when_they_change(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    token, password = tmp_path / "token", tmp_path / "password"
    token.write_text("first\n")
    password.write_text("p:w\n")
    common = {"url": stub.url, "org_id": "data", "headers": {"X-Team": "orders"}}
    settings = load(
        data_sources={
            "eu": {**common, "bearer_token_file": token, "dialect": "victoriametrics"},
            "us": {**common, "username": "ana", "password_file": password},
        },
        default_data_source="eu",
    )
    with source_of(settings) as source:
        ask(source)
        assert {h["Authorization"] for h in stub.headers} == {"Bearer first"}
        assert {h["X-Scope-OrgID"] for h in stub.headers} == {"data"}
        assert {h["X-Team"] for h in stub.headers} == {"orders"}
        assert {f["nocache"] for f in stub.forms} == {"1"}
        token.write_text("second\n")
        stub.headers.clear()
        ask(source)
        assert {h["Authorization"] for h in stub.headers} == {"Bearer second"}
        token.unlink()
        (blind,) = ask(source)
        assert f"bearer_token_file {token}: cannot be read" in (blind.error or "")
        stub.headers.clear()
        source.fetch([FetchRequest(replace(gauge("a"), data_source="us"), START)], T)
    assert {h["Authorization"] for h in stub.headers} == {"Basic YW5hOnA6dw=="}
