"""Declaring an incident: words are enough, everything else is found or defaulted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.details import AffectedDataset, Details
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.severity import (
    DEFAULT_TIER,
    Assessment,
    Burn,
    SeverityFacts,
    burn_of,
    judge,
    overridden,
)
from fireline.domain.incident.stamps import check_order
from fireline.domain.incident.symptoms import Symptom, harms_of, types_of
from fireline.domain.incident.timeline import NewEntry
from fireline.domain.lineage.graph import canonical
from fireline.domain.people import SYSTEM
from fireline.usecases.alert_messages import alert_key
from fireline.usecases.declaration import Declare, Declared
from fireline.usecases.declare_again import Again, key_of, told_before
from fireline.usecases.declare_links import Link, alert_entry, link_of, title_of
from fireline.usecases.expose_incident import from_the_start
from fireline.usecases.external_alerts import declared_entry, link_group
from fireline.usecases.external_messages import group_message_key
from fireline.usecases.gather_signals import gathered, link_gathered
from fireline.usecases.handle_alerts import link_incident
from fireline.usecases.incident_impact import blast_of, with_blast
from fireline.usecases.incident_record import (
    COMMAND,
    Change,
    follow,
    happened,
    refresh,
    retried,
    show_alert,
    write_down,
)
from fireline.usecases.page_telling import watch_soon
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import with_recent

__all__ = ["Declare", "Declared", "declare", "declare_within"]

RESTRICTED = "Restricted from the start: private channel, one sentence outside, legal clock started"


@retried
def declare(s: Services, command: Declare) -> Declared:
    """Open the incident and start its flow, or give the open one of the same alert.

    Raises:
        InvalidInputError: there is neither a word nor an SLO to name it by, or times contradict
            each other.
        NotFoundError: the SLO or the alert does not exist.
    """
    with s.store() as uow:
        found = declare_within(s, uow, command)
        if found.created or found.reopened:
            uow.commit()
    return found


def declare_within(s: Services, uow: UnitOfWork, command: Declare) -> Declared:
    """The same as a part of a transaction, which the caller commits."""
    command.check(s.clock.now())
    key = key_of(uow, command)
    again = told_before(s, uow, key) if key else Again()
    if again.incident is not None:
        return Declared(again.incident, created=False, reopened=again.reopened)
    new = replace(
        _new(s, uow, command, link_of(s, uow, command)),
        dedupe_key=key,
        recurrence_of=again.recurrence_of,
    )
    found = gathered(s, uow, new, command.external_group)
    kept = from_the_start(s, uow, found.incident, command.actor)
    incident, changes = with_recent(s, uow, kept, s.clock.now())
    uow.incidents.add(incident)
    told = (*changes, *found.entries)
    write_down(uow, incident, _change(uow, incident, command, told))
    if incident.episode_id is not None:
        link_incident(uow, incident.episode_id, incident.id, command.actor, s.clock.now())
    if command.external_group is not None:
        link_group(s, uow, command.external_group, incident.id)
    link_gathered(s, uow, incident)
    show_alert(s, uow, incident)
    if incident.needs_channel:
        follow(uow, "declare_incident", incident, f"declare:{incident.id}")
        watch_soon(s, uow, incident)
    refresh(s, uow, incident)
    return Declared(incident, created=True)


def _new(s: Services, uow: UnitOfWork, command: Declare, link: Link) -> Incident:
    """The incident as the domain sees it at its declaration."""
    now = s.clock.now()
    data = command.datasets or link.datasets
    computed = assess(s, uow, command, link)
    shown = _asked(command, computed)
    slo = link.slo
    leads = command.by_person and not command.quiet
    return Incident(
        id=uow.incidents.next_id(),
        title=title_of(command, link),
        state=_state(command),
        severity=shown.severity,
        severity_reason=shown.reason,
        tier=_tier(link),
        declared_by=command.actor.id,
        stamps=_stamps(command, link, now),
        computed_severity=computed.severity,
        service=command.service or (slo.service if slo else None),
        slos=link.names,
        datasets=data,
        restricted=command.exposes,
        drill=command.drill,
        details=_details(s, command, link, data),
        roles={Role.COMMANDER: command.actor.id} if leads else {},
        episode_id=link.alert.id if link.alert else None,
    )


def assess(s: Services, uow: UnitOfWork, command: Declare, link: Link) -> Assessment:
    """What the rules say of it, by everything that is known when it is declared."""
    now = s.clock.now()
    data = command.datasets or link.datasets
    facts = SeverityFacts(
        tier=_tier(link),
        burn=Burn.OUTAGE if Symptom.DOWN in command.symptoms else burn_of(link.burning),
        slo=link.names[0] if link.names else None,
        exposure_suspected=command.exposes,
        wrong_published=Symptom.PUBLISHED in command.symptoms,
    )
    return judge(with_blast(facts, blast_of(uow, data, now), now), s.policy.incidents)


def _tier(link: Link) -> int:
    if link.alert is not None:
        return link.alert.tier
    return link.slo.tier if link.slo is not None else DEFAULT_TIER


def _state(command: Declare) -> IncidentState:
    if command.past is not None:
        return IncidentState.RESTORED
    return IncidentState.TRIAGE if command.quiet else IncidentState.INVESTIGATING


def _details(s: Services, command: Declare, link: Link, data: tuple[str, ...]) -> Details:
    """What was said of the data, and where it is shown while it has no channel.

    Harms without a dataset wait for one to be named.
    """
    harms = harms_of(command.symptoms)
    place, thread = _place(s, command, link)
    return Details(
        types=types_of(command.symptoms),
        affected=tuple(AffectedDataset(canonical(key), harms=harms) for key in data),
        harms=harms,
        outage=Symptom.DOWN in command.symptoms,
        published_bad=Symptom.PUBLISHED in command.symptoms,
        past=command.past is not None,
        place=place,
        thread=thread,
        drill_run=command.run,
    )


def _place(s: Services, command: Declare, link: Link) -> tuple[str, str]:
    """Where an incident without a channel is shown, and in the thread of which message."""
    if command.past is None and (not command.quiet or command.exposes):
        return "", ""
    if command.by_person:
        return f"@{command.actor.id}", ""
    if command.past is not None:
        return "", ""
    if link.alert is not None:
        return link.alert.channel, alert_key(link.alert.id)
    if link.group is not None:
        within = link.group.alert_id
        return link.group.channel, alert_key(within) if within else group_message_key(link.group.id)
    return s.channels.alerts, ""


def _asked(command: Declare, computed: Assessment) -> Assessment:
    """The severity that was asked for, else the computed one; an exposure is never less."""
    if command.severity is None or command.severity is computed.severity:
        return computed
    if command.exposes and command.severity > computed.severity:
        asked = f"{command.severity.label} was asked for, exposure is never less"
        return replace(computed, reason=f"{computed.reason}; {asked}")
    return overridden(computed, command.severity, command.actor.name, "set when declared")


def _stamps(command: Declare, link: Link, now: datetime) -> dict[Stamp, datetime]:
    """The instants known; a declaration by a person acknowledges the alert, a quiet one does not.

    When what is over was noticed is known only if it was said.
    """
    stamps = {Stamp.DECLARED: now}
    if command.past is not None:
        stamps |= _over(command)
    else:
        fired = _fired(link, now)
        stamps[Stamp.DETECTED] = fired if fired is not None else now
        if fired is not None:
            stamps[Stamp.ALERT_FIRED] = fired
        taken = _acknowledged(link)
        if taken is not None or (command.by_person and not command.quiet):
            stamps[Stamp.ACKNOWLEDGED] = taken or now
    if command.by_person and not command.quiet:
        stamps[Stamp.COMMANDER_ASSIGNED] = now
    if command.began_at is not None:
        stamps[Stamp.IMPACT_STARTED] = command.began_at
    elif link.impact is not None and link.impact <= min(stamps.values()):
        stamps[Stamp.IMPACT_STARTED] = link.impact
    check_order(stamps)
    return stamps


def _over(command: Declare) -> dict[Stamp, datetime]:
    past = command.past
    if past is None:
        return {}
    known = {
        Stamp.DETECTED: past.detected_at,
        Stamp.MITIGATED: past.restored_at,
        Stamp.RESTORED: past.restored_at,
        Stamp.DATA_VERIFIED: past.verified_at,
    }
    return {stamp: at for stamp, at in known.items() if at is not None}


def _fired(link: Link, now: datetime) -> datetime | None:
    if link.alert is not None:
        return min(link.alert.opened_at, now)
    return min(link.group.began, now) if link.group is not None else None


def _acknowledged(link: Link) -> datetime | None:
    if link.alert is not None:
        return link.alert.acknowledged_at
    return link.group.acknowledged_at if link.group is not None else None


def _change(
    uow: UnitOfWork, incident: Incident, command: Declare, told: Iterable[NewEntry]
) -> Change:
    """The first timeline entries: the alert, what was said, who leads."""
    at, actor = incident.stamps[Stamp.DECLARED], command.actor
    said = " ".join(command.text.split()) or incident.title
    where = command.provenance or COMMAND
    entries: list[NewEntry] = [
        *told,
        *alert_entry(uow, incident),
        *declared_entry(uow, command.external_group, at),
        happened(actor, f"{_how(command)} {incident.ref}: {said}", at, provenance=where),
        happened(SYSTEM, f"Severity {incident.severity_reason}", at),
        *([happened(SYSTEM, RESTRICTED, at)] if incident.restricted else []),
    ]
    if Role.COMMANDER in incident.roles:
        line = f"{actor.name} is commander until somebody else claims it"
        entries.append(happened(SYSTEM, line, at))
    detail: dict[str, object] = {
        "title": incident.title,
        "severity": incident.severity.label,
        "tier": incident.tier,
        "slos": list(incident.slos),
        "state": incident.state.value,
    }
    return Change("incident.declare", actor, at, detail, tuple(entries))


def _how(command: Declare) -> str:
    if command.past is not None:
        return "Recorded what is over as"
    if command.drill:
        return "Declared the drill"
    return "Reported for triage" if command.quiet else "Declared"
