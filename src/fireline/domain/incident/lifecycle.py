"""The state machine: which step may follow, what must be known first, what a step records."""

import itertools
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, IncidentState, RepairDecision, Stamp
from fireline.domain.incident.stamps import check_order

PATH = (
    IncidentState.TRIAGE,
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
)
SAFE_BURN = 1.0


class Verb(StrEnum):
    """What a person may ask of an incident; the same words as the command."""

    INVESTIGATE = "investigate"
    MITIGATE = "mitigate"
    RESTORE = "restore"
    RESOLVE = "resolve"


TARGETS = {
    Verb.INVESTIGATE: IncidentState.INVESTIGATING,
    Verb.MITIGATE: IncidentState.MITIGATING,
    Verb.RESTORE: IncidentState.RESTORED,
    Verb.RESOLVE: IncidentState.RESOLVED,
}


@dataclass(frozen=True, slots=True)
class Burning:
    """A linked SLO's burn over one fast window."""

    slo: str
    seconds: int
    burn: float


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was asked for. `at` is when it happened, `now` when it is recorded."""

    verb: Verb
    at: datetime
    now: datetime
    burning: tuple[Burning, ...] = ()
    override: str | None = None
    decision: RepairDecision | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One transition that is recorded; `implied` ones were skipped over by the asker."""

    source: IncidentState
    target: IncidentState
    implied: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed guard: what was seen, and the command that puts it right."""

    code: str
    seen: str
    fix: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The incident after the step, and every transition it took."""

    incident: Incident
    steps: tuple[Step, ...]


def available_transitions(incident: Incident) -> tuple[Verb, ...]:
    """The verbs that lead somewhere from this state, the next one first."""
    return tuple(verb for verb in Verb if _steps(incident.state, verb))


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
    steps = _steps(incident.state, move.verb)
    stamps = {**incident.stamps, **_stamps(incident, move)}
    check_order(stamps)
    moved = replace(incident, state=steps[-1].target, stamps=stamps)
    if move.verb is Verb.RESOLVE:
        moved = replace(moved, repair=move.decision)
    return Moved(moved, steps)


def refusals(incident: Incident, move: Move) -> tuple[Refusal, ...]:
    """Every guard that fails, all at once; empty when the step may be made."""
    found: list[Refusal] = []
    if not _steps(incident.state, move.verb):
        found.append(_wrong_state(incident, move.verb))
    if move.verb is Verb.RESTORE and move.burning and not (move.override or "").strip():
        found.append(_still_burning(move.burning))
    if move.verb is Verb.RESOLVE and not _decided(move.decision):
        found.append(
            Refusal(
                "REPAIR_UNDECIDED",
                "nobody has said whether data is damaged",
                "`/incident resolve no-damage checked:@you how:WHAT_YOU_CHECKED`, or with"
                " `repaired` in place of `no-damage`",
            )
        )
    return tuple(found)


def _steps(state: IncidentState, verb: Verb) -> tuple[Step, ...]:
    """The transitions from the state that the verb takes; empty when it leads nowhere."""
    target = TARGETS[verb]
    if verb is Verb.RESOLVE:
        ready = state in {IncidentState.RESTORED, IncidentState.REPAIRING}
        return (Step(state, target, implied=False),) if ready else ()
    if state not in PATH:
        return ()
    route = PATH[PATH.index(state) : PATH.index(target) + 1]
    pairs = itertools.pairwise(route)
    return tuple(Step(a, b, implied=b is not target) for a, b in pairs)


def _stamps(incident: Incident, move: Move) -> dict[Stamp, datetime]:
    """The instants the step records; what is known already stays."""
    fresh: dict[Stamp, datetime] = {}
    if incident.at(Stamp.ACKNOWLEDGED) is None:
        fresh[Stamp.ACKNOWLEDGED] = move.now
    if move.verb is Verb.RESTORE:
        fresh[Stamp.RESTORED] = move.at
        fresh[Stamp.MITIGATED] = incident.at(Stamp.MITIGATED) or move.at
    if move.verb is Verb.RESOLVE:
        fresh[Stamp.DATA_VERIFIED] = incident.at(Stamp.DATA_VERIFIED) or move.at
        fresh[Stamp.RESOLVED] = move.at
    return fresh


def _decided(decision: RepairDecision | None) -> bool:
    return bool(decision and decision.checked_by.strip() and decision.how.strip())


def _wrong_state(incident: Incident, verb: Verb) -> Refusal:
    """Why the verb leads nowhere, with the verbs that do."""
    if verb is Verb.RESOLVE and incident.state in PATH:
        return Refusal(
            "NOT_RESTORED",
            f"it is {incident.state.value}, service is not marked as working again",
            "`/incident restore WHAT_FIXED_IT` first",
        )
    ways = ", ".join(f"`/incident {v.value}`" for v in available_transitions(incident))
    return Refusal("WRONG_STATE", f"it is already {incident.state.value}", ways or "nothing to do")


def _still_burning(burning: tuple[Burning, ...]) -> Refusal:
    """Which linked SLOs burn, how fast, over which windows."""
    by_slo: dict[str, list[str]] = {}
    for reading in burning:
        span = spell(reading.seconds)
        by_slo.setdefault(reading.slo, []).append(f"{reading.burn:.1f}x over {span}")
    seen = "; ".join(f"{slo} still burns {', '.join(b)}" for slo, b in by_slo.items())
    return Refusal(
        "STILL_BURNING",
        f"{seen} (must be below {SAFE_BURN:g}x)",
        'wait for the burn to fall, or `/incident restore WHAT_FIXED_IT override:"WHY"`',
    )


def _sentence(incident: Incident, move: Move, failed: tuple[Refusal, ...]) -> str:
    """The whole refusal as it is shown."""
    done = TARGETS[move.verb].value
    reasons = "\n".join(f"• {r.seen}. Do this: {r.fix}." for r in failed)
    return f"{incident.ref} cannot become {done} yet:\n{reasons}"


def _codes(failed: tuple[Refusal, ...]) -> tuple[str, ...]:
    return tuple(r.code for r in failed)
