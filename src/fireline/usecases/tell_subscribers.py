"""Whom a change of an incident is told to by direct message."""

from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident, IncidentState
from fireline.usecases.incident_record import show
from fireline.usecases.ports import Services, UnitOfWork

FOLLOWED, REPLY = "subscription", "subscription_reply"
TURNS = {
    IncidentState.RESTORED: ("large_blue_circle", "The service works again; data is not safe yet."),
    IncidentState.RESOLVED: ("white_check_mark", "It is resolved: data is safe to use again."),
}


def tell_subscribers(s: Services, uow: UnitOfWork, incident: Incident, reply: str = "") -> None:
    """Start editing each subscriber's message; with `reply` also answering in its thread.

    A reply is `state:NAME` or `update:NUMBER`; nobody is told of an edit, so what people wait for
    is both.
    """
    for user in incident.details.subscribers:
        ref = f"{incident.id}:{user}"
        show(s, uow, FOLLOWED, f"@{user}", ref)
        if reply and may_read(incident, user):
            show(s, uow, REPLY, f"@{user}", f"{ref}:{reply}")


def turn(incident: Incident) -> str:
    """The reply that its new state is worth, or nothing."""
    again = len(incident.details.reopened)
    return f"state:{incident.state.value}:{again}" if incident.state in TURNS else ""
