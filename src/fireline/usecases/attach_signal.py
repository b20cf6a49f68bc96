"""A new signal finds its incident: it is attached, proposed, or left alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fireline.domain.incident.attachments import alert_of, attached, proposed, turned
from fireline.domain.incident.correlation import Match, Relation, Signal, correlate
from fireline.domain.incident.incident import NOT_COUNTED, Incident, IncidentState, Stamp
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.moves import ReopenKind
from fireline.domain.incident.proposals import ProposalKind
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.incident_record import Change, happened, load, save, show
from fireline.usecases.incident_steps import Ask, step_in
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import BURN, RUN

SOURCES = {BURN: "burn alert"}
# Of runs of its data the timeline has a line anyway.
TOLD_OF_RUNS = (Relation.SAME, Relation.DOWNSTREAM)
NOT_YET = timedelta(seconds=1)
BACK = (
    IncidentState.RESTORED,
    IncidentState.REPAIRING,
    IncidentState.RESOLVED,
    IncidentState.REVIEWING,
    IncidentState.CLOSED,
)


@dataclass(frozen=True, slots=True)
class Followed:
    """The incident that a signal follows, and why."""

    incident_id: int
    why: str


def place(s: Services, uow: UnitOfWork, signal: Signal, occurrences: int = 1) -> Followed | None:
    """Attach a new signal to the incident that it belongs to, or propose that.

    Args:
        s: everything.
        uow: the caller's transaction.
        signal: what alerts.
        occurrences: how often it came in a row or lately; too few are left alone.

    Returns:
        The incident that it was attached to; None where it stays by itself.
    """
    rules = s.policy.incidents.correlation
    if occurrences < rules.of(*signal.slos, signal.ref, signal.title).min_occurrences:
        return None
    found = correlate(signal, candidates(s, uow), uow.lineages.graph(), rules)
    if found is None:
        return None
    uow.lock()
    match = replace(found, incident=load(uow, found.incident.id))
    if match.relation is Relation.NEAR:
        propose(s, uow, match, signal)
        return None
    after = attach_to(s, uow, signal, match, SYSTEM)
    if match.relation is Relation.UPSTREAM:
        propose(s, uow, replace(match, incident=after), signal)
    return Followed(after.id, match.why)


def candidates(s: Services, uow: UnitOfWork) -> list[Incident]:
    """Open incidents, oldest first, then those that ended within the cool-down."""
    now, rules = s.clock.now(), s.policy.incidents
    since = now - max(rules.reopen_cooldown, rules.correlation.window)
    lately = uow.incidents.between(since, now + NOT_YET)
    counted = [one for one in lately if one.state not in NOT_COUNTED]
    return sorted(counted, key=lambda one: (not one.open, one.id))


def attach_to(s: Services, uow: UnitOfWork, signal: Signal, match: Match, actor: Actor) -> Incident:
    """Attach a signal, say so on the timeline, and reopen what it shows to be bad again."""
    now, before = s.clock.now(), match.incident
    after = attached(before, signal, match)
    if after == before:
        return before
    text = f"{signal.title}: {match.why}"
    change = _written("incident.attach", signal, text, now, actor, why=match.why)
    if signal.source == RUN and match.relation in TOLD_OF_RUNS:
        change = replace(change, entries=())
    saved = save(s, uow, after, change, announce=False)
    return _reopened(s, uow, saved, signal, match)


def _written(
    action: str, signal: Signal, text: str, now: datetime, actor: Actor, **detail: object
) -> Change:
    where = Provenance(source=SOURCES.get(signal.source, signal.source), detail=signal.ref)
    entry = happened(actor, text, min(signal.at, now), EntryKind.ALERT, where)
    told: dict[str, object] = {"signal": signal.key, "slos": list(signal.slos[:20]), **detail}
    return Change(action, actor, now, told, (entry,))


def _reopened(
    s: Services, uow: UnitOfWork, incident: Incident, signal: Signal, match: Match
) -> Incident:
    """Back to work when the same burn is back soon after service was restored, or data was."""
    cooldown = s.policy.incidents.reopen_cooldown
    ends = (incident.at(Stamp.RESTORED), incident.at(Stamp.RESOLVED))
    soon = any(end is not None and end < signal.at <= end + cooldown for end in ends)
    if match.relation is not Relation.SAME or incident.state not in BACK or not soon:
        return incident
    ask = Ask(Verb.REOPEN, f"{signal.title} is back: {match.why}", choice=ReopenKind.SERVICE)
    return step_in(s, uow, incident, ask, SYSTEM)


def propose(s: Services, uow: UnitOfWork, match: Match, signal: Signal) -> Incident:
    """Ask in the incident's channel, with one button."""
    now, incident = s.clock.now(), match.incident
    if match.relation is Relation.UPSTREAM:
        (key,) = match.keys[:1]
        text = f"{signal.title}: {key} is {match.why}. It may have begun there"
        kind = ProposalKind.ROOT
    else:
        key, kind = "", ProposalKind.ATTACH
        text = f"{signal.title}: {match.why}. It may belong here"
    after, made = proposed(
        incident, kind, text, now, source=signal.source, ref=signal.ref, dataset=key, why=match.why
    )
    if made is None:
        return incident
    change = _written("incident.propose", signal, text, now, SYSTEM, kind=kind.value)
    saved = save(s, uow, after, change, announce=False)
    if saved.channel_id is not None:
        show(s, uow, "proposal", saved.channel_id, f"{saved.id}:{made.number}")
    return saved


def signal_turned(
    s: Services,
    uow: UnitOfWork,
    incident_id: int,
    key: str,
    at: datetime,
    *,
    firing: bool,
    quiet: bool = False,
) -> bool:
    """An attached signal ended or came back; one that flaps is said once and then counted.

    Returns:
        Whether it is worth a line; with `quiet` the caller writes it, but for the flapping.
    """
    uow.lock()
    incident = uow.incidents.get(incident_id)
    alert = alert_of(incident, key) if incident is not None else None
    if incident is None or alert is None:
        return True
    rules = s.policy.incidents.correlation.of(*alert.slos, alert.ref, alert.title)
    after, told = turned(incident, key, at, rules, firing=firing)
    if after == incident:
        return True
    entries: tuple[NewEntry, ...] = ()
    flapping = (alert_of(after, key) or alert).flapping
    if told and incident.open and (flapping or not quiet):
        words = "is back" if firing else "ended"
        text = f"{alert.title} {words}"
        if flapping:
            text = f"{alert.title} is flapping; from here on it is only counted"
        where = Provenance(source=SOURCES.get(alert.source, alert.source), detail=alert.ref)
        entries = (happened(SYSTEM, text, at, EntryKind.ALERT, where),)
    detail = {"signal": key, "firing": firing, "flapping": flapping}
    change = Change("incident.signal", SYSTEM, at, detail, entries)
    save(s, uow, after, change, announce=False)
    return told and not flapping
