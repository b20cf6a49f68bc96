"""Every kind of SLI from its file, with its defaults, and what is said of a mistake."""

from datetime import time, timedelta

import pytest

from fireline.adapters.files.slos import load_file, read_files
from fireline.domain.slo.definition import (
    Absent,
    CompositePart,
    CompositeSli,
    DeadlineSli,
    EntityRatioSli,
    LatencySli,
    Method,
    Newborn,
    OnNoTraffic,
    RatioSli,
    SlicedRatioSli,
    Slo,
)

HEAD = """\
apiVersion: fireline/v1
kind: SLO
name: {name}
title: Orders are fine
service: orders
tier: 1
objective: 99
window: {window}
sli:
"""
FINE = '{deadline: {landed_when: max(x) >= bool $slot_start, calendar: {by: "07:00"}}}'


def document(sli: str, name: str = "orders", window: str = "30d") -> str:
    """An SLO with this SLI, in flow style."""
    return HEAD.format(name=name, window=window).replace("sli:\n", f"sli: {sli}\n")


def loaded(sli: str) -> Slo:
    """The one SLO with this SLI."""
    (slo,) = load_file("f.yaml", document(sli))
    return slo


def said(*texts: str) -> list[str]:
    """All problems of the files."""
    found = read_files({f"{index}.yaml": text for index, text in enumerate(texts)})
    return [str(problem) for file in found for problem in file.problems]


def test_a_deadline_is_read_with_its_calendar() -> None:
    slo = loaded(
        '{deadline: {landed_when: "max(landed{d=\\"a\\"}) >= bool $slot_start", calendar: {by: '
        '"06:30", zone: Europe/Berlin, days: mon-fri}, since: "22:00", at_risk_before: 45m}}'
    )
    assert slo.sli == DeadlineSli(
        'max(landed{d="a"}) >= bool $slot_start',
        time(6, 30),
        "Europe/Berlin",
        (1, 2, 3, 4, 5),
        time(22, 0),
        timedelta(minutes=45),
    )
    assert (slo.absent, slo.unit) == (Absent.BAD, "misses")


@pytest.mark.parametrize(
    ("days", "meant"),
    [
        ("mon-sun", (1, 2, 3, 4, 5, 6, 7)),
        ("[mon, thu-fri]", (1, 4, 5)),
        ("fri-mon", (1, 5, 6, 7)),
        ("Sun", (7,)),
    ],
)
def test_days_are_days_and_stretches_of_days(days: str, meant: tuple[int, ...]) -> None:
    sli = loaded(FINE.replace('"07:00"', f'"07:00", days: {days}')).sli
    assert isinstance(sli, DeadlineSli)
    assert sli.days == meant


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"07:00"', '"7 o\'clock"', 'write a time of day in quotes, such as "07:00"'),
        ('"07:00"', '"24:00"', "write a time of day"),
        ('"07:00"', '"07:00", zone: Europe/Berln', "did you mean `Europe/Berlin`?"),
        ('"07:00"', '"07:00", days: workdays', "write mon-sun, mon-fri or a list"),
        ('"07:00"', '"07:00", days: mondays-fri', "Did you mean `mon`?"),
        ('"07:00"', '"07:00", days: []', "`days` is empty"),
        ('"07:00"', '"07:00", on: mon', "calendar has no `on`"),
        (', calendar: {by: "07:00"}', "", "`calendar` is missing, such as"),
        (">= bool $slot_start", "> bool 0", "it must ask about this slot"),
        (">= bool $slot_start", ">= $slot_start", "warning filter-as-value"),
        (">= bool $slot_start", ">= bool $slot_strat", "did you mean `$slot_start`?"),
        (">= bool $slot_start", ">= bool ($slot_start", "not valid PromQL"),
        ('"07:00"}', '"07:00"}, since: soon', "`since` is `soon`"),
        ('"07:00"}', '"07:00"}, at_risk_before: 2d', "must be shorter than a day"),
        ('"07:00"}', '"07:00"}, at_risk_before: x', "write a length of time such as 30m"),
    ],
)
def test_a_mistake_in_a_deadline_has_its_remedy(old: str, new: str, words: str) -> None:
    problems = said(document(FINE.replace(old, new)))
    assert any(words in p for p in problems), problems


def test_an_entity_ratio_is_two_instant_counts() -> None:
    slo = loaded("{entity_ratio: {good: count(ok == 1) or 0 * count(ok), total: count(ok)}}")
    assert slo.sli == EntityRatioSli("count(ok == 1) or 0 * count(ok)", "count(ok)")
    assert (slo.absent, slo.unit) == (Absent.BAD, "entity-hours")
    wrong = said(document('{entity_ratio: {good: "count(ok[$window])", total: sum(ok > 1)}}'))
    assert "`$window` belongs to `ratio`" in wrong[0]
    assert "filter-as-value" in wrong[1]


