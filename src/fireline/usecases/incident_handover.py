"""The hand-over card: what the next commander must know, and the press that takes command."""

from datetime import datetime

from fireline.domain.incident.access import check_reader
from fireline.domain.incident.durations import spell
from fireline.domain.incident.handover import offered, open_hypotheses, taken
from fireline.domain.incident.incident import Incident, Role, Stamp
from fireline.domain.incident.timers import update_due
from fireline.domain.incident.walking import running, step_words
from fireline.domain.people import Actor
from fireline.usecases.impact_views import HandoverMessage
from fireline.usecases.incident_facts import Follow, record
from fireline.usecases.incident_record import involved, refresh_homes, show, sync_topic
from fireline.usecases.incident_roles import tell
from fireline.usecases.incident_views import linked
from fireline.usecases.ports import Services, UnitOfWork

KIND = "handover"


def offer(s: Services, incident_id: int, to: str, to_name: str, actor: Actor) -> Incident:
    """Offer command to somebody; the card tells all there is to know, and asks them to take it."""

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        check_reader(incident, to, to_name)
        after, _ = offered(incident, to, to_name, actor, now)
        return after, f"Command offered to {to_name}"

    return record(s, incident_id, "handover", edit, actor, then=_card(s))


def take(s: Services, incident_id: int, number: int, actor: Actor) -> Incident:
    """Take the command that was offered.

    Raises:
        ForbiddenError: it was offered to somebody else, or became restricted since, and they may
            not read it.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        check_reader(incident, actor.id, actor.name)
        return taken(incident, number, actor, now), f"{actor.name} has command"

    def follow(uow: UnitOfWork, incident: Incident) -> None:
        _card(s)(uow, incident)
        tell(s)(uow, incident)

    return record(s, incident_id, "handover.taken", edit, actor, then=follow)


def _card(s: Services) -> Follow:
    def follow(uow: UnitOfWork, incident: Incident) -> None:
        sync_topic(uow, incident)
        refresh_homes(s, uow, involved(incident))
        if incident.channel_id is not None:
            number = len(incident.details.handovers)
            show(s, uow, KIND, incident.channel_id, f"{incident.id}:{number}")

    return follow


def handover_card(s: Services, uow: UnitOfWork, ref: str) -> HandoverMessage | None:
    """Projection of one hand-over; `ref` is incident id and number."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None or int(number) > len(incident.details.handovers):
        return None
    offer_made = incident.details.handovers[int(number) - 1]
    now = s.clock.now()
    return HandoverMessage(
        incident_id=incident.id,
        ref=incident.ref,
        title=incident.title,
        state=incident.state.value,
        severity_reason=incident.severity_reason,
        offer=offer_made,
        roles={role: incident.roles.get(role) for role in Role if role is not Role.COMMANDER},
        slos=linked(s, uow, incident),
        known=tuple(_known(s, uow, incident, now)),
        current=int(number) == len(incident.details.handovers),
    )


def _known(
    s: Services, uow: UnitOfWork, incident: Incident, now: datetime
) -> list[tuple[str, str]]:
    """Everything open, a name and its words each; what is not there is not listed."""
    details = incident.details
    decisions = [
        d.text + (f" (until {d.expires_at:%d %b %H:%M} UTC)" if d.expires_at else "")
        for d in details.decisions
        if d.revoked_at is None and d.withdrawn_at is None
    ]
    units = [
        f"{u.number} {u.dataset} {u.status.value}" for u in details.units if not u.status.settled
    ]
    warned = [n.consumer for n in details.notices if n.cleared_at is None]
    due = update_due(incident, s.policy.incidents)
    found = [
        ("Time to restore", _clock(s, incident, now)),
        ("Next update", f"due {due:%H:%M} UTC" if due is not None else ""),
        ("Data", ", ".join(incident.datasets)),
        ("Repair still open", "; ".join(units)),
        ("May be", "; ".join(open_hypotheses(uow.timeline.entries(incident.id)))),
        ("Decided", "; ".join(decisions)),
        ("Runbook", _walked(incident)),
        ("To do", "; ".join(t.text for t in details.tasks if t.open)),
        ("Told not to use it", ", ".join(warned)),
    ]
    return [(name, words) for name, words in found if words]


def _walked(incident: Incident) -> str:
    """The runbook that is walked, and the step that comes next."""
    run = running(incident)
    return f"{run.title}: {step_words(incident).removeprefix('Runbook ')}" if run else ""


def _clock(s: Services, incident: Incident, now: datetime) -> str:
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    restored = incident.at(Stamp.RESTORED)
    if start is None:
        return ""
    if restored is not None:
        return f"restored after {spell(restored - start)}"
    target = s.policy.mttr_target(incident.tier)
    return f"{spell(now - start)} of {spell(target * 60)} used"
