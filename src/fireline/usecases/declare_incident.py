"""Declaring an incident: words are enough, everything else is found or defaulted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.errors import InvalidInputError, NotFoundError
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
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.lineage.graph import canonical
from fireline.domain.people import SYSTEM
from fireline.domain.slo.alerting.group import DATASET, SOURCE, AlertGroup
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import AlertKind, BurnSeverity
from fireline.usecases.alert_messages import alert_key
from fireline.usecases.alert_projection import alert
from fireline.usecases.declaration import Declare, Declared
from fireline.usecases.external_alerts import declared_entry, group_named, link_group
from fireline.usecases.handle_alerts import link_incident
from fireline.usecases.incident_impact import blast_of, with_blast
from fireline.usecases.incident_record import (
    COMMAND,
    Change,
    follow,
    happened,
    retried,
    show_alert,
    write_down,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import with_recent
from fireline.usecases.stored_budgets import first_bad

TITLE_LIMIT = 150
MOST_DATASETS = 20
HAPPENS = {
    AlertKind.BURN: "error budget is burning",
    AlertKind.EXHAUSTED: "error budget is spent",
    AlertKind.ABSENT: "no data",
    AlertKind.STALE: "data stopped",
    AlertKind.SOURCE_DOWN: "queries fail",
    AlertKind.DEADLINE_AT_RISK: "deadline at risk",
}
__all__ = ["Declare", "Declared", "declare"]

ALERTS = {
    AlertKind.BURN: "burn",
    AlertKind.EXHAUSTED: "budget",
    AlertKind.ABSENT: "telemetry",
    AlertKind.STALE: "telemetry",
    AlertKind.SOURCE_DOWN: "telemetry",
    AlertKind.DEADLINE_AT_RISK: "deadline",
}


@dataclass(frozen=True, slots=True)
class _Link:
    """What the incident is about, as far as it is known; `names` are all SLOs of the alert."""

    slo: Slo | None
    alert: AlertGroup | None
    burning: BurnSeverity | None
    impact: datetime | None
    names: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    group: ExternalGroup | None = None


@retried
def declare(s: Services, command: Declare) -> Declared:
    """Open the incident and start its flow, or give the open one of the same alert.

    Raises:
        InvalidInputError: there is neither a word nor an SLO to name it by.
        NotFoundError: the SLO or the alert does not exist.
    """
    key = command.dedupe_key
    with s.store() as uow:
        known = uow.incidents.by_dedupe_key(key) if key else None
        if known is not None:
            return Declared(known, created=False)
        new = _new(s, uow, command, _link(s, uow, command))
        incident, changes = with_recent(s, uow, new, s.clock.now())
        uow.incidents.add(incident)
        write_down(uow, incident, _change(uow, incident, command, changes))
        if incident.episode_id is not None:
            link_incident(uow, incident.episode_id, incident.id, command.actor, s.clock.now())
        if command.external_group is not None:
            link_group(s, uow, command.external_group, incident.id)
        show_alert(s, uow, incident)
        follow(uow, "declare_incident", incident, f"declare:{incident.id}")
        uow.commit()
    return Declared(incident, created=True)


def _link(s: Services, uow: UnitOfWork, command: Declare) -> _Link:
    """Find the alert and the SLOs that were named."""
    if command.episode_id:
        return _alert_link(s, uow, command.episode_id)
    slos = s.definitions.current().slos
    group = group_named(uow, command.external_group) if command.external_group else None
    slo = slos.get(command.slo) if command.slo else None
    if command.slo and slo is None:
        raise NotFoundError(f"There is no SLO named {command.slo}. `/slo` lists them.")
    if slo is None and group is not None and group.slo is not None:
        slo = slos.get(group.slo)
    status = uow.statuses.get(slo.name) if slo else None
    burning = status.burning[0] if status and status.burning else None
    impact = first_bad(s, uow, slo.name, s.clock.now()) if slo and burning else None
    names = (slo.name,) if slo else ()
    return _Link(slo, None, burning, impact, names, slo.datasets if slo else (), group)


def _alert_link(s: Services, uow: UnitOfWork, alert_id: str) -> _Link:
    """Everything an alert tells of, the worst first; all its SLOs are the incident's."""
    group = uow.alerts.get(alert_id)
    shown = alert(s, uow, alert_id)
    if group is None or shown is None:
        raise NotFoundError("That alert is not known any more. Declare with words instead.")
    slos = s.definitions.current().slos
    names = tuple(m.slo.name for m in shown.members if not m.slo.name.startswith(SOURCE))
    known = [slos[name] for name in names if name in slos]
    shared = tuple(k.removeprefix(DATASET) for k in group.keys if k.startswith(DATASET))
    every = dict.fromkeys(dataset for slo in known for dataset in slo.datasets)
    burns = group.severity if group.kind is AlertKind.BURN else None
    return _Link(
        slo=known[0] if known else None,
        alert=group,
        burning=burns,
        impact=shown.first_bad_at,
        names=names,
        datasets=(shared if len(known) > 1 and shared else tuple(every))[:MOST_DATASETS],
    )


