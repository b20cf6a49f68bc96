"""What leaves the channel of a restricted incident: one sentence, whatever was to be shown.

Projections for places that are never an incident's own channel show its public view themselves.
Everything else passes here on its way to Slack, so that a message meant for the channel that was
left, or for somebody who may not read it, says no more than that sentence.
"""

from fireline.domain.errors import ForbiddenError
from fireline.domain.incident.exposure import is_inside, may_read, public_view
from fireline.domain.incident.incident import Incident, Role
from fireline.usecases.impact_views import RestrictedNotice
from fireline.usecases.store_ports import PostedMessage, UnitOfWork
from fireline.usecases.views import DrillMessage, Message

POINTER, LEFT, ACCESS_ANSWER = "restricted_pointer", "left_message", "access_answer"
# Kinds that show public views themselves, or no incident at all.
APART = frozenset(
    {
        "alert",
        "alert_step",
        "external_alert",
        "announcement",
        "page",
        "review",
        "action_reminder",
        "waiver_request",
        "waiver_answer",
        "waiver_expiry",
        "silence_trouble",
        POINTER,
        LEFT,
        ACCESS_ANSWER,
    }
)
MOST_DIGITS = 9
PUBLIC = frozenset({"announcement"})


def neutral(incident: Incident) -> RestrictedNotice:
    """The sentence, with the button that asks for access."""
    seen = public_view(incident)
    return RestrictedNotice(seen.id, seen.ref, seen.severity, seen.roles.get(Role.COMMANDER))


def pointer(_s: object, uow: UnitOfWork, ref: str) -> RestrictedNotice | None:
    """Projection of the sentence, whatever it stands in place of; `ref` begins with the id."""
    number = ref.replace("|", ":").partition(":")[0]
    incident = uow.incidents.get(int(number))
    return neutral(incident) if incident is not None else None


def told_there(
    uow: UnitOfWork,
    target: PostedMessage,
    known: PostedMessage | None,
    message: Message | None,
) -> Message | None:
    """The message as it may be read where it goes; None where nothing is to be told.

    Where something stands already it becomes the sentence; a channel that was left is told
    nothing new. A person without access is told the sentence. `known` is the message as it is
    remembered, which may have moved on to the private channel.
    """
    incident = _incident_of(uow, target)
    if message is None or incident is None:
        return message
    if known is not None and target.channel in _left(incident) - {known.channel}:
        # On its way to a channel that was left meanwhile; the message lives on elsewhere.
        return None
    where = known if known is not None and known.ts is not None else target
    if _inside(incident, where):
        return message
    if where.ts is None and not where.channel.startswith("@"):
        return None
    return neutral(incident)


def _left(incident: Incident) -> set[str]:
    return {one.id for one in incident.details.left_channels}


def _inside(incident: Incident, target: PostedMessage) -> bool:
    """Whether only people who may read the incident read it there."""
    if not incident.restricted:
        return True
    if target.channel.startswith("@"):
        return may_read(incident, target.channel.removeprefix("@"))
    return is_inside(incident, target.channel)


def _incident_of(
    uow: UnitOfWork, target: PostedMessage, also: frozenset[str] = frozenset()
) -> Incident | None:
    """The incident whose inside the message shows; of some kinds only if they are asked for."""
    number = target.ref.replace("|", ":").partition(":")[0]
    if target.kind in APART - also or not number.isdecimal() or len(number) > MOST_DIGITS:
        return None
    return uow.incidents.get(int(number))


def marked(uow: UnitOfWork, target: PostedMessage, message: Message) -> Message:
    """The message, marked where it is about a drill: in its channel and everywhere else."""
    found = _incident_of(uow, target, PUBLIC)
    found = found or uow.incidents.by_channel(target.channel)
    return DrillMessage(message) if found is not None and found.drill else message


def refuse_outside(incident: Incident, reader: str | None = None) -> None:
    """Let only those who may read the incident go on.

    Raises:
        ForbiddenError: it is restricted, and the reader is not on its access list.
    """
    if not may_read(incident, reader):
        ask = f"Ask its commander, or press Request access: `/incident show {incident.ref}`."
        raise ForbiddenError(
            f"Restricted incident {incident.ref}, {incident.severity.label}. {ask}"
        )
