"""Writes samples into a Prometheus by remote write 1.0, encoded by hand and fast."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import cramjam
import httpx
import numpy as np
import numpy.typing as npt

from fireline.domain.errors import RejectedError, UnreachableError

Floats = npt.NDArray[np.float64]

STALE: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The value that tells Prometheus a series has ended."""

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_SERIES_PER_REQUEST = 2_000
_TIMEOUT_SECONDS = 30.0
_TIME_BYTES = 6
_TIME_LIMIT = 1 << (7 * _TIME_BYTES)
_HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
# One Sample inside a TimeSeries: field 2, 16 bytes long, holding field 1 (double) and field 2
# (varint). A varint may be padded, so six bytes serve every time until the year 2109.
_SAMPLE = np.dtype(
    [
        ("head", "u1", 2),
        ("value_tag", "u1"),
        ("value", "<f8"),
        ("time_tag", "u1"),
        ("time", "u1", _TIME_BYTES),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One series: labels with `__name__`, times in ascending epoch seconds, values."""

    labels: Mapping[str, str]
    times: Floats
    values: Floats


class RemoteWriter:
    """Pushes series to one Prometheus, all of them hour by hour, oldest hour first."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        """Take the address of the server, without a path."""
        self._url = f"{url.rstrip('/')}/api/v1/write"
        self._client = client or httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False)

    def write(self, series: Sequence[Series]) -> int:
        """Send every sample; gives how many there were.

        Raises:
            RejectedError: Prometheus refused samples, with its own words.
            UnreachableError: Prometheus did not answer.
        """
        sent = 0
        for request, samples in _requests(series):
            self._post(request)
            sent += samples
        return sent

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _post(self, request: bytes) -> None:
        body = bytes(cramjam.snappy.compress_raw(request))
        try:
            answer = self._client.post(self._url, content=body, headers=_HEADERS)
        except httpx.HTTPError as error:
            raise UnreachableError(f"Prometheus at {self._url} did not answer: {error}") from error
        if answer.is_error:
            raise RejectedError(
                f"Prometheus at {self._url} refused samples: {answer.text.strip()}",
                code=str(answer.status_code),
            )


def encode(series: Sequence[Series]) -> bytes:
    """The `WriteRequest` message for these series, not compressed."""
    return b"".join(
        _series_message(_label_messages(one.labels), _sample_messages(one.times, one.values))
        for one in series
    )


def parse_labels(text: str) -> dict[str, str]:
    """The labels of a selector such as `up{job="x"}`, for tests and hand-written series."""
    name, _, rest = text.partition("{")
    labels = {"__name__": name.strip()} if name.strip() else {}
    for pair in rest.rstrip().removesuffix("}").split(","):
        key, sign, value = pair.partition("=")
        if sign:
            labels[key.strip()] = value.strip().strip('"')
    return labels


def _requests(series: Sequence[Series]) -> Iterator[tuple[bytes, int]]:
    heads = [_label_messages(one.labels) for one in series]
    samples = [_sample_messages(one.times, one.values) for one in series]
    # One series alone is in order by itself.
    step = _HOUR_MS if len(series) > 1 else _DAY_MS
    hours = [(_milliseconds(one.times) // step) for one in series]
    filled = [hour for hour in hours if len(hour)]
    if not filled:
        return
    first = int(min(hour[0] for hour in filled))
    last = int(max(hour[-1] for hour in filled))
    edges = np.arange(first, last + 2)
    cuts = [np.searchsorted(hour, edges) for hour in hours]
    for place in range(len(edges) - 1):
        for start in range(0, len(series), _SERIES_PER_REQUEST):
            chosen = range(start, min(start + _SERIES_PER_REQUEST, len(series)))
            yield from _one_request(heads, samples, cuts, chosen, place)


def _one_request(
    heads: Sequence[bytes],
    samples: Sequence[bytes],
    cuts: Sequence[npt.NDArray[np.intp]],
    chosen: range,
    place: int,
) -> Iterator[tuple[bytes, int]]:
    parts: list[bytes] = []
    count = 0
    for index in chosen:
        low, high = int(cuts[index][place]), int(cuts[index][place + 1])
        if high > low:
            size = _SAMPLE.itemsize
            parts.append(_series_message(heads[index], samples[index][low * size : high * size]))
            count += high - low
    if parts:
        yield b"".join(parts), count


def _series_message(labels: bytes, samples: bytes) -> bytes:
    return b"\x0a" + _varint(len(labels) + len(samples)) + labels + samples


def _label_messages(labels: Mapping[str, str]) -> bytes:
    parts = []
    for name, value in sorted(labels.items()):
        if not value:
            continue
        pair = _text(0x0A, name) + _text(0x12, value)
        parts.append(b"\x0a" + _varint(len(pair)) + pair)
    return b"".join(parts)


def _sample_messages(times: Floats, values: Floats) -> bytes:
    milliseconds = _milliseconds(times)
    if len(milliseconds) and not 0 <= milliseconds.min() <= milliseconds.max() < _TIME_LIMIT:
        raise ValueError("sample times must lie between 1970 and 2109, in epoch seconds")
    rows = np.zeros(len(milliseconds), dtype=_SAMPLE)
    rows["head"] = (0x12, _SAMPLE.itemsize - 2)
    rows["value_tag"] = 0x09
    rows["value"] = values
    rows["time_tag"] = 0x10
    for place in range(_TIME_BYTES):
        more = 0x80 if place < _TIME_BYTES - 1 else 0
        rows["time"][:, place] = ((milliseconds >> (7 * place)) & 0x7F) | more
    return rows.tobytes()


def _milliseconds(times: Floats) -> npt.NDArray[np.int64]:
    return np.rint(np.asarray(times, dtype=np.float64) * 1000.0).astype(np.int64)


def _text(tag: int, text: str) -> bytes:
    data = text.encode()
    return bytes((tag,)) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte, the definition of a varint
        out.append((number & 0x7F) | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
