"""The buttons of the status card: the next best steps of its state."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.domain.incident.incident import OPEN_STATES, IncidentState, Role
from fireline.usecases.views import IncidentCard

EARLY = (IncidentState.TRIAGE, IncidentState.INVESTIGATING)
BEFORE_RESTORED = (*EARLY, IncidentState.MITIGATING)


def buttons(view: IncidentCard) -> kit.Block | None:
    """At most four buttons and a menu: the next best steps of this state."""
    value = str(view.incident_id)
    if view.state not in OPEN_STATES:
        return kit.actions([kit.button("Add action item", ids.ADD_ACTION, value)])
    elements: list[kit.Block] = []
    if not view.roles.get(Role.COMMANDER):
        elements.append(kit.button("I take command", ids.CLAIM_COMMANDER, value, "primary"))
    if view.state in EARLY:
        elements.append(kit.button("Mitigating", ids.MITIGATE, value))
    if view.state in BEFORE_RESTORED:
        elements.append(kit.button("Service restored", ids.RESTORE, value))
    else:
        elements.append(kit.button("Resolve", ids.RESOLVE, value, "primary"))
    elements.append(kit.button("Add note", ids.ADD_NOTE, value))
    choices = (
        ("Change severity", f"{ids.CHANGE_SEVERITY}:{value}"),
        ("Assign a role", f"{ids.ASSIGN_ROLE}:{value}"),
        ("Add action item", f"{ids.ADD_ACTION}:{value}"),
    )
    return kit.actions([*elements, kit.overflow(ids.CARD_MENU, choices)])
