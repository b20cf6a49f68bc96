"""Making a silence from Slack: asked for with a reason, made as a durable step, told when it fails.

What is asked is recorded first; a flow asks Alertmanager afterwards and tries again where that can
help. When the outcome of a try is unknown, the silence is looked for by its mark.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from fireline.domain.alertmanager.silences import Matcher, check_matchers, check_span, written
from fireline.domain.errors import RejectedError
from fireline.domain.incident.incident import Incident
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.alertmanager_ports import SilenceRequest, SilenceState
from fireline.usecases.ports import FlowCall, Services, UnitOfWork
from fireline.usecases.silence_ending import end_of_incident
from fireline.usecases.silence_record import QUEUE, note, reason_of, tell, told_of

MAKE = "make_silence"


@dataclass(frozen=True, slots=True)
class SilenceAsk:
    """A silence as somebody asks for it.

    `channel` is where it is asked for, `external_group` from which group's message.
    """

    matchers: tuple[Matcher, ...]
    span: timedelta
    reason: str
    actor: Actor
    channel: str = ""
    external_group: str | None = None


def ask_silence(s: Services, ask: SilenceAsk) -> SilenceRequest:
    """Record who wants what silenced and why, and start the flow that does it.

    Raises:
        InvalidInputError: the reason is missing, or the conditions or the time are no good.
    """
    check_matchers(ask.matchers)
    check_span(ask.span)
    reason = reason_of(ask.reason)
    if not s.alertmanager.configured:
        s.alertmanager.silences()
    now = s.clock.now()
    with s.store() as uow:
        incident = _incident_of(uow, ask)
        request = SilenceRequest(
            id=s.ids.sortable(),
            matchers=ask.matchers,
            ends_at=now + ask.span,
            asked_at=now,
            asked_by=ask.actor.id,
            asked_by_name=ask.actor.name,
            reason=reason,
            channel=ask.channel,
            incident_id=incident.id if incident else None,
        )
        uow.silences.save(request)
        _audit(s, uow, "silence.asked", ask.actor.id, request)
        uow.start(FlowCall(MAKE, (request.id,), f"silence:{request.id}", QUEUE, request.id))
        uow.commit()
    return request


def _incident_of(uow: UnitOfWork, ask: SilenceAsk) -> Incident | None:
    """The open incident that the silence belongs to, and ends with."""
    found = uow.incidents.by_channel(ask.channel) if ask.channel else None
    group = uow.external_groups.get(ask.external_group) if ask.external_group else None
    if found is None and group is not None and group.incident_id is not None:
        found = uow.incidents.get(group.incident_id)
    return found if found is not None and found.open else None


def make_silence(s: Services, request_id: str) -> None:
    """Make the silence that was asked for, once; a flow's step.

    Raises:
        EffectError: Alertmanager did not; the request stays as it is.
    """
    with s.store() as uow:
        request = uow.silences.get(request_id)
        if request is None or request.state is not SilenceState.ASKED:
            return
        incident = uow.incidents.get(request.incident_id) if request.incident_id else None
        if incident is not None and not incident.open:
            raise RejectedError(f"{incident.ref} ended before the silence was made.", "ended")
        if request.ends_at <= s.clock.now():
            raise RejectedError("Its end came before Alertmanager could be asked.", "too_late")
        reason, ref = told_of(uow, request)
        if not request.tried:
            uow.silences.save(replace(request, tried=True))
            uow.commit()
    mark = f"[fireline {request.id}]"
    found = [x.id for x in s.alertmanager.silences() if mark in x.comment] if request.tried else []
    comment = f"{reason}{f' ({ref})' if ref else ''} {mark}"
    by = request.asked_by_name
    made = (
        found[0]
        if found
        else s.alertmanager.silence(request.matchers, request.ends_at, by, comment)
    )
    _made(s, replace(request, tried=True, silence_id=made, state=SilenceState.DONE))


def _made(s: Services, done: SilenceRequest) -> None:
    with s.store() as uow:
        uow.lock()
        uow.silences.save(done)
        _audit(s, uow, "silence.made", done.asked_by, done)
        incident = uow.incidents.get(done.incident_id) if done.incident_id else None
        until = f"{done.ends_at:%Y-%m-%d %H:%M} UTC"
        text = f"Silenced {written(done.matchers)} until {until}: {done.reason}"
        note(s, uow, incident, Actor(done.asked_by, done.asked_by_name), text)
        if incident is not None and not incident.open:
            end_of_incident(s, uow, incident)
        uow.commit()


def silence_failed(s: Services, request_id: str, text: str) -> None:
    """Remember that it could not be made, and tell whoever asked."""
    with s.store() as uow:
        request = uow.silences.get(request_id)
        if request is None or request.state is not SilenceState.ASKED:
            return
        failed = replace(request, state=SilenceState.FAILED, error=text)
        uow.silences.save(failed)
        _audit(s, uow, "silence.failed", SYSTEM.id, failed)
        tell(s, uow, f"@{request.asked_by}", f"make:{request.id}")
        uow.commit()


def _audit(s: Services, uow: UnitOfWork, action: str, actor: str, request: SilenceRequest) -> None:
    detail: dict[str, object] = {
        "matchers": written(request.matchers),
        "until": request.ends_at.isoformat(),
        "reason": request.reason,
        "incident": request.incident_id,
        "silence": request.silence_id,
        "error": request.error,
    }
    uow.audit.append(s.clock.now(), actor, action, f"silence-request:{request.id}", detail)
