"""What an alert's message says of its incident, and the proposals in an incident's channel."""

from fireline.domain.incident.attachments import alert_of
from fireline.domain.incident.changes import in_words
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.proposals import ProposalKind
from fireline.usecases.gather_signals import OWN
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.relation_views import (
    ChangeLine,
    ChangesMessage,
    ProposalMessage,
    Proposed,
)


def follows(incident: Incident | None, key: str) -> str:
    """Why the alert follows the incident; empty for its own alert, and of a restricted one."""
    if incident is None or incident.restricted:
        return ""
    alert = alert_of(incident, key)
    return alert.why if alert is not None and alert.why != OWN else ""


def proposed_to(uow: UnitOfWork, key: str) -> Proposed | None:
    """The open incident to which the alert may belong, as far as nobody decided."""
    for incident in uow.incidents.open():
        if incident.restricted:
            continue
        for one in incident.details.proposals:
            named = f"{one.source}:{one.ref}" == key and one.kind is ProposalKind.ATTACH
            if named and one.accepted is None:
                return Proposed(incident.id, incident.ref, one.number, one.why)
    return None


def changes(_s: Services, uow: UnitOfWork, ref: str) -> ChangesMessage | None:
    """Projection of what was changed; `ref` is the incident's id. None while nothing is known."""
    incident = uow.incidents.get(int(ref))
    if incident is None or not incident.details.changes:
        return None
    lines = tuple(
        ChangeLine(
            one.id, one.at, in_words(one), one.why, one.url, one.id == incident.details.cause_change
        )
        for one in reversed(incident.details.changes)
    )
    return ChangesMessage(f"card:{incident.id}", incident.ref, lines)


def proposal(_s: Services, uow: UnitOfWork, ref: str) -> ProposalMessage | None:
    """Projection of one proposal; `ref` is incident id and number."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None:
        return None
    one = next((p for p in incident.details.proposals if p.number == int(number)), None)
    if one is None:
        return None
    return ProposalMessage(
        thread=f"card:{incident.id}",
        incident_id=incident.id,
        ref=incident.ref,
        number=one.number,
        kind=one.kind,
        text=one.text,
        dataset=one.dataset,
        moment=one.moment,
        accepted=one.accepted,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
    )
