"""Made-up counters and gauges of 14 hours, with an SLO over twelve for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fireline.domain.slo.definition import (
    Absent,
    EntityRatioSli,
    Method,
    RatioSli,
    Sli,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from tests.unit.slo_builders import slo

HOURS = 14
MINUTES = HOURS * 60
WINDOW = timedelta(hours=12)
Value = Callable[[int], float | None]
Growth = Callable[[int], float]


@dataclass(frozen=True)
class Case:
    """Series by minute, the SLO that counts them, and what must come of it at the end."""

    slo: Slo
    series: Mapping[str, Value] = field(default_factory=dict)
    fires: bool = False
    silent: bool = False


def cases() -> tuple[Case, ...]:
    """All of them; names of series begin with `rules_` and the name of the case."""
    return (*_ratios(), *_slices(), *_others())


def _ratios() -> tuple[Case, ...]:
    return (
        Case(_events("burst"), _pair("burst", lambda _: 60, _last(40, 20)), fires=True),
        Case(
            _events("missing-part", good=True),
            {"rules_missing_part_all_total": _sum(lambda _: 60)}
            | {"rules_missing_part_ok_total": _sum(lambda m: 42 if m > MINUTES - 40 else 60)},
            fires=True,
        ),
        Case(_events("no-bad"), {"rules_no_bad_all_total": _sum(lambda _: 60)}),
        Case(
            _events("quiet"),
            _pair("quiet", lambda m: 0 if m > MINUTES - 60 else 60, lambda _: 0),
        ),
        Case(
            _events("night"),
            _pair("night", lambda m: 9000 if m < 10 * 60 else 10, _last(30, 3)),
        ),
        Case(
            _events("few"),
            _pair("few", lambda m: float(m % 10 == 0), lambda m: float(m == MINUTES)),
        ),
        Case(
            _events("luck"),
            _pair("luck", lambda _: 1, lambda m: float(MINUTES - m in {2, 30, 56})),
            fires=True,
        ),
        Case(
            _events("stopped"),
            {
                name: _until(MINUTES - 20, value)
                for name, value in _pair("stopped", lambda _: 60, _last(60, 30)).items()
            },
            silent=True,
        ),
        Case(_runs("resets"), _resets(), fires=True),
    )


def _slices() -> tuple[Case, ...]:
    late = lambda m: 500.0 if m > MINUTES - 20 else 5.0  # noqa: E731 - shorter than a function
    return (
        Case(_gauge("lag"), {"rules_lag": late}, fires=True),
        Case(
            _gauge("coarse", slice_seconds=900),
            {"rules_coarse": lambda m: 500.0 if m > MINUTES - 120 else 5.0},
            fires=True,
        ),
        Case(_gauge("fine"), {"rules_fine": lambda m: 500.0 if m % 400 == 0 else 5.0}),
        Case(
            _gauge("gone", absent=Absent.BAD),
            {"rules_gone": _until(MINUTES - 40, lambda _: 5.0)},
            fires=True,
            silent=True,
        ),
        Case(
            _gauge("left", absent=Absent.UNKNOWN),
            {"rules_left": _until(MINUTES - 20, lambda m: 500.0 if m > MINUTES - 60 else 5.0)},
            silent=True,
        ),
        Case(
            _gauge("holes", absent=Absent.BAD),
            {"rules_holes": lambda m: None if m % 300 in range(8) and m > 300 else 5.0},
        ),
    )


def _others() -> tuple[Case, ...]:
    """Ratios judged by slices, as gauges and as means, and entities."""
    bad = lambda m: 30.0 if m > MINUTES - 30 else 0.0  # noqa: E731 - shorter than a function
    judged: dict[str, Any] = {"slice_seconds": 300, **_counters("judged")}
    meant: dict[str, Any] = {"slice_seconds": 300, **_counters("meant")}
    return (
        Case(
            _slo("judged", SlicedRatioSli(Method.TIMESLICES, slice_target=0.9, **judged)),
            _pair("judged", lambda _: 60, bad),
            fires=True,
        ),
        Case(
            _slo("meant", SlicedRatioSli(Method.RATIO_TIMESLICES, **meant)),
            _pair("meant", lambda _: 60, bad),
            fires=True,
        ),
        Case(
            _slo("entities", EntityRatioSli("max(rules_entities_ok)", "max(rules_entities_all)")),
            {
                "rules_entities_all": lambda _: 40.0,
                "rules_entities_ok": lambda m: 20.0 if m > MINUTES - 30 else 40.0,
            },
            fires=True,
        ),
    )


def _counters(name: str) -> dict[str, Any]:
    return {
        "total": f"sum(increase(rules_{name}_all_total[$window]))",
        "bad": f"sum(increase(rules_{name}_bad_total[$window]))",
    }


def _slo(name: str, sli: Sli, **changes: Any) -> Slo:
    return slo(sli, "99", WINDOW, name=name, min_events=20, **changes)


def _events(name: str, *, good: bool = False) -> Slo:
    metric = f"rules_{name.replace('-', '_')}"
    total = f"sum(increase({metric}_all_total[$window]))"
    if good:
        return _slo(name, RatioSli(total=total, good=f"sum(increase({metric}_ok_total[$window]))"))
    return _slo(name, RatioSli(total=total, bad=f"sum(increase({metric}_bad_total[$window]))"))


def _runs(name: str) -> Slo:
    def exact(metric: str) -> str:
        now, before = f"last_over_time({metric}[$window])", f"last_over_time({metric}[1h] offset"
        return f"sum(({now} - {before} $window)) >= 0 or {now}) or vector(0)"

    metric = f"rules_{name}"
    return _slo(
        name, RatioSli(total=exact(f"{metric}_all_total"), bad=exact(f"{metric}_bad_total"))
    )


def _gauge(name: str, slice_seconds: int = 60, absent: Absent = Absent.IGNORE) -> Slo:
    return _slo(name, TimeSliceSli(f"max(rules_{name})", "<=", 120.0, slice_seconds), absent=absent)


def _pair(
    name: str, total: Callable[[int], float], bad: Callable[[int], float]
) -> dict[str, Value]:
    return {f"rules_{name}_all_total": _sum(total), f"rules_{name}_bad_total": _sum(bad)}


def _last(minutes: int, value: float) -> Growth:
    return lambda m: value if m > MINUTES - minutes else 0.0


def _sum(growth: Growth) -> Value:
    """A counter that grows so much in each minute."""
    reached, values = 0.0, []
    for minute in range(MINUTES + 1):
        reached += growth(minute)
        values.append(reached)
    return lambda m: values[m]


def _until(last: int, value: Value) -> Value:
    return lambda m: value(m) if m <= last else None


def _resets() -> dict[str, Value]:
    """Runs that are counted from zero again after 400 minutes; failures are born at one."""
    return {
        "rules_resets_all_total": lambda m: float(m % 400 // 4),
        "rules_resets_bad_total": lambda m: (
            float((m - MINUTES + 60) // 5) if m >= MINUTES - 55 else None
        ),
    }
