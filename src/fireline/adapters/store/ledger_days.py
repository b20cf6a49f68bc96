"""A day of one ledger as it is stored: every five minutes, packed or not, or hour by hour.

| Length or first byte of `good` | Holds |
|---|---|
| 2,304 bytes | 288 float64, as they are |
| `z` | the same, packed: `good` as bits that differ from `total`, bytes by significance |
| `h` | 24 float64, one for each hour |
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketFlag, BucketSeries, Counts, Flags

DAY_SECONDS = 86_400
PER_DAY = DAY_SECONDS // BUCKET_SECONDS
HOURS = 24
PER_HOUR = PER_DAY // HOURS
RAW = PER_DAY * 8
PACKED, HOURLY = b"z", b"h"
LEVEL = 1
MISSING = int(BucketFlag.MISSING)


@dataclass(slots=True)
class Day:
    """A day being read or changed."""

    good: Counts
    total: Counts
    flags: Flags


Stored = tuple[bytes, bytes, bytes]


def blank() -> Day:
    """A day of which nothing is known."""
    return Day(np.zeros(PER_DAY), np.zeros(PER_DAY), np.full(PER_DAY, MISSING, np.uint8))


def lay(series: BucketSeries, number: int, day: Day) -> None:
    """Copy the buckets of a series that fall into this day."""
    offset = (series.start - number * DAY_SECONDS) // BUCKET_SECONDS
    first, last = max(0, offset), min(PER_DAY, offset + len(series.good))
    if first < last:
        there, here = slice(first, last), slice(first - offset, last - offset)
        day.good[there] = series.good[here]
        day.total[there] = series.total[here]
        day.flags[there] = series.flags[here]


def packed(day: Day) -> Stored:
    """A day in as few bytes as its counts need, none of them lost."""
    differs = day.good.astype("<f8").view("<u8") ^ day.total.astype("<f8").view("<u8")
    good = PACKED + zlib.compress(_by_significance(differs), LEVEL)
    total = PACKED + zlib.compress(_by_significance(day.total.astype("<f8")), LEVEL)
    flags = PACKED + zlib.compress(day.flags.tobytes(), LEVEL)
    if RAW in (len(good), len(total)) or len(flags) == PER_DAY:
        return (
            day.good.astype("<f8").tobytes(),
            day.total.astype("<f8").tobytes(),
            day.flags.tobytes(),
        )
    return good, total, flags


def hourly(day: Day) -> Stored:
    """A day as its hours; an hour of which only a part is known says so."""
    lacking = (day.flags & MISSING) != 0
    by_hour = day.flags.reshape(HOURS, PER_HOUR)
    flags = np.bitwise_or.reduce(by_hour & ~np.uint8(MISSING), axis=1)
    holes = lacking.reshape(HOURS, PER_HOUR)
    flags[holes.any(axis=1)] |= int(BucketFlag.PARTIAL)
    flags[holes.all(axis=1)] = MISSING
    sums = [
        np.where(lacking, 0.0, c).reshape(HOURS, PER_HOUR).sum(axis=1)
        for c in (day.good, day.total)
    ]
    good, total = (HOURLY + s.astype("<f8").tobytes() for s in sums)
    return good, total, HOURLY + flags.tobytes()


def is_hourly(stored: Stored) -> bool:
    """Whether only its hours are kept."""
    return len(stored[0]) != RAW and stored[0][:1] == HOURLY


def stored_of(columns: Sequence[bytes]) -> Stored:
    """A day's columns as a driver gives them."""
    good, total, flags = columns
    return bytes(good), bytes(total), bytes(flags)


def unpacked(stored: Stored) -> Day:
    """One day; of hours each five minutes get their share."""
    good, total, flags = unpacked_many([stored])
    return Day(good[0], total[0], flags[0])


def unpacked_many(rows: Sequence[Stored]) -> tuple[Counts, Counts, Flags]:
    """Many days, by row and bucket."""
    good, total = np.empty((2, len(rows), PER_DAY))
    flags = np.empty((len(rows), PER_DAY), np.uint8)
    kinds = [RAW if len(row[0]) == RAW else row[0][0] for row in rows]
    for kind, read in ((RAW, _raw), (PACKED[0], _packed), (HOURLY[0], _hours)):
        where = [index for index, found in enumerate(kinds) if found == kind]
        if where:
            good[where], total[where], flags[where] = read([rows[index] for index in where])
    return good, total, flags


def _raw(rows: list[Stored]) -> tuple[Counts, Counts, Flags]:
    good, total = (np.frombuffer(b"".join(r[n] for r in rows), "<f8") for n in (0, 1))
    flags = np.frombuffer(b"".join(r[2] for r in rows), np.uint8)
    return good.reshape(-1, PER_DAY), total.reshape(-1, PER_DAY), flags.reshape(-1, PER_DAY)


def _packed(rows: list[Stored]) -> tuple[Counts, Counts, Flags]:
    differs, total = (
        _in_order(b"".join(zlib.decompress(memoryview(r[n])[1:]) for r in rows)) for n in (0, 1)
    )
    flags = np.frombuffer(b"".join(zlib.decompress(memoryview(r[2])[1:]) for r in rows), np.uint8)
    good = (differs ^ total).view("<f8")
    return good, total.view("<f8"), flags.reshape(-1, PER_DAY)


def _hours(rows: list[Stored]) -> tuple[Counts, Counts, Flags]:
    good, total = (
        np.frombuffer(b"".join(r[n][1:] for r in rows), "<f8").reshape(-1, HOURS) / PER_HOUR
        for n in (0, 1)
    )
    flags = np.frombuffer(b"".join(r[2][1:] for r in rows), np.uint8).reshape(-1, HOURS)
    return (
        np.repeat(good, PER_HOUR, axis=1),
        np.repeat(total, PER_HOUR, axis=1),
        np.repeat(flags, PER_HOUR, axis=1),
    )


def _by_significance(values: NDArray[np.generic]) -> bytes:
    """All first bytes, then all second ones: like bytes together pack well."""
    return np.ascontiguousarray(values.view(np.uint8).reshape(-1, 8).T).tobytes()


def _in_order(data: bytes) -> NDArray[np.uint64]:
    """The values of several days again."""
    shuffled = np.frombuffer(data, np.uint8).reshape(-1, 8, PER_DAY)
    ordered = np.ascontiguousarray(shuffled.transpose(0, 2, 1))
    return ordered.view("<u8").reshape(-1, PER_DAY)
