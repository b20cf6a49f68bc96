"""The expressions that count good and total events or slices of the last five minutes."""

from fireline.adapters.rules.exportable import slice_ratio
from fireline.adapters.rules.promql import WINDOW, enclosed, length, matchers, number, over, steps
from fireline.domain.slo.definition import (
    Absent,
    EntityRatioSli,
    RatioSli,
    Sli,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.domain.slo.sli import plain

BUCKET = 300
GOOD = "slo:good:increase"
TOTAL = "slo:total:increase"
# So long a definition stays known while its gauge is silent; longer than the longest slice.
MEMORY = 2 * 86_400


def series(name: str, slo: Slo) -> str:
    """A recorded series of this SLO."""
    return f"{name}{matchers({'slo': slo.name})}"


def total_expr(slo: Slo) -> str:
    """Events, or slices, of the last five minutes; nothing where they cannot be known."""
    if isinstance(slo.sli, SlicedRatioSli):
        return f"sum(count_over_time({_ratio_slices(slo.sli)}))"
    if isinstance(slo.sli, EntityRatioSli):
        return f"clamp_min({_finite_sum(slo.sli.total)}, 0)"
    sli = plain(slo.sli)
    if isinstance(sli, TimeSliceSli):
        return _total_slices(slo, sli)
    total = f"clamp_min({_counted(sli.total)}, 0)"
    if sli.good is None:
        return total
    # Without `good`, a bucket with events is unknown, not bad.
    return f"{total}\nand on()\n(\n{_counted(sli.good)}\nor on()\n{total} == 0\n)"


def good_expr(slo: Slo) -> str:
    """Good events, or slices; the recorded total must already hold this instant."""
    total = f"sum({series(TOTAL + '5m', slo)})"
    if isinstance(slo.sli, SlicedRatioSli):
        return f"clamp(sum(sum_over_time({_ratio_slices(slo.sli)})), 0, scalar({total}))"
    if isinstance(slo.sli, EntityRatioSli):
        good = _finite_sum(slo.sli.good)
        return f"clamp_min({good} or on() 0 * {total}, 0)\n<= on()\n{total}\nor on()\n{total}"
    sli = plain(slo.sli)
    if isinstance(sli, TimeSliceSli):
        inner = f"{_finite(sli)} {sli.op} bool {number(sli.threshold)}"
        good = f"sum(sum_over_time(({inner}){steps(BUCKET, sli.slice_seconds)}))"
        return f"{good}\nor on()\n0 * {total}"
    counted = _good_events(sli, total)
    return f"clamp_min(\n{counted},\n0)\n<= on()\n{total}\nor on()\n{total}"


def _good_events(sli: RatioSli, total: str) -> str:
    if sli.good is not None:
        return f"({_counted(sli.good)} or on() 0 * {total})"
    return f"{total} - on() ({_counted(sli.bad or '')} or on() 0 * {total})"


def _ratio_slices(sli: SlicedRatioSli) -> str:
    """The ratios of the slices of the last five minutes."""
    return f"({slice_ratio(sli)} > -Inf < +Inf){steps(BUCKET, sli.slice_seconds)}"


def _finite_sum(expr: str) -> str:
    """One finite number of an instant."""
    return f"(sum{enclosed(expr)} < +Inf)"


def _counted(expr: str) -> str:
    """One finite number without labels; NaN fails every comparison and is left out."""
    return f"(sum{over(expr, BUCKET)} < +Inf)"


def _total_slices(slo: Slo, sli: TimeSliceSli) -> str:
    seen = f"sum(count_over_time({_finite(sli)}{steps(BUCKET, sli.slice_seconds)}))"
    if slo.absent is not Absent.BAD:
        return seen
    due = f"sum(count_over_time(vector(1){steps(BUCKET, sli.slice_seconds)}))"
    known = f"present_over_time({series(TOTAL + '5m', slo)}[{length(MEMORY)}])"
    return f"{due} and on() {known}\nor on()\n{seen}"


def _finite(sli: TimeSliceSli) -> str:
    """The gauge without NaN and infinities, which say nothing."""
    return f"({enclosed(sli.value)} > -Inf < +Inf)"


def error_ratio(kind: Sli, seconds: int) -> str:
    """Bad over total of the last `seconds` straight from the source, as Sloth asks for it."""
    if isinstance(kind, SlicedRatioSli):
        if kind.raw is not None and WINDOW in kind.raw:
            raw = over(kind.raw, seconds)
            return raw if kind.raw_is_error else f"1 - {raw}"
        span = max(seconds, kind.slice_seconds)
        return f"1 - avg_over_time({slice_ratio(kind)}{steps(span, kind.slice_seconds)})"
    if isinstance(kind, EntityRatioSli):
        good, total = (
            f"sum_over_time({enclosed(expr)}{steps(seconds, BUCKET)})"
            for expr in (kind.good, kind.total)
        )
        return f"1 - {good}\n/\n{total}"
    sli = plain(kind)
    if isinstance(sli, RatioSli):
        total = over(sli.total, seconds)
        bad = over(sli.bad, seconds) if sli.bad is not None else None
        if bad is None:
            bad = f"({total} - {over(sli.good or '', seconds)})"
        return f"{bad}\n/\n{total}"
    span = max(seconds, sli.slice_seconds)
    inner = f"{_finite(sli)} {sli.op} bool {number(sli.threshold)}"
    return f"1 - avg_over_time(({inner}){steps(span, sli.slice_seconds)})"
