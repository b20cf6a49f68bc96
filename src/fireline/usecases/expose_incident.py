"""Exposure mode: an incident becomes restricted, security ends that or signs off."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from fireline.domain.errors import IllegalTransitionError
from fireline.domain.incident.access import checked_reason, exposed, released, signed_off
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import Harm, IncidentType
from fireline.domain.incident.severity import judge, recomputed
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.policy.expressions import holds
from fireline.domain.review.week import week_at
from fireline.usecases import incident_facts as facts
from fireline.usecases import incident_impact
from fireline.usecases.alert_messages import post_alert
from fireline.usecases.chase_actions import remind_again
from fireline.usecases.external_messages import show_group
from fireline.usecases.incident_facts import Follow, record
from fireline.usecases.incident_impact import severity_facts
from fireline.usecases.incident_record import (
    EXPOSE,
    Change,
    follow,
    happened,
    load,
    refresh,
    retried,
    save,
    show,
    sync_topic,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting
from fireline.usecases.signals import ALERTMANAGER
from fireline.usecases.who_is_on_call import behind

FORM = "/incident expose WHO_MAY_HAVE_SEEN_WHAT"
ENDING = "/incident unexpose WHY_NOTHING_WAS_EXPOSED"
MOST_WEEKS = 60
HOME = "home"
MOST_HOMES = 1000
WEEK = timedelta(days=7)
ALERTED_BEFORE = timedelta(days=7)
SECOND = timedelta(seconds=1)


def security_ids(s: Services) -> frozenset[str]:
    """Who is security now, by the policy."""
    return frozenset(_people(s, s.policy.incidents.security))


def _people(s: Services, aliases: Iterable[str]) -> dict[str, str]:
    """Aliases by the Slack id of who stands behind them; a user group is nobody in person."""
    found = (behind(s, alias, s.clock.now()) for alias in aliases)
    return {one.slack: one.alias for one in found if one.slack and not one.group}


@retried
def expose(s: Services, incident_id: int, reason: str, actor: Actor) -> Incident:
    """Make the incident restricted: private channel, one sentence outside, security called.

    Raises:
        InvalidInputError: the reason says too little.
        IllegalTransitionError: it is restricted already.
    """
    words = checked_reason(reason, FORM)
    with s.store() as uow:
        before = load(uow, incident_id)
        if before.restricted and before.details.exposed_because:
            message = f"{before.ref} is restricted already. Security ends that: `{ENDING}`."
            raise IllegalTransitionError(message, ("RESTRICTED",))
        saved = enter(s, uow, before, words, actor)
        uow.commit()
    return saved


def entering(s: Services, because: str, actor: Actor) -> Follow:
    """What makes an incident restricted in the transaction of another change."""

    def then(uow: UnitOfWork, incident: Incident) -> None:
        enter(s, uow, incident, because, actor)

    return then


def enter(s: Services, uow: UnitOfWork, before: Incident, because: str, actor: Actor) -> Incident:
    """Make it restricted in this transaction; one that is already stays as it is."""
    now = s.clock.now()
    after = begun(s, before, because, actor, now)
    if after == before:
        return before
    found = judge(severity_facts(s, uow, after), s.policy.incidents)
    raised = recomputed(after, found, exposure=True)
    entries = [
        happened(actor, f"Restricted: {because}", now),
        happened(SYSTEM, f"Legal clock started {now:%Y-%m-%d %H:%M} UTC", now),
    ]
    if raised.severity is not before.severity:
        entries.append(happened(SYSTEM, f"Severity raised to {raised.severity_reason}", now))
    detail: dict[str, object] = {
        "because": because,
        "severity": raised.severity.label,
        "readers": [one.user for one in raised.details.access],
        "left": [one.id for one in raised.details.left_channels],
    }
    saved = save(s, uow, raised, Change("incident.expose", actor, now, detail, tuple(entries)))
    show_again(s, uow, saved)
    if not move_out(uow, saved):
        sync_topic(uow, saved)
    for part in parts_of(uow, saved):
        enter(s, uow, part, f"it lives on in {saved.ref}, which is restricted", actor)
    return saved


def move_out(uow: UnitOfWork, incident: Incident) -> bool:
    """Start leaving a channel that too many can read; False where it is in none."""
    leaves = incident.restricted and not incident.details.private_channel
    if leaves and incident.channel_id is not None:
        follow(uow, EXPOSE, incident, f"expose:{incident.id}:{incident.version}")
        return True
    return False


def parts_of(uow: UnitOfWork, incident: Incident) -> list[Incident]:
    """The incidents that were merged into it, and tell of the same."""
    found = (uow.incidents.get(one.incident_id) for one in incident.details.brought)
    return [one for one in found if one is not None and one.merged_into == incident.id]


def begun(s: Services, incident: Incident, because: str, actor: Actor, now: datetime) -> Incident:
    """The incident with those who may read it from the start: who works on it, and security."""
    called = (*s.policy.incidents.exposure_readers, *s.policy.incidents.security)
    people = {incident.declared_by: "declarer"}
    people |= {user: role.label.lower() for role, user in incident.roles.items()}
    people |= {actor.id: actor.name, **_people(s, called)}
    insiders = [(user, name) for user, name in people.items() if user not in ("", SYSTEM.id)]
    return exposed(incident, because, insiders, actor.name, now)


def from_the_start(s: Services, uow: UnitOfWork, incident: Incident, actor: Actor) -> Incident:
    """A new incident, restricted when it was declared so or the policy says so."""
    if not incident.restricted and not suspected(s, uow, incident):
        return incident
    declared = incident.stamps[Stamp.DECLARED]
    return begun(s, incident, "declared as restricted", actor, declared)


def suspected(s: Services, uow: UnitOfWork, incident: Incident) -> bool:
    """Whether the policy makes it restricted; security's word that nothing was exposed stands."""
    if incident.restricted or incident.details.exposure_ended_because:
        return False
    known = severity_facts(s, uow, incident).as_facts()
    return any(holds(condition, known) for condition in s.policy.incidents.restricted_when)


