"""What would come of a declaration, before it is made: how bad, and what is open already."""

from dataclasses import dataclass

from fireline.domain.incident.incident import Severity
from fireline.usecases.declaration import Declare
from fireline.usecases.declare_incident import assess
from fireline.usecases.declare_links import link_of
from fireline.usecases.ports import Services
from fireline.usecases.similar_incidents import Similar, similar_incidents


@dataclass(frozen=True, slots=True)
class Preview:
    """The severity by the rules with its reason, and open incidents that may be meant."""

    severity: Severity
    reason: str
    similar: tuple[Similar, ...]


def preview(s: Services, command: Declare) -> Preview:
    """Judge what was said so far.

    Raises:
        NotFoundError: an SLO that was named does not exist.
    """
    with s.store() as uow:
        found = assess(s, uow, command, link_of(s, uow, command))
    return Preview(found.severity, found.reason, alike(s, command))


def alike(s: Services, command: Declare) -> tuple[Similar, ...]:
    """Open incidents of the last hour that share something; none for what is over or a drill."""
    if command.past is not None or command.drill:
        return ()
    names = (command.slo, *command.slos) if command.slos else (command.slo,)
    found = {
        one.incident.id: one
        for name in names
        for one in similar_incidents(s, name, command.service, command.datasets)
    }
    return tuple(found[key] for key in sorted(found, reverse=True))
