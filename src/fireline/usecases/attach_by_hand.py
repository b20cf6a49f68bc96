"""People say which alerts belong to an incident: attach, detach, and deciding on proposals."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.attachments import (
    BY_HAND,
    alert_named,
    attached,
    decided,
    detached,
    rooted,
)
from fireline.domain.incident.correlation import Match, Places, Relation, Signal, correlate
from fireline.domain.incident.exposure import outside_ref
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.proposals import Proposal, ProposalKind
from fireline.domain.incident.stamps import with_stamp
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.people import Actor
from fireline.usecases.find_signal import find_signal, holder_of, signal_of
from fireline.usecases.incident_record import (
    Change,
    check_length,
    happened,
    load,
    retried,
    save,
    show,
)
from fireline.usecases.link_signals import refreshed, relinked
from fireline.usecases.ports import Services, UnitOfWork


@retried
def attach_by_hand(s: Services, incident_id: int, name: str, reason: str, actor: Actor) -> Incident:
    """Attach an alert, a group of Alertmanager's or a failed run by its name or id.

    Raises:
        NotFoundError: nothing is called so; names what alerts now.
        ForbiddenError: it belongs to another incident.
    """
    check_length(reason, "reason")
    with s.store() as uow:
        uow.lock()
        before = load(uow, incident_id)
        signal = find_signal(s, uow, name)
        _check_free(uow, signal, before)
        after = attached(before, signal, _match(s, uow, before, signal, reason))
        if after == before:
            return before
        why = after.details.alerts[-1].why
        saved = _saved(s, uow, after, f"Attached {signal.title}: {why}", "attach", signal, actor)
        relinked(s, uow, saved.details.alerts, None, saved.id)
        uow.commit()
    return saved


def _check_free(uow: UnitOfWork, signal: Signal, incident: Incident) -> None:
    other = holder_of(uow, signal)
    if other is not None and other.id != incident.id:
        ref = outside_ref(other)
        message = f"{signal.title} belongs to {ref}. Detach it there first: `/incident detach`."
        raise ForbiddenError(message)


def _match(s: Services, uow: UnitOfWork, incident: Incident, signal: Signal, reason: str) -> Match:
    """Why it belongs: what a person says, else what the rules see in it."""
    free = replace(incident, details=replace(incident.details, detached=()))
    rules = s.policy.incidents.correlation
    found = correlate(signal, [free], uow.lineages.graph(), rules)
    why = " ".join(reason.split()) or (found.why if found else BY_HAND)
    keys = found.keys if found is not None else ()
    return Match(incident, found.relation if found else Relation.SAME, why, keys)


def _saved(
    s: Services,
    uow: UnitOfWork,
    incident: Incident,
    text: str,
    action: str,
    signal: Signal | None,
    actor: Actor,
) -> Incident:
    now = s.clock.now()
    detail = {"signal": signal.key if signal else "", "text": text}
    entry = happened(actor, text, now, EntryKind.ALERT)
    return save(s, uow, incident, Change(f"incident.{action}", actor, now, detail, (entry,)))


@retried
def detach(s: Services, incident_id: int, name: str, reason: str, actor: Actor) -> Incident:
    """Take an alert out with what only it brought; it is not attached by itself again.

    Raises:
        NotFoundError: the incident has none called so.
    """
    check_length(reason, "reason")
    with s.store() as uow:
        uow.lock()
        before = load(uow, incident_id)
        after, alert = detached(before, alert_named(before, name).key)
        why = f": {' '.join(reason.split())}" if reason.strip() else ""
        was = f" (it was attached as {alert.why})" if alert.why else ""
        text = f"Detached {alert.title}{why}{was}"
        saved = _saved(s, uow, after, text, "detach", None, actor)
        relinked(s, uow, (alert,), incident_id, None)
        uow.commit()
    return saved


@retried
def decide_proposal(
    s: Services, incident_id: int, number: int, actor: Actor, *, accepted: bool
) -> Incident:
    """Take a proposal up, or turn it down; once it is decided it stays so.

    Raises:
        NotFoundError: there is no such proposal, or what it is about is gone.
        InvalidInputError: somebody decided before.
    """
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        before = load(uow, incident_id)
        after, one = decided(before, number, actor.name, now, accepted=accepted)
        text = f"Turned down: {one.text}"
        if accepted:
            after, text = _done(s, uow, after, one)
        saved = _saved(s, uow, after, text, "proposal", None, actor)
        if accepted and one.kind is ProposalKind.ATTACH:
            relinked(s, uow, saved.details.alerts, None, saved.id)
        else:
            refreshed(s, uow, one.source, one.ref)
        if saved.channel_id is not None:
            show(s, uow, "proposal", saved.channel_id, f"{saved.id}:{number}")
        uow.commit()
    return saved


def _done(s: Services, uow: UnitOfWork, incident: Incident, one: Proposal) -> tuple[Incident, str]:
    """What was proposed, done; and the line that says so."""
    if one.kind is ProposalKind.ATTACH:
        signal = signal_of(s, uow, one.source, one.ref)
        if signal is None:
            raise NotFoundError("What was to be attached is not known any more.")
        _check_free(uow, signal, incident)
        match = _match(s, uow, incident, signal, "")
        return attached(incident, signal, match), f"Attached {signal.title}: {match.why}"
    if one.kind is ProposalKind.ROOT:
        places = Places(uow.lineages.graph(), s.policy.incidents.correlation.max_depth)
        below = places.below([one.dataset])
        return rooted(incident, one.dataset, below), f"It began at {one.dataset}"
    if one.moment is None:
        raise InvalidInputError("This proposal names no time; set it with `/incident time`.")
    return _earlier(incident, one.moment)


def _earlier(incident: Incident, at: datetime) -> tuple[Incident, str]:
    text = f"impact_started: {at:%Y-%m-%d %H:%M} UTC, of the merged incident"
    return with_stamp(incident, Stamp.IMPACT_STARTED, at), text
