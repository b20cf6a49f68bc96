"""An incident that turns out to be two, and one that is a part of a wider one."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import Details
from fireline.domain.incident.exposure import outside_ref
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.severity import judge
from fireline.domain.incident.splitting import Part, Wanted, split_off
from fireline.domain.incident.timeline import NewEntry
from fireline.domain.incident.timeline_text import shown
from fireline.domain.people import Actor
from fireline.usecases.incident_facts import TITLE_LIMIT
from fireline.usecases.incident_impact import severity_facts
from fireline.usecases.incident_record import (
    Change,
    check_length,
    follow,
    happened,
    load,
    retried,
    save,
    write_down,
)
from fireline.usecases.link_signals import relinked
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import with_recent

DEEPEST = 20
KEPT_STAMPS = (Stamp.IMPACT_STARTED, Stamp.ALERT_FIRED, Stamp.DETECTED, Stamp.LEGAL_CLOCK)


@retried
def split(s: Services, incident_id: int, title: str, wanted: Wanted, actor: Actor) -> Incident:
    """Take SLOs, data and alerts out into an incident of their own; gives the new one.

    Raises:
        NotFoundError: something is named that the incident does not have.
        InvalidInputError: there is no title, or nothing goes, or nothing would be left.
    """
    words = " ".join(title.split())
    check_length(words, "text")
    if not words or len(words) > TITLE_LIMIT:
        message = f"Give the new incident a title of 1 to {TITLE_LIMIT} characters."
        raise InvalidInputError(message, "text")
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        before = load(uow, incident_id)
        if not before.open:
            message = f"{before.ref} is {before.state.value}; only what goes on can be split."
            raise InvalidInputError(message, "text")
        left, part = split_off(before, wanted)
        new, changes = with_recent(s, uow, _new(s, uow, before, part, words, actor), now)
        uow.incidents.add(new)
        line = f"Split off from {before.ref}: {part.words}"
        told = (*changes, *_origins(uow, before, part), happened(actor, line, now))
        detail: dict[str, object] = {"from": before.ref, "slos": list(part.slos)}
        write_down(uow, new, Change("incident.split", actor, now, detail, told))
        line = f"{new.ref} was split off: {part.words}"
        change = Change(
            "incident.split", actor, now, {"to": new.ref}, (happened(actor, line, now),)
        )
        save(s, uow, left, change)
        relinked(s, uow, part.alerts, before.id, new.id)
        follow(uow, "declare_incident", new, f"declare:{new.id}")
        uow.commit()
    return new


def _new(
    s: Services, uow: UnitOfWork, before: Incident, part: Part, title: str, actor: Actor
) -> Incident:
    """The new incident, judged by what it took; what is secret in one stays so in the other."""
    now, slos = s.clock.now(), s.definitions.current().slos
    known = [slos[name] for name in part.slos if name in slos]
    new = Incident(
        id=uow.incidents.next_id(),
        title=title,
        state=IncidentState.INVESTIGATING,
        severity=before.severity,
        severity_reason=before.severity_reason,
        tier=min((slo.tier for slo in known), default=before.tier),
        declared_by=actor.id,
        stamps=_stamps(before, now),
        service=known[0].service if known else before.service,
        slos=part.slos,
        datasets=tuple(one.key for one in part.affected),
        roles={Role.COMMANDER: actor.id},
        restricted=before.restricted,
        drill=before.drill,
        parent_id=before.id,
        details=_details(before, part),
    )
    shown_as = judge(severity_facts(s, uow, new), s.policy.incidents)
    return replace(
        new,
        severity=shown_as.severity,
        severity_reason=shown_as.reason,
        computed_severity=shown_as.severity,
    )


def _stamps(before: Incident, now: datetime) -> dict[Stamp, datetime]:
    """When the harm began and was noticed is known already; all else begins now."""
    kept = {stamp: at for stamp, at in before.stamps.items() if stamp in KEPT_STAMPS}
    return kept | {Stamp.DECLARED: now, Stamp.ACKNOWLEDGED: now, Stamp.COMMANDER_ASSIGNED: now}


def _details(before: Incident, part: Part) -> Details:
    return Details(
        types=before.details.types,
        affected=part.affected,
        alerts=part.alerts,
        units=tuple(replace(unit, number=n) for n, unit in enumerate(part.units, 1)),
        access=before.details.access,
        exposed_because=before.details.exposed_because,
    )


def _origins(uow: UnitOfWork, before: Incident, part: Part) -> list[NewEntry]:
    """What the old timeline says of the signals that went, with where it stands there."""
    refs = {alert.ref for alert in part.alerts}
    found = []
    for entry in shown(uow.timeline.entries(before.id)):
        if entry.provenance.detail in refs:
            where = replace(entry.provenance, detail=f"{before.ref} entry {entry.seq}")
            found.append(
                NewEntry(
                    entry.kind,
                    entry.text,
                    entry.occurred_at,
                    entry.actor_id,
                    entry.actor_name,
                    where,
                )
            )
    return found


@retried
def set_parent(s: Services, incident_id: int, parent_id: int | None, actor: Actor) -> Incident:
    """Say of which wider incident this one is a part, or of none; both stay incidents.

    Raises:
        NotFoundError: there is no such incident.
        InvalidInputError: it would be a part of itself, or of one that lives on elsewhere.
    """
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        before = load(uow, incident_id)
        if before.parent_id == parent_id:
            return before
        parent = load(uow, parent_id) if parent_id is not None else None
        if parent is not None:
            _check_kin(uow, before, parent)
        saved = _part_of(s, uow, before, parent, actor, now)
        uow.commit()
    return saved


def _part_of(
    s: Services,
    uow: UnitOfWork,
    before: Incident,
    parent: Incident | None,
    actor: Actor,
    now: datetime,
) -> Incident:
    ref = (parent.ref if before.restricted else outside_ref(parent)) if parent else "none"
    line = f"Part of {ref}" if parent is not None else "Not a part of another incident any more"
    entry = happened(actor, line, now)
    change = Change("incident.parent", actor, now, {"parent": ref}, (entry,))
    after = replace(before, parent_id=parent.id if parent is not None else None)
    saved = save(s, uow, after, change)
    if parent is not None:
        part = before.ref if parent.restricted else outside_ref(before)
        told = happened(actor, f"{part} is a part of this one", now)
        write_down(uow, parent, Change("incident.part", actor, now, {"part": part}, (told,)))
    return saved


def _check_kin(uow: UnitOfWork, incident: Incident, parent: Incident) -> None:
    if parent.merged_into is not None:
        message = f"{parent.ref} was merged; name the one it lives on in."
        raise InvalidInputError(message, "target")
    above: Incident | None = parent
    for _ in range(DEEPEST):
        if above is None:
            return
        if above.id == incident.id:
            message = f"{incident.ref} would be a part of itself."
            raise InvalidInputError(message, "target")
        above = uow.incidents.get(above.parent_id) if above.parent_id is not None else None
    raise InvalidInputError(f"Parts are nested at most {DEEPEST} deep.", "target")
