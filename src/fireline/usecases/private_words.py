"""Direct messages about an incident; where Slack refuses one, the channel tells them alone."""

from fireline.domain.errors import RejectedError
from fireline.usecases.incident_notices import deliver as deliver_notice
from fireline.usecases.incident_roles import GUIDE
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.publish import Projections

PRIVATE = frozenset({GUIDE})


def deliver(s: Services, projections: Projections, target: PostedMessage) -> bool:
    """Bring any message up to date; False when there was nothing to show or nothing new.

    Raises:
        EffectError: Slack did not do it, nor what stands in for it.
    """
    try:
        return deliver_notice(s, projections, target)
    except RejectedError:
        if target.kind not in PRIVATE or not _whispered(s, projections, target):
            raise
        return True


def _whispered(s: Services, projections: Projections, target: PostedMessage) -> bool:
    """Say it in the incident's channel, seen by that person alone; False where there is none."""
    with s.store() as uow:
        incident = uow.incidents.get(int(target.ref.partition(":")[0]))
        message = projections[target.kind](s, uow, target.ref)
    if message is None or incident is None or incident.restricted or not incident.channel_id:
        return False
    s.chat.whisper(incident.channel_id, target.channel.removeprefix("@"), message)
    return True
