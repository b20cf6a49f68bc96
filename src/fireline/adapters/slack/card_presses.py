"""What happens when something on a status card is pressed: a form opens, or it is done."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from fireline.adapters.slack import (
    ids,
    incident_acts,
    incident_verbs,
    promise_verbs,
    timeline_acts,
)
from fireline.adapters.slack.acts import Act, Values
from fireline.adapters.slack.blocks import action, answers, kit, modals
from fireline.adapters.slack.blocks.markup import esc, plural
from fireline.adapters.slack.blocks.modals import NO_DAMAGE, Prefill
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.kinds import UnitStatus
from fireline.usecases import chase_actions, manage_incident
from fireline.usecases.incident_card import owner_of_data

# Nothing has to be said for these, and each can be taken back.
AT_ONCE = frozenset({"verify", "review"})
NOTHING = Typed("", "", "")
PERSON = ("U", "W")


def claim_commander(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Take command, unless somebody who looked at the same card was faster."""
    incident = desk.incident(int(pressed.value), asked)
    who = asked.user.id
    return incident_verbs.give_role(desk, asked, incident, Role.COMMANDER, who, if_free=True)


def confirm(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The signal is an incident."""
    incident = desk.incident(int(pressed.value), asked)
    after = manage_incident.investigate(desk.s, incident.id, asked.user)
    return answers.told(f"{after.ref} is being investigated.")


def form(make: Callable[[Incident, Prefill], dict[str, object]]) -> Button:
    """A button that opens the form of an incident's verb."""

    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
        given = Prefill(channel=asked.channel)
        return Modal(make(desk.incident(int(pressed.value), asked), given))

    return press


def resolve(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Ask whether data is damaged; whoever pressed is proposed as the checker."""
    given = Prefill(channel=asked.channel, person=asked.user.id)
    return Modal(modals.resolve(desk.incident(int(pressed.value), asked), given))


def no_damage(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The same question with the answer that was pressed; who checked, and how, is still asked."""
    given = Prefill(channel=asked.channel, person=asked.user.id, choice=NO_DAMAGE)
    return Modal(modals.resolve(desk.incident(int(pressed.value), asked), given))


def assign_role(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Who gets which role; the owner of the data that lineage names is proposed, if known here."""
    incident = desk.incident(int(pressed.value), asked)
    with desk.s.store() as uow:
        owner = owner_of_data(uow, incident).removeprefix("@")
    person = desk.s.policy.alerts.people.get(f"@{owner}", "") if owner else ""
    given = Prefill(channel=asked.channel)
    if person.startswith(PERSON):
        given = replace(given, role=Role.DATA_OWNER.value, person=person)
    return Modal(modals.role(incident, given))


def add_action(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """A form for a promise out of this incident."""
    due = desk.today(asked.user.id) + timedelta(days=desk.s.policy.action_due_days)
    given = Prefill(channel=asked.channel, person=asked.user.id, due=due)
    return Modal(modals.action(given, desk.incident(int(pressed.value), asked)))


def open_postmortem(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The newest draft."""
    ref = desk.incident(int(pressed.value), asked).ref
    return promise_verbs.postmortem_show(desk, asked, replace(NOTHING, words=(ref,)))


def show_actions(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Everything that was promised out of this incident."""
    incident = desk.incident(int(pressed.value), asked)
    with desk.s.store() as uow:
        items = [item for item in uow.actions.all() if item.incident_id == incident.id]
    today = desk.today(asked.user.id)
    rows = [action.row(chase_actions.line(item, today)) for item in items[: action.LIMIT]]
    head = f"{incident.ref}: {plural(len(items), 'action item')}"
    add = kit.actions([kit.button("Add action item", ids.ADD_ACTION, str(incident.id))])
    return kit.rendered(head, [kit.section(f"*{esc(head)}*"), *rows, add])


def _unit(incident: Incident) -> Values:
    """The unit that runs, else the first that is open, as done."""
    units = incident.details.units
    running = [u for u in units if u.status is UnitStatus.RUNNING]
    left = running or [u for u in units if not u.status.settled]
    return {"change": "done", "subject": str(left[0].number)} if left else {"change": "add"}


def plan_unit(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The form of a repair unit that is new, with what is known of its stretch."""
    incident = desk.incident(int(pressed.value), asked)
    act = next(act for act in incident_acts.ACTS if act.verb == "unit")
    root = incident.details.roots[:1]
    values = {"change": "add", "subject": root[0] if root else "", "owner": asked.user.id}
    return Modal(act.form(incident, asked.channel, values))


PREFILLED: Mapping[str, Callable[[Incident], Values]] = {"unit": _unit}


def press_of(act: Act) -> Button:
    """The button of a verb: its form with what is known, or the deed where nothing is asked."""

    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
        incident = desk.incident(int(pressed.value), asked)
        there = replace(asked, channel=incident.channel_id or asked.channel)
        if act.verb in AT_ONCE and all(field.optional for field in act.fields):
            return act.do(desk, there, incident, {})
        known = PREFILLED.get(act.verb)
        values = known(incident) if known is not None else act.read(desk, there, NOTHING)
        return Modal(act.form(incident, asked.channel or there.channel, values))

    return press


def accept(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """What waits to be accepted into the timeline."""
    incident = desk.incident(int(pressed.value), asked)
    there = replace(asked, channel=incident.channel_id or asked.channel)
    return timeline_acts.accept(desk, there, NOTHING)


CARD_BUTTONS: Mapping[str, Button] = {
    ids.CLAIM_COMMANDER: claim_commander,
    ids.CONFIRM: confirm,
    ids.MITIGATE: form(modals.mitigate),
    ids.RESTORE: form(modals.restore),
    ids.RESOLVE: resolve,
    ids.NO_DAMAGE: no_damage,
    ids.ADD_NOTE: form(modals.note),
    ids.CHANGE_SEVERITY: form(modals.severity),
    ids.ASSIGN_ROLE: assign_role,
    ids.ADD_ACTION: add_action,
    ids.OPEN_POSTMORTEM: open_postmortem,
    ids.SHOW_ACTIONS: show_actions,
    ids.PLAN_UNIT: plan_unit,
    ids.card_act("accept"): accept,
    **{ids.card_act(act.verb): press_of(act) for act in incident_acts.ACTS},
}
