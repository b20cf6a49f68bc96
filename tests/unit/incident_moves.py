"""Incidents that know everything a step asks for, and the steps."""

from dataclasses import replace

from fireline.domain.incident.details import AffectedDataset, BadWindow, Check, RepairUnit
from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    RepairDecision,
    Stamp,
)
from fireline.domain.incident.kinds import Answer, DetectedBy, Harm, UnitStatus
from fireline.domain.incident.lifecycle import (
    Burning,
    Move,
    Verb,
    refusals,
)
from tests.builders import an_incident, night

NOW = night("06:00")
CHECKED = RepairDecision(damaged=False, checked_by="ana", how="row counts match")
BURNS = (Burning("orders", 300, 2.0),)
S = IncidentState
WORKED_ON = (S.TRIAGE, S.INVESTIGATING, S.MITIGATING, S.RESTORED, S.REPAIRING)
ALLOWED = {
    Verb.INVESTIGATE: (S.TRIAGE,),
    Verb.MITIGATE: (S.TRIAGE, S.INVESTIGATING),
    Verb.RESTORE: (S.TRIAGE, S.INVESTIGATING, S.MITIGATING),
    Verb.REPAIR: (S.RESTORED,),
    Verb.RESOLVE: (S.RESTORED, S.REPAIRING),
    Verb.REVIEW: (S.RESOLVED,),
    Verb.CLOSE: (S.RESOLVED, S.REVIEWING),
    Verb.REOPEN: (S.RESTORED, S.REPAIRING, S.RESOLVED, S.REVIEWING, S.CLOSED, S.MERGED),
    Verb.DECLINE: (S.TRIAGE, S.INVESTIGATING),
    Verb.MERGE: WORKED_ON,
    Verb.CANCEL: (S.TRIAGE, S.INVESTIGATING, S.MITIGATING),
}
DAMAGED = (AffectedDataset("db.s.orders", harms=(Harm.WRONG,)),)
WINDOW = BadWindow(night("00:00"), night("02:00"))


def ready(state: IncidentState, **details: object) -> Incident:
    """An incident in that state which knows everything that any guard asks for."""
    stamps = {
        Stamp.IMPACT_STARTED: night("01:40"),
        Stamp.DETECTED: night("02:05"),
        Stamp.DECLARED: night("02:10"),
        Stamp.ACKNOWLEDGED: night("02:10"),
        Stamp.IDENTIFIED: night("02:20"),
    }
    later = {
        S.RESTORED: {Stamp.MITIGATED: night("02:48"), Stamp.RESTORED: night("02:48")},
        S.RESOLVED: {Stamp.DATA_VERIFIED: night("04:00"), Stamp.RESOLVED: night("05:00")},
        S.CLOSED: {Stamp.CLOSED: night("05:30")},
    }
    order = list(S)
    for reached, more in later.items():
        if order.index(state) >= order.index(reached) and state in order[:8]:
            stamps |= more
    incident = an_incident(state=state, stamps=stamps)
    known = replace(
        incident.details,
        affected=DAMAGED,
        bad_window=WINDOW,
        timeline_accepted_at=night("05:10"),
        caused_by_change=Answer.NO,
        detected_by=DetectedBy.ALERT,
        runbook_answer="right",
    )
    if state is S.REPAIRING:
        unit = RepairUnit(1, "db.s.orders", "2026-11-22", status=UnitStatus.VERIFIED)
        check = Check(
            "orders",
            "slo",
            green=True,
            detail="0.2x",
            at=night("05:59"),
            green_since=night("05:30"),
        )
        known = replace(known, units=(unit,), checks=(check,))
    return replace(incident, details=replace(known, **details))  # type: ignore[arg-type]


def asked(verb: Verb, **changes: object) -> Move:
    """The verb with everything it needs."""
    usual: dict[str, object] = {
        "verb": verb,
        "at": NOW,
        "now": NOW,
        "decision": CHECKED if verb is Verb.RESOLVE else None,
        "reason": "it came back again",
        "choice": {Verb.REOPEN: "service", Verb.DECLINE: "expected"}.get(verb, ""),
        "target": an_incident(7) if verb is Verb.MERGE else None,
    }
    return Move(**{**usual, **changes})  # type: ignore[arg-type]


def codes(incident: Incident, move: Move) -> tuple[str, ...]:
    return tuple(refusal.code for refusal in refusals(incident, move))
