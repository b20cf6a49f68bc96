"""Every computed fact of a postmortem as plain JSON; the same record gives the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fireline.domain.incident.accepting import waiting
from fireline.domain.incident.changes import in_words
from fireline.domain.incident.downtime import DEFAULT_WEIGHTS, data_downtime
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.metrics import DEFINITIONS, against_target, durations
from fireline.domain.incident.timeline import EntryKind, TimelineEntry
from fireline.domain.incident.timeline_text import accepted, words
from fireline.domain.postmortem.action import ActionItem
from fireline.domain.postmortem.small_n import percent
from fireline.domain.postmortem.summary import SloCost, share_words, summary
from fireline.domain.runbook.runbook import RunbookHit

MISSING = "not recorded"
SELDOM = frozenset(
    {
        Stamp.IDENTIFIED,
        Stamp.DATA_REPAIR_STARTED,
        Stamp.REOPENED,
        Stamp.CLOSED,
        Stamp.PM_DUE,
        Stamp.PM_PUBLISHED,
        Stamp.LEGAL_CLOCK,
    }
)


@dataclass(frozen=True, slots=True)
class Record:
    """All that a postmortem is computed from. `names` gives people by Slack id."""

    incident: Incident
    costs: tuple[SloCost, ...]
    entries: tuple[TimelineEntry, ...]
    actions: tuple[ActionItem, ...]
    target_minutes: int
    names: Mapping[str, str] = field(default_factory=dict)
    runbooks: tuple[RunbookHit, ...] = ()
    weights: Mapping[int, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)


def postmortem_facts(record: Record) -> dict[str, object]:
    """The facts by section."""
    incident = record.incident
    return {
        "ref": incident.ref,
        "title": incident.title,
        "front": _front(record),
        "summary": summary(incident, record.costs, record.target_minutes),
        "impact": {
            "costs": [_cost(cost) for cost in record.costs],
            "datasets": list(incident.datasets),
            "contracts": [
                f"{b.contract}: {b.dataset} {b.text} ({b.term})"
                for b in incident.details.contract_breaches
            ],
        },
        "times": _times(record),
        "signal": _signal(incident),
        "decisions": _lines(record.entries, EntryKind.DECISION),
        "changes": _changes(incident),
        "caused": _caused(incident),
        "hypotheses": _lines(record.entries, EntryKind.HYPOTHESIS),
        "runbooks": [{"title": hit.title, "path": hit.path} for hit in record.runbooks],
        "repair": _repair(incident),
        "timeline": [_line(entry) for entry in accepted(record.entries)],
        "waiting": len(waiting(record.entries)),
        "actions": [_action(item) for item in record.actions],
        "definitions": [{"name": name, "text": text} for name, text in DEFINITIONS],
    }


def _front(record: Record) -> list[dict[str, str]]:
    """Section 0 as rows of label and value."""
    incident = record.incident
    roles = ", ".join(
        f"{role.label}: {record.names.get(user, user)}"
        for role, user in sorted(incident.roles.items())
    )
    by = record.names.get(incident.declared_by, incident.declared_by)
    newest = max(record.entries, key=lambda e: e.seq, default=None)
    rows = (
        ("State", incident.state.value),
        ("Severity", _severity(incident)),
        ("Tier", str(incident.tier)),
        ("Declared by", by),
        ("Roles", roles),
        ("Service", incident.service),
        ("SLOs", ", ".join(incident.slos)),
        ("Datasets", ", ".join(incident.datasets)),
        ("Timeline record", newest.hash[:16] if newest else None),
    )
    return [{"label": label, "value": value or MISSING} for label, value in rows]


def _severity(incident: Incident) -> str:
    """The severity with its reason, the label said once."""
    label, reason = incident.severity.label, incident.severity_reason
    return reason if reason.startswith(label) else f"{label} ({reason})"


def _times(record: Record) -> dict[str, object]:
    """Recorded instants and the durations between them."""
    incident = record.incident
    known = durations(incident)
    verdict = against_target(known.mttr, record.target_minutes) if known.mttr else ""
    downtime = data_downtime(incident, record.weights)
    return {
        "stamps": [
            {"name": stamp.value.replace("_", " "), "at": _at(incident.at(stamp))}
            for stamp in Stamp
            if stamp not in SELDOM or incident.at(stamp) is not None
        ],
        "ttd": _span(known.ttd),
        "tta": _span(known.tta),
        "ttm": _span(known.ttm),
        "mttr": _span(known.mttr),
        "mttr_verdict": verdict,
        "ttdr": _span(known.ttdr),
        "downtime": downtime.words if downtime is not None and downtime.datasets else MISSING,
    }


def _signal(incident: Incident) -> str:
    """What was noticed first."""
    fired = incident.at(Stamp.ALERT_FIRED)
    if fired is None:
        return "a person; no alert of ours fired before"
    return f"our burn alert, at {_at(fired)}"


def _changes(incident: Incident) -> list[dict[str, str]]:
    """What was changed shortly before it or during it, and may be behind it."""
    return [
        {"at": _at(change.at), "text": in_words(change), "link": change.url, "why": change.why}
        for change in incident.details.changes
    ]


def _caused(incident: Incident) -> str:
    """Whether a change caused it, and which."""
    details = incident.details
    answer = details.caused_by_change.value if details.caused_by_change is not None else MISSING
    return f"{answer}, {details.cause_change}" if details.cause_change else answer


def _repair(incident: Incident) -> str:
    """The decision about damaged data, in full."""
    if incident.repair is None:
        return f"Whether data was damaged is {MISSING}"
    decision = incident.repair
    how = decision.how.strip().rstrip(".")
    if decision.damaged:
        return f"Data was damaged, repaired and verified by {decision.checked_by}: {how}"
    return f"No data damaged, checked by {decision.checked_by}: {how}"


def _cost(cost: SloCost) -> dict[str, str]:
    """One row of the cost table."""
    amount = MISSING if cost.amount is None else f"{cost.amount:,.1f} {cost.unit}"
    return {
        "slo": cost.name,
        "title": cost.title,
        "share": MISSING if cost.share is None else share_words(cost.share, cost.raw_share),
        "amount": amount,
        "budget": cost.budget_words,
        "left": MISSING if cost.remaining is None else percent(cost.remaining),
    }


def _lines(entries: Sequence[TimelineEntry], kind: EntryKind) -> list[dict[str, str]]:
    return [_line(entry) for entry in accepted(entries) if entry.kind is kind]


def _line(entry: TimelineEntry) -> dict[str, str]:
    """One line of the timeline with where it comes from."""
    where = entry.provenance
    source = where.source if where.detail is None else f"{where.source}: {where.detail}"
    return {
        "at": _at(entry.occurred_at),
        "kind": entry.kind.value,
        "who": entry.actor_name,
        "text": words(entry),
        "link": where.permalink or "",
        "source": source,
    }


def _action(item: ActionItem) -> dict[str, str]:
    return {
        "ref": item.ref,
        "text": item.text,
        "owner": item.owner_name,
        "due": item.due.isoformat(),
        "state": item.state.value,
        "evidence": item.evidence or "",
    }


def _at(at: datetime | None) -> str:
    return MISSING if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta | None) -> str:
    return MISSING if span is None else spell(span)
