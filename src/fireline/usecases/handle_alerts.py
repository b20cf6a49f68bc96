"""What people do with alerts: take them, quieten them, say what they were worth."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.alerting.group import AlertGroup, Mark
from fireline.usecases.alert_messages import post_alert
from fireline.usecases.ports import Mute, Services, UnitOfWork
from fireline.usecases.slo_views import find_slo

LONGEST_MUTE = timedelta(days=30)
REASON_LIMIT = 500


def acknowledge(s: Services, group_id: str, actor: Actor) -> AlertGroup:
    """Say that somebody looks into it; a second person's click changes nothing.

    Returns:
        The alert as it stands after, with the name of whoever was first.

    Raises:
        NotFoundError: there is no such alert.
        InvalidInputError: it has recovered.
    """
    with s.store() as uow:
        uow.lock()
        group = _open_alert(uow, group_id)
        if group.acknowledged_by is not None:
            return group
        now = s.clock.now()
        taken = replace(group, acknowledged_by=actor.id, acknowledged_at=now)
        _change(s, uow, taken, "alert.acknowledged", actor, {})
        uow.commit()
    return taken


def snooze(s: Services, group_id: str, until: datetime, actor: Actor) -> None:
    """Leave the message alone until then, unless the alert grows or recovers.

    Raises:
        NotFoundError: there is no such alert.
        InvalidInputError: it has recovered, or the time is past.
    """
    if until <= s.clock.now():
        raise InvalidInputError("Snooze to a time that is still to come.", "until")
    with s.store() as uow:
        uow.lock()
        quiet = replace(_open_alert(uow, group_id), snoozed_until=until)
        _change(s, uow, quiet, "alert.snoozed", actor, {"until": until.isoformat()})
        uow.commit()


def mark(s: Services, group_id: str, what: Mark, actor: Actor) -> AlertGroup:
    """Say what the alert was worth; a later word replaces an earlier one, both are on record.

    Raises:
        NotFoundError: there is no such alert.
    """
    with s.store() as uow:
        uow.lock()
        group = _alert(uow, group_id)
        if group.mark is what:
            return group
        marked = replace(group, mark=what, marked_by=actor.id, marked_at=s.clock.now())
        detail = {"mark": what.value, "before": group.mark.value if group.mark else None}
        _change(s, uow, marked, "alert.marked", actor, detail)
        uow.commit()
    return marked


def alert_named(s: Services, name: str) -> AlertGroup:
    """The open alert of that id, or of the SLO of that name.

    Raises:
        NotFoundError: there is none.
    """
    wanted = name.strip().strip("`")
    with s.store() as uow:
        known = uow.alerts.get(wanted)
        if known is not None:
            return known
        slo = find_slo(s, wanted)
        for episode in uow.episodes.open():
            group = uow.alerts.get(episode.group_id) if episode.group_id else None
            if episode.slo == slo.name and group is not None and group.open:
                return group
    raise NotFoundError(f"{slo.name} has no open alert. `/slo` shows what is burning now.")


def mute(s: Services, name: str, until: datetime, reason: str, actor: Actor) -> Mute:
    """Post nothing of the SLO until then; its episodes are recorded all the same.

    Raises:
        NotFoundError: there is no such SLO.
        InvalidInputError: the time is past or too far away, or there is no reason.
    """
    now = s.clock.now()
    why = " ".join(reason.split())
    if not now < until <= now + LONGEST_MUTE:
        days = LONGEST_MUTE.days
        raise InvalidInputError(f"Mute to a time within the next {days} days.", "until")
    if not why or len(why) > REASON_LIMIT:
        raise InvalidInputError(f"Say why, in at most {REASON_LIMIT} characters.", "reason")
    slo = find_slo(s, name)
    made = Mute(slo.name, until, why, actor.id, now)
    with s.store() as uow:
        uow.mutes.put(made)
        detail = {"until": until.isoformat(), "reason": why}
        uow.audit.append(now, actor.id, "slo.muted", f"slo:{slo.name}", detail)
        uow.commit()
    return made


def unmute(s: Services, name: str, actor: Actor) -> str:
    """Post of the SLO again; gives its name.

    Raises:
        NotFoundError: there is no such SLO, or it is not muted.
    """
    slo = find_slo(s, name)
    now = s.clock.now()
    with s.store() as uow:
        held = slo.name in uow.mutes.active(now)
        uow.mutes.remove(slo.name)
        if not held:
            uow.commit()
            raise NotFoundError(f"{slo.name} is not muted.")
        uow.audit.append(now, actor.id, "slo.unmuted", f"slo:{slo.name}", {})
        uow.commit()
    return slo.name


def link_incident(
    uow: UnitOfWork, group_id: str, incident_id: int, actor: Actor, now: datetime
) -> None:
    """Remember which incident was declared from the alert; an unknown alert is left alone.

    Whoever declares looks into it, so that nobody is reminded of it any more; a rule does not.
    """
    group = uow.alerts.get(group_id)
    if group is None:
        return
    linked = replace(group, incident_id=incident_id)
    if group.acknowledged_by is None and actor.id != SYSTEM.id:
        linked = replace(linked, acknowledged_by=actor.id, acknowledged_at=now)
    uow.alerts.save(linked)


def _alert(uow: UnitOfWork, group_id: str) -> AlertGroup:
    group = uow.alerts.get(group_id)
    if group is None:
        raise NotFoundError("This alert is not known any more. `/slo` shows what is burning now.")
    return group


def _open_alert(uow: UnitOfWork, group_id: str) -> AlertGroup:
    group = _alert(uow, group_id)
    if not group.open:
        raise InvalidInputError("The alert has already recovered; there is nothing left to do.")
    return group


def _change(
    s: Services,
    uow: UnitOfWork,
    group: AlertGroup,
    action: str,
    actor: Actor,
    detail: Mapping[str, object],
) -> None:
    uow.alerts.save(group)
    told = {**detail, "slos": sorted({e.slo for e in uow.episodes.in_group(group.id)})}
    uow.audit.append(s.clock.now(), actor.id, action, f"alert:{group.id}", told)
    post_alert(s, uow, group)