def add_dataset(
    s: Services, incident_id: int, name: str, harms: tuple[Harm, ...], actor: Actor
) -> Incident:
    """Name a dataset and its harms; one that is exposed makes the incident restricted."""
    exposes = Harm.EXPOSED in harms
    then = entering(s, f"dataset {name} may have been seen", actor) if exposes else None
    return facts.add_dataset(s, incident_id, name, harms, actor, then)


def set_type(
    s: Services, incident_id: int, kind: IncidentType, actor: Actor, *, add: bool
) -> Incident:
    """Say what kind of trouble it is; access that was exposed makes the incident restricted."""
    exposes = add and kind is IncidentType.ACCESS_EXPOSURE
    then = entering(s, "access may have been exposed", actor) if exposes else None
    return facts.set_type(s, incident_id, kind, actor, add=add, then=then)


@retried
def reassess(s: Services, incident_id: int) -> Incident:
    """Judge the severity by what is known now, and whether the policy makes it restricted."""
    judged = incident_impact.reassess(s, incident_id)
    with s.store() as uow:
        incident = load(uow, judged.id)
        if not suspected(s, uow, incident):
            return incident
        saved = enter(s, uow, incident, "the policy's rule for suspected exposure", SYSTEM)
        uow.commit()
    return saved


def unexpose(s: Services, incident_id: int, reason: str, actor: Actor) -> Incident:
    """Security ends the restriction; what others see is the incident again.

    Raises:
        InvalidInputError: the reason says too little.
        IllegalTransitionError: it is not restricted.
        ForbiddenError: somebody else than security asks.
    """
    words = checked_reason(reason, ENDING)

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        after = released(incident, words, actor, security_ids(s))
        return after, f"Not restricted any more: {words}"

    def then(uow: UnitOfWork, incident: Incident) -> None:
        show_again(s, uow, incident)
        sync_topic(uow, incident)
        for part in parts_of(uow, incident):
            _release(s, uow, part, words, actor)

    return record(s, incident_id, "unexpose", edit, actor, then=then)


def _release(s: Services, uow: UnitOfWork, part: Incident, because: str, actor: Actor) -> None:
    """An incident that was restricted as a part of another is so no longer."""
    if not part.restricted:
        return
    now = s.clock.now()
    line = f"Not restricted any more: {because}"
    entry = happened(actor, line, now)
    change = Change("incident.unexpose", actor, now, {"text": line}, (entry,))
    saved = save(s, uow, released(part, because, actor, security_ids(s)), change)
    show_again(s, uow, saved)


def sign_off(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Security agrees that it may be closed.

    Raises:
        IllegalTransitionError: it is not restricted.
        ForbiddenError: somebody else than security asks.
    """

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        return signed_off(incident, actor, security_ids(s)), "Security signed off"

    return record(s, incident_id, "signoff", edit, actor)


def show_again(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Bring everything that stands in Slack of the incident to what may be read there now."""
    refresh(s, uow, incident)
    _show_alerts(s, uow, incident)
    for alert in incident.details.alerts:
        if alert.source == ALERTMANAGER:
            show_group(s, uow, alert.ref)
    for row in uow.messages.of_incident(incident.id):
        uow.start(posting(s.ids, key=row.key, channel=row.channel, kind=row.kind, ref=row.ref))
    for row in uow.messages.of_kind(HOME)[:MOST_HOMES]:
        uow.start(posting(s.ids, key=row.key, channel=row.channel, kind=row.kind, ref=row.ref))
    for week in _weeks(s, incident):
        if uow.reviews.get(week) is not None:
            show(s, uow, "review", s.channels.reviews, week)
    remind_again(s, uow, incident.id)


def _show_alerts(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Every alert that the incident was born from or that was attached to it."""
    begin = incident.stamps[Stamp.DECLARED] - ALERTED_BEFORE
    for group in uow.alerts.between(begin, s.clock.now() + SECOND):
        if group.incident_id == incident.id or group.id == incident.episode_id:
            post_alert(s, uow, group)


def _weeks(s: Services, incident: Incident) -> Iterator[str]:
    """The weeks whose review may tell of it."""
    at = incident.stamps[Stamp.DECLARED]
    for _ in range(MOST_WEEKS):
        yield week_at(at, s.timezone).key
        if at > s.clock.now():
            return
        at += WEEK
