"""What must be so before a step: each failed guard says what was seen and the way out."""

from collections.abc import Callable, Iterator, Mapping

from fireline.domain.incident.closing import gates
from fireline.domain.incident.details import Check, Notice
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.kinds import Harm
from fireline.domain.incident.moves import (
    DeclineCode,
    Move,
    Refusal,
    ReopenKind,
    Verb,
)

SAFE_BURN = 1.0
OVERRIDABLE = frozenset({"STILL_BURNING", "ALERT_FIRING", "CONSUMERS_OPEN"})
REVIEW_NEEDS = (Stamp.IMPACT_STARTED, Stamp.RESTORED, Stamp.DATA_VERIFIED, Stamp.RESOLVED)
BAD_SEVERITIES = 2

COMMANDERS = frozenset({Verb.RESTORE, Verb.CLOSE, Verb.MERGE, Verb.CANCEL})
OWNERS = frozenset({Verb.REPAIR, Verb.RESOLVE})
Guard = Callable[[Incident, Move], Iterator[Refusal]]


def failed_guards(incident: Incident, move: Move) -> list[Refusal]:
    """Every guard that fails, all at once, but for the state itself."""
    return [*_who(incident, move), *GUARDS[move.verb](incident, move)]


def _who(incident: Incident, move: Move) -> Iterator[Refusal]:
    asker = move.asker
    if asker is None:
        return
    if not asker.responder:
        yield Refusal(
            "FORBIDDEN", "guests do not move an incident on", "ask a member of its channel"
        )
        return
    commander = incident.roles.get(Role.COMMANDER)
    leads = commander is None or commander == asker.id
    owns = asker.id == incident.roles.get(Role.DATA_OWNER)
    only = move.verb in COMMANDERS or (
        move.verb is Verb.DECLINE and incident.state is IncidentState.INVESTIGATING
    )
    if only and not leads:
        yield Refusal(
            "FORBIDDEN",
            f"only the commander (<@{commander}>) does this",
            "ask them, or take over with `/incident claim commander`",
        )
    if move.verb in OWNERS and not (leads or owns):
        yield Refusal(
            "FORBIDDEN",
            f"only the data owner or the commander (<@{commander}>) does this",
            "ask them, or `/incident claim data_owner`",
        )


def _mitigate(incident: Incident, move: Move) -> Iterator[Refusal]:
    required = move.rules.comms[int(incident.severity)].commander_required
    if required and Role.COMMANDER not in incident.roles:
        yield Refusal(
            "NO_COMMANDER",
            f"a {incident.severity.label} needs a commander and has none",
            "`/incident claim commander`",
        )


def _restore(_incident: Incident, move: Move) -> Iterator[Refusal]:
    yield from still_burning(move, "restore WHAT_FIXED_IT")
    if move.firing:
        yield Refusal(
            "ALERT_FIRING",
            f"{', '.join(move.firing)} still fires",
            'wait until it ends, or `/incident restore WHAT_FIXED_IT override:"WHY"`',
        )


def still_burning(move: Move, form: str) -> Iterator[Refusal]:
    """Which linked SLOs burn, how fast, over which windows."""
    by_slo: dict[str, list[str]] = {}
    for reading in move.burning:
        span = spell(reading.seconds)
        by_slo.setdefault(reading.slo, []).append(f"{reading.burn:.1f}x over {span}")
    if by_slo:
        seen = "; ".join(f"{slo} still burns {', '.join(b)}" for slo, b in by_slo.items())
        yield Refusal(
            "STILL_BURNING",
            f"{seen} (must be below {SAFE_BURN:g}x)",
            f'wait for the burn to fall, or `/incident {form} override:"WHY"`',
        )


