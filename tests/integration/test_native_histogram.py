"""A native histogram in a real Prometheus: the fraction below a threshold is what was observed."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cramjam
import httpx
import numpy as np
import pytest

from fireline.adapters.files.slos import load_file
from fireline.adapters.prometheus.source import PrometheusSource
from fireline.demo.processes import (
    EMPTY_CONFIG,
    MissingProgramError,
    find_program,
    free_port,
    start_server,
)
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.ledger import known
from fireline.usecases.ports import FetchRequest
from tests.servers import missing
from tests.unit.test_slo_kind_files import document

pytestmark = pytest.mark.real

BASE = datetime(2026, 11, 18, tzinfo=UTC)
START = int(BASE.timestamp())
HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> bytes:
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def number(field: int, content: bytes) -> bytes:
    return varint(field << 3) + content


def histogram(quick: int, slow: int, at: int) -> bytes:
    """Observations in (0.25, 0.5] and in (1, 2]: buckets -1 and 1 of schema 0."""
    first = number(1, zigzag(-1)) + number(2, varint(1))
    second = number(1, zigzag(1)) + number(2, varint(1))
    return b"".join(
        (
            number(1, varint(quick + slow)),
            varint(3 << 3 | 1) + struct.pack("<d", quick * 0.4 + slow * 1.5),
            number(4, zigzag(0)),
            varint(5 << 3 | 1) + struct.pack("<d", 1e-128),
            number(6, varint(0)),
            message(11, first),
            message(11, second),
            message(12, zigzag(quick) + zigzag(slow - quick)),
            number(15, varint(at * 1000)),
        )
    )


def write_request(minutes: int, quiet: int) -> bytes:
    """Nine quick and one slow observation a minute, then none for some."""
    label = message(1, message(1, b"__name__") + message(2, b"nh_seconds"))
    samples = b"".join(
        message(4, histogram(9 * min(m, minutes), min(m, minutes), START + 60 * m))
        for m in range(1, minutes + quiet + 1)
    )
    return message(1, label + samples)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A Prometheus with native histograms: twenty busy minutes of one, and fifteen quiet."""
    try:
        program = find_program(("prometheus",), "prometheus")
    except MissingProgramError as error:
        missing(error)
    (tmp_path / "prometheus.yml").write_text(EMPTY_CONFIG)
    listen = f"127.0.0.1:{free_port()}"
    command = [
        program,
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={listen}",
        "--web.enable-remote-write-receiver",
        "--enable-feature=native-histograms",
    ]
    with start_server("prometheus", command, f"http://{listen}", tmp_path / "log") as server:
        answer = httpx.post(
            f"{server.url}/api/v1/write",
            content=bytes(cramjam.snappy.compress_raw(write_request(20, 15))),
            headers=HEADERS,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        yield server.url


@pytest.mark.parametrize(("threshold", "good"), [("500ms", 45), ("2s", 50), ("250ms", 0)])
def test_good_are_those_at_or_below_the_threshold(url: str, threshold: str, good: float) -> None:
    sli = f"{{latency: {{histogram: nh_seconds, threshold: {threshold}, native: true}}}}"
    (slo,) = load_file("f.yaml", document(sli))
    with PrometheusSource(url) as source:
        found = source.fetch([FetchRequest(slo, START)], BASE + timedelta(minutes=20))[0]
    assert found.error is None
    assert found.series is not None
    assert np.allclose(found.series.total[2:], 50)
    assert np.allclose(found.series.good[2:], good)


def test_without_requests_there_is_no_share_and_no_traffic(url: str) -> None:
    sli = "{latency: {histogram: nh_seconds, threshold: 500ms, native: true}}"
    (slo,) = load_file("f.yaml", document(sli))
    with PrometheusSource(url) as source:
        found = source.fetch([FetchRequest(slo, START)], BASE + timedelta(minutes=35))[0]
    assert found.series is not None
    assert known(found.series).all()
    assert list(found.series.total[5:]) == [0, 0]
    assert (found.series.flags[5:] & BucketFlag.NO_TRAFFIC).all()
