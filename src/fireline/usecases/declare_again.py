"""What was declared before under the same key: it goes on, is taken up again, or recurs."""

from dataclasses import dataclass

from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.moves import ReopenKind
from fireline.domain.people import SYSTEM
from fireline.usecases.declaration import Declare
from fireline.usecases.external_messages import group_key
from fireline.usecases.incident_steps import Ask, step_in
from fireline.usecases.ports import Services, UnitOfWork

DONE = (IncidentState.RESOLVED, IncidentState.REVIEWING)


@dataclass(frozen=True, slots=True)
class Again:
    """The incident that goes on, whether it had ended, and else which one comes back."""

    incident: Incident | None = None
    reopened: bool = False
    recurrence_of: int | None = None


def key_of(uow: UnitOfWork, command: Declare) -> str | None:
    """What there may be one open incident of.

    A group of Alertmanager's is known by its own key, which stays when it fires anew.
    """
    group = uow.external_groups.get(command.external_group) if command.external_group else None
    return group_key(group.key) if group is not None else command.dedupe_key


def told_before(s: Services, uow: UnitOfWork, key: str) -> Again:
    """The open incident of this key; one that was resolved lately goes on; later it recurs."""
    known = uow.incidents.by_dedupe_key(key)
    if known is not None:
        return Again(known)
    last = uow.incidents.last_of_key(key)
    if last is None:
        return Again()
    if last.merged_into is not None:
        return Again(_living(uow, last))
    resolved = last.at(Stamp.RESOLVED)
    if last.state in DONE and resolved is not None:
        if s.clock.now() - resolved <= s.policy.incidents.reopen_cooldown:
            ask = Ask(Verb.REOPEN, "The same alert was declared again", choice=ReopenKind.SERVICE)
            return Again(step_in(s, uow, last, ask, SYSTEM), reopened=True)
        return Again(recurrence_of=last.id)
    return Again(recurrence_of=last.id if last.state is IncidentState.CLOSED else None)


def _living(uow: UnitOfWork, incident: Incident) -> Incident | None:
    """The open incident that a merged one lives on in."""
    seen: set[int] = set()
    found: Incident | None = incident
    while found is not None and found.merged_into is not None and found.id not in seen:
        seen.add(found.id)
        found = uow.incidents.get(found.merged_into)
    return found if found is not None and found.open else None
