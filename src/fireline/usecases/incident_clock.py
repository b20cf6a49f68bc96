"""What an incident's clock asks for: each timer fires once, and calls whom the policy names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from fireline.domain.incident.details import Fired
from fireline.domain.incident.incident import Incident, IncidentState, Role
from fireline.domain.incident.page import Target, Way
from fireline.domain.incident.paging import called
from fireline.domain.incident.timeline import NewEntry
from fireline.domain.incident.timers import DECLARER, INJECT, Timer, due_timers
from fireline.domain.people import SYSTEM
from fireline.domain.slo.status import BurnSeverity
from fireline.usecases.each import each
from fireline.usecases.impact_views import IncidentNotice
from fireline.usecases.incident_record import (
    Change,
    happened,
    load,
    refresh_homes,
    retried,
    save,
    show,
    sync_topic,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.shift_changes import SHIFT, shift_timers
from fireline.usecases.triage import triage_key
from fireline.usecases.who_is_on_call import Path, Standing, behind

ROLE = "role:"
KEPT_FIRED = 500
COUNTDOWN = "mttr:"
# What everybody in the channel is to see, not only who reads the thread of the card.
ANNOUNCED = ("merge:", "reopen:")
WRITTEN = (COUNTDOWN, "expired:", INJECT)
CALLS = ("escalate:", "again:", "climb:")
# Each time they fire by another key, so that an old one is never asked for again.
RECURRING = (
    "update:",
    "update-late:",
    "commander:",
    "role:",
    "expired:",
    "again:",
    "climb:",
    SHIFT,
)


@dataclass(frozen=True, slots=True)
class Ringing:
    """A timer that fires now: the people it concerns by id, and whom it calls."""

    timer: Timer
    people: tuple[str, ...]
    targets: tuple[Target, ...] = ()


def watch_incidents(s: Services) -> int:
    """Fire every timer of every open incident that is due and did not fire; gives how many.

    One that cannot be looked at keeps none of the others waiting; it is raised at the end.
    """
    with s.store() as uow:
        ids = [incident.id for incident in uow.incidents.open()]
    return sum(each(partial(watch_incident, s), ids))


@retried
def watch_incident(s: Services, incident_id: int) -> int:
    """Fire every timer of one incident that is due and did not fire; gives how many.

    Before its channel exists it calls people only: Slack may be what is down.
    """
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        where = _place(before)
        done = {fired.key for fired in before.details.fired}
        due = [timer for timer in _due(s, uow, before, now) if timer.key not in done]
        ringing = [_ringing(s, before, timer, now) for timer in due]
        ringing = [one for one in ringing if _worth(one) and (where or one.targets)]
        if not ringing:
            return 0
        saved = save(s, uow, _rung(before, ringing, now), _change(ringing, now))
        for one in ringing:
            if where and not one.targets:
                told = one.timer.key.startswith(INJECT)
                kind = "drill_inject" if told else "incident_notice"
                show(s, uow, kind, where, f"{saved.id}|{one.timer.key}")
        refresh_homes(s, uow, (who for one in ringing for who in one.people))
        if any(one.targets or one.timer.key.startswith(COUNTDOWN) for one in ringing):
            sync_topic(uow, saved)
        uow.commit()
    return len(ringing)


def _place(incident: Incident) -> str:
    """Where it is told: its channel, or where a signal is judged."""
    if incident.channel_id is not None:
        return incident.channel_id
    return incident.details.place if incident.state is IncidentState.TRIAGE else ""


def _due(s: Services, uow: UnitOfWork, incident: Incident, now: datetime) -> list[Timer]:
    statuses = (uow.statuses.get(name) for name in incident.slos)
    burning = any(BurnSeverity.PAGE in status.burning for status in statuses if status)
    target = s.policy.mttr_target(incident.tier)
    within = s.policy.alerts.remind_every[incident.tier]
    found = due_timers(
        incident,
        s.policy.incidents,
        now,
        target_minutes=target,
        burning=burning,
        within=within,
    )
    return [*found, *shift_timers(s.oncall.current(), incident, now)]


def _ringing(s: Services, incident: Incident, timer: Timer, now: datetime) -> Ringing:
    """Whom the timer calls: role holders, or whoever stands behind the policy's aliases."""
    people: list[str] = []
    targets: dict[str, Target] = {}
    for name in timer.notify:
        if name == DECLARER:
            people += [incident.declared_by] if incident.declared_by != SYSTEM.id else []
        elif name.startswith(ROLE):
            role = Role(name.removeprefix(ROLE))
            holder = incident.roles.get(role) or incident.roles.get(Role.COMMANDER)
            people += [holder] if holder else []
        elif timer.key.startswith(SHIFT):
            people.append(name)
        elif not incident.drill or name in s.policy.incidents.drill_page:
            found = target_of(s, behind(s, name, now), page=timer.page)
            targets |= {found.alias: found} if found is not None else {}
    ids = [target.slack for target in targets.values() if target.slack]
    return Ringing(timer, tuple(dict.fromkeys([*people, *ids])), tuple(targets.values()))


