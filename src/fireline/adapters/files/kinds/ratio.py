"""`ratio`: good or bad of total, by events or by slices."""

from fireline.adapters.files import values
from fireline.adapters.files.kinds.reading import BUCKET, Reading
from fireline.domain.slo.definition import (
    Method,
    Newborn,
    OnNoTraffic,
    RatioSli,
    SlicedRatioSli,
)

SLICED = ("slice", "slice_target", "on_no_traffic")
PARTS = ("good", "bad", "error_ratio", "success_ratio")
KEYS = ("good", "bad", "total", "error_ratio", "success_ratio", "method", *SLICED, "newborn")
OF_TOTAL = 2


def read(reading: Reading) -> RatioSli | SlicedRatioSli | None:
    """A ratio of events, or of slices where `method` says so."""
    method = _method(reading)
    given = [part for part in PARTS if part in reading.fields]
    if len(given) != 1:
        reading.missing(
            "a ratio needs `total` and exactly one of `good` and `bad`; or, by slices, one of "
            "`error_ratio` and `success_ratio`."
        )
        return None
    if method is None:
        return None
    if method is Method.OCCURRENCES:
        return _events(reading, given[0])
    return _slices(reading, method, given[0])


def newborn(reading: Reading) -> Newborn | None:
    """Whether the first value of a counter counts."""
    found = values.choice(
        reading.fields, "newborn", list(Newborn), reading.findings, Newborn.IGNORE
    )
    return Newborn(found) if found else None


def _method(reading: Reading) -> Method | None:
    found = values.choice(
        reading.fields, "method", list(Method), reading.findings, Method.OCCURRENCES
    )
    return Method(found) if found else None


def _events(reading: Reading, part: str) -> RatioSli | None:
    fields = reading.fields
    if part in PARTS[OF_TOTAL:]:
        reading.missing(
            f"`{part}` has no total, so events cannot be counted; add `method: ratio_timeslices` "
            "or `method: timeslices`, or give `total` with `good` or `bad`."
        )
        return None
    for key in SLICED:
        if key in fields:
            message = f"`{key}` needs `method: timeslices` or `method: ratio_timeslices`."
            reading.findings.error(fields.key_lines[key], "unused", message)
    total = reading.counted("total", "requests_total")
    counted = reading.counted(part)
    born = newborn(reading)
    if total is None or counted is None or born is None:
        return None
    if part == "good":
        return RatioSli(total=total, good=counted, newborn=born)
    return RatioSli(total=total, bad=counted, newborn=born)


def _slices(reading: Reading, method: Method, part: str) -> SlicedRatioSli | None:
    before = reading.findings.errors
    if "newborn" in reading.fields:
        line = reading.fields.key_lines["newborn"]
        reading.findings.error(line, "unused", "`newborn` has no effect on slices; remove it.")
    size = reading.slice(BUCKET)
    target = _target(reading, method)
    idle = values.choice(
        reading.fields, "on_no_traffic", list(OnNoTraffic), reading.findings, OnNoTraffic.IGNORE
    )
    raw = part in PARTS[OF_TOTAL:]
    if raw and "total" in reading.fields:
        message = f"`total` and `{part}` cannot stand together; keep one."
        reading.findings.error(reading.fields.key_lines["total"], "unused", message)
    total = None if raw else reading.counted("total", "requests_total")
    expr = reading.share(part) if raw else reading.counted(part)
    if reading.findings.errors > before or size is None or idle is None:
        return None
    return SlicedRatioSli(
        method=method,
        slice_seconds=size,
        slice_target=target,
        total=total,
        good=expr if part == "good" else None,
        bad=expr if part == "bad" else None,
        raw=expr if raw else None,
        raw_is_error=part != "success_ratio",
        on_no_traffic=OnNoTraffic(idle),
    )


def _target(reading: Reading, method: Method) -> float | None:
    """The share of good events that makes a slice good, from a percentage."""
    text = reading.fields.optional("slice_target")
    if text is None:
        if method is Method.TIMESLICES:
            reading.missing(
                "`slice_target` is missing: the percentage of good events from which on a slice "
                "is good, such as `slice_target: 99`."
            )
        return None
    if method is not Method.TIMESLICES:
        message = "`slice_target` needs `method: timeslices`: a mean of ratios has no such limit."
        reading.findings.error(text.line, "unused", message)
        return None
    found = values.percent(text, "slice_target", reading.findings, "objective-range")
    return float(found / 100) if found is not None else None
