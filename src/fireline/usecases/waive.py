"""Asking that a budget rule be overlooked, agreeing to it, ending it: each change is on record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.errors import NotFoundError
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.policy.waivers import (
    Waiver,
    WaiverKind,
    check_asked,
    decided,
    ended,
    is_expiring,
    withdrawn,
)
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.usecases.gate_changes import service_named
from fireline.usecases.incident_costs import book_again
from fireline.usecases.incident_record import refresh_homes
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting
from fireline.usecases.slo_views import find_slo

REQUEST, ANSWER, EXPIRY = "waiver_request", "waiver_answer", "waiver_expiry"


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks for; `subject` is an SLO for an exclusion, a service for an exception."""

    kind: WaiverKind
    subject: str
    start: datetime
    end: datetime
    reason: str
    actor: Actor
    approver: Actor
    effect: ExclusionEffect = ExclusionEffect.EXCLUDE


def ask(s: Services, wanted: Ask) -> Waiver:
    """Record the request and bring it to its approver; nothing counts until they agree.

    Raises:
        NotFoundError: there is no such SLO or service; the text names the nearest.
        InvalidInputError: it names nobody else, has no reason, or its times make no sense.
    """
    if wanted.kind is WaiverKind.EXCLUSION:
        subject = find_slo(s, wanted.subject).name
    else:
        subject = service_named(s.definitions.current(), wanted.subject)
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        asked = Waiver(
            id=uow.waivers.next_id(),
            kind=wanted.kind,
            subject=subject,
            start=wanted.start,
            end=wanted.end,
            reason=wanted.reason.strip(),
            asked_by=wanted.actor.id,
            asked_by_name=wanted.actor.name,
            asked_at=now,
            approver=wanted.approver.id,
            approver_name=wanted.approver.name,
            effect=wanted.effect,
        )
        uow.waivers.add(check_asked(asked))
        _record(s, uow, asked, "asked", wanted.actor)
        _show(s, uow, asked, REQUEST, asked.approver)
        uow.commit()
    return asked


def decide(s: Services, waiver_id: int, actor: Actor, *, approve: bool) -> Waiver:
    """The approver's answer; the asker is told.

    Raises:
        NotFoundError: there is no such request.
        ForbiddenError: somebody else was asked.
        InvalidInputError: it was answered or taken back already.
    """
    return _change(
        s, waiver_id, actor, lambda waiver, at: decided(waiver, actor, at, approve=approve)
    )


def end(s: Services, waiver_id: int, actor: Actor) -> Waiver:
    """It ends now; what was before still counts.

    Raises:
        NotFoundError: there is no such request.
        InvalidInputError: it is not running.
    """
    return _change(s, waiver_id, actor, lambda waiver, at: ended(waiver, actor, at))


def withdraw(s: Services, waiver_id: int, actor: Actor) -> Waiver:
    """It counts no more, also for what was before.

    Raises:
        NotFoundError: there is no such request.
        InvalidInputError: it does not count anyway.
    """
    return _change(s, waiver_id, actor, lambda waiver, at: withdrawn(waiver, actor, at))


def remind_expiring(s: Services, now: datetime) -> int:
    """Tell holders of exceptions that end soon, each once; gives how many."""
    with s.store() as uow:
        listed = uow.waivers.exceptions(now)
        expiring = [waiver for waiver in listed if is_expiring(waiver, now)]
        for waiver in expiring:
            reminded = replace(waiver, reminded_at=now)
            uow.waivers.save(reminded)
            _record(s, uow, reminded, "reminded", SYSTEM)
            _show(s, uow, reminded, EXPIRY, reminded.asked_by)
        if expiring:
            uow.commit()
    return len(expiring)


def load_waiver(uow: UnitOfWork, waiver_id: int) -> Waiver:
    """The request of this number.

    Raises:
        NotFoundError: there is none.
    """
    found = uow.waivers.get(waiver_id)
    if found is None:
        raise NotFoundError(
            f"There is no request {waiver_id}. `/slo exclude list` and `/slo freeze` show them."
        )
    return found


def _change(
    s: Services, waiver_id: int, actor: Actor, change: Callable[[Waiver, datetime], Waiver]
) -> Waiver:
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        before = load_waiver(uow, waiver_id)
        after = change(before, now)
        uow.waivers.save(after)
        if after.kind is WaiverKind.EXCLUSION and (before.counts or after.counts):
            claim = int(after.start.timestamp()), int(after.end.timestamp())
            book_again(s, uow, after.subject, claim, now)
        _record(s, uow, after, after.state.value, actor)
        _show(s, uow, after, REQUEST, after.approver)
        if after.decided_at is not None:
            _show(s, uow, after, ANSWER, after.asked_by)
        if after.reminded_at is not None:
            _show(s, uow, after, EXPIRY, after.asked_by)
        uow.commit()
    return after


def _show(s: Services, uow: UnitOfWork, waiver: Waiver, kind: str, person: str) -> None:
    refresh_homes(s, uow, (person,))
    ref = str(waiver.id)
    key = f"{kind}:{ref}"
    uow.start(posting(s.ids, key=key, channel=f"@{person}", kind=kind, ref=ref))


def _record(s: Services, uow: UnitOfWork, waiver: Waiver, verb: str, actor: Actor) -> None:
    detail: dict[str, object] = {
        "subject": waiver.subject,
        "from": waiver.start.isoformat(),
        "to": waiver.until.isoformat(),
        "reason": waiver.reason,
        "asked_by": waiver.asked_by,
        "approver": waiver.approver,
        "effect": waiver.effect.value,
        "after_the_fact": waiver.after_the_fact,
        "state": waiver.state.value,
    }
    action = f"{waiver.kind.value}.{verb}"
    uow.audit.append(s.clock.now(), actor.id, action, waiver.ref, detail)
