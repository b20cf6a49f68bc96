"""The buttons of the status card: the next best actions of its state, the rest in its menu."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.domain.incident.incident import OPEN_STATES, IncidentState, Role
from fireline.domain.incident.moves import Verb
from fireline.usecases.card_views import IncidentCard

MOST = 5
State = IncidentState


@dataclass(frozen=True, slots=True)
class Press:
    """One thing that can be pressed; `needs` is the step that must lead on from here."""

    label: str
    action: str
    needs: Verb | None = None
    style: str | None = None


CLAIM = Press("I take command", ids.CLAIM_COMMANDER, style="primary")
CONFIRM = Press("Confirm", ids.CONFIRM, Verb.INVESTIGATE, "primary")
DECLINE = Press("Decline", ids.card_act("decline"), Verb.DECLINE)
PAGE = Press("Page", ids.card_act("page"))
UPDATE = Press("Update", ids.card_act("update"))
MITIGATING = Press("Mitigating", ids.MITIGATE, Verb.MITIGATE)
RESTORED = Press("Restored", ids.RESTORE, Verb.RESTORE)
DECIDE = Press("Decide", ids.card_act("decide"))
REPAIR = Press("Repair data", ids.card_act("repair"), Verb.REPAIR)
NO_DAMAGE = Press("No data damaged", ids.NO_DAMAGE, Verb.RESOLVE)
UNIT = Press("Unit done", ids.card_act("unit"))
UNIT_ADD = Press("Plan a repair", ids.PLAN_UNIT)
DATASET = Press("Name the data", ids.card_act("dataset"))
WINDOW = Press("Bad window", ids.card_act("window"))
VERIFY = Press("Verify", ids.card_act("verify"))
NOTIFY = Press("Notify consumers", ids.card_act("notify"))
RESOLVE = Press("Resolve", ids.RESOLVE, Verb.RESOLVE, "primary")
ACCEPT = Press("Accept timeline", ids.card_act("accept"))
REVIEW = Press("Start review", ids.card_act("review"), Verb.REVIEW)
POSTMORTEM = Press("Open postmortem", ids.OPEN_POSTMORTEM)
ACTIONS = Press("Actions", ids.SHOW_ACTIONS)
CLOSE = Press("Close", ids.card_act("close"), Verb.CLOSE)
REOPEN = Press("Reopen", ids.card_act("reopen"), Verb.REOPEN)
NOTE = Press("Add note", ids.ADD_NOTE)
ROLE = Press("Assign a role", ids.ASSIGN_ROLE)
SEVERITY = Press("Change severity", ids.CHANGE_SEVERITY)
TASK = Press("Add a task", ids.card_act("task"))
HANDOVER = Press("Hand over", ids.card_act("handover"))
ADD_ACTION = Press("Add action item", ids.ADD_ACTION)

NEXT = {
    State.TRIAGE: (CONFIRM, DECLINE),
    State.INVESTIGATING: (UPDATE, MITIGATING, PAGE),
    State.MITIGATING: (UPDATE, RESTORED, DECIDE),
    State.RESTORED: (REPAIR, NO_DAMAGE, UPDATE),
    State.REPAIRING: (VERIFY, NOTIFY, UPDATE),
    State.RESOLVED: (ACCEPT, REVIEW),
    State.REVIEWING: (POSTMORTEM, ACTIONS, CLOSE),
    State.CLOSED: (POSTMORTEM, ACTIONS),
}
WORKING = (NOTE, ROLE, SEVERITY, TASK, HANDOVER)
MENU = {
    State.TRIAGE: (NOTE, ROLE, SEVERITY, MITIGATING),
    State.INVESTIGATING: (NOTE, RESTORED, ROLE, SEVERITY, TASK),
    State.RESOLVED: (NOTE, ADD_ACTION, CLOSE, REOPEN),
    State.REVIEWING: (NOTE, ADD_ACTION, REOPEN),
    State.CLOSED: (ADD_ACTION, REOPEN),
}


def buttons(view: IncidentCard) -> kit.Block | None:
    """At most five: the next best steps of this state, and a menu with others."""
    value = str(view.incident_id)
    first = [button(press, value) for press in _one_primary(_offered(view, _first(view)))]
    if view.state in {State.TRIAGE, State.INVESTIGATING, State.MITIGATING}:
        first = _with_runbook(view, first)
    shown = {press.label for press in _first(view)}
    choices = tuple(
        (press.label, f"{press.action}:{value}")
        for press in _offered(view, MENU.get(view.state, WORKING if _open(view) else ()))
        if press.label not in shown
    )
    menu = [kit.overflow(ids.CARD_MENU, choices)] if choices else []
    return kit.actions([*first[: MOST - len(menu)], *menu])


def _first(view: IncidentCard) -> tuple[Press, ...]:
    """What is best done next, the most pressing first."""
    known = NEXT.get(view.state, ())
    if view.state is State.REPAIRING:
        done = view.repair.open_unit is None and view.repair.units > 0
        known = (RESOLVE if done else UNIT, *known)
    if view.state is State.RESOLVED and view.timeline_accepted:
        known = (REVIEW, CLOSE)
    unled = _open(view) and not view.roles.get(Role.COMMANDER)
    return (CLAIM, *known) if unled else known


def _one_primary(presses: list[Press]) -> list[Press]:
    """Only what is best done first stands out."""
    return presses[:1] + [replace(press, style=None) for press in presses[1:]]


def _offered(view: IncidentCard, presses: Iterable[Press]) -> list[Press]:
    return [press for press in presses if press.needs is None or press.needs in view.verbs]


def _open(view: IncidentCard) -> bool:
    return view.state in OPEN_STATES


def _with_runbook(view: IncidentCard, row: list[kit.Block]) -> list[kit.Block]:
    """A way to look for a runbook where none is shown with a button of its own."""
    if view.runbook is not None:
        return row
    return [*row, kit.button("Runbook", ids.SEARCH_RUNBOOKS, str(view.incident_id))]


def button(press: Press, value: str) -> kit.Block:
    """One press as a button; `value` is the incident's number."""
    return kit.button(press.label, press.action, value, press.style)
