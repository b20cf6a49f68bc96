"""Declaring an incident: words are enough, everything else is found or defaulted."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity, Stamp
from fireline.domain.incident.severity import (
    DEFAULT_TIER,
    Assessment,
    assess,
    burn_of,
    overridden,
)
from fireline.domain.incident.stamps import check_order
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BurnSeverity, Episode
from fireline.usecases.alert_episodes import link_incident
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
from fireline.usecases.stored_budgets import first_bad

TITLE_LIMIT = 150


@dataclass(frozen=True, slots=True)
class Declare:
    """What was said when an incident was declared; `text` may be empty when an SLO is named."""

    text: str
    actor: Actor
    severity: Severity | None = None
    slo: str | None = None
    service: str | None = None
    datasets: tuple[str, ...] = ()
    episode_id: str | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident, and whether it is new."""

    incident: Incident
    created: bool


@dataclass(frozen=True, slots=True)
class _Link:
    """What the incident is about, as far as it is known."""

    slo: Slo | None
    episode: Episode | None
    burning: BurnSeverity | None
    impact: datetime | None


@retried
def declare(s: Services, command: Declare) -> Declared:
    """Open the incident and start its flow, or give the open one of the same burn episode.

    Raises:
        InvalidInputError: there is neither a word nor an SLO to name it by.
        NotFoundError: the SLO or the alert does not exist.
    """
    key = f"episode:{command.episode_id}" if command.episode_id else None
    with s.store() as uow:
        known = uow.incidents.by_dedupe_key(key) if key else None
        if known is not None:
            return Declared(known, created=False)
        incident = _new(s, uow, command, _link(s, uow, command))
        uow.incidents.add(incident)
        write_down(uow, incident, _change(uow, incident, command))
        if incident.episode_id is not None:
            link_incident(uow, incident.episode_id, incident.id)
        show_alert(s, uow, incident)
        follow(uow, "declare_incident", incident, f"declare:{incident.id}")
        uow.commit()
    return Declared(incident, created=True)


def _link(s: Services, uow: UnitOfWork, command: Declare) -> _Link:
    """Find the episode and the SLO that were named."""
    episode = uow.episodes.get(command.episode_id) if command.episode_id else None
    if command.episode_id and episode is None:
        raise NotFoundError("That alert is not known any more. Declare with words instead.")
    name = episode.slo if episode else command.slo
    slo = s.definitions.current().slos.get(name) if name else None
    if name and slo is None and episode is None:
        raise NotFoundError(f"There is no SLO named {name}. `/slo` lists them.")
    if episode is not None:
        return _Link(slo, episode, episode.severity, episode.first_bad_at)
    status = uow.statuses.get(slo.name) if slo else None
    burning = status.burning[0] if status and status.burning else None
    impact = first_bad(s, uow, slo.name, s.clock.now()) if slo and burning else None
    return _Link(slo, None, burning, impact)


def _new(s: Services, uow: UnitOfWork, command: Declare, link: _Link) -> Incident:
    """The incident as the domain sees it at its declaration."""
    now = s.clock.now()
    tier = link.slo.tier if link.slo else DEFAULT_TIER
    name = link.slo.name if link.slo else (link.episode.slo if link.episode else None)
    computed = assess(tier, burn_of(link.burning), name)
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
        stamps=_stamps(link, now),
        computed_severity=computed.severity,
        service=command.service or (slo.service if slo else None),
        slos=(name,) if name else (),
        datasets=command.datasets or (slo.datasets if slo else ()),
        roles={Role.COMMANDER: command.actor.id},
        episode_id=link.episode.id if link.episode else None,
        dedupe_key=f"episode:{link.episode.id}" if link.episode else None,
    )


def _asked(command: Declare, computed: Assessment) -> Assessment:
    """The severity that was asked for, else the computed one."""
    if command.severity is None or command.severity is computed.severity:
        return computed
    return overridden(computed, command.severity, command.actor.name, "set when declared")


def _stamps(link: _Link, now: datetime) -> dict[Stamp, datetime]:
    """The instants known at a declaration by a person; the declaration acknowledges the alert."""
    stamps = {
        Stamp.DECLARED: now,
        Stamp.DETECTED: now,
        Stamp.ACKNOWLEDGED: now,
        Stamp.COMMANDER_ASSIGNED: now,
    }
    if link.episode is not None:
        fired = link.episode.opened_at
        stamps[Stamp.ALERT_FIRED] = fired
        stamps[Stamp.DETECTED] = min(fired, now)
        stamps[Stamp.ACKNOWLEDGED] = link.episode.acknowledged_at or now
    if link.impact is not None and link.impact <= min(stamps.values()):
        stamps[Stamp.IMPACT_STARTED] = link.impact
    check_order(stamps)
    return stamps


def _title(command: Declare, link: _Link) -> str:
    """One line from the words; without words, from the SLO."""
    words = " ".join(command.text.split())
    if not words and link.slo is not None:
        burns = link.burning is not None
        words = f"{link.slo.title}: {'error budget is burning' if burns else 'reported broken'}"
    if not words and link.episode is not None:
        words = f"{link.episode.slo}: error budget is burning"
    if not words:
        message = "Say what is wrong, in your own words: `/incident declare orders are late`."
        raise InvalidInputError(message, field="title")
    return words if len(words) <= TITLE_LIMIT else words[: TITLE_LIMIT - 1].rstrip() + "…"


def _change(uow: UnitOfWork, incident: Incident, command: Declare) -> Change:
    """The first timeline entries: the alert, what was said, who leads."""
    at, actor = incident.stamps[Stamp.DECLARED], command.actor
    said = " ".join(command.text.split()) or incident.title
    where = command.provenance or COMMAND
    entries = [
        *_alert_entry(uow, incident),
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
    """The burn alert, at the time it fired."""
    episode = uow.episodes.get(incident.episode_id) if incident.episode_id else None
    if episode is None:
        return []
    posted = uow.messages.get(f"alert:{episode.id}")
    where = Provenance(
        source="burn alert",
        channel=posted.channel_id if posted else None,
        ts=posted.ts if posted else None,
        detail=episode.id,
    )
    text = f"{episode.severity.value.capitalize()}-level burn alert of {episode.slo}"
    return [happened(SYSTEM, text, episode.opened_at, EntryKind.ALERT, where)]
