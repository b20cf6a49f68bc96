"""The state machine: which step may follow, what must be known first, what a step records."""

import itertools
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.details import Reopening
from fireline.domain.incident.guards import OVERRIDABLE, SAFE_BURN, failed_guards
from fireline.domain.incident.incident import (
    NOT_COUNTED,
    Incident,
    IncidentState,
    RepairDecision,
    Role,
    Stamp,
)
from fireline.domain.incident.moves import (
    Asker,
    Burning,
    Closing,
    Move,
    Moved,
    Refusal,
    ReopenKind,
    Step,
    Verb,
)
from fireline.domain.incident.stamps import check_order

__all__ = [
    "SAFE_BURN",
    "Asker",
    "Burning",
    "Closing",
    "Move",
    "Moved",
    "Refusal",
    "Step",
    "Verb",
    "advance",
    "available_transitions",
    "refusals",
]

PATH = (
    IncidentState.TRIAGE,
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
)
WORKED_ON = (*PATH, IncidentState.REPAIRING)
DONE = (IncidentState.RESOLVED, IncidentState.REVIEWING, IncidentState.CLOSED)
TARGETS = {
    Verb.INVESTIGATE: IncidentState.INVESTIGATING,
    Verb.MITIGATE: IncidentState.MITIGATING,
    Verb.RESTORE: IncidentState.RESTORED,
    Verb.REPAIR: IncidentState.REPAIRING,
    Verb.RESOLVE: IncidentState.RESOLVED,
    Verb.REVIEW: IncidentState.REVIEWING,
    Verb.CLOSE: IncidentState.CLOSED,
    Verb.DECLINE: IncidentState.DECLINED,
    Verb.MERGE: IncidentState.MERGED,
    Verb.CANCEL: IncidentState.CANCELLED,
}
# Verbs beside the path up to `restored`, with the states they are allowed in.
SOURCES = {
    Verb.REPAIR: (IncidentState.RESTORED,),
    Verb.RESOLVE: (IncidentState.RESTORED, IncidentState.REPAIRING),
    Verb.REVIEW: (IncidentState.RESOLVED,),
    Verb.CLOSE: (IncidentState.RESOLVED, IncidentState.REVIEWING),
    Verb.DECLINE: (IncidentState.TRIAGE, IncidentState.INVESTIGATING),
    Verb.MERGE: WORKED_ON,
    Verb.CANCEL: PATH[:3],
    Verb.REOPEN: (IncidentState.RESTORED, IncidentState.REPAIRING, *DONE, IncidentState.MERGED),
}


def available_transitions(incident: Incident) -> tuple[Verb, ...]:
    """The verbs that lead somewhere from this state, the next one first."""
    return tuple(verb for verb in Verb if _steps(incident, verb, ""))


def advance(incident: Incident, move: Move) -> Moved:
    """Make the step, with the ones it implies.

    Raises:
        IllegalTransitionError: names every failed guard, the value seen and the way out.
        InvalidInputError: the time given contradicts a recorded one or lies in the future.
    """
    failed = refusals(incident, move)
    if failed:
        raise IllegalTransitionError(_sentence(incident, move, failed), _codes(failed))
    if move.at > move.now:
        raise InvalidInputError("That time has not come yet. Give one in the past.", field="at")
    forced = tuple(r for r in failed_guards(incident, move) if r.code in OVERRIDABLE)
    steps = _steps(incident, move.verb, move.choice)
    moved = _recorded(replace(incident, state=steps[-1].target), incident, move)
    check_order(moved.stamps)
    return Moved(moved, steps, forced)


def refusals(incident: Incident, move: Move) -> tuple[Refusal, ...]:
    """Every guard that fails, all at once; empty when the step may be made."""
    found: list[Refusal] = []
    if not _steps(incident, move.verb, move.choice):
        found.append(_wrong_state(incident, move.verb))
    found += [
        refusal
        for refusal in failed_guards(incident, move)
        if not (move.overridden and refusal.code in OVERRIDABLE)
    ]
    return tuple(found)


def _steps(incident: Incident, verb: Verb, choice: str) -> tuple[Step, ...]:
    """The transitions from the state that the verb takes; empty when it leads nowhere."""
    state = incident.state
    if verb in SOURCES:
        if state not in SOURCES[verb]:
            return ()
        back = IncidentState.REPAIRING if choice == ReopenKind.DATA else IncidentState.INVESTIGATING
        target = TARGETS.get(verb, back)
        return (Step(state, target, implied=False),) if target is not state else ()
    target = TARGETS[verb]
    if state not in PATH:
        return ()
    route = PATH[PATH.index(state) : PATH.index(target) + 1]
    pairs = itertools.pairwise(route)
    return tuple(Step(a, b, implied=b is not target) for a, b in pairs)


def _recorded(moved: Incident, before: Incident, move: Move) -> Incident:
    """The incident with everything that the step records besides its state."""
    if move.verb is Verb.REOPEN and before.state is IncidentState.MERGED:
        details = replace(before.details, over_since=None, archived_at=None)
        return replace(moved, merged_into=None, details=details)
    if move.verb is Verb.REOPEN:
        return _reopened(moved, before, move)
    moved = replace(moved, stamps={**before.stamps, **_stamps(before, move)})
    if before.state is IncidentState.TRIAGE and moved.open:
        moved = _taken_up(moved, move)
    if move.verb is Verb.RESOLVE:
        return replace(moved, repair=move.decision or _verified(before, move))
    if moved.state in NOT_COUNTED:
        moved = replace(moved, details=replace(moved.details, over_since=move.now))
    if move.verb is Verb.MERGE and move.target is not None:
        return replace(moved, merged_into=move.target.id, roles={})
    return moved