@pytest.mark.parametrize(
    ("histogram", "threshold", "good", "total", "bound"),
    [
        (
            "req_seconds",
            "500ms",
            'sum(increase(req_seconds_bucket{le="0.5"}[$window]))',
            "sum(increase(req_seconds_count[$window]))",
            0.5,
        ),
        (
            'req_seconds{job="a"}',
            "1s",
            'sum(increase(req_seconds_bucket{job="a",le=~"1|1\\\\.0"}[$window]))',
            'sum(increase(req_seconds_count{job="a"}[$window]))',
            1.0,
        ),
        (
            "req_milliseconds",
            "2s",
            'sum(increase(req_milliseconds_bucket{le=~"2000|2000\\\\.0"}[$window]))',
            "sum(increase(req_milliseconds_count[$window]))",
            2000.0,
        ),
        (
            "req_bytes",
            "1024",
            'sum(increase(req_bytes_bucket{le=~"1024|1024\\\\.0"}[$window]))',
            "sum(increase(req_bytes_count[$window]))",
            1024.0,
        ),
    ],
)
def test_a_latency_counts_a_bucket_of_its_histogram(
    histogram: str, threshold: str, good: str, total: str, bound: float
) -> None:
    slo = loaded(f"{{latency: {{histogram: '{histogram}', threshold: {threshold}}}}}")
    assert slo.sli == LatencySli(total, good, None, Newborn.IGNORE, histogram, bound)
    assert (slo.absent, slo.unit) == (Absent.UNKNOWN, "events")


def test_a_native_histogram_is_asked_for_its_fraction() -> None:
    sli = loaded("{latency: {histogram: 'd{a=\"b\"}', threshold: 250ms, native: true}}").sli
    assert isinstance(sli, LatencySli)
    total = 'histogram_count(sum(increase(d{a="b"}[$window])))'
    assert sli.total == total
    assert sli.good == f'histogram_fraction(0, 0.25, sum(rate(d{{a="b"}}[$window]))) * {total}'
    assert sli.native


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{histogram: d_bucket, threshold: 1s}", "without `_bucket`; write `d`"),
        ("{histogram: 'd_count{a=\"b\"}', threshold: 1s}", 'write `d{a="b"}`'),
        ("{histogram: sum(d), threshold: 1s}", "must be a selector by name"),
        ("{histogram: d, threshold: fast}", "write a length such as 500ms or 2s"),
        ("{histogram: d, threshold: 0s}", "write a length such as"),
        ("{histogram: d}", "`threshold` is missing"),
        ("{threshold: 1s}", "`histogram` is missing"),
        ("{histogram: d, threshold: 1s, native: perhaps}", "must be true or false"),
        ("{histogram: d, treshold: 1s}", "did you mean `threshold`?"),
    ],
)
def test_a_mistake_in_a_latency_has_its_remedy(body: str, words: str) -> None:
    problems = said(document(f"{{latency: {body}}}"))
    assert any(words in p for p in problems), problems


BAD, ALL = "sum(increase(bad[$window]))", "sum(increase(all[$window]))"


def test_a_ratio_may_count_births() -> None:
    sli = loaded(f"{{ratio: {{bad: '{BAD}', total: '{ALL}', newborn: count}}}}").sli
    assert isinstance(sli, RatioSli)
    assert sli.newborn is Newborn.COUNT


def test_a_ratio_may_be_judged_by_slices() -> None:
    parts = f"bad: '{BAD}', total: '{ALL}'"
    sliced = f"{{ratio: {{{parts}, method: timeslices, slice: 1m, slice_target: 95}}}}"
    assert loaded(sliced).sli == SlicedRatioSli(Method.TIMESLICES, 60, 0.95, ALL, None, BAD)
    mean = f"{{ratio: {{{parts}, method: ratio_timeslices, on_no_traffic: good}}}}"
    assert loaded(mean).sli == SlicedRatioSli(
        Method.RATIO_TIMESLICES,
        total=ALL,
        bad=BAD,
        on_no_traffic=OnNoTraffic.GOOD,
    )
    raw = "{ratio: {success_ratio: job:ok:ratio5m, method: ratio_timeslices}}"
    assert loaded(raw).sli == SlicedRatioSli(
        Method.RATIO_TIMESLICES, raw="job:ok:ratio5m", raw_is_error=False
    )
    assert loaded(raw).unit == "minutes"
    failing = f"{{ratio: {{error_ratio: '{BAD} / {ALL}', method: timeslices, slice_target: 99}}}}"
    assert loaded(failing).sli == SlicedRatioSli(
        Method.TIMESLICES, slice_target=0.99, raw=f"{BAD} / {ALL}"
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"bad: '{BAD}', total: '{ALL}', slice: 1m", "`slice` needs `method: timeslices`"),
        (f"bad: '{BAD}', total: '{ALL}', method: timeslices", "`slice_target` is missing"),
        (f"bad: '{BAD}', total: '{ALL}', method: time_slices", "Did you mean `timeslices`?"),
        (f"bad: '{BAD}', total: '{ALL}', newborn: yes", "must be count or ignore"),
        (
            f"bad: '{BAD}', total: '{ALL}', method: timeslices, slice_target: 0.95",
            "looks like a fraction",
        ),
        (
            f"bad: '{BAD}', total: '{ALL}', method: ratio_timeslices, slice_target: 95",
            "a mean of ratios has no such limit",
        ),
        (
            f"bad: '{BAD}', total: '{ALL}', method: ratio_timeslices, newborn: count",
            "`newborn` has no effect on slices",
        ),
        (
            f"bad: '{BAD}', total: '{ALL}', method: ratio_timeslices, slice: 7m",
            "slice-alignment",
        ),
        ("error_ratio: x", "`error_ratio` has no total, so events cannot be counted"),
        (
            f"error_ratio: x, total: '{ALL}', method: ratio_timeslices",
            "`total` and `error_ratio` cannot stand together",
        ),
        ("error_ratio: x > 1, method: ratio_timeslices", "filter-as-value"),
        (f"good: '{ALL}', error_ratio: x", "exactly one of `good` and `bad`"),
        (f"total: '{ALL}'", "exactly one of `good` and `bad`"),
    ],
)
def test_a_mistake_in_a_sliced_ratio_has_its_remedy(body: str, words: str) -> None:
    problems = said(document(f"{{ratio: {{{body}}}}}"))
    assert any(words in p for p in problems), problems


