"""Time slices: a gauge at the end of every slice, compared in Python."""

import operator
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.asking import Values
from fireline.adapters.prometheus.planning import Counted, Found, Moment, Plan, fresh_questions
from fireline.adapters.prometheus.selectors import reads
from fireline.adapters.prometheus.slicing import Slices, slice_question, sliced_buckets
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.buckets import Counts
from fireline.domain.slo.definition import TimeSliceSli
from fireline.usecases.ports import FetchRequest

COMPARE: dict[str, Callable[[Counts, float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """The gauge at the end of every slice."""
    sli = _sli(request)
    asked = slice_question(sli.value, sli.slice_seconds, request.start, moment.at)
    needed = {"value": asked} if asked else {}
    return Plan(request, moment, needed, _count, fresh=fresh_questions(sli.value, moment.at))


def _sli(request: FetchRequest) -> TimeSliceSli:
    sli = request.slo.sli
    if not isinstance(sli, TimeSliceSli):
        raise InvalidInputError(f"{request.slo.name} has no slices of a gauge.")
    return sli


def _count(plan: Plan, found: Found) -> Counted:
    sli = _sli(plan.request)
    slices = judged(sli, found.get("value"))
    series, part = sliced_buckets(slices, plan.request.start, plan.moment)
    why = f"no series for {', '.join(reads(sli.value).selectors)}"
    return Counted(series, part, why=lambda: [why])


def judged(sli: TimeSliceSli, values: Values | None) -> Slices:
    """Each slice with a value is good or bad."""
    if values is None:
        return Slices.none(sli.slice_seconds)
    good = COMPARE[sli.op](values.values, sli.threshold).astype(np.float64)
    return Slices(sli.slice_seconds, values.times, good, np.ones(len(good)))
