"""What Alertmanager tells us: recorded in one transaction, shown in one message per group.

`alertmanager_lines` is what a burn alert's message says of the groups that are shown in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.alertmanager.alerts import EndedBy, ExternalGroup, Notification, told
from fireline.domain.alertmanager.linking import SloNames
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.correlation import Match, Relation
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.alerting.group import AlertGroup as BurnAlert
from fireline.domain.slo.status import AlertKind
from fireline.usecases.attach_signal import attach_to, place, signal_turned
from fireline.usecases.external_messages import (
    group_key,
    group_message_key,
    group_named,
    post_group,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import ALERTMANAGER, of_group

# Alerts that come back this soon flap: their message is taken up again instead of a new one.
FLAPS = timedelta(minutes=10)
# One lost answer says nothing; from the second on, people are told that nothing is known.
TOLD_AFTER = 2
SOURCE = Provenance(source="alertmanager")
MOST_KEY = 300

Then = Callable[[Services, UnitOfWork, ExternalGroup], None]


def take(s: Services, said: Notification, then: Then | None = None) -> ExternalGroup | None:
    """Record one call of the webhook; the same call again has no effect.

    `then` is what follows of a group that changed, in the same transaction.

    Returns:
        The group as it is afterwards; None for a call about alerts that ended before we ever
        heard of them.
    """
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        before = _group_of(s, uow, said, now)
        if before is None:
            return None
        after = _linked(s, uow, told(before, said, now))
        if after == before:
            return before
        after = _following(s, uow, before, after, now)
        changed(s, uow, before, after, EndedBy.WEBHOOK)
        if then is not None:
            then(s, uow, after)
        uow.commit()
    return after


def _following(
    s: Services, uow: UnitOfWork, before: ExternalGroup, after: ExternalGroup, now: datetime
) -> ExternalGroup:
    """A group in which something new fires, with the incident that it belongs to."""
    if after.incident_id is not None or not _news(before.firing, after.firing):
        return after
    signal = of_group(s, uow, after, now)
    known = uow.incidents.by_dedupe_key(group_key(after.key))
    if known is not None:
        attach_to(s, uow, signal, Match(known, Relation.SAME, "the same alert"), SYSTEM)
        return replace(after, incident_id=known.id)
    lately = now - s.policy.incidents.correlation.window
    times = sum(1 for alert in after.alerts if alert.starts_at >= lately)
    found = place(s, uow, signal, max(1, times))
    return after if found is None else replace(after, incident_id=found.incident_id)


def _group_of(
    s: Services, uow: UnitOfWork, said: Notification, now: datetime
) -> ExternalGroup | None:
    """The group that the call is about: the open one, one that just closed, or a new one."""
    latest = uow.external_groups.latest(said.key)
    known = {alert.id: alert for alert in latest.alerts} if latest else {}
    ids = [(one.fingerprint, one.starts_at) for one in said.alerts if one.firing]
    fresh = [i for i in ids if i not in known]
    if latest is not None and (latest.open or not fresh or _flaps(latest, now)):
        return latest
    if not fresh:
        return None
    return ExternalGroup(
        id=s.ids.sortable(),
        key=said.key,
        receiver=said.receiver,
        channel="",
        told_at=now,
    )


def _flaps(group: ExternalGroup, now: datetime) -> bool:
    return group.closed_at is not None and now - group.closed_at <= FLAPS


def _linked(s: Services, uow: UnitOfWork, group: ExternalGroup) -> ExternalGroup:
    """The group with the SLO that all its alerts name, its channel, and where it is shown."""
    slos = s.definitions.current().slos
    names = SloNames(slos)
    named = {names.linked(alert.labels) for alert in group.alerts}
    name = next(iter(named)) if len(named) == 1 else None
    if group.channel:
        over = group.open and group.alert_id is not None and alert_over(uow, group.alert_id)
        return replace(group, slo=name, alert_id=None if over else group.alert_id)
    slo = slos.get(name) if name else None
    burning = burning_alert(uow, name) if name else None
    return replace(
        group,
        slo=name,
        channel=(slo.channel if slo else None) or s.channels.alerts,
        alert_id=burning.id if burning else None,
    )


def alert_over(uow: UnitOfWork, alert_id: str) -> bool:
    """Whether an alert of ours closed, so that what was shown in its message needs its own."""
    alert = uow.alerts.get(alert_id)
    return alert is None or not alert.open


def burning_alert(uow: UnitOfWork, slo: str) -> BurnAlert | None:
    """The open alert of ours that tells of the SLO's burn."""
    for episode in uow.episodes.open():
        if episode.slo == slo and episode.kind is AlertKind.BURN and episode.group_id is not None:
            return uow.alerts.get(episode.group_id)
    return None


