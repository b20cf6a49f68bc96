"""Who belongs into an incident's channel, and those who could not be let in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError
from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.incident import Incident
from fireline.domain.lineage.owners import owners_of
from fireline.domain.people import Actor
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_impact import blast_of
from fireline.usecases.incident_record import sync_topic
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.say_once import say_once
from fireline.usecases.who_is_on_call import behind

MOST_INVITED = 30


def invite(s: Services, incident_id: int, people: Mapping[str, str], actor: Actor) -> Incident:
    """Let people in, ids with their names.

    Raises:
        ForbiddenError: it is restricted; access is granted there, not given by an invitation.
    """

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        if incident.restricted:
            message = (
                f"{incident.ref} is restricted: `/incident access grant @person` lets them in."
            )
            raise ForbiddenError(message)
        details = incident.details
        joined = tuple(dict.fromkeys((*details.joined, *people)))
        gone = tuple(one for one in details.gone if one not in people)
        after = replace(incident, details=replace(details, joined=joined, gone=gone))
        return after, f"Invited {', '.join(people.values())}"

    return record(s, incident_id, "invite", edit, actor, then=sync_topic)


def invited_by_policy(s: Services, uow: UnitOfWork, incident: Incident) -> tuple[str, ...]:
    """Slack ids of those whom policy and ownership bring in.

    The aliases of the severity, owners of linked SLOs, and owners of what is broken or downstream.
    Nobody comes into a restricted incident by rule, and into a drill only those whom drills call.
    """
    if incident.restricted:
        return ()
    now, rules = s.clock.now(), s.policy.incidents
    names: list[str] = list(rules.invite.get(int(incident.severity), ()))
    if incident.drill:
        names = [name for name in names if name in rules.drill_page]
    else:
        names += _owners(s, uow, incident, now)
    found = (behind(s, name, now) for name in dict.fromkeys(names) if name)
    people = (one.slack for one in found if one.slack and not one.group)
    return tuple(dict.fromkeys(people))[:MOST_INVITED]


def _owners(s: Services, uow: UnitOfWork, incident: Incident, now: datetime) -> Iterator[str]:
    slos = s.definitions.current().slos
    for name in incident.slos:
        slo = slos.get(name)
        if slo is not None and slo.owner:
            yield slo.owner
    blast = blast_of(uow, roots_of(incident), now)
    if blast is not None:
        found = owners_of(blast, s.policy.alerts.people)
        yield from (owner.slack_id or owner.name for owner in found)


def say_missing(s: Services, incident_id: int, missing: tuple[str, ...]) -> None:
    """Say once in the channel who could not be invited."""
    line = f"Could not invite {', '.join(missing)}"
    text = f"{line}: Slack knows no such active person."
    key = f"uninvited:{','.join(missing)}"
    say_once(s, incident_id, "invite.failed", key, text, line)
