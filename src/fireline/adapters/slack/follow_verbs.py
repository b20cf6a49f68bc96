"""Following an incident by direct message: `subscribe`, `unsubscribe`, and their buttons."""

from collections.abc import Mapping

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed, incident_number
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.domain.incident.incident import Incident
from fireline.usecases import subscriptions


def subscribe(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Be told of an incident, by its number; of this channel's without one."""
    return _on(desk, asked, _named(desk, asked, typed))


def unsubscribe(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Be told no more."""
    return _off(desk, asked, _named(desk, asked, typed))


def press_subscribe(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The same by a button."""
    return _on(desk, asked, desk.incident(int(pressed.value)))


def press_unsubscribe(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The same by a button."""
    return _off(desk, asked, desk.incident(int(pressed.value)))


def _named(desk: Desk, asked: Asked, typed: Typed) -> Incident:
    if typed.words:
        return desk.incident(incident_number(typed.words[0]))
    return desk.incident_here(asked.channel)


def _on(desk: Desk, asked: Asked, incident: Incident) -> Rendered:
    after = subscriptions.subscribe(desk.s, incident.id, asked.user)
    return answers.told(f"{after.ref}: state changes and updates come to you by direct message.")


def _off(desk: Desk, asked: Asked, incident: Incident) -> Rendered:
    after = subscriptions.unsubscribe(desk.s, incident.id, asked.user)
    return answers.told(f"{after.ref}: you are told no more of it.")


VERBS = {"subscribe": subscribe, "unsubscribe": unsubscribe}
BUTTONS: Mapping[str, Button] = {
    ids.SUBSCRIBE: press_subscribe,
    ids.UNSUBSCRIBE: press_unsubscribe,
}
HELP: Mapping[str, str] = {
    "subscribe INC-7": "its state and updates come to you by direct message; here without number",
    "unsubscribe INC-7": "tells you no more",
}