def _new(s: Services, uow: UnitOfWork, command: Declare, link: _Link) -> Incident:
    """The incident as the domain sees it at its declaration."""
    now = s.clock.now()
    tier = link.alert.tier if link.alert else link.slo.tier if link.slo else DEFAULT_TIER
    name = link.names[0] if link.names else None
    data = command.datasets or link.datasets
    burn = Burn.OUTAGE if Symptom.DOWN in command.symptoms else burn_of(link.burning)
    facts = SeverityFacts(
        tier,
        burn,
        name,
        exposure_suspected=command.exposes,
        wrong_published=Symptom.PUBLISHED in command.symptoms,
    )
    computed = judge(with_blast(facts, blast_of(uow, data, now), now), s.policy.incidents)
    shown = _asked(command, computed)
    slo = link.slo
    return Incident(
        id=uow.incidents.next_id(),
        title=_title(command, link),
        state=IncidentState.INVESTIGATING,
        severity=shown.severity,
        severity_reason=shown.reason,
        tier=tier,
        declared_by=command.actor.id,
        stamps=_stamps(command, link, now),
        computed_severity=computed.severity,
        service=command.service or (slo.service if slo else None),
        slos=link.names,
        datasets=data,
        restricted=command.exposes,
        drill=command.drill,
        details=_details(command, data),
        roles={Role.COMMANDER: command.actor.id},
        episode_id=link.alert.id if link.alert else None,
        dedupe_key=command.dedupe_key,
    )


def _details(command: Declare, data: tuple[str, ...]) -> Details:
    """What was said of the data; harms without a dataset wait for one to be named."""
    harms = harms_of(command.symptoms)
    return Details(
        types=types_of(command.symptoms),
        affected=tuple(AffectedDataset(canonical(key), harms=harms) for key in data),
        harms=harms,
        outage=Symptom.DOWN in command.symptoms,
        published_bad=Symptom.PUBLISHED in command.symptoms,
    )


def _asked(command: Declare, computed: Assessment) -> Assessment:
    """The severity that was asked for, else the computed one."""
    if command.severity is None or command.severity is computed.severity:
        return computed
    return overridden(computed, command.severity, command.actor.name, "set when declared")


def _stamps(command: Declare, link: _Link, now: datetime) -> dict[Stamp, datetime]:
    """The instants known at a declaration by a person; the declaration acknowledges the alert."""
    stamps = {
        Stamp.DECLARED: now,
        Stamp.DETECTED: now,
        Stamp.ACKNOWLEDGED: now,
        Stamp.COMMANDER_ASSIGNED: now,
    }
    if link.alert is not None:
        fired = link.alert.opened_at
        stamps[Stamp.ALERT_FIRED] = fired
        stamps[Stamp.DETECTED] = min(fired, now)
        stamps[Stamp.ACKNOWLEDGED] = link.alert.acknowledged_at or now
    if link.group is not None:
        fired = min(link.group.began, now)
        stamps[Stamp.ALERT_FIRED] = stamps[Stamp.DETECTED] = fired
        stamps[Stamp.ACKNOWLEDGED] = link.group.acknowledged_at or now
    began = command.began_at
    if began is not None and began > now:
        raise InvalidInputError("That time has not come yet. Give one in the past.", "at")
    if began is not None:
        stamps[Stamp.IMPACT_STARTED] = began
    elif link.impact is not None and link.impact <= min(stamps.values()):
        stamps[Stamp.IMPACT_STARTED] = link.impact
    check_order(stamps)
    return stamps


def _title(command: Declare, link: _Link) -> str:
    """One line from the words; without words, from the alert or the SLO."""
    words = " ".join(command.text.split())
    if not words and link.alert is not None:
        words = f"{_subject(link)}: {HAPPENS[link.alert.kind]}"
    if not words and link.group is not None:
        words = link.group.title
    if not words and link.slo is not None:
        burns = link.burning is not None
        words = f"{link.slo.title}: {'error budget is burning' if burns else 'reported broken'}"
    if not words:
        message = "Say what is wrong, in your own words: `/incident declare orders are late`."
        raise InvalidInputError(message, field="title")
    return words if len(words) <= TITLE_LIMIT else words[: TITLE_LIMIT - 1].rstrip() + "…"


def _subject(link: _Link) -> str:
    """What the alert is about: its SLO, or how many share what."""
    if link.alert is None or len(link.names) <= 1:
        return link.slo.title if link.slo else (link.names[0] if link.names else "Data source")
    upstream = link.alert.upstream
    shared = "" if upstream.startswith(SOURCE.rstrip(":")) else f" of {upstream}"
    return f"{len(link.names)} SLOs{shared}"


def _change(
    uow: UnitOfWork, incident: Incident, command: Declare, changes: Iterable[NewEntry]
) -> Change:
    """The first timeline entries: the alert, what was said, who leads."""
    at, actor = incident.stamps[Stamp.DECLARED], command.actor
    said = " ".join(command.text.split()) or incident.title
    where = command.provenance or COMMAND
    entries = [
        *changes,
        *_alert_entry(uow, incident),
        *declared_entry(uow, command.external_group, at),
        happened(actor, f"Declared {incident.ref}: {said}", at, provenance=where),
        happened(SYSTEM, f"Severity {incident.severity_reason}", at),
        happened(SYSTEM, f"{actor.name} is commander until somebody else claims it", at),
    ]
    detail: dict[str, object] = {
        "title": incident.title,
        "severity": incident.severity.label,
        "tier": incident.tier,
        "slos": list(incident.slos),
        "state": incident.state.value,
    }
    return Change("incident.declare", actor, at, detail, tuple(entries))


def _alert_entry(uow: UnitOfWork, incident: Incident) -> list[NewEntry]:
    """The alert, at the time it fired."""
    group = uow.alerts.get(incident.episode_id) if incident.episode_id else None
    if group is None:
        return []
    posted = uow.messages.get(alert_key(group.id))
    where = Provenance(
        source="burn alert",
        channel=posted.channel_id if posted else None,
        ts=posted.ts if posted else None,
        detail=group.id,
    )
    level = group.severity.value.capitalize()
    names = incident.slos
    of = names[0] if len(names) == 1 else f"{len(names)} SLOs" if names else "a data source"
    text = f"{level}-level {ALERTS[group.kind]} alert of {of}"
    return [happened(SYSTEM, text, group.opened_at, EntryKind.ALERT, where)]
