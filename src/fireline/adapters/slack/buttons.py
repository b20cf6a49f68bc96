"""What happens when a button or a menu is used."""

from collections.abc import Mapping

from fireline.adapters.slack import (
    commands,
    declaring,
    exposure_acts,
    follow_verbs,
    handover_acts,
    ids,
    join_verbs,
    notice_acts,
    page_acts,
    run_acts,
    silence_verbs,
    slo_pictures,
    timeline_acts,
    upkeep_verbs,
    waiver_verbs,
)
from fireline.adapters.slack.alert_buttons import ALERT_BUTTONS
from fireline.adapters.slack.blocks import modals
from fireline.adapters.slack.blocks.declare_form import DeclareForm
from fireline.adapters.slack.card_presses import CARD_BUTTONS
from fireline.adapters.slack.commands import NOUNS, run
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.home_presses import HOME_BUTTONS
from fireline.adapters.slack.interactions import Button, Pressed, Redraw
from fireline.adapters.slack.proposal_buttons import PROPOSAL_BUTTONS
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.usecases.chase_actions import told


def card_menu(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | Redraw | None:
    """The card's three-dots menu: each choice is a button's action id with its value."""
    action_id, _, value = pressed.value.partition(":")
    return BUTTONS[action_id](desk, asked, Pressed(value, pressed.commands))


def show_runbook(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """One runbook."""
    return run_acts.shown(desk, asked, pressed.value)


def search_runbooks(_desk: Desk, asked: Asked, _pressed: Pressed) -> Reply:
    """A search form."""
    return Modal(modals.runbook_search(asked.channel))


def open_declare(desk: Desk, asked: Asked, _pressed: Pressed) -> Reply:
    """The declare form."""
    return declaring.open_form(desk, asked, DeclareForm(channel=asked.channel))


def action_done(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Ask for the link that shows it."""
    with desk.s.store() as uow:
        item = uow.actions.get(int(pressed.value))
    if item is None:
        raise NotFoundError(f"There is no ACT-{pressed.value} any more.")
    if item.evidence:
        raise InvalidInputError(f"{item.ref} is done already: {item.evidence}")
    with desk.s.store() as uow:
        shown = told(uow, [item], asked.user.id)[0]
    return Modal(modals.evidence(item.id, item.ref, shown.text, asked.channel))


def run_instead(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Run what was most likely meant, with the text as it was typed."""
    command, _, line = pressed.value.partition(" ")
    noun = next((noun for noun, name in pressed.commands.items() if name == command), None)
    if noun is None:
        raise InvalidInputError(f"{command} is not a command any more. Type it again.")
    return run(desk, asked, NOUNS[noun], command, line)


def declare_anyway(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Declare what was typed although something like it is open."""
    line = f"declare {pressed.value} {join_verbs.ANYWAY}"
    return run(desk, asked, NOUNS["incident"], pressed.commands["incident"], line)


BUTTONS: Mapping[str, Button] = {
    **ALERT_BUTTONS,
    **slo_pictures.BUTTONS,
    **CARD_BUTTONS,
    **follow_verbs.BUTTONS,
    **PROPOSAL_BUTTONS,
    **HOME_BUTTONS,
    ids.CARD_MENU: card_menu,
    ids.TAKE_COMMAND: handover_acts.take_command,
    **page_acts.BUTTONS,
    ids.UNDERSTOOD: notice_acts.understood,
    ids.SHOW_RUNBOOK: show_runbook,
    ids.SEARCH_RUNBOOKS: search_runbooks,
    ids.OPEN_DECLARE: open_declare,
    **declaring.BUTTONS,
    ids.ACTION_DONE: action_done,
    ids.RUN_INSTEAD: run_instead,
    **commands.BUTTONS,
    ids.JOIN_INSTEAD: join_verbs.join_instead,
    ids.DECLARE_ANYWAY: declare_anyway,
    **exposure_acts.BUTTONS,
    **run_acts.BUTTONS,
    **upkeep_verbs.BUTTONS,
    **silence_verbs.BUTTONS,
    **timeline_acts.BUTTONS,
    **waiver_verbs.BUTTONS,
}


def value_of(element: Mapping[str, object]) -> str:
    """What a used element stands for: its value or its chosen option's."""
    chosen = element.get("selected_option")
    if isinstance(chosen, Mapping):
        return str(chosen.get("value") or "")
    return str(element.get("value") or "")
