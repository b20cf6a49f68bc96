"""Deadlines: asked at the deadline whether it has landed, so that landing late stays a miss."""

import promql_parser

from fireline.adapters.prometheus.planning import Counted, Found, Moment, Plan, fresh_questions
from fireline.adapters.prometheus.questions import Question
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag
from fireline.domain.slo.calendar import Slot, next_slot, slots
from fireline.domain.slo.definition import DeadlineSli, Slo
from fireline.domain.slo.ledger import missing
from fireline.usecases.ports import FetchRequest

SLOT_START = "$slot_start"
COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
NEXT = "landed_when next"


def plan(request: FetchRequest, moment: Moment) -> Plan:
    """The condition at each deadline in the stretch, and now for the deadline to come."""
    sli = _sli(request.slo)
    needed = {
        _key(slot): _question(sli, slot, slot.deadline)
        for slot in slots(sli, request.start, moment.at)
    }
    coming = next_slot(sli, moment.at)
    needed[NEXT] = _question(sli, coming, moment.at)
    fresh = fresh_questions(_filled(sli, coming), moment.at)
    return Plan(request, moment, needed, _count, fresh=fresh)


def _sli(slo: Slo) -> DeadlineSli:
    if not isinstance(slo.sli, DeadlineSli):
        raise InvalidInputError(f"{slo.name} has no deadlines.")
    return slo.sli


def _key(slot: Slot) -> str:
    return f"landed_when {slot.deadline}"


def _question(sli: DeadlineSli, slot: Slot, at: int) -> Question:
    return Question(answering(_filled(sli, slot)), at, at, 1)


def _filled(sli: DeadlineSli, slot: Slot) -> str:
    return sli.landed_when.replace(SLOT_START, str(slot.start))


def answering(expr: str) -> str:
    """The condition so that "no" is 0 and only a condition without samples gives nothing.

    A comparison that is the whole expression gets its `bool`.
    """
    try:
        node = promql_parser.parse(expr)
    except ValueError:
        return expr  # Prometheus will say why
    while isinstance(node, promql_parser.ParenExpr):
        node = node.expr
    if not isinstance(node, promql_parser.BinaryExpr) or str(node.op) not in COMPARISONS:
        return expr
    matching = ""
    if node.modifier is not None:
        if node.modifier.return_bool:
            return expr
        matching = f"{node.modifier} "
    # `prettify` escapes label values, `str` does not.
    return f"{node.lhs.prettify()} {node.op} bool {matching}{node.rhs.prettify()}"


def _count(plan: Plan, found: Found) -> Counted:
    """One event in the bucket of each deadline; a deadline without an answer is missing."""
    sli, start, edge = _sli(plan.request.slo), plan.request.start, plan.moment.edge
    series = missing(start, max(0, (edge - start) // BUCKET_SECONDS))
    part = None
    for slot in slots(sli, start, plan.moment.at):
        answer = found[_key(slot)].values
        if not answer.size:
            continue
        landed = float(answer[0] != 0)
        if slot.deadline > edge:
            part = Bucket(edge, landed, 1.0)
            continue
        index = (slot.deadline - 1 - start) // BUCKET_SECONDS
        series.good[index], series.total[index] = landed, 1.0
        series.flags[index] = int(BucketFlag.NONE)
    coming = found[NEXT].values
    unseen = found.unseen(_filled(sli, next_slot(sli, plan.moment.at)))
    return Counted(
        series,
        part,
        landed=bool(coming[0]) if coming.size else None,
        why=lambda: [f"no series for {', '.join(unseen)}"] if unseen else [],
    )
