"""What every step of a silence has in common: the reason, the timeline, who is told of trouble."""

from fireline.domain.alertmanager.silences import written
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import Actor
from fireline.usecases.alertmanager_ports import SilenceRequest
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting
from fireline.usecases.views import Notice

WITHHELD = "for a reason that is not told here"
QUEUE = "alertmanager"
TROUBLE = "silence_trouble"
LONGEST_REASON = 500


def reason_of(text: str) -> str:
    """The reason on one line.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    words = " ".join(text.split())
    if not words:
        raise InvalidInputError("Say why: others see the reason beside the silence.", "reason")
    if len(words) > LONGEST_REASON:
        message = f"A reason has at most {LONGEST_REASON} characters; yours has {len(words)}."
        raise InvalidInputError(message, "reason")
    return words


def told_of(uow: UnitOfWork, request: SilenceRequest) -> tuple[str, str | None]:
    """What others may read of a silence of ours: its reason, and the incident it belongs to.

    Of a restricted incident neither leaves its channel.
    """
    incident = uow.incidents.get(request.incident_id) if request.incident_id is not None else None
    if incident is not None and incident.restricted:
        return WITHHELD, None
    return request.reason, incident.ref if incident else None


def note(s: Services, uow: UnitOfWork, incident: Incident | None, actor: Actor, text: str) -> None:
    """A line on the incident's timeline, where there is one."""
    if incident is not None:
        now = s.clock.now()
        where = Provenance(source="alertmanager")
        entry = NewEntry(EntryKind.ACTION, text, now, actor.id, actor.name, where)
        uow.timeline.append(incident.id, entry, now)


def tell(s: Services, uow: UnitOfWork, whom: str, ref: str) -> None:
    """Tell a person or a channel what Alertmanager did not do."""
    key = f"silence-trouble:{ref}"
    uow.start(posting(s.ids, key=key, channel=whom, kind=TROUBLE, ref=ref))


def trouble(_s: Services, uow: UnitOfWork, ref: str) -> Notice | None:
    """The message to whoever asked for something that Alertmanager did not do."""
    kind, _, request_id = ref.partition(":")
    if kind == "make":
        request = uow.silences.get(request_id)
        if request is None:
            return None
        what = written(request.matchers)
        text = f"{what} is not silenced as far as Alertmanager said, so alerts still arrive."
        return Notice(f"{text} {request.error}")
    ending = uow.silences.ending(request_id)
    if ending is None:
        return None
    ours = uow.silences.of_silence(ending.silence_id)
    what = written(ours.matchers) if ours else ending.silence_id
    return Notice(f"The silence of {what} was not ended and still holds. {ending.error}")
