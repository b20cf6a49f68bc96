"""Moving an incident from state to state: facts, decision, record and what follows, at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.incident.details import Decision
from fireline.domain.incident.incident import Incident, RepairDecision, Stamp
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.lifecycle import (
    SAFE_BURN,
    Asker,
    Burning,
    Closing,
    Move,
    Moved,
    Verb,
    advance,
)
from fireline.domain.incident.logbook import decided
from fireline.domain.incident.postmortem_rule import postmortem_required
from fireline.domain.incident.timeline import EntryKind, NewEntry
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.postmortem.action import ActionState
from fireline.domain.slo.alerting.group import Mark
from fireline.usecases.accept_timeline import REDRAFT
from fireline.usecases.data_downtime import with_downtime
from fireline.usecases.expose_incident import move_out
from fireline.usecases.incident_log import owner_names, promote_tasks
from fireline.usecases.incident_record import (
    TIDY,
    Change,
    check_length,
    follow,
    happened,
    involved,
    load,
    refresh_homes,
    retried,
    save,
    show_alert,
    sync_topic,
)
from fireline.usecases.merge_incidents import part, tell, unite, with_notice
from fireline.usecases.page_telling import watch_soon
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.tell_subscribers import tell_subscribers, turn

NOBODY: Mapping[str, str] = {}
FAST_WINDOWS = (300, 3600)
TIDIED = frozenset({Verb.REVIEW, Verb.CLOSE, Verb.REOPEN})
WATCHED = frozenset({Verb.RESTORE, Verb.RESOLVE})


@dataclass(frozen=True, slots=True)
class Ask:
    """One step as a person asks for it; `choice` is the kind of a reopening or a decline's code."""

    verb: Verb
    text: str = ""
    at: datetime | None = None
    override: str | None = None
    decision: RepairDecision | None = None
    choice: str = ""
    target_id: int | None = None


@retried
def step(s: Services, incident_id: int, ask: Ask, actor: Actor) -> Incident:
    """Make one transition with everything that follows from it.

    Raises:
        IllegalTransitionError: names every guard in the way, and the way out.
        InvalidInputError: the time contradicts a recorded one, or the words are too long.
    """
    check_length(ask.text, "text")
    check_length(ask.override or "", "override")
    check_length(ask.decision.how if ask.decision else "", "how")
    names = owner_names(s, incident_id) if ask.verb is Verb.REVIEW else {}
    with s.store() as uow:
        saved = step_in(s, uow, load(uow, incident_id), ask, actor, names)
        uow.commit()
    return saved


def step_in(
    s: Services,
    uow: UnitOfWork,
    before: Incident,
    ask: Ask,
    actor: Actor,
    names: Mapping[str, str] = NOBODY,
) -> Incident:
    """Like `step`, within the caller's transaction; `names` are of the owners of its tasks."""
    now = s.clock.now()
    move = _move(s, uow, before, ask, actor, now)
    moved = advance(before, move)
    after = _with_override(moved, move, actor)
    change = _change(replace(moved, incident=after), move, ask.text, actor, s.policy.version)
    if ask.verb is Verb.RESTORE:
        change = replace(change, entries=(*change.entries, *_unchecked(uow, before, now)))
    if ask.verb is Verb.REVIEW:
        after, lines = promote_tasks(s, uow, after, names, now)
        became = (happened(SYSTEM, line, now, EntryKind.ACTION) for line in lines)
        change = replace(change, entries=(*change.entries, *became))
    if ask.verb in {Verb.RESTORE, Verb.RESOLVE}:
        after, change = with_downtime(s, uow, after, change)
    saved = save(s, uow, with_notice(after, before, move, actor), change)
    _follow_up(s, uow, before, saved, move)
    if saved.details.fired != before.details.fired:
        tell(s, uow, saved)
    if move.verb is Verb.REOPEN and before.merged_into is not None:
        part(s, uow, saved, before.merged_into, now)
        move_out(uow, saved)
    return saved


def _move(
    s: Services, uow: UnitOfWork, before: Incident, ask: Ask, actor: Actor, now: datetime
) -> Move:
    """The step with every fact that its guards look at."""
    watched = ask.verb in WATCHED
    target = uow.incidents.get(ask.target_id) if ask.target_id is not None else None
    return Move(
        verb=ask.verb,
        at=ask.at or now,
        now=now,
        burning=_burning(uow, before) if watched else (),
        firing=_firing(before) if ask.verb is Verb.RESTORE else (),
        override=ask.override,
        decision=ask.decision,
        asker=None if actor == SYSTEM else Asker(actor.id, responder=not actor.guest),
        reason=ask.text,
        choice=ask.choice,
        target=target,
        closing=_closing(s, uow, before) if ask.verb is Verb.CLOSE else Closing(),
        rules=s.policy.incidents,
    )


def _burning(uow: UnitOfWork, incident: Incident) -> tuple[Burning, ...]:
    """Fast windows of linked SLOs that burn at or above the safe rate."""
    found = []
    for name in incident.slos:
        status = uow.statuses.get(name)
        for window in status.burns if status else ():
            fast = window.seconds in FAST_WINDOWS
            if fast and window.burn is not None and window.burn >= SAFE_BURN:
                found.append(Burning(name, window.seconds, window.burn))
    return tuple(found)


def _firing(incident: Incident) -> tuple[str, ...]:
    """Outage alerts of the incident that have not ended."""
    alerts = incident.details.alerts
    return tuple(alert.title for alert in alerts if alert.outage and alert.ended_at is None)