def ratio(name: str, window: str = "30d") -> str:
    """A ratio of its own metric."""
    metric = name.replace("-", "_")
    total = f"sum(increase({metric}_total[$window]))"
    bad = f"sum(increase({metric}_bad[$window]))"
    return document(f"{{ratio: {{bad: '{bad}', total: '{total}'}}}}", name, window)


def joined(parts: str, more: str = "", window: str = "30d") -> str:
    """A composite called `all`."""
    return document(f"{{composite: {{parts: {parts}{more}}}}}", "all", window)


def test_a_composite_finds_its_parts_in_any_file() -> None:
    first, second = read_files(
        {"a.yaml": joined("[{slo: x, weight: 2}, y]"), "b.yaml": f"{ratio('x')}---\n{ratio('y')}"}
    )
    assert (first.problems, second.problems) == ((), ())
    slo = first.slos[0].slo
    assert slo.sli == CompositeSli((CompositePart("x", 2.0), CompositePart("y")))
    assert slo.unit == "share of budget"


SLICE = document("{time_slice: {value: max(v), good: '< 1', slice: 5m}}", "s5")
SHORT = document("{time_slice: {value: max(v), good: '< 2', slice: 1m}}", "s1")
HOURLY = document("{time_slice: {value: max(v), good: '< 3', slice: 1h}}", "s60")
MEAN = document("{ratio: {error_ratio: r, method: ratio_timeslices}}", "mean")
LANDED = document(FINE, "landed")


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((joined("[orders-x, y]"), ratio("order-x")), "did you mean `order-x`?"),
        ((joined("[x, qqq]"), ratio("x")), "there is no SLO `qqq` to be a part"),
        ((joined("[x, x]"),), "`x` is named twice"),
        ((joined("[x]"),), "one part is no composite"),
        ((joined("[]"),), "there is no part"),
        ((joined("x"),), "a composite needs a list of parts"),
        ((joined("[[x], y]"),), "a part is the name of an SLO"),
        ((joined("[{slo: x, weight: 0}, y]"),), "it must be a number above 0"),
        ((joined("[{slo: x, weight: many}, y]"),), "it must be a number above 0"),
        ((joined("[{weight: 1}, y]"),), "`slo` is missing in this part"),
        ((joined("[all, x]"), ratio("x")), "the part `all` is a composite itself"),
        ((joined("[x, y]"), ratio("x"), ratio("y", "28d")), "the window 28d and the composite 30d"),
        (
            (joined("[x, y]"), ratio("x"), ratio("y", "{calendar: month}")),
            "the window `month` in UTC and the composite 30d",
        ),
        ((joined("[x, mean]"), ratio("x"), MEAN), "not counted by the method `occurrences`"),
        ((joined("[x, s5]", ", method: timeslices"), ratio("x"), SLICE), "by the method"),
        ((joined("[s1, s5]", ", method: timeslices"), SHORT, SLICE), "must have slices of whole"),
        ((joined("[s60, s5]", ", method: timeslices"), HOURLY, SLICE), "slices of one length"),
        ((joined("[x, landed]"), ratio("x"), LANDED), "deadlines can be joined with deadlines"),
        ((joined("[x, y]").replace("sli: {", "sli: {absent: bad, "),), "warning unused `absent`"),
    ],
)
def test_a_composite_that_cannot_be_is_refused(texts: tuple[str, ...], words: str) -> None:
    problems = said(*texts)
    assert any(words in p for p in problems), problems


def test_slices_and_deadlines_can_be_joined_among_themselves() -> None:
    late = LANDED.replace("name: landed", "name: later").replace("07:00", "08:00")
    assert said(joined("[landed, later]"), LANDED, late) == []
    other = SLICE.replace("s5", "t5").replace("max(v)", "max(w)")
    assert said(joined("[s5, t5]", ", method: timeslices"), SLICE, other) == []
    assert (
        said(
            joined("[mean, n2]", ", method: ratio_timeslices"),
            MEAN,
            MEAN.replace("name: mean", "name: n2").replace("error_ratio: r", "error_ratio: q"),
        )
        == []
    )
