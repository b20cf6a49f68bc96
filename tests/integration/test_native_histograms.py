"""Latency from a native histogram, with the feature of Debian's Prometheus 2.42 switched on."""

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import cramjam
import httpx
import pytest

from fireline.adapters.prometheus.source import PrometheusSource
from fireline.demo.processes import (
    EMPTY_CONFIG,
    MissingProgramError,
    find_program,
    free_port,
    start_server,
)
from fireline.domain.slo.buckets import BucketFlag
from fireline.domain.slo.definition import LatencySli
from fireline.domain.slo.ledger import known
from fireline.usecases.ports import FetchRequest
from tests.servers import missing
from tests.unit.slo_builders import slo

pytestmark = pytest.mark.real

BASE = datetime(2025, 6, 20, tzinfo=UTC)
START = int(BASE.timestamp())
TOTAL = "histogram_count(sum(increase(native_seconds[$window])))"
SLI = LatencySli(
    total=TOTAL,
    good=f"histogram_fraction(0, 0.5, sum(rate(native_seconds[$window]))) * {TOTAL}",
    histogram="native_seconds",
    threshold=0.5,
    native=True,
)


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append((number & 127) | 128)
        number >>= 7
    return bytes([*out, number])


def part(tag: int, body: bytes) -> bytes:
    return varint(tag << 3 | 2) + varint(len(body)) + body


def whole(tag: int, number: int) -> bytes:
    return varint(tag << 3) + varint(number)


def signed(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def histogram(at: int, fast: int, slow: int) -> bytes:
    """The remote-write message of a histogram with observations in (0.25, 0.5] and (2, 4].

    Schema 0: bucket `i` holds values up to `2 ** i`.
    """
    spans = [(-1, 1), (2, 1)]
    return (
        whole(1, fast + slow)
        + b"\x19"
        + struct.pack("<d", 0.4 * fast + 3.0 * slow)
        + whole(4, signed(0))
        + b"".join(part(11, whole(1, signed(off)) + whole(2, length)) for off, length in spans)
        + part(12, varint(signed(fast)) + varint(signed(slow - fast)))
        + whole(15, at * 1000)
    )


def write(url: str, histograms: Sequence[bytes]) -> None:
    label = part(1, b"__name__") + part(2, b"native_seconds")
    body = part(1, part(1, label) + b"".join(part(4, one) for one in histograms))
    answer = httpx.post(
        f"{url}/api/v1/write",
        content=bytes(cramjam.snappy.compress_raw(body)),
        headers={"Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"},
        trust_env=False,
    )
    assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds an hour: three fast and one slow request a minute, none in 31 to 45."""
    try:
        program = find_program(("prometheus",), "prometheus")
    except MissingProgramError as error:
        missing(error)
    folder = tmp_path_factory.mktemp("native")
    (folder / "prometheus.yml").write_text(EMPTY_CONFIG)
    listen = f"127.0.0.1:{free_port()}"
    command = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={listen}",
        "--web.enable-remote-write-receiver",
        "--enable-feature=native-histograms",
        "--storage.tsdb.retention.time=5y",
        "--log.level=warn",
    ]
    with start_server("prometheus", command, f"http://{listen}", folder / "server.log") as server:
        busy = [m - min(max(m - 30, 0), 15) for m in range(61)]
        write(server.url, [histogram(START + 60 * m, 3 * n, n) for m, n in enumerate(busy)])
        yield server.url


def test_a_native_histogram_gives_requests_below_the_threshold(url: str) -> None:
    with PrometheusSource(url) as source:
        request = FetchRequest(slo(SLI, window=timedelta(hours=1)), START)
        result = source.fetch([request], BASE + timedelta(hours=1))[0]
    assert result.error is None
    series = result.series
    assert series is not None
    assert known(series).all()
    assert list(series.total[7:9]) == [0, 0]
    assert series.flags[7] & BucketFlag.NO_TRAFFIC
    assert series.good.sum() == pytest.approx(0.75 * series.total.sum())
    # `increase` it is: an estimate, right on average.
    assert series.total.sum() == pytest.approx(4 * 45, rel=0.03)
    assert series.total[2] == pytest.approx(20)
