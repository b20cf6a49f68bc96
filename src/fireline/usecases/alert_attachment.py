"""Alerts of ours and the incident that they belong to, from tick to tick."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.attachments import alert_of, attached
from fireline.domain.incident.correlation import Match, Places, Relation, reached_by
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.people import SYSTEM
from fireline.domain.slo.alerting.group import SOURCE, AlertGroup
from fireline.usecases.attach_signal import place, signal_turned
from fireline.usecases.incident_record import Change, happened, save
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import BURN, called, of_alert

NAMED = 5


def follow_incident(
    s: Services, uow: UnitOfWork, group: AlertGroup, slos: Sequence[str], at: datetime
) -> AlertGroup:
    """A new alert with the incident that it belongs to from its first moment, if there is one."""
    since = at - s.policy.incidents.correlation.window
    past = max((len(uow.episodes.of(slo, since)) for slo in slos[:NAMED]), default=0)
    found = place(s, uow, of_alert(s, uow, group, slos, at), past + 1)
    if found is None:
        return group
    detail = {"incident": found.incident_id, "why": found.why, "slos": list(slos[:20])}
    uow.audit.append(at, SYSTEM.id, "alert.follows", f"alert:{group.id}", detail)
    return replace(group, incident_id=found.incident_id)


def attach(
    s: Services, uow: UnitOfWork, group: AlertGroup, slos: Sequence[str], at: datetime
) -> None:
    """Link the SLOs that joined an alert to its incident, and say so on its timeline."""
    if group.incident_id is None:
        return
    uow.lock()
    incident = uow.incidents.get(group.incident_id)
    if incident is None or not incident.open:
        return
    new = [n for n in dict.fromkeys(slos) if n not in incident.slos and not n.startswith(SOURCE)]
    if not new:
        return
    more = f" and {len(new) - NAMED} more" if len(new) > NAMED else ""
    text = f"The alert tells of more SLOs: {', '.join(new[:NAMED])}{more}"
    where = Provenance(source="burn alert", detail=group.id)
    entry = happened(SYSTEM, text, at, EntryKind.ALERT, where)
    change = Change("incident.attach", SYSTEM, at, {"alert": group.id, "slos": new}, (entry,))
    signal = of_alert(s, uow, group, new, at)
    known = alert_of(incident, signal.key)
    why = known.why if known else "the same alert"
    places = Places(uow.lineages.graph(), s.policy.incidents.correlation.max_depth)
    match = Match(incident, Relation.SAME, why, reached_by(signal, incident, places))
    told = {e.slo for e in uow.episodes.in_group(group.id)} | set(new)
    whole = replace(signal, title=called(group, tuple(sorted(told)), ()))
    save(s, uow, attached(incident, whole, match), change, announce=False)


def alert_over(s: Services, uow: UnitOfWork, group: AlertGroup, at: datetime) -> None:
    """The incident knows when an alert of its own ended."""
    if group.incident_id is not None:
        signal_turned(s, uow, group.incident_id, f"{BURN}:{group.id}", at, firing=False)