def _repair(incident: Incident, _move: Move) -> Iterator[Refusal]:
    details, lacking = incident.details, []
    if not details.affected:
        lacking.append("no dataset is named (`/incident dataset add NAME late`)")
    elif not details.harms and not any(dataset.harms for dataset in details.affected):
        lacking.append(
            "nobody said what is wrong with the data (`/incident dataset add NAME wrong`)"
        )
    if details.bad_window is None:
        lacking.append("the damaged time is not known (`/incident window FROM..TO estimate`)")
    if lacking:
        fix = "give what is missing, or open the form with `/incident repair`"
        yield Refusal("NO_BAD_WINDOW", "; ".join(lacking), fix)


def _resolve(incident: Incident, move: Move) -> Iterator[Refusal]:
    if incident.state is IncidentState.REPAIRING:
        yield from _repaired(incident, move)
        return
    decision = move.decision
    if not (decision and decision.checked_by.strip() and decision.how.strip()):
        yield Refusal(
            "REPAIR_UNDECIDED",
            "nobody has said whether data is damaged",
            "`/incident resolve no-damage checked:@you how:WHAT_YOU_CHECKED`, or with"
            " `repaired` in place of `no-damage`",
        )
    red = [check for check in incident.details.checks if not check.green]
    if red:
        yield Refusal("VERIFY_RED", _red_words(red), "put it right, then `/incident verify`")


def _repaired(incident: Incident, move: Move) -> Iterator[Refusal]:
    details, attested = incident.details, move.decision is not None
    unsettled = [unit for unit in details.units if not unit.status.settled]
    if unsettled:
        names = ", ".join(f"{u.number} ({u.dataset}: {u.status.value})" for u in unsettled[:5])
        fix = "`/incident unit done N`, then `/incident verify`; or `/incident unit waive N WHY`"
        yield Refusal("UNITS_OPEN", f"repair units are open: {names}", fix)
    elif not details.units and not attested:
        fix = "`/incident unit add DATASET FROM..TO`, or say how it was repaired: `/incident "
        fix += "resolve repaired checked:@you how:WHAT`"
        yield Refusal("UNITS_OPEN", "no repair unit was ever recorded", fix)
    yield from _sustained(incident, move)
    if details.published_bad and details.harmed(Harm.WRONG) and not _corrected(details.notices):
        yield Refusal(
            "NO_CORRECTION",
            "wrong data was published and no correction was sent",
            "`/incident notify correction`",
        )
    unsure = [notice for notice in details.notices if _unconfirmed(notice)]
    if unsure:
        yield Refusal(
            "CONSUMERS_OPEN",
            f"tier-0 consumers have not confirmed: {', '.join(n.consumer for n in unsure)}",
            'ask them for [Understood], or `/incident resolve override:"WHY"`',
        )
    yield from still_burning(move, "resolve")


def _sustained(incident: Incident, move: Move) -> Iterator[Refusal]:
    """Every check green, for as long as the policy wants."""
    checks = incident.details.checks
    if not checks:
        if move.decision is None:
            fix = "`/incident verify`, or `/incident resolve repaired checked:@you how:WHAT`"
            yield Refusal("SUSTAIN", "nothing was verified yet", fix)
        return
    red = [check for check in checks if not check.green]
    if red:
        yield Refusal("VERIFY_RED", _red_words(red), "put it right, then `/incident verify`")
        return
    since = max(check.green_since or check.at for check in checks)
    left = move.rules.sustain - (move.now - since)
    if left.total_seconds() > 0:
        seen = f"the checks are green since {since:%H:%M} UTC, {spell(move.now - since)}"
        yield Refusal("SUSTAIN", seen, f"wait {spell(left)} more")


def _red_words(red: list[Check]) -> str:
    return "; ".join(f"{check.name} is red: {check.detail}" for check in red[:5])


def _corrected(notices: tuple[Notice, ...]) -> bool:
    return any(notice.corrected_at is not None for notice in notices)


def _unconfirmed(notice: Notice) -> bool:
    waived = bool(notice.waived_because)
    return notice.tier == 0 and notice.confirmed_at is None and not waived