def _closing(s: Services, uow: UnitOfWork, incident: Incident) -> Closing:
    """What is known of postmortem and promises."""
    unowned = tuple(
        item.ref
        for item in uow.actions.open()
        if item.incident_id == incident.id and item.state is ActionState.OPEN and not item.owner
    )
    return Closing(
        postmortem_required=postmortem_required(incident, s.policy.incidents),
        postmortem_published=incident.at(Stamp.PM_PUBLISHED) is not None,
        actions_unowned=unowned,
    )


def _with_override(moved: Moved, move: Move, actor: Actor) -> Incident:
    """Guards that were forced are kept as decisions."""
    incident = moved.incident
    for refusal in moved.forced:
        text = f"{move.verb.value} although {refusal.seen}"
        why = (move.override or "").strip()
        draft = Decision(0, text, actor.name, move.now, DecisionKind.OVERRIDE, why=why)
        incident = decided(incident, draft)
    decision = move.decision
    if move.verb is Verb.RESOLVE and decision is not None and not decision.damaged:
        text = f"No data damaged, checked by {decision.checked_by}"
        kind = DecisionKind.NO_DATA_DAMAGED
        incident = decided(
            incident, Decision(0, text, actor.name, move.now, kind, why=decision.how)
        )
    return incident


def _unchecked(uow: UnitOfWork, incident: Incident, now: datetime) -> list[NewEntry]:
    """A line for each linked SLO whose burn could not be checked, with why."""
    entries = []
    for name in incident.slos:
        status = uow.statuses.get(name)
        fast = (w for w in status.burns if w.seconds in FAST_WINDOWS) if status else ()
        if all(window.burn is None for window in fast):
            why = status.sentence if status else "it was not evaluated yet"
            entries.append(happened(SYSTEM, f"The burn of {name} could not be checked: {why}", now))
    return entries


def _change(moved: Moved, move: Move, text: str, actor: Actor, policy_version: int) -> Change:
    """Timeline entries of the transitions, the words, and what was decided."""
    entries = []
    words = " ".join(text.split())
    for taken in moved.steps:
        line = f"{taken.source.value} -> {taken.target.value}"
        if taken.implied:
            line += " (implied)"
        elif words:
            line += f": {words}"
        entries.append(happened(actor, line, move.at))
    entries += [
        happened(actor, line, move.now, EntryKind.DECISION) for line in _decisions(moved, move)
    ]
    detail: dict[str, object] = {
        "steps": [[x.source.value, x.target.value, x.implied] for x in moved.steps],
        "occurred_at": move.at.isoformat(),
        "text": words,
        "choice": move.choice,
        "forced": [refusal.code for refusal in moved.forced],
        "policy_version": policy_version,
    }
    return Change(f"incident.{move.verb.value}", actor, move.now, detail, tuple(entries))


def _decisions(moved: Moved, move: Move) -> list[str]:
    """What the step decided: guards it went past, and whether data is damaged."""
    lines = [
        f"{move.verb.value.capitalize()}d although {refusal.seen}: {(move.override or '').strip()}"
        for refusal in moved.forced
    ]
    repair = moved.incident.repair
    if move.verb is Verb.RESOLVE and repair is not None:
        verdict = (
            "Data was damaged and repaired, verified by"
            if repair.damaged
            else "No data damaged, checked by"
        )
        lines.append(f"{verdict} {repair.checked_by}: {repair.how}")
    return lines


def _follow_up(s: Services, uow: UnitOfWork, before: Incident, saved: Incident, move: Move) -> None:
    """What a transition sets going."""
    sync_topic(uow, saved)
    if saved.needs_channel and not before.needs_channel and saved.channel_id is None:
        again = f":{len(saved.details.reopened)}" if saved.details.reopened else ""
        follow(uow, "declare_incident", saved, f"declare:{saved.id}{again}")
        watch_soon(s, uow, saved)
    tell_subscribers(s, uow, saved, turn(saved))
    if saved.channel_id is not None and move.verb in TIDIED:
        follow(uow, TIDY, saved, f"tidy:{saved.id}:{move.verb.value}:{saved.version}")
    refresh_homes(s, uow, involved(saved))
    if move.verb is Verb.RESOLVE:
        again = f":{len(saved.details.reopened)}" if saved.details.reopened else ""
        follow(uow, "finish_incident", saved, f"finish:{saved.id}{again}")
        show_alert(s, uow, saved)
    if move.verb is Verb.REVIEW:
        follow(uow, REDRAFT, saved, f"draft:{saved.id}:{s.ids.sortable()}")
    if move.verb is Verb.MERGE and move.target is not None:
        unite(s, uow, saved, move.target, move.now)
    if move.verb is Verb.DECLINE:
        _worth_nothing(uow, saved, move)
    if move.verb in {Verb.DECLINE, Verb.CANCEL, Verb.REOPEN}:
        show_alert(s, uow, saved)


def _worth_nothing(uow: UnitOfWork, incident: Incident, move: Move) -> None:
    """A signal that was none labels its alert; what somebody said of the alert stays."""
    group = uow.alerts.get(incident.episode_id) if incident.episode_id else None
    if group is None or group.mark is not None or move.asker is None:
        return
    who = move.asker.id
    mark = Mark.NOT_ACTIONABLE
    uow.alerts.save(replace(group, mark=mark, marked_by=who, marked_at=move.now))
    detail = {"mark": mark.value, "before": None, "declined": move.choice}
    uow.audit.append(move.now, who, "alert.marked", f"alert:{group.id}", detail)