def _taken_up(moved: Incident, move: Move) -> Incident:
    """A signal that was confirmed: whoever confirms leads until somebody else claims it."""
    if move.asker is None or Role.COMMANDER in moved.roles:
        return moved
    stamps = {Stamp.COMMANDER_ASSIGNED: move.now, **moved.stamps}
    return replace(moved, roles={**moved.roles, Role.COMMANDER: move.asker.id}, stamps=stamps)


def _stamps(incident: Incident, move: Move) -> dict[Stamp, datetime]:
    """The instants the step records; what is known already stays."""
    fresh: dict[Stamp, datetime] = {}
    if incident.at(Stamp.ACKNOWLEDGED) is None and not incident.details.past:
        fresh[Stamp.ACKNOWLEDGED] = move.now
    if move.verb is Verb.MITIGATE and move.reason.strip():
        fresh[Stamp.IDENTIFIED] = incident.at(Stamp.IDENTIFIED) or move.at
    if move.verb is Verb.RESTORE:
        fresh[Stamp.RESTORED] = move.at
        fresh[Stamp.MITIGATED] = incident.at(Stamp.MITIGATED) or move.at
    if move.verb is Verb.REPAIR:
        fresh[Stamp.DATA_REPAIR_STARTED] = incident.at(Stamp.DATA_REPAIR_STARTED) or move.at
    if move.verb is Verb.RESOLVE:
        fresh[Stamp.DATA_VERIFIED] = incident.at(Stamp.DATA_VERIFIED) or _green_since(
            incident, move.at
        )
        fresh[Stamp.RESOLVED] = move.at
    if move.verb is Verb.CLOSE:
        fresh[Stamp.CLOSED] = move.at
    return fresh | _due(incident, move)


def _due(incident: Incident, move: Move) -> dict[Stamp, datetime]:
    """When the postmortem is due, once its work begins."""
    due = move.rules.comms[int(incident.severity)].postmortem_due
    if move.verb is not Verb.REVIEW or due is None:
        return {}
    return {Stamp.PM_DUE: (incident.at(Stamp.RESOLVED) or move.at) + due}


def _green_since(incident: Incident, at: datetime) -> datetime:
    """Start of the unbroken green stretch of all checks; the step's own time without checks."""
    stretches = [check.green_since or check.at for check in incident.details.checks]
    restored = incident.at(Stamp.RESTORED)
    since = max(stretches, default=at)
    return max(since, restored) if restored is not None else since


def _verified(incident: Incident, move: Move) -> RepairDecision:
    """What the record itself says of the repair when nobody had to say it."""
    units, checks = incident.details.units, incident.details.checks
    how = f"{len(units)} repair units settled, {len(checks)} checks green"
    return RepairDecision(
        damaged=True, checked_by=move.asker.id if move.asker else "Fireline", how=how
    )


def _reopened(moved: Incident, before: Incident, move: Move) -> Incident:
    """Back to work: the instants of the end are taken back, and kept in the reopening."""
    restored = before.at(Stamp.RESTORED)
    same = restored is not None and move.now - restored <= move.rules.reopen_cooldown
    ended = [Stamp.DATA_VERIFIED, Stamp.RESOLVED, Stamp.CLOSED]
    if move.choice == ReopenKind.SERVICE:
        ended += [Stamp.RESTORED, Stamp.MITIGATED]
    stamps = {stamp: at for stamp, at in before.stamps.items() if stamp not in ended}
    stamps[Stamp.REOPENED] = move.at
    entry = Reopening(
        at=move.at,
        kind=move.choice,
        reason=move.reason.strip(),
        by=move.asker.id if move.asker else "system",
        same_impact=same,
        restored_at=restored,
        verified_at=before.at(Stamp.DATA_VERIFIED),
    )
    details = replace(
        before.details,
        reopened=(*before.details.reopened, entry),
        timeline_accepted_at=None,
        checks=(),
        over_since=None,
        archived_at=None,
    )
    return replace(moved, stamps=stamps, repair=None, details=details)


def _wrong_state(incident: Incident, verb: Verb) -> Refusal:
    """Why the verb leads nowhere, with the verbs that do."""
    if verb in {Verb.RESOLVE, Verb.REPAIR} and incident.state in PATH:
        return Refusal(
            "NOT_RESTORED",
            f"it is {incident.state.value}, service is not marked as working again",
            "`/incident restore WHAT_FIXED_IT` first",
        )
    ways = ", ".join(f"`/incident {v.value}`" for v in available_transitions(incident))
    way = [*WORKED_ON, *DONE]
    here, target = incident.state, TARGETS.get(verb)
    passed = here in way and target in way and way.index(here) >= way.index(target)
    already = "already " if passed else ""
    seen = f"it is {already}{incident.state.value}"
    return Refusal("WRONG_STATE", seen, ways or "nothing to do")


def _sentence(incident: Incident, move: Move, failed: tuple[Refusal, ...]) -> str:
    """The whole refusal as it is shown."""
    target = TARGETS.get(move.verb)
    done = target.value.replace("ing", "ed") if target else "reopened"
    reasons = "\n".join(f"• {r.seen}. Do this: {r.fix}." for r in failed)
    return f"{incident.ref} cannot be {done} yet:\n{reasons}"


def _codes(failed: tuple[Refusal, ...]) -> tuple[str, ...]:
    return tuple(r.code for r in failed)
