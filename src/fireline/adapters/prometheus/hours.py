"""Counts of whole hours: quick to ask for, for a first budget and to hold buckets against."""

from collections.abc import Mapping

import numpy as np

from fireline.adapters.prometheus.asking import Answers, Values
from fireline.adapters.prometheus.counting import Parts, ratio_buckets
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.growth import feed_of
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import presence, reads
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.corrections import HOUR_SECONDS, spread
from fireline.domain.slo.definition import EntityRatioSli, RatioSli, Sli, Slo, TimeSliceSli
from fireline.domain.slo.ledger import known
from fireline.usecases.ports import FetchRequest, FetchResult

PROOF = "proof "


def hour_questions(request: FetchRequest, until: int) -> dict[str, Question]:
    """What to ask for the hours of `[request.start, until)`; nothing for kinds without hours."""
    sli = request.slo.sli
    first = request.start + HOUR_SECONDS
    if first > until:
        return {}
    if not isinstance(sli, RatioSli):
        sums = _summed(sli)
        return {k: Question(e, first, until, HOUR_SECONDS) for k, e in sums.items()}
    named = {"good": sli.good, "bad": sli.bad, "total": sli.total}
    asked = {
        key: Question(expr, first, until, HOUR_SECONDS, HOUR_SECONDS)
        for key, expr in named.items()
        if expr is not None
    }
    if reads(sli.total).always_answers:
        for number, expr in enumerate(presence(sli.total, HOUR_SECONDS)):
            asked[f"{PROOF}{number}"] = Question(expr, first, until, HOUR_SECONDS)
    return asked


def _summed(sli: Sli) -> dict[str, str]:
    """Slices and entities of an hour, counted by Prometheus: rough, for a first budget only.

    A comparison there takes a missing value for none, and NaN for bad; the buckets that follow
    are compared here.
    """
    if isinstance(sli, TimeSliceSli) and HOUR_SECONDS % sli.slice_seconds == 0:
        good = f"({sli.value}\n) {sli.op} bool {sli.threshold}"
        return {
            "good": _each(f"sum_over_time(({good})", sli.slice_seconds),
            "total": _each(f"count_over_time(({sli.value}\n)", sli.slice_seconds),
        }
    if isinstance(sli, EntityRatioSli):
        return {
            "good": _each(f"sum_over_time(({sli.good}\n)", BUCKET_SECONDS),
            "total": _each(f"sum_over_time(({sli.total}\n)", BUCKET_SECONDS),
        }
    return {}


def _each(opening: str, step: int) -> str:
    """Over the hour, one instant per step; a second less keeps the hour's beginning out."""
    return f"{opening}[{HOUR_SECONDS - 1}s:{step}s])"


def exact(slo: Slo) -> bool:
    """Whether its buckets are asked for exactly, so that no hour knows better."""
    sli = slo.sli
    if not isinstance(sli, RatioSli):
        return True
    return all(feed_of(e).exact for e in (sli.total, sli.good, sli.bad) if e is not None)


def hour_result(
    slo: Slo, start: int, until: int, asked: Mapping[str, Question], answers: Answers
) -> FetchResult:
    """The hours as coarse buckets; no series where nothing was asked."""
    if not asked:
        return FetchResult(slo.name, None)
    found: dict[str, Values] = {}
    for key, question in asked.items():
        outcome = answers[question]
        if isinstance(outcome, QueryFailure):
            return FetchResult(slo.name, None, error=outcome.sentence)
        found[key] = outcome
    proof = [values for key, values in found.items() if key.startswith(PROOF)]
    parts = Parts(found.get("good"), found.get("bad"), found["total"], proof or None)
    hours = ratio_buckets(parts, start, until, HOUR_SECONDS)
    warnings = tuple(dict.fromkeys(w for values in found.values() for w in values.warnings))
    return FetchResult(slo.name, _coarse(hours, slo.sli), warnings=warnings)


def _coarse(hours: BucketSeries, sli: Sli) -> BucketSeries:
    """Coarse buckets of hours; one that begins a history may hold a counter's first value."""
    seen = known(hours)
    if isinstance(sli, RatioSli):
        seen[1:] &= seen[:-1].copy()
    return spread(hours.start, hours.good, hours.total, np.asarray(seen, np.bool_))
