"""Ratios of events: counts of good (or bad) and total per bucket, and since the last edge."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fireline.adapters.prometheus.counting import (
    Parts,
    only_bucket,
    ratio_buckets,
    without_births,
    without_returns,
)
from fireline.adapters.prometheus.growth import Way, feed_of, predecessors, ways
from fireline.adapters.prometheus.planning import Counted, Found, Moment, Plan, fresh_questions
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import presence, reads
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import Newborn, RatioSli
from fireline.domain.slo.ledger import cut, known
from fireline.usecases.ports import FetchRequest

MIN_SCRAPES = 4
HOUR = 3600
OPEN = " now"

Looks = Mapping[str, tuple[Way | None, Way | None]]


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """Counts at each bucket end and since the last edge."""
    sli = _sli(request)
    named = {"good": sli.good, "bad": sli.bad, "total": sli.total}
    exprs = {k: e for k, e in named.items() if e is not None}
    newborn = Way.ALL if sli.newborn is Newborn.COUNT else Way.SINCE
    looks = {k: ways(e, newborn) for k, e in exprs.items()}
    first, edge, at = _from(request) + BUCKET_SECONDS, moment.edge, moment.at
    needed: dict[str, Question] = {}
    proof: tuple[Question, ...] = ()
    if first <= edge:
        needed = {
            k: Question(e, first, edge, BUCKET_SECONDS, BUCKET_SECONDS, looks[k][0])
            for k, e in exprs.items()
        }
        if reads(sli.total).always_answers:
            proof = tuple(Question(e, first, edge, BUCKET_SECONDS) for e in presence(sli.total))
    elapsed = at - edge
    if elapsed >= moment.scrape * (1 if _exact(looks) else MIN_SCRAPES):
        opened = {k + OPEN: Question(e, at, at, 1, elapsed, looks[k][0]) for k, e in exprs.items()}
        needed.update(opened)
    closely = {k: way for k in needed if (way := looks[k.removesuffix(OPEN)][1])}
    return Plan(
        request=request,
        moment=moment,
        needed=needed,
        read=_count,
        helpful=proof,
        fresh=fresh_questions(sli.total, at),
        closely=closely,
        beside=partial(_predecessors, sli.total),
    )


def _from(request: FetchRequest) -> int:
    """The first bucket to ask for.

    Growth that is written by hand counts all of a counter that comes back after an hour; whether
    it was away is told by the hour before.
    """
    sli = _sli(request)
    exprs = (sli.total, sli.good or "", sli.bad or "")
    by_hand = any("offset" in e and not feed_of(e).exact for e in exprs)
    return request.start - HOUR if by_hand else request.start


def _exact(looks: Looks) -> bool:
    """Whether all growth is asked for exactly, so that any stretch of time will do."""
    return all(first is not None for first, _ in looks.values())


def _predecessors(total: str, look: Question) -> list[Question]:
    """Whether there was anything in the day before, where a new counter would count from zero."""
    if look.way is not Way.ALL or look.expr != total:
        return []
    asked = predecessors(total, look.window)
    return [Question(e, look.start, look.end, look.step) for e in asked]


def _sli(request: FetchRequest) -> RatioSli:
    sli = request.slo.sli
    if not isinstance(sli, RatioSli):
        raise InvalidInputError(f"{request.slo.name} is no ratio of events.")
    return sli


def _count(plan: Plan, found: Found) -> Counted:
    """Closed buckets and the open part."""
    sli, start, edge = _sli(plan.request), plan.request.start, plan.moment.edge
    proven = reads(sli.total).always_answers
    series, part, since = BucketSeries.empty(start), None, plan.request.since
    if found.get("total"):
        parts = _parts(found, "", plan.helpful if proven else None)
        series = ratio_buckets(parts, _from(plan.request), edge)
        series = without_returns(series, _unheard_of(found, "total"), since)
        if plan.needed["total"].way is not Way.FAST:
            series = cut(without_births(series), start)
    if found.get("total" + OPEN):
        part = only_bucket(_parts(found, OPEN, plan.fresh if proven else None), edge)
        seen = since is not None or bool(known(series).any())
        if seen and _unheard_of(found, "total" + OPEN).size:
            part = None
    return Counted(series, part, why=lambda: _why(sli, found))


def _unheard_of(found: Found, key: str) -> NDArray[np.int64]:
    """Instants of closer looks at which no counter of `total` had a sample in the day before."""
    answers = found.beside(key)
    if not answers:
        return np.zeros(0, np.int64)
    counted = found[key].times
    before = np.concatenate([values.times for values in answers])
    return counted[found.looked_at(key, counted) & ~np.isin(counted, before)]


def _parts(found: Found, suffix: str, proof: Sequence[Question] | None) -> Parts:
    return Parts(
        good=found.get("good" + suffix),
        bad=found.get("bad" + suffix),
        total=found["total" + suffix],
        seen=None if proof is None else found.all_of(proof),
    )


def _why(sli: RatioSli, found: Found) -> list[str]:
    """What is missing, in words."""
    total = found.get("total")
    if sli.good is not None and total is not None and (total.values > 0).any():
        missing = ", ".join(reads(sli.good).selectors)
        return [f"`good` gives nothing while `total` counts events: no series for {missing}"]
    absent = found.unseen(sli.total)
    return [f"no series for {', '.join(absent)}"] if absent else []
