"""The facts of a weekly review as plain JSON values; the same input gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf, isfinite

from fireline.domain.incident.drill_measures import measures
from fireline.domain.incident.durations import MINUTE, spell
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.metrics import DEFINITIONS, against_target, durations, elapsed
from fireline.domain.policy.policy import Policy
from fireline.domain.postmortem.action import ActionItem
from fireline.domain.postmortem.small_n import durations as duration_words
from fireline.domain.postmortem.small_n import percent, share
from fireline.domain.postmortem.summary import share_words
from fireline.domain.review.maintenance import MaintenanceOfWeek, row
from fireline.domain.review.noise import noise_facts
from fireline.domain.review.week import Week
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import SloStatus

NOT_COUNTED = (IncidentState.DECLINED, IncidentState.MERGED, IncidentState.CANCELLED)
TIERS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Measured:
    """An SLO with its newest evaluation, if there ever was one."""

    slo: Slo
    status: SloStatus | None

    @property
    def remaining(self) -> float | None:
        """The unspent share, or None where no figure may be believed.

        Minus infinity where nothing was allowed and something was bad.
        """
        if self.status is None or not self.status.has_figure:
            return None
        return -inf if self.status.remaining is None else self.status.remaining


@dataclass(frozen=True, slots=True)
class WeekRecord:
    """All that a review is computed from, at the instant `at`."""

    week: Week
    timezone: str
    at: datetime
    slos: tuple[Measured, ...]
    incidents: tuple[Incident, ...]
    actions: tuple[ActionItem, ...]
    today: date
    policy: Policy
    alerts: tuple[AlertGroup, ...] = ()
    maintenance: tuple[MaintenanceOfWeek, ...] = ()


def met_by_tier(slos: Sequence[Measured]) -> dict[int, tuple[int, int]]:
    """Per tier, SLOs within their budget and SLOs with a figure."""
    found: dict[int, tuple[int, int]] = {}
    for tier in TIERS:
        known = [m.remaining for m in slos if m.slo.tier == tier and m.remaining is not None]
        if known:
            found[tier] = (sum(left >= 0 for left in known), len(known))
    return found


def worst_first(slos: Sequence[Measured]) -> list[Measured]:
    """SLOs with a figure, the least budget left first; ties by tier, then name."""
    known = [(m.remaining, m) for m in slos if m.remaining is not None]
    return [m for _, m in sorted(known, key=lambda p: (p[0], p[1].slo.tier, p[1].slo.name))]


def without_data(slos: Sequence[Measured]) -> list[str]:
    """SLOs without a figure, each with why."""
    unknown = sorted((m for m in slos if m.remaining is None), key=lambda m: m.slo.name)
    never = "not evaluated yet"
    return [f"{m.slo.name}: {m.status.sentence if m.status else never}" for m in unknown]


def counted(incidents: Sequence[Incident]) -> list[Incident]:
    """Incidents that count, open ones first, then by declaration; drills never do."""
    real = [i for i in incidents if i.state not in NOT_COUNTED and not i.drill]
    return sorted(real, key=lambda i: (not i.open, i.stamps[Stamp.DECLARED], i.id))


def drills_done(record: WeekRecord) -> list[str]:
    """Drills that were done, each with what it measured."""
    done = [i for i in record.incidents if i.drill and i.at(Stamp.RESOLVED) is not None]
    return [
        f"{i.ref} {i.title}: "
        + "; ".join(m.words for m in measures(i, record.policy.mttr_target(i.tier)))
        for i in done
    ]


def restricted_words(incidents: Sequence[Incident]) -> str:
    """How many restricted incidents there were, by severity; nothing else is told of them."""
    found = [i for i in counted(incidents) if i.restricted]
    return f"Restricted incidents: {_by_severity(found)}" if found else ""


def headline(record: WeekRecord) -> str:
    """SLOs met, overall and by tier, and how many have no figure."""
    met = met_by_tier(record.slos)
    hits, total = (sum(pair[side] for pair in met.values()) for side in (0, 1))
    tiers = ", ".join(f"tier-{tier} {a}/{b}" for tier, (a, b) in met.items())
    text = f"SLOs met {hits}/{total} ({tiers})" if total else "No SLO has a figure yet"
    missing = len(without_data(record.slos))
    return f"{text}; {missing} without data" if missing else text


def review_facts(record: WeekRecord) -> dict[str, object]:
    """The facts by section of the ritual: budgets, incidents, actions, gaps."""
    incidents = counted(record.incidents)
    return {
        "week": record.week.key,
        "period": record.week.period(record.timezone),
        "headline": headline(record),
        "loss": _loss(incidents),
        "by_severity": _by_severity(incidents),
        "budgets": [_budget(m) for m in worst_first(record.slos)],
        "incidents": [_incident(i, record) for i in incidents if not i.restricted],
        "restricted": restricted_words(incidents),
        "left_out": sum(not i.drill for i in record.incidents) - len(incidents),
        "drills": drills_done(record),
        "within_target": _within_target(incidents, record.policy),
        "mttr": _all(incidents, "mttr", "nothing was restored"),
        "ttdr": _all(incidents, "ttdr", "no data was verified"),
        "actions": [_action(item, record.today) for item in _ordered(record.actions)],
        "overdue": sum(item.overdue(record.today) for item in record.actions),
        "noise": noise_facts(record.alerts),
        "no_data": without_data(record.slos),
        "maintenance": [row(found) for found in record.maintenance],
        "as_of": f"{record.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "definitions": [{"name": name, "text": text} for name, text in DEFINITIONS],
    }


def _loss(incidents: Sequence[Incident]) -> str:
    """The largest budget loss and its cause, in one sentence."""
    costs = [(cost, slo, i) for i in incidents for slo, cost in i.budget_cost.items()]
    if not costs:
        return "No incident has cost a known share of a budget."
    cost, slo, incident = max(costs, key=lambda c: (c[0], -c[2].id, c[1]))
    return (
        f"Largest loss: {incident.ref} ({incident.title}) took {percent(cost)} of {slo}'s budget."
    )


def _by_severity(incidents: Sequence[Incident]) -> str:
    """How many incidents of each severity."""
    if not incidents:
        return "none"
    severities = sorted({i.severity for i in incidents})
    parts = [f"{s.label} {sum(i.severity is s for i in incidents)}" for s in severities]
    return f"{len(incidents)} ({', '.join(parts)})"


def _left(left: float | None) -> str:
    if left is None:
        return "no data"
    return percent(left) if isfinite(left) else "exhausted"


def _raw(status: SloStatus | None) -> str:
    """The raw figure behind the adjusted one, where maintenance was left out."""
    if status is None or status.raw_remaining is None:
        return ""
    return f" ({percent(status.raw_remaining)} with maintenance)"


def _budget(measured: Measured) -> dict[str, str]:
    """One row of the budget table; the left part is shown in the budget's own unit too."""
    slo, status = measured.slo, measured.status
    left = measured.remaining
    whole = status.budget if status else None
    amount = "not recorded"
    if left is not None and not isfinite(left):
        amount = "nothing bad is allowed"
    elif left is not None and whole is not None:
        over = "overspent by " if left < 0 else ""
        amount = f"{over}{abs(left) * whole:,.1f} of {whole:,.1f} {slo.unit}"
    return {
        "slo": slo.name,
        "title": slo.title,
        "tier": str(slo.tier),
        "objective": f"{slo.objective} %",
        "state": status.budget_state.value.replace("_", " ") if status else "unknown",
        "left": _left(left) + _raw(status),
        "amount": amount,
        "owner": slo.owner or "nobody",
    }


