"""Whether the figures can be believed, and the sentence that says so."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.definition import Absent, Family
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import DataState
from fireline.domain.slo.wording import (
    ago_words,
    clock_words,
    history_words,
    span_words,
    window_words,
)

STALE_AFTER = timedelta(minutes=5)
STALE_SCRAPES = 3
QUIET_SECONDS = 3600
FULL_COVERAGE = 0.90
SHORT_HISTORY = 0.20


@dataclass(frozen=True, slots=True)
class Believed:
    """A data state with its sentence."""

    state: DataState
    sentence: str


def believe(reading: Reading) -> Believed:
    """The first state that applies, from no data over stale to no traffic."""
    for judge in (_no_data, _stale, _never_busy, _partial, _provisional, _no_traffic):
        found = judge(reading)
        if found is not None:
            return found
    newest = reading.newest or reading.at
    return Believed(DataState.OK, f"data complete, newest {clock_words(newest, reading.at)}")


def _no_data(reading: Reading) -> Believed | None:
    if reading.has_data:
        return None
    window = span_words(reading.length)
    since = "since definition" if reading.history_start is None else f"in {window}"
    hint = "; ".join(reading.warnings) or "check the metric names"
    return Believed(DataState.NO_DATA, f"no data {since}: {hint}")


def _stale(reading: Reading) -> Believed | None:
    newest = reading.newest
    limit = max(STALE_AFTER, STALE_SCRAPES * reading.scrape_interval)
    if newest is None or reading.at - newest <= limit:
        return None
    counted = ", counted as bad since" if reading.slo.absent is Absent.BAD else ""
    when = f"{clock_words(newest, reading.at)}, {ago_words(newest, reading.at)}"
    return Believed(DataState.STALE, f"stopped {when}{counted}")


def _never_busy(reading: Reading) -> Believed | None:
    """No event in all the window: with nothing to divide by, a short history is not the point."""
    if reading.warnings or reading.slo.family is not Family.EVENTS:
        return None
    return _no_traffic(reading) if not reading.ever_busy else None


def _partial(reading: Reading) -> Believed | None:
    """Holes in the history, or a history that is neither whole nor very short."""
    if reading.warnings:
        return Believed(DataState.PARTIAL, "; ".join(reading.warnings))
    if reading.coverage >= FULL_COVERAGE:
        return None
    if _short(reading) and reading.history_coverage >= FULL_COVERAGE:
        return None
    share = f"{reading.coverage:.0%} of {window_phrase(reading)}"
    return Believed(DataState.PARTIAL, f"{share} covered")


def _provisional(reading: Reading) -> Believed | None:
    if not _short(reading):
        return None
    words = history_words(reading.history_seconds, reading.epoch - reading.left)
    return Believed(DataState.PROVISIONAL, words)


def _no_traffic(reading: Reading) -> Believed | None:
    if reading.slo.family is not Family.EVENTS:
        return None
    if reading.sums.over(min(QUIET_SECONDS, reading.slo.window_seconds))[1] > 0:
        return None
    busy = np.flatnonzero(reading.window.total > 0)
    if not busy.size:
        return Believed(DataState.NO_TRAFFIC, f"no events in {span_words(reading.history_seconds)}")
    last = reading.window.start + (int(busy[-1]) + 1) * BUCKET_SECONDS
    quiet = reading.at - datetime.fromtimestamp(last, UTC)
    return Believed(DataState.NO_TRAFFIC, f"no events for {span_words(quiet.total_seconds())}")


def _short(reading: Reading) -> bool:
    return reading.history_seconds < SHORT_HISTORY * (reading.epoch - reading.left)


def window_phrase(reading: Reading) -> str:
    """The budget window in words."""
    if reading.slo.calendar is not None:
        return f"this {reading.slo.calendar.unit.value} so far"
    return f"the {window_words(reading.slo.window_seconds)} window"
