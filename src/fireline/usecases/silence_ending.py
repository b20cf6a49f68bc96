"""Ending a silence before its time: somebody says why, or the incident it was made in ends."""

from dataclasses import replace

from fireline.domain.alertmanager.silences import written
from fireline.domain.incident.incident import Incident
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.alertmanager_ports import SilenceEnding, SilenceState
from fireline.usecases.ports import FlowCall, Services, UnitOfWork
from fireline.usecases.silence_record import QUEUE, note, reason_of, tell

END = "end_silence"


def ask_end(s: Services, silence_id: str, reason: str, actor: Actor) -> SilenceEnding:
    """Record who ends a silence, ours or another's, and why; start the flow that does it.

    Raises:
        InvalidInputError: the reason is missing.
    """
    with s.store() as uow:
        ending = SilenceEnding(
            id=s.ids.sortable(),
            silence_id=silence_id,
            asked_at=s.clock.now(),
            asked_by=actor.id,
            asked_by_name=actor.name,
            reason=reason_of(reason),
            tell=f"@{actor.id}",
        )
        _ask_end(s, uow, ending)
        uow.commit()
    return ending


def end_of_incident(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """End what was silenced in the incident; called in the transaction in which it ends."""
    for request in uow.silences.of_incident(incident.id, s.clock.now()):
        if request.silence_id is None:
            continue
        ending = SilenceEnding(
            id=f"{incident.ref}-{request.id}",
            silence_id=request.silence_id,
            asked_at=s.clock.now(),
            asked_by=SYSTEM.id,
            asked_by_name=SYSTEM.name,
            reason=f"{incident.ref} is {incident.state.value}",
            tell=incident.channel_id or s.channels.incidents,
        )
        if uow.silences.ending(ending.id) is None:
            _ask_end(s, uow, ending)


def _ask_end(s: Services, uow: UnitOfWork, ending: SilenceEnding) -> None:
    uow.silences.save_ending(ending)
    detail: dict[str, object] = {"silence": ending.silence_id, "reason": ending.reason}
    subject = f"silence:{ending.silence_id}"
    uow.audit.append(s.clock.now(), ending.asked_by, "silence.end_asked", subject, detail)
    call_id = f"silence-end:{ending.id}"
    uow.start(FlowCall(END, (ending.id,), call_id, QUEUE, ending.silence_id))


def end_silence(s: Services, ending_id: str) -> None:
    """End the silence; a flow's step.

    Raises:
        EffectError: Alertmanager did not; the wish stays.
    """
    with s.store() as uow:
        ending = uow.silences.ending(ending_id)
    if ending is None or ending.state is not SilenceState.ASKED:
        return
    s.alertmanager.end(ending.silence_id)
    now = s.clock.now()
    with s.store() as uow:
        uow.lock()
        uow.silences.save_ending(replace(ending, state=SilenceState.DONE))
        ours = uow.silences.of_silence(ending.silence_id)
        if ours is not None:
            uow.silences.save(replace(ours, ended_at=now))
        detail: dict[str, object] = {"silence": ending.silence_id, "reason": ending.reason}
        subject = f"silence:{ending.silence_id}"
        uow.audit.append(now, ending.asked_by, "silence.ended", subject, detail)
        incident = uow.incidents.get(ours.incident_id) if ours and ours.incident_id else None
        what = written(ours.matchers) if ours else ending.silence_id
        actor = Actor(ending.asked_by, ending.asked_by_name)
        note(s, uow, incident, actor, f"Ended the silence of {what}: {ending.reason}")
        uow.commit()


def ending_failed(s: Services, ending_id: str, text: str) -> None:
    """Remember that it could not be ended, and tell whoever asked."""
    with s.store() as uow:
        ending = uow.silences.ending(ending_id)
        if ending is None or ending.state is not SilenceState.ASKED:
            return
        uow.silences.save_ending(replace(ending, state=SilenceState.FAILED, error=text))
        detail: dict[str, object] = {"silence": ending.silence_id, "error": text}
        subject = f"silence:{ending.silence_id}"
        uow.audit.append(s.clock.now(), SYSTEM.id, "silence.end_failed", subject, detail)
        tell(s, uow, ending.tell, f"end:{ending.id}")
        uow.commit()