def _incident(incident: Incident, record: WeekRecord) -> dict[str, str]:
    """One row of the incident table; an open one shows the time elapsed, counted apart."""
    known = durations(incident)
    target = record.policy.mttr_target(incident.tier)
    if known.mttr is None:
        restored = f"open for {spell(elapsed(incident, record.at))}, target {_minutes(target)}"
    else:
        restored = f"{spell(known.mttr)} ({against_target(known.mttr, target)})"
    raw = incident.raw_budget_cost
    booked = sorted(incident.budget_cost.items())
    costs = ", ".join(f"{share_words(cost, raw.get(slo))} of {slo}" for slo, cost in booked)
    return {
        "ref": incident.ref,
        "title": incident.title,
        "severity": incident.severity.label,
        "tier": str(incident.tier),
        "state": incident.state.value,
        "mttr": restored,
        "ttdr": spell(known.ttdr) if known.ttdr is not None else "not recorded",
        "cost": costs or "not recorded",
    }


def _within_target(incidents: Sequence[Incident], policy: Policy) -> str:
    """How many were restored in time, by the rules for few cases."""
    done = [(i.tier, durations(i).mttr) for i in incidents]
    known = [(tier, mttr) for tier, mttr in done if mttr is not None]
    hits = sum(mttr <= timedelta(minutes=policy.mttr_target(tier)) for tier, mttr in known)
    return share(hits, len(known), "nothing was restored")


def _all(incidents: Sequence[Incident], metric: str, why_none: str) -> str:
    """The metric over all incidents that have it."""
    spans = (getattr(durations(i), metric) for i in incidents)
    known = [span.total_seconds() / MINUTE for span in spans if span is not None]
    return duration_words(known, why_none)


def _ordered(actions: Sequence[ActionItem]) -> list[ActionItem]:
    return sorted(actions, key=lambda item: (item.due, item.id))


def _action(item: ActionItem, today: date) -> dict[str, str]:
    """One open promise; how late it is."""
    days = (today - item.due).days
    unit = "day" if days == 1 else "days"
    late = f"{days} {unit} overdue" if days > 0 else "on time"
    return {
        "ref": item.ref,
        "text": item.text,
        "owner": item.owner_name,
        "due": item.due.isoformat(),
        "late": late,
        "incident": f"INC-{item.incident_id}" if item.incident_id else "none",
    }


def _minutes(count: int) -> str:
    return spell(count * MINUTE)
