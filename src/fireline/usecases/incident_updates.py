"""Updates to those who wait, and everything else that an incident's clock asks for."""

from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import Fired, Update
from fireline.domain.incident.incident import Incident, IncidentState, Role
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.incident.timers import DECLARER, Timer, due_timers, update_due
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.status import BurnSeverity
from fireline.usecases.impact_views import IncidentNotice, UpdateMessage
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import (
    Change,
    check_length,
    happened,
    load,
    refresh_homes,
    retried,
    save,
    show,
    sync_topic,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.subscriptions import tell_subscribers
from fireline.usecases.triage import triage_key

ROLE = "role:"
ON_CALL = "oncall"
# What everybody in the channel is to see, not only who reads the thread of the card.
ANNOUNCED = ("merge:", "reopen:")
KEPT_FIRED = 500
MOST_SNOOZES = 2
COUNTDOWN = "mttr:"
WRITTEN = ("escalate:", COUNTDOWN, "expired:")


@retried
def post_update(s: Services, incident_id: int, said: Update, actor: Actor) -> Incident:
    """Tell those who wait; the next one is due a cadence later.

    Raises:
        InvalidInputError: nothing is said of what is true.
    """
    now = s.clock.now()
    words = {name: " ".join(getattr(said, name).split()) for name in TOLD}
    if not words["conditions"]:
        message = "Say what is true now: `/incident update c: orders are 2 h late a: ... n: ...`."
        raise InvalidInputError(message, "conditions")
    for name, text in words.items():
        check_length(text, name)
    with s.store() as uow:
        before = load(uow, incident_id)
        number = len(before.details.updates) + 1
        update = Update(number, now, actor.name, **words)
        details = replace(
            before.details,
            updates=(*before.details.updates, update),
            last_update_at=now,
            next_update_due=None,
            snoozed_updates=0,
        )
        line = f"Update {number}: {_in_words(update)}"
        entry = happened(actor, line, now, EntryKind.UPDATE)
        change = Change("incident.update", actor, now, {"number": number}, (entry,))
        saved = save(s, uow, replace(before, details=details), change)
        if saved.channel_id is not None:
            show(s, uow, "update", saved.channel_id, f"{saved.id}:{number}")
        tell_subscribers(s, uow, saved, f"update:{number}")
        refresh_homes(s, uow, saved.roles.values())
        uow.commit()
    return saved


TOLD = ("conditions", "actions", "needs", "executive")


def _in_words(update: Update) -> str:
    parts = [update.conditions]
    parts += [f"Actions: {update.actions}"] if update.actions else []
    parts += [f"Needs: {update.needs}"] if update.needs else []
    return ". ".join(parts)


def update_message(s: Services, uow: UnitOfWork, ref: str) -> UpdateMessage | None:
    """Projection of one update; `ref` is incident id and number."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None or int(number) > len(incident.details.updates):
        return None
    update = incident.details.updates[int(number) - 1]
    due = update_due(incident, s.policy.incidents)
    newest = int(number) == len(incident.details.updates)
    return UpdateMessage(incident.ref, incident.severity.label, update, due if newest else None)


def snooze(s: Services, incident_id: int, span: timedelta, actor: Actor) -> Incident:
    """Put the next update off, at most twice in a row.

    Raises:
        InvalidInputError: it was put off twice already.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        if incident.details.snoozed_updates >= MOST_SNOOZES:
            message = "It was put off twice already; say in one line what is true instead."
            raise InvalidInputError(message, "text")
        details = replace(
            incident.details,
            next_update_due=now + span,
            snoozed_updates=incident.details.snoozed_updates + 1,
        )
        line = f"The next update is put off until {now + span:%H:%M} UTC"
        return replace(incident, details=details), line

    return record(s, incident_id, "snooze", edit, actor)


def watch_incidents(s: Services) -> int:
    """Fire every timer of every open incident that is due and did not fire; gives how many."""
    with s.store() as uow:
        ids = [incident.id for incident in uow.incidents.open()]
    return sum(_watch(s, incident_id) for incident_id in ids)


@retried
def _watch(s: Services, incident_id: int) -> int:
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        where = before.channel_id
        if before.state is IncidentState.TRIAGE:
            where = where or before.details.place
        if not where:
            return 0
        done = {fired.key for fired in before.details.fired}
        timers = [timer for timer in _due(s, uow, before, now) if timer.key not in done]
        fresh = [(timer, _called(s, before, timer)) for timer in timers]
        fresh = [(timer, called) for timer, called in fresh if _worth(timer, called)]
        if not fresh:
            return 0
        fired = tuple(Fired(t.key, now, t.text, called) for t, called in fresh)
        details = replace(before.details, fired=(*before.details.fired, *fired)[-KEPT_FIRED:])
        lines = [t.text for t, _ in fresh if t.key.startswith(WRITTEN)]
        entries = tuple(happened(SYSTEM, line, now) for line in lines)
        detail = {"timers": [f.key for f in fired], "called": [list(f.called) for f in fired]}
        change = Change("incident.timer", SYSTEM, now, detail, entries)
        saved = save(s, uow, replace(before, details=details), change)
        for one in fired:
            show(s, uow, "incident_notice", where, f"{saved.id}|{one.key}")
        refresh_homes(s, uow, (who for one in fired for who in one.called))
        if any(one.key.startswith(COUNTDOWN) for one in fired):
            sync_topic(uow, saved)
        uow.commit()
    return len(fresh)


def _due(s: Services, uow: UnitOfWork, incident: Incident, now: datetime) -> list[Timer]:
    statuses = (uow.statuses.get(name) for name in incident.slos)
    burning = any(BurnSeverity.PAGE in status.burning for status in statuses if status)
    target = s.policy.mttr_target(incident.tier)
    rules = s.policy.incidents
    return due_timers(incident, rules, now, target_minutes=target, burning=burning)


def _called(s: Services, incident: Incident, timer: Timer) -> tuple[str, ...]:
    """Whom the timer calls: role holders, or the policy's people by their aliases."""
    people: list[str] = []
    for name in timer.notify:
        if name == DECLARER:
            people += [incident.declared_by] if incident.declared_by != SYSTEM.id else []
        elif name.startswith(ROLE):
            role = Role(name.removeprefix(ROLE))
            holder = incident.roles.get(role) or incident.roles.get(Role.COMMANDER)
            people += [holder] if holder else []
        else:
            known = s.policy.alerts.people
            alias = name if name.startswith("@") else f"@{name}"
            people += [known[alias]] if alias in known else []
    return tuple(dict.fromkeys(people))


def _worth(timer: Timer, called: tuple[str, ...]) -> bool:
    """An escalation to people the policy has no id for would call nobody."""
    return bool(called) or not timer.key.startswith("escalate:")


def incident_notice(_s: Services, uow: UnitOfWork, ref: str) -> IncidentNotice | None:
    """Projection of what a timer said; `ref` is incident id and the timer's key."""
    incident_id, _, key = ref.partition("|")
    incident = uow.incidents.get(int(incident_id))
    if incident is None:
        return None
    fired = next((f for f in incident.details.fired if f.key == key), None)
    if fired is None:
        return None
    asks = key.startswith("triage:") and incident.channel_id is None
    thread = triage_key(incident.id) if asks else f"card:{incident.id}"
    if key.startswith(ANNOUNCED):
        return IncidentNotice("", incident.ref, fired.text, sign="arrows_counterclockwise")
    return IncidentNotice(thread, incident.ref, fired.text, fired.called)