def _review(incident: Incident, _move: Move) -> Iterator[Refusal]:
    if incident.details.timeline_accepted_at is None:
        yield Refusal("TIMELINE_OPEN", "nobody has accepted the timeline", "`/incident accept all`")
    needed = [*REVIEW_NEEDS]
    if incident.severity <= BAD_SEVERITIES:
        needed.append(Stamp.IDENTIFIED)
    lacking = [stamp.value for stamp in needed if incident.at(stamp) is None]
    if lacking:
        fix = f"`/incident time {lacking[0]} WHEN WHY`"
        if lacking[0] == Stamp.IDENTIFIED.value:
            fix = "`/incident cause WHAT_IT_WAS`"
        yield Refusal("TIMESTAMP_MISSING", f"not recorded: {', '.join(lacking)}", fix)


def _close(incident: Incident, move: Move) -> Iterator[Refusal]:
    if incident.state is IncidentState.RESOLVED and move.closing.postmortem_required:
        yield Refusal("PM_REQUIRED", "the policy asks for a postmortem", "`/incident review` first")
    yield from gates(incident, move.closing, move.now)


def _reopen(incident: Incident, move: Move) -> Iterator[Refusal]:
    if move.choice not in set(ReopenKind):
        yield Refusal(
            "REOPEN_KIND",
            "it was not said whether service or data is bad again",
            "`/incident reopen service WHY`, or `/incident reopen data WHY`",
        )
    least = move.rules.reopen_reason_min_chars
    if len(move.reason.strip()) < least:
        seen = f"the reason has {len(move.reason.strip())} characters, {least} are needed"
        yield Refusal("REASON_SHORT", seen, "`/incident reopen service WHAT_IS_BAD_AGAIN`")
    closed = incident.at(Stamp.CLOSED)
    if closed is not None and move.now - closed > move.rules.reopen_closed_within:
        yield Refusal(
            "TOO_OLD",
            f"it was closed {spell(move.now - closed)} ago",
            f"declare a new one: `/incident declare WHAT` (it will name {incident.ref})",
        )


def _decline(_incident: Incident, move: Move) -> Iterator[Refusal]:
    if move.choice not in set(DeclineCode):
        codes = ", ".join(DeclineCode)
        fix = "`/incident decline false_alarm WHY`"
        yield Refusal("DECLINE_CODE", f"the reason must begin with one of {codes}", fix)
    if not move.reason.strip():
        yield Refusal("REASON_SHORT", "no reason was given", "`/incident decline CODE WHY`")


def _cancel(incident: Incident, move: Move) -> Iterator[Refusal]:
    if incident.details.units:
        yield Refusal(
            "UNITS_EXIST",
            "repair units exist, so something was damaged",
            "`/incident restore`, then `/incident resolve`",
        )
    if not move.reason.strip():
        yield Refusal("REASON_SHORT", "no reason was given", "`/incident cancel WHY`")


def _merge(incident: Incident, move: Move) -> Iterator[Refusal]:
    target = move.target
    fix = "`/incident list` shows the open ones"
    if target is None or target.id == incident.id:
        yield Refusal("MERGE_TARGET", "no other incident is named to merge into", fix)
    elif target.merged_into is not None or not target.open:
        yield Refusal("MERGE_TARGET", f"{target.ref} is {target.state.value}", fix)
    elif target.parent_id == incident.id:
        seen = f"{target.ref} is a part of {incident.ref}"
        yield Refusal("MERGE_TARGET", seen, "merge the other way round")


def _none(_incident: Incident, _move: Move) -> Iterator[Refusal]:
    return iter(())


GUARDS: Mapping[Verb, Guard] = {
    Verb.INVESTIGATE: _none,
    Verb.MITIGATE: _mitigate,
    Verb.RESTORE: _restore,
    Verb.REPAIR: _repair,
    Verb.RESOLVE: _resolve,
    Verb.REVIEW: _review,
    Verb.CLOSE: _close,
    Verb.REOPEN: _reopen,
    Verb.DECLINE: _decline,
    Verb.CANCEL: _cancel,
    Verb.MERGE: _merge,
}
