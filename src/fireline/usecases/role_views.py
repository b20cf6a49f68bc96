"""What a person is told of a role they have taken."""

from dataclasses import dataclass

from fireline.domain.incident.incident import IncidentState, Role


@dataclass(frozen=True, slots=True)
class RoleGuide:
    """The guide of one role in one incident, for its holder alone.

    `held` turns false when somebody else has it; `hint` warns of too many roles at once.
    """

    incident_id: int
    ref: str
    title: str
    severity: str
    state: IncidentState
    role: Role
    name: str
    guide: tuple[str, ...]
    channel_id: str | None
    by: str
    held: bool
    hint: str = ""
    drill: bool = False
