"""What a role means, sent privately to whoever takes it, with what is best done first."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import card_buttons as press
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident_words import STATE_WORDS, TITLE
from fireline.adapters.slack.blocks.markup import channel, esc, one_line
from fireline.domain.incident.incident import IncidentState, Role
from fireline.usecases.role_views import RoleGuide

EARLY = (IncidentState.TRIAGE, IncidentState.INVESTIGATING)
FIRST = {
    Role.COMMANDER: (press.UPDATE, press.ROLE, press.DECIDE, press.HANDOVER),
    Role.OPERATIONS: (press.NOTE,),
    Role.COMMUNICATIONS: (press.UPDATE, press.NOTIFY),
    Role.SCRIBE: (press.NOTE, press.ACCEPT),
    Role.DATA_OWNER: (press.DATASET, press.WINDOW, press.UNIT_ADD, press.VERIFY),
}


def role_guide(view: RoleGuide) -> kit.Rendered:
    """The guide; once somebody else has the role, only that."""
    drill = "DRILL \u00b7 " if view.drill else ""
    head = f"{drill}{view.ref} {view.severity}: you are {view.name}"
    if not view.held:
        text = f"{drill}{view.ref}: you are not {view.name} any more"
        return kit.rendered(text, [kit.section(f":wave: {esc(text)}.")])
    where = channel(view.channel_id) if view.channel_id else "its channel is being opened"
    about = f"{one_line(view.title, TITLE)}\n{STATE_WORDS[view.state]} \u00b7 {where}"
    lines = "\n".join(f"{n}. {one_line(line, 300)}" for n, line in enumerate(view.guide, 1))
    blocks: list[kit.Block | None] = [
        kit.section(f":busts_in_silhouette: *{one_line(head, 200)}*\n{about}"),
        kit.section(lines) if lines else None,
        kit.section(f":warning: {esc(view.hint)}") if view.hint else None,
        _buttons(view),
        kit.context(_given(view)),
    ]
    return kit.rendered(head, blocks)


def _given(view: RoleGuide) -> str:
    """Who gave it, and how it is laid down."""
    giver = f"From {one_line(view.by, 80)} \u00b7 " if view.by else ""
    return f"{giver}`/incident release {view.role.value}`"


def _buttons(view: RoleGuide) -> kit.Block | None:
    """What this role does first, in this state."""
    presses = list(FIRST[view.role])
    if view.role is Role.OPERATIONS:
        presses.insert(0, press.MITIGATING if view.state in EARLY else press.RESTORED)
    if view.role is Role.SCRIBE and view.state is not IncidentState.RESOLVED:
        presses.remove(press.ACCEPT)
    value = str(view.incident_id)
    row = [press.button(one, value) for one in presses]
    if view.role is Role.OPERATIONS:
        row.append(kit.button("Search runbooks", ids.SEARCH_RUNBOOKS, value))
    return kit.actions(row)
