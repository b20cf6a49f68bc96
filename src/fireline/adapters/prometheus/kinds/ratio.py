"""Ratios of events: counts of good (or bad) and total per bucket, and since the last edge."""

from collections.abc import Sequence

from fireline.adapters.prometheus.counting import (
    Parts,
    only_bucket,
    ratio_buckets,
    without_births,
)
from fireline.adapters.prometheus.planning import Counted, Found, Moment, Plan, fresh_questions
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import presence, reads
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import RatioSli
from fireline.usecases.ports import FetchRequest

MIN_SCRAPES = 4
OPEN = " now"


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """Counts at each bucket end; the open part once it holds four scrapes."""
    sli = _sli(request)
    named = {"good": sli.good, "bad": sli.bad, "total": sli.total}
    exprs = {k: e for k, e in named.items() if e is not None}
    first, edge, at = request.start + BUCKET_SECONDS, moment.edge, moment.at
    needed: dict[str, Question] = {}
    proof: tuple[Question, ...] = ()
    if first <= edge:
        needed = {k: Question(e, first, edge, BUCKET_SECONDS, "5m") for k, e in exprs.items()}
        if reads(sli.total).always_answers:
            proof = tuple(Question(e, first, edge, BUCKET_SECONDS) for e in presence(sli.total))
    elapsed = at - edge
    if elapsed >= MIN_SCRAPES * moment.scrape:
        opened = {k + OPEN: Question(e, at, at, 1, f"{elapsed}s") for k, e in exprs.items()}
        needed.update(opened)
    return Plan(request, moment, needed, _count, proof, fresh_questions(sli.total, at))


def _sli(request: FetchRequest) -> RatioSli:
    sli = request.slo.sli
    if not isinstance(sli, RatioSli):
        raise InvalidInputError(f"{request.slo.name} is no ratio of events.")
    return sli


def _count(plan: Plan, found: Found) -> Counted:
    """Closed buckets and the open part."""
    sli, start, edge = _sli(plan.request), plan.request.start, plan.moment.edge
    proven = reads(sli.total).always_answers
    series, part = BucketSeries.empty(start), None
    if found.get("total"):
        parts = _parts(found, "", plan.helpful if proven else None)
        series = without_births(ratio_buckets(parts, start, edge))
    if found.get("total" + OPEN):
        part = only_bucket(_parts(found, OPEN, plan.fresh if proven else None), edge)
    return Counted(series, part, why=lambda: _why(sli, found))


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
