"""A ratio judged slice by slice, from counts or from a ratio that is asked for as it is."""

import numpy as np

from fireline.adapters.prometheus.asking import Values
from fireline.adapters.prometheus.growth import Way, ways
from fireline.adapters.prometheus.planning import Counted, Found, Moment, Plan, fresh_questions
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import reads
from fireline.adapters.prometheus.slicing import Slices, slice_question, sliced_buckets
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.buckets import Counts
from fireline.domain.slo.definition import Method, OnNoTraffic, SlicedRatioSli, Slo
from fireline.usecases.ports import FetchRequest

TOLERANCE = 1e-9
WITHOUT_EVENTS = {OnNoTraffic.GOOD: 1.0, OnNoTraffic.BAD: 0.0, OnNoTraffic.IGNORE: np.nan}


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """Each expression at the end of every slice, `$window` being the slice."""
    sli = _sli(request.slo)
    needed: dict[str, Question] = {}
    closely: dict[str, Way] = {}
    for part in ("raw", "good", "bad", "total"):
        expr = getattr(sli, part)
        if expr is None:
            continue
        first, closer = ways(expr, Way.SINCE)
        asked = slice_question(expr, sli.slice_seconds, request.start, moment.at, first)
        if asked is not None:
            needed[part] = asked
            if closer is not None:
                closely[part] = closer
    fresh = fresh_questions(sli.raw or sli.total or "", moment.at)
    return Plan(request, moment, needed, _count, fresh=fresh, closely=closely)


def _sli(slo: Slo) -> SlicedRatioSli:
    if not isinstance(slo.sli, SlicedRatioSli):
        raise InvalidInputError(f"{slo.name} has no slices of a ratio.")
    return slo.sli


def _count(plan: Plan, found: Found) -> Counted:
    sli = _sli(plan.request.slo)
    slices = _slices(sli, found)
    series, part = sliced_buckets(slices, plan.request.start, plan.moment)
    missing = ", ".join(reads(sli.raw or sli.total or "").selectors)
    return Counted(series, part, why=lambda: [f"no series for {missing}"])


def _slices(sli: SlicedRatioSli, found: Found) -> Slices:
    """Every slice that is known, with what it counts for."""
    if sli.raw is not None:
        raw = found.get("raw")
        if raw is None:
            return Slices.none(sli.slice_seconds)
        times, ratio = raw.times, 1 - raw.values if sli.raw_is_error else raw.values
    else:
        total = found.get("total")
        if total is None:
            return Slices.none(sli.slice_seconds)
        times, ratio = _ratios(sli, total, found)
    counted = ~np.isnan(ratio)
    ratio = np.clip(np.where(counted, ratio, 0.0), 0.0, 1.0)
    if sli.method is Method.TIMESLICES:
        least = 1.0 if sli.slice_target is None else sli.slice_target
        ratio = ((ratio >= least - TOLERANCE) & counted).astype(np.float64)
    return Slices(sli.slice_seconds, times, ratio, counted.astype(np.float64))


def _ratios(sli: SlicedRatioSli, total: Values, found: Found) -> tuple[np.ndarray, Counts]:
    """The share of good events in each slice; NaN for one without events that is left out.

    A slice that counts events but of which `good` is unknown, is unknown itself; an absent `bad`
    means none, as `total` exists.
    """
    busy = total.values > 0
    bad, good = found.get("bad"), found.get("good")
    if bad is not None:
        wrong = bad.at(total.times)
        unusable = np.isin(total.times, bad.unusable)
        ratio = 1 - np.divide(
            np.nan_to_num(wrong), total.values, out=np.zeros(len(busy)), where=busy
        )
    else:
        right = good.at(total.times) if good is not None else np.full(len(busy), np.nan)
        unusable = np.isnan(right)
        ratio = np.divide(np.nan_to_num(right), total.values, out=np.zeros(len(busy)), where=busy)
    ratio = np.where(busy, ratio, WITHOUT_EVENTS[sli.on_no_traffic])
    known = ~(busy & unusable)
    return total.times[known], ratio[known]
