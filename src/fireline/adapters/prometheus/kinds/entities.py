"""Entities that are fine among all of them, as they stand at each bucket's end."""

from fireline.adapters.prometheus.counting import Parts, ratio_buckets
from fireline.adapters.prometheus.planning import Counted, Found, Moment, Plan, fresh_questions
from fireline.adapters.prometheus.questions import Question
from fireline.adapters.prometheus.selectors import reads
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import EntityRatioSli
from fireline.usecases.ports import FetchRequest


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """Both counts at every bucket's end; there is no open part."""
    sli = _sli(request)
    first, edge = request.start + BUCKET_SECONDS, moment.edge
    needed: dict[str, Question] = {}
    if first <= edge:
        needed["good"] = Question(sli.good, first, edge, BUCKET_SECONDS)
        needed["total"] = Question(sli.total, first, edge, BUCKET_SECONDS)
    return Plan(request, moment, needed, _count, fresh=fresh_questions(sli.total, moment.at))


def _sli(request: FetchRequest) -> EntityRatioSli:
    sli = request.slo.sli
    if not isinstance(sli, EntityRatioSli):
        raise InvalidInputError(f"{request.slo.name} counts no entities.")
    return sli


def _count(plan: Plan, found: Found) -> Counted:
    sli, start = _sli(plan.request), plan.request.start
    total = found.get("total")
    if total is None:
        return Counted(BucketSeries.empty(start))
    parts = Parts(good=found.get("good"), bad=None, total=total, seen=None)
    return Counted(ratio_buckets(parts, start, plan.moment.edge), why=lambda: _why(sli, found))


def _why(sli: EntityRatioSli, found: Found) -> list[str]:
    if (found["total"].values > 0).any():
        names = ", ".join(reads(sli.good).selectors)
        return [f"`good` gives nothing while `total` counts entities: no series for {names}"]
    absent = found.unseen(sli.total)
    return [f"no series for {', '.join(absent)}"] if absent else []