def changed(
    s: Services, uow: UnitOfWork, before: ExternalGroup, after: ExternalGroup, by: EndedBy
) -> None:
    """Save the group with what there is to remember of the change, and bring its message up."""
    now = s.clock.now()
    fired = _news(before.firing, after.firing)
    ended = _news(after.firing, before.firing)
    uow.external_groups.save(after)
    if fired or ended:
        detail: dict[str, object] = {
            "key": after.key[:MOST_KEY],
            "title": after.title,
            "fired": fired,
            "ended": ended,
            "by": by.value,
            "firing": len(after.firing),
            "slo": after.slo,
        }
        uow.audit.append(now, SYSTEM.id, "external_alert.told", f"alerts:{after.id}", detail)
        if _worth_a_line(s, uow, before, after, now):
            _note(uow, after, fired, ended, by, now)
    post_group(s, uow, after)


def _worth_a_line(
    s: Services, uow: UnitOfWork, before: ExternalGroup, after: ExternalGroup, now: datetime
) -> bool:
    """Whether the incident's timeline is to say it; a group that flaps is only counted there."""
    if before.incident_id is None and after.incident_id is not None:
        return False  # that it was attached says it
    if after.incident_id is None or after.open == bool(before.firing):
        return True
    key, firing = f"{ALERTMANAGER}:{after.id}", after.open
    return signal_turned(s, uow, after.incident_id, key, now, firing=firing, quiet=True)


def _news(before: Iterable[object], after: Iterable[object]) -> list[str]:
    """Fingerprints of alerts that are in the second and not in the first."""
    had = {getattr(alert, "id", None) for alert in before}
    return sorted(
        str(getattr(alert, "fingerprint", ""))
        for alert in after
        if getattr(alert, "id", None) not in had
    )


def _note(
    uow: UnitOfWork,
    group: ExternalGroup,
    fired: list[str],
    ended: list[str],
    by: EndedBy,
    now: datetime,
) -> None:
    """A line on the timeline of the incident that was declared from the group."""
    incident = uow.incidents.get(group.incident_id) if group.incident_id is not None else None
    if incident is None or not incident.open:
        return
    how = "" if by is EndedBy.WEBHOOK else ", seen by polling"
    parts = [f"{len(fired)} more firing"] if fired else []
    if ended:
        left = f"{len(group.firing)} still firing" if group.firing else "none fires any more"
        parts.append(f"{len(ended)} ended, {left}{how}")
    text = f"Alertmanager, {group.title}: {'; '.join(parts)}"
    entry = NewEntry(EntryKind.ALERT, text, now, SYSTEM.id, SYSTEM.name, SOURCE)
    uow.timeline.append(incident.id, entry, now)


def acknowledge_group(s: Services, group_id: str, actor: Actor) -> ExternalGroup:
    """Say that somebody looks into it; a second person's click changes nothing.

    Returns:
        The group as it stands after, with the name of whoever was first.

    Raises:
        NotFoundError: there is no such group.
        InvalidInputError: all its alerts have ended.
    """
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        group = group_named(uow, group_id)
        if not group.open:
            raise InvalidInputError(f"{group.title} has recovered; there is nothing left to do.")
        if group.acknowledged_by is not None:
            return group
        taken = replace(group, acknowledged_by=actor.id, acknowledged_at=now)
        uow.external_groups.save(taken)
        detail: dict[str, object] = {"key": group.key[:MOST_KEY], "title": group.title}
        subject = f"alerts:{group.id}"
        uow.audit.append(now, actor.id, "external_alert.acknowledged", subject, detail)
        post_group(s, uow, taken)
        uow.commit()
    return taken


def link_group(s: Services, uow: UnitOfWork, group_id: str, incident_id: int) -> None:
    """Remember which incident was declared from the group, and show it there."""
    linked = replace(group_named(uow, group_id), incident_id=incident_id)
    uow.external_groups.save(linked)
    post_group(s, uow, linked)


def declared_entry(uow: UnitOfWork, group_id: str | None, declared_at: datetime) -> list[NewEntry]:
    """What an incident's timeline begins with when it is declared from a group."""
    group = uow.external_groups.get(group_id) if group_id else None
    if group is None:
        return []
    posted = uow.messages.get(group_message_key(group.id))
    where = replace(
        SOURCE,
        channel=posted.channel_id if posted else None,
        ts=posted.ts if posted else None,
        detail=group.id,
    )
    text = f"Alertmanager: {group.title}, {len(group.firing)} of {len(group.alerts)} firing"
    at = min(group.began, declared_at)
    return [NewEntry(EntryKind.ALERT, text, at, SYSTEM.id, SYSTEM.name, where)]


def alertmanager_lines(uow: UnitOfWork, alert_id: str) -> tuple[str, ...]:
    """What a burn alert's message says of Alertmanager's alerts that are shown in it, raw text."""
    unknown = ", not known now" if uow.external_groups.health().failures >= TOLD_AFTER else ""
    lines = []
    for group in uow.external_groups.of_alert(alert_id):
        firing, ended = len(group.firing), len(group.ended)
        counts = f"{firing} firing" if firing else f"all {ended} ended"
        quiet = sum(1 for alert in group.firing if alert.silenced_by)
        silenced = f", {quiet} silenced" if quiet else ""
        lines.append(
            f"Alertmanager: {group.title}, {counts}{silenced}{unknown if group.open else ''}"
        )
    return tuple(lines)