def target_of(s: Services, standing: Standing, *, page: bool = True) -> Target | None:
    """How somebody is called; without `page` by a mention in the channel. None for nobody."""
    if not standing.reached:
        return None
    alias, name, slack = standing.alias, standing.name, standing.slack
    if not page:
        return Target(alias, Way.MENTION, name, slack) if slack else None
    if s.pager.serves(alias) or standing.path is Path.PAGERDUTY:
        return Target(alias, Way.PAGERDUTY, name, slack)
    return Target(alias, Way.MENTION if standing.group else Way.MESSAGE, name, slack)


def _worth(ringing: Ringing) -> bool:
    """A call to people whom nobody knows would call nobody; it waits until somebody is there."""
    return bool(ringing.targets) or not ringing.timer.key.startswith(CALLS)


def _rung(incident: Incident, ringing: list[Ringing], now: datetime) -> Incident:
    """The incident with what fired, the pages, and those who are to come into the channel."""
    fired = tuple(Fired(r.timer.key, now, r.timer.text, r.people) for r in ringing)
    after = incident
    coming: list[str] = []
    for one in ringing:
        already = {page.alias for page in after.details.pages if page.at == now}
        targets = [target for target in one.targets if target.alias not in already]
        after = called(after, targets, one.timer.key, one.timer.text, SYSTEM, now)
        if not incident.restricted or one.timer.restricted:
            coming += [t.slack for t in one.targets if t.slack and t.way is not Way.MENTION]
    details = after.details
    joined = tuple(dict.fromkeys((*details.joined, *coming)))
    kept = _kept((*details.fired, *fired))
    return replace(after, details=replace(details, fired=kept, joined=joined))


def _kept(fired: tuple[Fired, ...]) -> tuple[Fired, ...]:
    """What fired, without the oldest that recur; what fires once is never forgotten."""
    many = len(fired) - KEPT_FIRED
    if many <= 0:
        return fired
    old = {one.key for one in [f for f in fired if f.key.startswith(RECURRING)][:many]}
    return tuple(one for one in fired if one.key not in old)


def _change(ringing: list[Ringing], now: datetime) -> Change:
    entries = tuple(_lines(ringing, now))
    detail = {
        "timers": [one.timer.key for one in ringing],
        "called": [list(one.people) for one in ringing],
        "ways": [[f"{t.alias}:{t.way.value}" for t in one.targets] for one in ringing],
    }
    return Change("incident.timer", SYSTEM, now, detail, entries)


def _lines(ringing: list[Ringing], now: datetime) -> Iterator[NewEntry]:
    """What the timeline keeps: who was called by which way, and the countdown."""
    for one in ringing:
        if one.targets:
            who = ", ".join(f"{t.alias} ({t.name}, {WAYS[t.way]})" for t in one.targets)
            yield happened(SYSTEM, f"Called {who}: {one.timer.text}", now)
        elif one.timer.key.startswith(WRITTEN):
            yield happened(SYSTEM, one.timer.text, now)


WAYS = {
    Way.MESSAGE: "by direct message",
    Way.MENTION: "in the channel",
    Way.PAGERDUTY: "by PagerDuty",
    Way.HERE: "is here",
}


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
    offer = (incident.id, key.rpartition(":")[2]) if key.startswith(SHIFT) else None
    return IncidentNotice(thread, incident.ref, fired.text, fired.called, offer=offer)
